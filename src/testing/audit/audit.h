#pragma once
// The auditor: reads a journal from its first batch and recomputes, slowly and plainly, what must
// hold, without the book, the rules or the views. What it checks, in the order of reading:
//
//   - every batch opens, follows the one before it (number, first event, hash), names its partition
//   and a
//     catalog batch that exists;
//   - every event decodes; every entry is posted once, sums to zero in each currency, and names
//   accounts
//     that were opened before; a reversal names an entry before it, once;
//   - holds and grants: placed or made once, never overdrawn, gone when they are used up; what is
//   held and
//     what is granted equals their sums; a receivable is never a debt of ours;
//   - uses: of accounts that were opened, each event once, none ahead of its counting; packs for
//     packages that were opened. What each window, entity and package came to is recounted row by
//     row and reported, for who has an engine to compare;
//   - reservations: made once and ended once; who would pay for them stands above; the money is
//   held
//     as they say from the record that makes them to the one that ends them, and no longer. What
//     they hold at each level is reported likewise;
//   - spend caps: what is said to be spent stands behind the entry or the lines that charge it, and
//   nothing
//     that a capped account's uses cost is left out;
//   - subscriptions: revisions ascend; reservations and holds name each other; what sellers have
//   deferred
//     equals what subscriptions have still to deliver.
//
// A problem of one tree is told with the tree's name, and all others are checked all the same: the
// journal is read again without what that tree says. Any other problem (the chain is broken, an
// event does not decode) ends the audit of its partition. Reads only; one thread.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/int128.h"
#include "engine/book.h"
#include "engine/ports.h"
#include "testing/audit/counter_check.h"

namespace rb::testing::audit {

// Micros by owner, bucket and currency: wallets and sellers alike. No zeros.
using Balances = std::map<engine::HouseKey, int128>;

// What was counted of a meter for an account, ever: sums of quantities and numbers of rows.
struct UsageSum {
    int128 quantity = 0;
    std::uint64_t rows = 0;
    bool operator==(const UsageSum&) const = default;
};
using UsageSums = std::map<std::pair<AccountId, std::string>, UsageSum>;

// What each entity used of a meter that counts or sums, within the windows that are open. Rolling
// ones are recounted with the counters (counter_check.h).
struct EntityWindow {
    AccountId account;
    std::string meter;
    catalog::WindowKind window = catalog::WindowKind::subscription;
    Period span;
    auto operator<=>(const EntityWindow& o) const {
        return std::tie(account, meter, window, span.start, span.end) <=>
               std::tie(o.account, o.meter, o.window, o.span.start, o.span.end);
    }
    bool operator==(const EntityWindow&) const = default;
};
using EntitySums = std::map<EntityWindow, std::map<Uuid, int128>>;
// What uses have cost within the spans of caps, in micros.
struct SpentWindow {
    AccountId account;
    metering::SpendLimit against = metering::SpendLimit::account;
    Period span;
    auto operator<=>(const SpentWindow& o) const {
        return std::tie(account, against, span.start, span.end) <=>
               std::tie(o.account, o.against, o.span.start, o.span.end);
    }
    bool operator==(const SpentWindow&) const = default;
};
using SpentSums = std::map<SpentWindow, int128>;
// What open reservations hold of a meter at an account: of its own quantity and of those below, and
// what they would cost it.
struct HeldSum {
    int128 own = 0;
    int128 below = 0;
    int128 units = 0;   // beyond its packages
    int128 money = 0;   // micros
    int128 payers = 0;  // of that, under the consent of an app store's payer
    bool operator==(const HeldSum&) const = default;
};
using HeldSums = std::map<std::pair<AccountId, std::string>, HeldSum>;
// What the engine holds of an account's meters against what its reservations come to. Nothing: they
// agree; else a sentence.
std::optional<std::string> difference(const HeldSums& sums, AccountId account,
                                      const metering::Usage& usage);
// Whether windows of this kind are recounted.
bool is_recounted(const metering::EntityCounter& counter);

// What is wrong with one tree, and nothing else.
struct BadTree {
    AccountId top;
    std::string problem;  // the first one, with its place
};

struct PartitionReport {
    engine::PartitionId partition = 0;
    std::uint64_t batches = 0;
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    std::uint64_t entries = 0;
    std::uint64_t uses = 0;  // rows of usage
    UsageSums usage;
    EntitySums entities;
    CountedAccounts counted;
    SpentSums spent;
    HeldSums held;
    std::vector<AccountId> accounts;  // in order of opening
    Balances balances;
    std::vector<BadTree> bad_trees;  // what they say is left out of everything above
    std::string problem;             // the first one, with its place; empty: none
};

struct Report {
    std::uint64_t batches = 0;
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    std::uint64_t entries = 0;
    std::uint64_t uses = 0;
    std::map<Currency, int128> sums;  // over everything; zero each
    std::vector<PartitionReport> partitions;
    std::vector<BadTree> bad_trees;
    std::string problem;  // the first of all; empty: none
    bool ok() const { return problem.empty(); }
};

Report run(engine::Store& store);

}  // namespace rb::testing::audit
