#pragma once
// The engine: what every surface talks to. Commands go in with their caller; a rendered reply comes
// out when it is durable. Reads see a consistent moment and are answered when that moment is
// durable.
//
// Thread-safe. With `Threads::own` it commits, fires timers and keeps views on threads of its own;
// with `Threads::none` everything happens on the calling thread before the call returns (tests,
// tools).
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/command.h"
#include "engine/fact_feed.h"
#include "engine/partition.h"
#include "engine/ports.h"
#include "engine/reader.h"
#include "engine/tree_rates.h"
#include "engine/usage.h"

namespace rb::engine {

enum class Threads : std::uint8_t { own, none };

struct Options {
    Threads threads = Threads::own;
    std::uint32_t tree_partitions = 1;  // fixed when a store is made
    IdBudget ids;                       // of each partition; any, at each start
    // How many accounts of a partition are kept unpacked: 2 to 4 KB each, others 150 bytes and up.
    std::size_t accounts_awake_max = limits::accounts_awake_max;
    Bounds bounds{};
};

// Who a key belongs to.
struct Principal {
    accounts::Caller caller;
    ApiKeyId key;
    MemberId member;  // nil: bound to the account
    AccountId tree;   // the top of the caller's tree; nil: the platform itself
};

struct ServiceKeyOwner {
    AccountId account;
    AccountId tree;  // its top
    std::string public_key_pem;
    std::vector<std::string> roles;
};

struct Status {
    bool serving = true;
    bool store_full = false;    // commits or views cannot be written
    bool clock_jumped = false;  // timers are paused until a restart
    std::string failure;        // why it serves no more
    std::uint64_t events = 0;
    std::uint64_t accounts = 0;
    std::uint64_t quarantines = 0;
    std::uint64_t keys = 0;  // that open something: API and service keys, and the platform's
    std::uint64_t views_behind = 0;  // batches
    std::uint64_t commits = 0;
    std::uint64_t journal_bytes = 0;
};

class Engine {
public:
    // Loads the book from the store. Errors: a broken journal, with its place.
    static Parsed<std::unique_ptr<Engine>> open(Store& store, Vault& vault, Clock& clock,
                                                Entropy& entropy, Options options);
    ~Engine();
    // Commits what is pending, stops the threads. Also done by the destructor.
    void stop();

    // `done` gets what `render` made, once it is durable, or a refusal; from any thread, exactly
    // once. `render` runs under the partition's lock: it formats, nothing else.
    void execute(Envelope envelope, Render render, Done done);
    // A read in the partition of `account`; nil: the first tree partition.
    void read(AccountId account, accounts::Caller caller, Read read, Done done);
    // A page of the tops of all trees, whatever partition they are in, in order of opening: at most
    // `limit` after `after` (nil: from the beginning). Only for the platform; to others there are
    // none. `show` gives what one is shown as, under its partition's lock. Costs a look at `limit`
    // ids of each partition, and what is shown.
    struct TopsPage {
        std::vector<std::string> shown;
        AccountId last;  // where the next page begins; nil: this is the last one
    };
    using ShowAccount = std::function<std::string(const Reader&, const AccountRecord&)>;
    using TopsDone = std::move_only_function<void(Result<TopsPage>&&)>;
    void tops(accounts::Caller caller, AccountId after, std::size_t limit, ShowAccount show,
              TopsDone done);

    void read_clock(ClockId clock, accounts::Caller caller, Read read, Done done);
    // A thread that calls flush() at the end of each of its turns commits itself what it decided in
    // the turn: one hand-over less than with a thread for commits.
    void flush_here();
    void flush();
    // Fires all that is due now; without threads the caller says when.
    void run_timers();

    // Ledger entries and past balances come from views; they are as new as any reply before them.
    using EntriesDone = std::move_only_function<void(Result<std::vector<EntryRow>>&&)>;
    void entries(accounts::Caller caller, EntryQuery query, EntriesDone done);
    using BalanceDone = std::move_only_function<void(Result<BucketSums>&&)>;
    void balance_at(accounts::Caller caller, AccountId account, Instant at, BalanceDone done);

    // Who did what, from new to old; the platform's. Refused as may_overall(read_audit).
    using AuditDone = std::move_only_function<void(Result<std::vector<AuditRow>>&&)>;
    void audit(accounts::Caller caller, AuditQuery query, AuditDone done);

    // Facts after a cursor ("" from the beginning) within the caller's authority, oldest first.
    // With a wait the answer comes when there is one, or empty when the time is over.
    using FactsDone = std::move_only_function<void(Result<FactPage>&&)>;
    void facts(accounts::Caller caller, std::string after, std::size_t limit, Duration wait,
               FactsDone done);

    // --- usage and entitlements ---
    // Counts facts; answered when durable. A refused item is refused alone; its neighbours count.
    void ingest(const accounts::Caller& caller, std::span<const UsageEvent> events,
                IngestDone done);
    // May these be used? Immediate, from applied state, which may not be durable yet.
    Answers check(const accounts::Caller& caller,
                  std::span<const entitlements::Question> questions);
    // For checks of one account again and again. nullptr: there is no such account.
    std::unique_ptr<Standings> standings(AccountId account) const;
    // As check, for the platform, by the numbers that stand: some ten nanoseconds and no lock while
    // nothing has moved. Windows end late by the coarse clock's step, a few milliseconds. False:
    // not sure to be allowed in this quantity; `check` knows. True: allowed, and `out` says how
    // much.
    bool check_standing(Standings& of, const FeatureMark& feature, std::int64_t quantity,
                        Standing::Numbers& out);
    // Checks and counts in one step; answered when durable.
    void consume(const accounts::Caller& caller, std::span<const Consumption> consumptions,
                 ConsumeDone done);
    // As consume, for a thread that flushes: decided with others of the same turn, when the thread
    // calls anything else here or flush(), which is cheaper. `consumptions` must stay until `done`
    // is called; it may own them.
    void consume_in_turn(accounts::Caller caller, std::span<const Consumption> consumptions,
                         ConsumeDone done);

    // Usage by hour, from the views.
    using UsageDone = std::move_only_function<void(Result<std::vector<UsageHour>>&&)>;
    void usage(accounts::Caller caller, UsageQuery query, UsageDone done);

    // --- who is who; immediate ---
    // The hash of a key's text on its surface. caller_is_unknown, credentials_expired.
    Result<Principal> authenticate(accounts::Surface surface, std::string_view key_text) const;
    // Of a closed account too: its tokens are known, and may nothing.
    Result<ServiceKeyOwner> service_key(Uuid kid) const;
    // May the caller do this to the account? For what is answered before a command or a read.
    Result<void> may(const accounts::Caller& caller, AccountId account,
                     accounts::Right right) const;
    // Whether the caller's role is enough for it on any account at all, before it is known which.
    static Result<void> may_at_all(const accounts::Caller& caller, accounts::Right right);
    // The same of what belongs to no account: a key for one account is refused.
    static Result<void> may_overall(const accounts::Caller& caller, accounts::Right right);
    // The least role with which an account itself may do it.
    static std::string_view least_role(accounts::Right right);
    // Text that says nothing to whoever has no key of this store, and reads back here alone: for
    // cursors, whose numbers tell what all trees together do. nullopt: not made here.
    std::string hide(std::string_view text);
    std::optional<std::string> show(std::string_view hidden) const;
    // A store from before keys had rights was opened: how many keys of accounts have lost by it
    // what they could tell of usage. nothing: it knew of rights already.
    std::optional<std::int64_t> keys_narrowed() const { return keys_narrowed_; }
    // The account that a reference means to whoever asks, within that one's authority: "acc_..." by
    // its id; "key:TEXT" by the key that the asker gave it; a bare text by the asker's own key,
    // else by the name or the alias that it has in the asker's tree, else by a key that an account
    // above the asker gave it. To the platform a name is a top's, an alias, or what itself has
    // named a child, if one only; no key is its own.
    //
    // A key of before keys had givers is everybody's in its tree. Where such a key and a name are
    // the same text, the account that was opened first has it; to those who see only the other one
    // it is ambiguous until the key is changed.
    //
    // account_is_unknown, in the same words whether it does not exist or is another's;
    // reference_is_ambiguous.
    Result<AccountId> resolve(const accounts::Caller& caller, std::string_view reference,
                              std::string_view field = "/account") const;
    // A name that is unique everywhere: a top's or an alias (engine/directory.h).
    std::optional<AccountId> account_named(std::string_view name) const;
    // A name or an alias within the tree of the caller, which is not the platform, and within its
    // authority.
    std::optional<AccountId> account_named(const accounts::Caller& caller,
                                           std::string_view name) const;
    std::optional<AccountId> account_numbered(std::int64_t number) const;
    std::string alias_of(AccountId account) const;  // empty: none
    // Keys of before that a bare reference cannot use, by tree. Walks all accounts: for `doctor`.
    std::vector<ClashingKey> clashing_keys() const;
    std::optional<AccountId> account_of(SubscriptionId subscription) const;
    std::optional<AccountId> account_of(QuoteId quote) const;
    std::optional<AccountId> account_of(ReservationId reservation) const;  // while it is open
    bool exists(AccountId account) const;
    bool is_within(AccountId account, AccountId ancestor) const;
    // Does the account exist for the caller: within its authority, and its key's?
    bool reaches(const accounts::Caller& caller, AccountId account) const;
    // When a key (an API key, one of the platform, a service key) was last used, to the minute.
    // Nothing: never, or not since this is known (engine/key_uses.h).
    std::optional<Instant> last_used(Uuid key) const;
    bool has_root_key() const;
    // Its operators and keys, also those that have ended.
    accounts::Platform platform() const;
    // Adds a root key; one that is there already stays as it is.
    void add_root_key(std::string_view key_text, std::move_only_function<void(Result<void>)> done);

    // What is held back (engine/quarantine.h), in the order of the accounts at which it begins.
    std::vector<Quarantine> quarantines() const;
    // Serves it again from its state as it stands; what was due meanwhile happens at once, in
    // order. The platform's alone; quarantine_is_unknown.
    void release_quarantine(const accounts::Caller& caller, const Actor& actor, AccountId root,
                            std::move_only_function<void(Result<void>)> done);

    // Rates of trees of their own; one that was set holds from before its reply.
    const TreeRates& tree_rates() const;

    std::shared_ptr<const catalog::Catalog> catalog() const;
    // What applying the draft would change, and how many live subscriptions a plan has now. The
    // counts walk all accounts: for operators, not for every request.
    std::vector<catalog::Difference> diff(const catalog::Draft& draft) const;
    std::map<PlanId, std::int64_t> live_subscriptions() const;
    Vault& vault() { return vault_; }
    Instant now() const;  // the wall clock as the engine believes it
    Uuid fresh_id();      // a UUIDv7 of now
    Uuid fresh_seed() { return entropy_.seed(); }
    Status status();
    std::vector<std::string> state_hashes() const;  // of each partition, for tests

private:
    struct Impl;
    Engine(Store& store, Vault& vault, Clock& clock, Entropy& entropy, Options options);
    Parsed<void> load();
    Parsed<void> load_partitions();
    Parsed<UsageKey> usage_key();
    Parsed<void> find_tree_ids();
    Partition::UsageCall usage_call(const accounts::Caller& caller, Uuid seed);
    std::vector<std::vector<std::size_t>> by_partition(
        std::size_t count, const std::function<AccountId(std::size_t)>& account) const;
    template <class In, class Out, class Done, class Ask>
    void spread(Partition::UsageCall call, std::span<const In> items, Done done, Ask ask);
    static AccountId account_of(const UsageEvent& event) { return event.account; }
    static AccountId account_of(const Consumption& c) { return c.question.account; }
    Moment moment();
    PartitionId home_of(Uuid id) const;
    std::optional<PartitionId> partition_of(AccountId account) const;
    std::optional<AccountId> named_near(AccountId account, std::string_view name) const;
    // The top of the caller's tree; nil: the platform.
    AccountId tree_of(const accounts::Caller& caller) const;
    std::optional<Refusal> stopped() const;
    // Decides what has gathered in this thread's turn; why nothing is served, if so.
    std::optional<Refusal> begin_call();
    void decide_turn();
    std::set<AccountId> abandoned_holders(const AccountReserved& wanted);
    bool enter(const Sha256& key, Envelope& envelope, Render& render, Done& done);
    bool fire_due();
    void submit(PartitionId partition, Envelope&& envelope, Render&& render, Done&& done);
    Result<Partition::Prospect> would_submit(PartitionId home, Envelope& envelope);
    std::int64_t number_by_chance();
    void save_key_uses(Views& views);
    void drop_registration(const Event& registration, Done&& done, Result<Rendered>&& rendered);
    void open_account(Envelope&& envelope, Render&& render, Done&& done);
    void end_keys(PartitionId home, Envelope&& envelope, Render&& render, Done&& done);
    void add_key(Envelope&& envelope, Render&& render, Done&& done, Event registration);
    template <class Done, class Ask>
    void ask_views(AccountId account, accounts::Caller caller, accounts::Right right, Done done,
                   Ask ask);
    void reverse_entry(Envelope&& envelope, Render&& render, Done&& done);
    void record_once(const Reference& reference, Envelope&& envelope, Render&& render, Done&& done);
    void submit_once(PartitionId home, const Reference& reference, Envelope&& envelope,
                     Render&& render, Done&& done);
    void step(std::string_view name, Partition::Step step,
              std::move_only_function<void(Result<void>)> done);
    void decided();
    void reconcile_directory();
    enum class StoreAge : std::uint8_t { fresh, before };
    Parsed<void> note_narrowed_keys(StoreAge age);

    Store& store_;
    Vault& vault_;
    Clock& clock_;
    Entropy& entropy_;
    Options options_;
    bool stopped_ = false;
    std::optional<std::int64_t> keys_narrowed_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace rb::engine
