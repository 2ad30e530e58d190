#pragma once
// The accounts of a directory, found by id, name, number or e-mail. Each stands once, as a row of a
// few dozen bytes; what finds it holds four bytes of it. Names and e-mails are found within a
// scope: the platform's for tops, their tree's for all others.
//
// Thread-compatible: the lock of the directory's partition guards it. Views into rows hold until
// the next change.
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"

namespace rb::engine {

struct DirectoryEntry {
    AccountId account;
    AccountId top;
    std::uint32_t partition = 0;
    std::string_view name;
    std::int64_t number = 0;
    std::string_view email_fingerprint;  // may be empty
    Instant until;                       // of an unconfirmed reservation
    bool confirmed = false;
    NameReach reach = NameReach::everywhere;

    // Whose names and e-mails stand beside its own: nil: the platform's.
    AccountId scope() const { return top == account ? AccountId{} : top; }
};

class DirectoryTable {
public:
    DirectoryTable();

    std::size_t size() const { return by_id_.size(); }
    std::optional<DirectoryEntry> find(AccountId id) const;
    std::optional<AccountId> top_named(std::string_view name) const;
    // A child whose name reaches beyond its tree.
    struct FarName {
        std::optional<AccountId> child;  // the oldest; one of `everywhere` before all others
        NameReach reach = NameReach::everywhere;
        bool is_shared = false;  // others have it too
    };
    FarName child_named(std::string_view name) const;
    // Of one tree: its top, or a child.
    std::optional<AccountId> named_in(AccountId top, std::string_view name) const;
    std::optional<AccountId> numbered(std::int64_t number) const;
    // Among tops (nil), or within a tree.
    std::optional<AccountId> with_email(AccountId top, std::string_view fingerprint) const;
    // In no particular order.
    template <class F>
    void for_each(F&& f) const {
        for (Row row : by_id_) f(entry_at(row));
    }

    // Name, number and e-mail belong to this entry from now on.
    void put(const DirectoryEntry& entry);
    void confirm(AccountId id);
    void drop(AccountId id);
    void reserve(std::size_t accounts);

private:
    // Where a row begins, in units of eight bytes.
    using Row = std::uint32_t;
    using Chunks = std::vector<std::unique_ptr<char[]>>;

    struct ById {
        const Chunks* chunks;
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(const AccountId& id) const { return UuidHash{}(id); }
        std::size_t operator()(Row row) const;
        bool operator()(Row a, Row b) const { return a == b; }
        bool operator()(const AccountId& id, Row row) const;
        bool operator()(Row row, const AccountId& id) const { return (*this)(id, row); }
    };
    struct ByNumber {
        const Chunks* chunks;
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(std::int64_t number) const;
        std::size_t operator()(Row row) const;
        bool operator()(Row a, Row b) const { return a == b; }
        bool operator()(std::int64_t number, Row row) const;
        bool operator()(Row row, std::int64_t number) const { return (*this)(number, row); }
    };
    struct Scoped {
        AccountId scope;
        std::string_view text;
        bool operator==(const Scoped&) const = default;
    };
    template <std::string_view DirectoryEntry::* text>
    struct ByScoped {
        const Chunks* chunks;
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(const Scoped& value) const;
        std::size_t operator()(Row row) const;
        bool operator()(Row a, Row b) const { return a == b; }
        bool operator()(const Scoped& value, Row row) const;
        bool operator()(Row row, const Scoped& value) const { return (*this)(value, row); }
    };
    struct ByText {
        const Chunks* chunks;
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(std::string_view value) const;
        std::size_t operator()(Row row) const;
        bool operator()(Row a, Row b) const { return a == b; }
        bool operator()(std::string_view value, Row row) const;
        bool operator()(Row row, std::string_view value) const { return (*this)(value, row); }
    };
    using ByName = ByScoped<&DirectoryEntry::name>;
    using ByEmail = ByScoped<&DirectoryEntry::email_fingerprint>;
    template <class By>
    using Index = boost::unordered_flat_set<Row, By, By>;

    DirectoryEntry entry_at(Row row) const;
    static Scoped name_of(const DirectoryEntry& e) { return {e.scope(), e.name}; }
    static Scoped email_of(const DirectoryEntry& e) { return {e.scope(), e.email_fingerprint}; }
    template <class By, class Key>
    std::optional<AccountId> holder(const Index<By>& index, const Key& key) const;
    Row write(const DirectoryEntry& entry);
    void put_far_name(const DirectoryEntry& entry, Row row);

    // In one place for ever: the indexes look into it.
    std::unique_ptr<Chunks> chunks_;
    std::size_t used_ = 0;  // of the last chunk, in bytes
    Index<ById> by_id_;
    Index<ByName> by_name_;
    Index<ByText> by_far_name_;  // of children whose names reach beyond their trees
    std::set<std::string, std::less<>> shared_names_;  // of several such children
    Index<ByNumber> by_number_;
    Index<ByEmail> by_email_;
};

}  // namespace rb::engine
