#pragma once
// The accounts and trees of a book. An account that nobody has asked anything of for a while
// sleeps: it is kept as its encoded bytes, in a tenth of the space, and is a record again when it
// is looked up. A tree of one account on the wall clock sleeps with it.
//
// Whether an account sleeps is no state: it changes no answer and no hash, so looking up and
// tidying are const. It does change memory: whoever calls anything here holds the lock of the
// book's partition alone (Turnstile::quiet is that same lock, it only counts no turn). So a reader
// may wake accounts as a writer may.
//
// A start may put off what came for an account that sleeps with its tree (engine/late_log.h). It is
// applied when the account wakes, and seen by everybody who looks at it asleep.
//
// Pointers and references to records and trees stay valid until the next call of `tidy`, which only
// the partition makes, at the beginning of what it does under its lock.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "engine/account_record.h"
#include "engine/id_table.h"
#include "engine/late_log.h"

namespace rb::engine {

class AccountsTable {
public:
    AccountsTable() = default;
    ~AccountsTable();
    AccountsTable(AccountsTable&& other) noexcept { swap(other); }
    AccountsTable& operator=(AccountsTable&& other) noexcept {
        swap(other);
        return *this;
    }

    std::size_t size() const { return slots_.size(); }
    bool contains(AccountId id) const { return slots_.contains(id); }
    // nullptr: there is none. Wakes it.
    AccountRecord* find(AccountId id) { return look_up(id); }
    const AccountRecord* find(AccountId id) const { return look_up(id); }
    // For batches, in steps: memory is asked for the account's place, the record is found (and
    // woken) without a look into it, and once it has come it is said that it was asked.
    void bring_near(AccountId id) const { slots_.bring_near(id); }
    AccountRecord* find_unseen(AccountId id) {
        Slot* slot = slots_.find(id);
        if (slot == nullptr) return nullptr;
        return slot->is_asleep() ? wake(id, *slot) : slot->record();
    }
    static void was_asked(AccountRecord& record) {
        if (!record.was_asked) record.was_asked = true;  // most lines of memory stay unwritten
    }
    // A fresh record in its place; there must be none.
    AccountRecord& insert(AccountId id);

    // nullptr: no account begins such a tree. Wakes the account of a tree that sleeps.
    Tree* tree(AccountId top);
    Tree& insert_tree(AccountId top);

    // In no particular order; a copy stands in for one that sleeps.
    template <class F>
    void for_each(F&& f) const {
        for (const auto& [id, slot] : slots_) {
            if (!slot.is_asleep())
                f(static_cast<const AccountRecord&>(*slot.record()));
            else
                f(static_cast<const AccountRecord&>(*copy(id, slot)));
        }
    }
    // As for_each, of accounts that have any; cheaper. (What is put off changes no subscription.)
    template <class F>
    void for_each_subscriptions(F&& f) const {
        subscriptions::Subscriptions read;
        for (const auto& [id, slot] : slots_) {
            if (!slot.is_asleep())
                f(static_cast<const subscriptions::Subscriptions&>(slot.record()->subscriptions));
            else if (read_subscriptions(slot.bytes(), read))
                f(static_cast<const subscriptions::Subscriptions&>(read));
        }
    }
    // What an account has bought, and who is directly below it, without waking it. False: there is
    // no such account.
    struct Shape {
        subscriptions::Subscriptions subscriptions;
        std::vector<AccountId> children;
    };
    bool look(AccountId id, Shape& shape) const;
    // Trees that are awake: all but those of one account that sleeps.
    template <class F>
    void for_each_tree_awake(F&& f) const {
        for (const auto& [top, tree] : trees_) f(static_cast<const Tree&>(*tree));
    }

    // Whether this tree, awake or not, is part of its account's sleeping form.
    bool is_in_form(const Tree& tree) const;

    // --- sleeping forms, for snapshots ---
    // Those of all accounts, in no particular order; `f(AccountId, std::string_view)` gives false
    // to stop. Nothing falls asleep by it.
    template <class F>
    void for_each_form(F&& f) const {
        std::string made;
        for (const auto& [id, slot] : slots_) {
            const bool is_ready = slot.is_asleep() && slot.late().empty();
            made.clear();
            if (!slot.is_asleep())
                put_form(made, *slot.record());
            else if (!is_ready)
                put_settled(made, id, slot);
            if (!f(id, is_ready ? slot.bytes() : std::string_view(made))) return;
        }
    }
    // Of an account that sleeps: what its partition keeps beside it.
    struct Holdings {
        bool brings_tree = false;  // its tree sleeps with it
        AccountId top;             // only when there are timers
        std::vector<Timer> timers;
        subscriptions::Subscriptions subscriptions;
        changes::Quotes quotes;
        std::vector<metering::ReservedUse> reservations;
    };
    // Puts a sleeping account in its place. False: the bytes are no such form.
    bool insert_form(AccountId id, std::string_view form, Holdings& holdings);
    void reserve(std::size_t accounts) { slots_.reserve(accounts); }

    // --- putting off, for replays ---
    // Whether the account sleeps and nothing but itself makes its tree what it is.
    bool sleeps_alone(AccountId id) const {
        const Slot* slot = slots_.find(id);
        return slot != nullptr && slot->brings_tree();
    }
    // Puts off a use of the account, or an event that LateLog takes. False: it does not sleep
    // alone, or enough was put off already; nothing was done.
    bool put_off(const UsageRow& row, std::uint64_t number) {
        Slot* slot = slots_.find(row.account);
        return slot != nullptr && slot->brings_tree() && late_.add(slot->late(), row, number);
    }
    bool put_off(AccountId id, const LateEvent& event) {
        Slot* slot = slots_.find(id);
        return slot != nullptr && slot->brings_tree() && late_.add(slot->late(), event);
    }
    // What is put off now.
    const LateLog& late() const { return late_; }
    // Applies what was put off for some accounts, which sleep on; a slice of a millisecond or so.
    // False: nothing is left.
    bool settle_slice() const;

    // --- falling asleep ---
    // So many stay awake; 0: none, not even those that were asked a moment ago.
    void set_awake_max(std::size_t accounts) {
        awake_max_ = accounts;
        awake_before_ = awake_.size();
    }
    std::size_t awake() const { return awake_.size(); }
    // Lets accounts fall asleep when too many are awake: a slice of at most a millisecond or two,
    // and as many as woke since the last one. Those first that were not asked since it came by
    // last. Ends the life of pointers to records.
    void tidy() const {
        if (awake_.size() > awake_max_) [[unlikely]]
            tidy_slice();
    }

private:
    // A record, or the form of a sleeping account, in one word; and what was put off for it.
    class Slot {
    public:
        Slot() = default;
        explicit Slot(AccountRecord* record) : word_(reinterpret_cast<std::uintptr_t>(record)) {}
        Slot(std::string_view form, bool brings_tree);
        bool is_asleep() const { return (word_ & asleep) != 0; }
        bool brings_tree() const { return (word_ & with_tree) != 0; }
        LateLog::Chain& late() { return late_; }
        const LateLog::Chain& late() const { return late_; }
        AccountRecord* record() const { return reinterpret_cast<AccountRecord*>(word_); }
        std::string_view bytes() const;
        // What it points at is gone.
        void drop();

    private:
        static constexpr std::uintptr_t asleep = 1;
        static constexpr std::uintptr_t with_tree = 2;
        char* block() const { return reinterpret_cast<char*>(word_ & ~(asleep | with_tree)); }
        std::uintptr_t word_ = 0;
        LateLog::Chain late_;
    };

    AccountRecord* look_up(AccountId id) const {
        Slot* slot = slots_.find(id);
        if (slot == nullptr) return nullptr;
        if (slot->is_asleep()) [[unlikely]]
            return wake(id, *slot);
        AccountRecord* record = slot->record();
        was_asked(*record);
        return record;
    }
    AccountRecord* wake(AccountId id, Slot& slot) const;
    std::unique_ptr<AccountRecord> copy(AccountId id, const Slot& slot) const;
    void put_settled(std::string& out, AccountId id, const Slot& slot) const;
    static bool read_subscriptions(std::string_view form, subscriptions::Subscriptions& out);
    void put_form(std::string& out, AccountRecord& record) const;
    static void put_form(std::string& out, AccountRecord& record, bool brings_tree,
                         Duration present);
    bool sleeps_with_tree(const AccountRecord& record) const;
    bool fall_asleep(AccountRecord& record) const;
    void tidy_slice() const;
    void swap(AccountsTable& other) noexcept;

    mutable IdTable<Slot> slots_;
    mutable boost::unordered_flat_map<AccountId, std::unique_ptr<Tree>, UuidHash> trees_;
    mutable std::vector<AccountRecord*> awake_;
    mutable std::size_t awake_before_ = 0;  // when the last slice was over
    mutable std::size_t hand_ = 0;          // of the clock: which of `awake_` is looked at next
    mutable std::string form_;              // kept for its memory alone
    mutable LateLog late_;
    mutable std::size_t unsettled_ = 0;  // places that the present round of settling has ahead
    std::size_t awake_max_ = limits::accounts_awake_max;
};

}  // namespace rb::engine
