#pragma once
// The state of one partition: plain structs that follow from the journal alone. `apply` cannot
// fail; the same events give the same book. Thread-compatible: its partition's lock guards it.
//
// Every part knows the number of the last event applied to it, so that a snapshot written in slices
// can be loaded and the tail of the journal applied only to parts that are older.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/limits.h"
#include "domain/catalog/catalog.h"
#include "domain/changes/decide.h"
#include "engine/accounts_table.h"
#include "engine/batch.h"
#include "engine/dedup.h"
#include "engine/directory_table.h"
#include "engine/event.h"
#include "engine/executed_quotes.h"
#include "engine/id_shares.h"
#include "engine/quarantine.h"
#include "engine/share.h"
#include "engine/usage_block.h"

namespace rb::engine {

struct TestClock {
    ClockId id;
    std::string name;
    Instant now;
    Instant target;  // later than now: advancing
    std::vector<AccountId> tops;
    bool advancing() const { return target > now; }
};

// A seller's ledger account.
struct HouseKey {
    AccountId owner;
    ledger::Bucket bucket = ledger::Bucket::revenue;
    Currency currency;
    auto operator<=>(const HouseKey&) const = default;
};
struct HouseBalance {
    int128 micros = 0;
    std::uint64_t position = 0;
};

struct KeyOwner {
    AccountId account;
    ApiKeyId key;
};

struct Sha256Hash {
    using is_avalanching = void;
    std::size_t operator()(const Sha256& h) const {
        std::size_t out = 0;
        std::memcpy(&out, h.bytes.data(), sizeof out);
        return out;
    }
};

// The platform dialect's ids are JSON numbers.
inline constexpr std::int64_t account_number_max = (std::int64_t{1} << 53) - 1;

struct Directory {
    DirectoryTable accounts;
    std::map<std::string, AccountId, std::less<>> aliases;
    std::map<AccountId, std::string> alias_of;
    boost::unordered_flat_map<Sha256, KeyOwner, Sha256Hash> keys;
    std::map<Uuid, AccountId> service_keys;
    accounts::Platform platform;
    // Free, or beyond account_number_max. A number that was chosen moves it only when it is this
    // one, so that none chosen takes the others away.
    std::int64_t next_number = 1'000'001;
    void pass_taken_numbers();
    void set_alias(AccountId account, const std::string& alias);  // empty: none any more
    boost::unordered_flat_map<AccountId, std::uint64_t, UuidHash> keys_of_tree;  // derived
};

// Replies kept for idempotency keys, dropped in order of their time.
class KeptReplies {
public:
    struct Sum {
        std::uint64_t replies = 0;
        std::uint64_t bytes = 0;
    };

    const KeptReply* find(const Sha256& key) const;
    void put(KeptReply reply);
    void drop_until(Instant now);
    std::size_t size() const { return by_key_.size(); }
    Sum sum() const { return all_; }
    // Of the tree: nil has those of the platform, and those from before trees were written down.
    Sum sum_of(AccountId tree) const;
    // In the order of their time.
    std::vector<KeptReply> all() const;

private:
    void leave(const KeptReply& reply);

    boost::unordered_flat_map<Sha256, std::unique_ptr<KeptReply>, Sha256Hash> by_key_;
    std::deque<std::pair<Instant, Sha256>> order_;
    Sum all_;
    boost::unordered_flat_map<AccountId, Sum, UuidHash> of_tree_;
};

// Its id still leads to its account, for a client that asks again with the same idempotency key.
struct EndedReservation {
    ReservationId id;
    Instant at;
};

// A subscription that is past due and for which the seller has to pay too.
struct OwingSeller {
    AccountId seller;
    AccountId buyer;
    SubscriptionId subscription;
    auto operator<=>(const OwingSeller&) const = default;
};

struct Book {
    std::uint32_t partition = 0;
    std::uint64_t seq = 0;          // last batch applied
    std::uint64_t event_count = 0;  // number of the last event
    Instant wall;                   // latest instant of a record on the wall clock
    Sha256 chain;                   // hash of the last batch

    catalog::Catalog catalog;     // only in the catalog's partition
    Directory directory;          // only in the directory's
    AccountsTable accounts;       // and their trees
    std::vector<AccountId> tops;  // of the trees, in order of their ids; derived
    // Whose they are. Quotes leave with their account's list of them.
    boost::unordered_flat_map<SubscriptionId, AccountId, UuidHash> subscription_accounts;
    boost::unordered_flat_map<QuoteId, AccountId, UuidHash> quote_accounts;
    boost::unordered_flat_map<ReservationId, AccountId, UuidHash>
        reservation_accounts;  // open ones, and ended ones as long as their replies are kept
    std::deque<EndedReservation> ended_reservations;  // by their end
    ExecutedQuotes executed_quotes;
    std::set<OwingSeller> owing_sellers;  // derived from subscriptions
    std::map<ClockId, TestClock> clocks;
    std::map<HouseKey, HouseBalance> house;
    // Requests a second of trees that have a rate of their own, by their tops.
    std::map<AccountId, std::int64_t> request_rates;
    std::set<std::pair<Instant, AccountId>>
        due;  // the earliest timer of each tree on the wall clock
    Quarantines quarantines;
    KeptReplies replies;
    OfferTable offers;                          // derived, kept for its work alone
    Dedup events{limits::event_ids_max};        // ids of the usage events that were received
    IdShares id_shares{limits::event_ids_max};  // whose they are; a sample

    // Pointers hold until the accounts are tidied: see accounts_table.h.
    AccountRecord* find(AccountId id) { return accounts.find(id); }
    const AccountRecord* find(AccountId id) const { return accounts.find(id); }
    Tree* tree_of(AccountId id);
    Tree* tree_of(AccountRecord& record);
    const Tree* tree_of(AccountId id) const;
    // Is `ancestor` the account itself or above it?
    bool is_within(AccountId account, AccountId ancestor) const;
    // The nearest agency above the account (not itself); nil: the platform sells to it.
    AccountId seller_of(const AccountRecord& record) const;
};

// Marks the sellers that a subscription of the account waits for; unmarked: of how it was before.
enum class Owing : std::uint8_t { unmarked, marked };
void mark_owing(Book& book, AccountId buyer, const subscriptions::Subscription& subscription,
                Owing how);
// Puts an id into its place in a list in order. Ids sort by the instant at which they were made, so
// the place is nearly always the end.
void insert_in_order(std::vector<AccountId>& ids, AccountId id);
// At most `limit` of a list in order, after one of them (nil: from the beginning).
std::span<const AccountId> slice_after(std::span<const AccountId> ids, AccountId after,
                                       std::size_t limit);

// Applies one event with its number; parts that already know it are left alone.
void apply(Book& book, const Event& event, std::uint64_t number, Instant received);
// In which plans that are held together the account has a share: where they are counted at the
// account itself (own), or at one above it. One with an add-on of the family has what that gives,
// and no share of another's.
metering::Sharing sharing_at(const AccountRecord& record, metering::Scope scope);
// Counts one row of a block, with its number, for its account (nullptr: none any more) and those
// above it. `received` is on the wall clock: event ids are remembered by it.
void count(Book& book, AccountRecord* account, const UsageRow& row, std::uint64_t number,
           Instant received);
// How rows of usage are counted. live: now, and their events are remembered. replayed: those of
// accounts that sleep alone are put off (AccountsTable::put_off), and somebody else remembers the
// events: engine/replay.h.
enum class Counting : std::uint8_t { live, replayed };
// Applies a whole record: its events from `first_event` on, its kept reply, its instant, and brings
// the timers of the accounts it touched up to date. Unknown event kinds stop the process. Gives the
// number after its last event.
std::uint64_t apply(Book& book, const Record& record, std::uint64_t first_event,
                    Counting how = Counting::live);
// Brings the timers and instants of accounts up to date after a record at `at`.
void touch(Book& book, const std::vector<AccountId>& accounts, Instant at);

// Adds those of all accounts, by plan.
void count_live_subscriptions(const Book& book, std::map<PlanId, std::int64_t>& counts);

// Canonical bytes of everything that the journal implies, for comparing a live book with a replayed
// one.
std::string canonical_state(const Book& book);

}  // namespace rb::engine
