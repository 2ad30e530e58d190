#pragma once
// The accounts of a directory, found by id, name, number or e-mail. Each stands once, as a row of a
// few dozen bytes; what finds it holds four bytes of it.
//
// Thread-compatible: the lock of the directory's partition guards it. Views into rows hold until
// the next change.
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <optional>
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
};

class DirectoryTable {
public:
    DirectoryTable();

    std::size_t size() const { return by_id_.size(); }
    std::optional<DirectoryEntry> find(AccountId id) const;
    std::optional<AccountId> named(std::string_view name) const;
    std::optional<AccountId> numbered(std::int64_t number) const;
    std::optional<AccountId> with_email(std::string_view fingerprint) const;
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
    template <std::string_view DirectoryEntry::* text>
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
    using ByName = ByText<&DirectoryEntry::name>;
    using ByEmail = ByText<&DirectoryEntry::email_fingerprint>;
    template <class By>
    using Index = boost::unordered_flat_set<Row, By, By>;

    DirectoryEntry entry_at(Row row) const;
    template <class By, class Key>
    std::optional<AccountId> holder(const Index<By>& index, const Key& key) const;
    Row write(const DirectoryEntry& entry);

    // In one place for ever: the indexes look into it.
    std::unique_ptr<Chunks> chunks_;
    std::size_t used_ = 0;  // of the last chunk, in bytes
    Index<ById> by_id_;
    Index<ByName> by_name_;
    Index<ByNumber> by_number_;
    Index<ByEmail> by_email_;
};

}  // namespace rb::engine
