#pragma once
// What a book holds of one account and of one tree. Plain structs; `Book` says who changes them.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/changes/decide.h"
#include "engine/usage_terms.h"

namespace rb::engine {

// One thing of an account that happens by itself. Ordered by instant, then by id (ids sort by
// creation).
struct Timer {
    enum class Kind : std::uint8_t { subscription, expiry };
    Instant due;
    Uuid subject;  // the subscription; for an expiry the account
    AccountId account;
    Kind kind = Kind::subscription;
    auto operator<=>(const Timer&) const = default;
};

// What every use asks stands in the first lines of memory, side by side.
struct alignas(64) AccountRecord {
    bool was_asked = true;        // since AccountsTable came by; no state
    bool stays_awake = false;     // too large to be packed now and then; no state
    struct Tree* tree = nullptr;  // derived; see Book::tree_of
    std::uint64_t position = 0;
    TermsCache terms;  // derived: what plans say about meters
    metering::Usage usage;
    accounts::Account account;
    ledger::Wallet wallet;
    subscriptions::Subscriptions subscriptions;
    metering::Gauges gauges;
    changes::Quotes quotes;
    std::unique_ptr<catalog::PlanTable> owned_plans;  // of an agency
    std::vector<AccountId> children;
    std::vector<Timer> scheduled;  // its entries in the tree's queue; derived
    // The worst status of all above and itself, while the tree's rules are these; derived.
    std::uint64_t worst_at_rules = 0;
    accounts::Status worst = accounts::Status::active;
    std::int64_t things = 0;  // as its tree has counted them; derived

    // All but the plans and what is derived: the form of AccountsTable and of snapshots.
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "wallet", s.wallet);
        v(3, "subscriptions", s.subscriptions);
        v(4, "gauges", s.gauges);
        v(5, "quotes", s.quotes);
        v(7, "children", s.children);
        v(8, "position", s.position);
        v(9, "usage", s.usage);
    }
};

// Whose a key is: the account's, and whoever gave it.
struct KeyHolder {
    AccountId account;
    AccountId giver;  // nil: given before keys were somebody's own; of a top: by the platform
};

// What every use asks comes first.
struct alignas(64) Tree {
    std::set<Timer> timers;
    ClockId clock;            // nil: the wall clock
    Instant now;              // of the last command
    std::uint64_t rules = 1;  // moves with every event that may change what plans give; derived
    AccountId top;
    std::multimap<std::string, KeyHolder, std::less<>> keys;  // see own_keys.h
    std::int64_t things = 0;  // of all its accounts, see things_of; derived
};

// Asks memory for what every use asks of a record, and for what that points at once it is there.
inline void bring_head_near(const AccountRecord& record) {
    const char* begin = reinterpret_cast<const char*>(&record);
    const char* end = reinterpret_cast<const char*>(&record.account) + 64;
    bring_near(begin, static_cast<std::size_t>(end - begin));
}
inline void bring_parts_near(const AccountRecord& record) {
    bring_near(record.usage.counters.data(), 64);
    bring_near(record.usage.draws.data(), sizeof(metering::Draw));
    bring_near(record.tree, 128);
    record.terms.bring_near();
}

// What is scheduled for an account follows from the rest of it.
std::vector<Timer> timers_of(AccountId account, const ledger::Wallet& wallet,
                             const subscriptions::Subscriptions& subscriptions,
                             const metering::Usage& usage);
inline std::vector<Timer> timers_of(const AccountRecord& r) {
    return timers_of(r.account.id, r.wallet, r.subscriptions, r.usage);
}

// How many things the account has, itself one of them: what a tree's bound counts (limits.h).
std::int64_t things_of(const AccountRecord& record);

}  // namespace rb::engine
