#pragma once
// One writer: decides commands against its book in order, under one lock, and hands what was
// decided to the committer. A reply never leaves before its commit; what a reply showed must be
// durable too.
//
// Thread-safe. The lock is held for a decision, a rendering, or a slice of timers, never across
// I/O, except when a failed commit makes the book go back to the last durable position (reload).
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "domain/accounts/authority.h"
#include "engine/backlog.h"
#include "engine/book.h"
#include "engine/command.h"
#include "engine/decide.h"
#include "engine/event_hash.h"
#include "engine/id_keeper.h"
#include "engine/measure.h"
#include "engine/ports.h"
#include "engine/reader.h"
#include "engine/standing.h"
#include "engine/turnstile.h"
#include "engine/usage.h"
#include "engine/usage_block.h"
#include "engine/usage_index.h"
#include "engine/usage_key.h"

namespace rb::engine {

using Render = std::move_only_function<Rendered(const Reader&, const Reply&)>;
using Done = std::move_only_function<void(Result<Rendered>&&)>;
using Read = std::move_only_function<Result<Rendered>(const Reader&)>;

// Fixed places: the platform's catalog, the directory, then the trees' partitions.
inline constexpr PartitionId catalog_partition = 0;
inline constexpr PartitionId directory_partition = 1;
inline constexpr PartitionId first_tree_partition = 2;

// Instants of one call: the wall as the engine believes it.
struct Moment {
    Instant wall;
    Uuid seed;
};

// Who has asked for a step.
struct StepBy {
    accounts::Caller caller = accounts::Caller::platform();
    std::optional<Actor> actor;
};

class Partition {
public:
    using CatalogPtr = std::shared_ptr<const catalog::Catalog>;

    // `awake_max`: how many accounts stay unpacked, see AccountsTable.
    explicit Partition(PartitionId id, std::size_t awake_max = limits::accounts_awake_max)
        : id_(id), awake_max_(awake_max) {
        book_.partition = id;
        book_.accounts.set_awake_max(awake_max);
    }

    // Replays snapshot records and the journal. Called before serving and after a failed commit.
    Parsed<void> load(Store& store);

    struct Submission {
        Envelope envelope;
        Moment moment;
        CatalogPtr catalog;
        std::uint64_t catalog_seq = 0;
        Render render;
        Done done;
    };
    // Decides now; `done` is called when the outcome is durable (never under the lock).
    void submit(Submission&& submission);
    // What a command that is decided in several partitions would come to here, before anything is
    // written anywhere. It applies nothing but what is due.
    enum class Prospect : std::uint8_t { accepted, answered };  // answered: its reply is kept
    Result<Prospect> would_submit(Submission& submission);
    // As submit, for what the engine itself does to this partition (directory steps).
    using Step = std::function<Result<std::vector<Event>>(const Book&)>;
    // `by`: who has asked for it; without: the engine itself.
    void submit_step(std::string_view name, const Moment& moment, const Step& step,
                     std::move_only_function<void(Result<void>)> done, const StepBy& by = {});
    // Reads after firing what is due in the account's tree (nil: no tree); answers when durable.
    struct ReadRequest {
        AccountId account;
        accounts::Caller caller;
        Moment moment;
        CatalogPtr catalog;
        Read read;
        Done done;
    };
    void read(ReadRequest&& request);

    // --- usage and entitlements: partition_usage.cpp, partition_facts.cpp, partition_uses.cpp ---
    struct UsageCall {
        const accounts::Caller& caller;
        Moment moment;
        CatalogPtr catalog;
        std::uint64_t catalog_seq = 0;
    };
    // Before anything is counted, and the same for ever.
    void set_usage_key(const UsageKey& key) { usage_key_ = key; }
    // Before anything is counted: ids that were received up to here, on the wall clock, may be in
    // the form before (EventHash), and are looked for in it as long as they are remembered.
    void set_tree_ids_until(Instant until);
    // Before serving. Asked under this partition's lock: it may take the directory's.
    void set_names(NameHolder names) { names_ = std::move(names); }
    // What the views have not written yet, of all partitions; without it nothing is asked.
    void set_backlog(const Backlog* backlog) { backlog_ = backlog; }
    // Before load.
    void set_id_budget(const IdBudget& budget) { id_budget_ = budget; }
    void set_bounds(const Bounds& bounds) { bounds_ = bounds; }
    // Brings the ids of events within their budget, a step. False: nothing was to be done. Takes
    // the lock for slices only; for a thread that serves no requests, one at a time. An error (the
    // disk is full) has changed nothing. engine/partition_ids.cpp
    Parsed<bool> keep_ids(const std::atomic<bool>& stopping);
    // Applies some of what the start has put off for accounts that sleep; takes the lock for a
    // millisecond or so. False: nothing is left.
    bool settle_slice();
    // All decided now, in their order; answered when durable.
    void ingest(const UsageCall& call, std::span<const UsageEvent> events, IngestDone&& done);
    void consume(const UsageCall& call, std::span<const Consumption> consumptions,
                 ConsumeDone&& done);
    // Of several callers together; the call's own caller says nothing.
    struct UseCall {
        accounts::Caller caller;
        std::span<const Consumption> consumptions;
        ConsumeDone done;
    };
    void consume(const UsageCall& call, std::span<UseCall> uses);
    // From applied state, at once.
    Answers check(const UsageCall& call, std::span<const entitlements::Question> questions);

    // --- what answers checks without the lock: engine/partition_check.cpp ---
    struct StandingCall {
        Instant wall;
        CatalogPtr catalog;
        std::uint64_t catalog_seq = 0;  // read before the catalog
    };
    // Works the numbers out and keeps them in `standing`.
    void stand(const StandingCall& call, const Standings& of, const FeatureMark& feature,
               Standing& standing, Standing::Numbers& out);
    // Moves with everything that may change an answer, but for the catalog and the time.
    std::uint64_t turns() const { return mutex_.turns(); }
    // Immediate look at applied state, for authentication and routing.
    template <class F>
    auto peek(F&& f) const {
        std::lock_guard lock(mutex_.quiet());
        book_.accounts.tidy();
        return f(static_cast<const Book&>(book_));
    }

    // Fires due timers of wall-clock trees and moves advancing clocks, a slice. True: more is due.
    bool fire_slice(const Moment& moment, const CatalogPtr& catalog, std::size_t timers_max);
    std::optional<Instant> next_due() const;

    // --- the committer's side ---
    // Where the journal of this partition ends, as the book knows it.
    struct Head {
        std::uint64_t seq = 0;
        Sha256 chain;
    };
    struct Batch {
        std::string records;
        std::uint32_t record_count = 0;
        std::uint64_t first_event = 0;
        std::uint64_t last_event = 0;
        std::uint64_t last_record = 0;  // as this process counts them
        std::uint64_t catalog_seq = 0;
        std::vector<EntryRow> entries;
        std::vector<AccountId> entry_trees;  // of each entry
        std::vector<AuditRow> audit;
        std::vector<std::string> blocks;  // of usage, for the views
        std::vector<accounts::RequestRateSet> rates;
        std::vector<AccountId> trees;  // of which it brings facts; some more than once
    };
    // What was decided since the last call; nullopt: nothing.
    std::optional<Batch> take();
    using Completion = std::move_only_function<void()>;
    // The batch is durable: what may now be answered, to be called without the lock.
    std::vector<Completion> committed(const Batch& batch, const Head& head);
    // The batch is known not to be there: everything that waits is refused, the book goes back.
    std::vector<Completion> rejected(const Refusal& refusal, Store& store);
    bool has_pending() const;

    Head head() const;
    std::string state_hash() const;
    // Writes a snapshot unless the newest one is as new as the book. Only when nothing is in
    // flight.
    Parsed<void> snapshot(Views& views);
    std::uint64_t batches_since_snapshot() const { return replayed_; }
    PartitionId id() const { return id_; }

private:
    struct UsageTurn;
    // Called with nullptr when all is durable, else with why not.
    using Finish = std::move_only_function<void(const Refusal*)>;
    struct Waiting {
        std::uint64_t record = 0;  // answered when this one is durable
        Finish finish;
    };
    Parsed<void> load_locked(Store& store);
    // Of a book that nobody else knows yet. False: the disk does not take them.
    bool keep_ids_of(Book& fresh);
    // What runs say of the ids of a call, before its lock is taken; empty while there are no runs.
    template <class Item>
    std::optional<IdLookup> look_up_ids(const accounts::Caller& caller,
                                        std::span<const Item> items) const;
    bool remembers_tree_ids() const;
    EventHash hash_event(const accounts::Caller& caller, const AccountRecord& record,
                         std::string_view source, std::string_view id) const;
    // Was the event received before? deduplication_is_full: no, and it cannot be taken now.
    Result<bool> is_remembered(const Uuid& hash, std::size_t place, const UsageTurn& turn);
    // tree_is_full: nor may its tree have more.
    Result<bool> is_received(const EventHash& hash, const AccountRecord& record,
                             const UsageTurn& turn);
    // Applies events as one record, which is not appended yet.
    Record apply_events(Instant at, std::string_view command, const accounts::Caller& caller,
                        const std::vector<Event>& events);
    void append_record(const Record& record, std::uint64_t catalog_seq);
    void append_record(const Record& record, std::uint64_t catalog_seq, std::uint64_t width);
    Result<Rendered> decide_and_apply(Submission& submission);
    Result<Decided> decide_command(Submission& submission, const CatalogPtr& catalog, Instant now);
    Result<void> try_command(const Submission& submission, Command& command, Instant now);
    Result<Rendered> look(ReadRequest& request);
    // What would have broken an invariant, as somebody needs it who finds out why.
    struct Culprit {
        AccountId about;  // nil: the directory, the catalog or a clock
        std::string_view command;
        std::string text;  // of the command, as JSON
        Instant now;
        Uuid seed;
        const accounts::Caller& caller;
        std::span<const Event> events;  // that would have followed
    };
    // Writes it to the log and quarantines the part of the tree that it is about; nothing else has
    // changed. Gives what is answered. engine/partition_quarantine.cpp
    Refusal hold_back(const Culprit& culprit, const Moment& moment, const BrokenInvariant& broken);
    // The present of a command's tree, after what was due there.
    Instant present_for(const Submission& submission, AccountId anchor);
    Result<void> may_keep_reply(const accounts::Caller& caller, AccountId tree) const;
    Result<void> may_have_more(const Command& command, AccountId anchor) const;
    // For what may post entries by a tenant's own keys.
    Result<void> may_post(const accounts::Caller& caller, AccountId tree) const;
    Result<std::optional<KeptReply>> look_up(const Submission& submission, AccountId anchor,
                                             KeptReply& keep);
    void fire_tree(Tree& tree, Instant until, const Moment& moment, const catalog::Catalog& catalog,
                   std::size_t& budget);
    // False: the budget ran out on the way.
    bool advance_clock(TestClock& clock, const Moment& moment, const catalog::Catalog& catalog,
                       std::size_t& budget);
    // The tree's present instant, after firing what is due and finishing an advancing clock.
    Instant bring_up_to(AccountId account, const Moment& moment, const catalog::Catalog& catalog);
    void wait(Finish finish, std::vector<Finish>& ready);

    struct Asked {
        const entitlements::Question& question;
        entitlements::Purpose purpose;
        const Consumption* consumption;
        Instant now;
    };
    Standing::Numbers survey(const StandingCall& call, AccountId account, const std::string& key);
    const UsageIndex& index_of(const CatalogPtr& catalog);
    // nullptr: there is no such account.
    accounts::Stand stand_of(const accounts::Caller& caller, AccountRecord* record);
    Instant present_of(AccountRecord& record, UsageTurn& turn);
    Instant peek_present(AccountRecord& record, UsageTurn& turn);
    Result<entitlements::Decision> judge(AccountRecord& record, const entitlements::Act& act,
                                         UsageTurn& turn);
    void keep_events(std::vector<entitlements::Event>&& events, Instant at, UsageTurn& turn);
    void add_row(AccountRecord& record, const UsageRow& row, const UsageTurn& turn);
    void forget_events(const UsageTurn& turn);
    // Makes a record of the rows that have gathered.
    void close_block();
    // What is looked up of an event some events before it is counted.
    struct Arrived {
        AccountRecord* record = nullptr;
        EventHash hash;
    };
    class Approach;
    class UsesAhead;
    void consume_one(UseCall& use, UsageTurn& turn, std::vector<Finish>& ready);
    AccountRecord* come(AccountId account);
    void name(Arrived& arrived, const UsageEvent& event, const accounts::Caller& caller) const;
    Result<void> measure_all(const std::vector<const catalog::Meter*>& meters,
                             const UsageEvent& event, Instant occurred, Instant now);
    // As count_event, and as answer_question below, where a broken invariant is an answer.
    EventOutcome try_event(const UsageEvent& event, const Arrived& arrived, UsageTurn& turn);
    Result<entitlements::Answer> try_question(const entitlements::Question& question,
                                              entitlements::Purpose purpose,
                                              const Consumption* consumption, UsageTurn& turn);
    EventOutcome count_event(const UsageEvent& event, const Arrived& arrived, UsageTurn& turn);
    void name_entity(entitlements::Act& act, const AccountRecord& record,
                     std::string_view entity) const;
    static Result<std::string_view> entity_asked(const catalog::Meter& meter, const Asked& asked);
    UsageRow row_of(const AccountRecord& record, const entitlements::Act& act,
                    const Uuid& event) const;
    Result<entitlements::Answer> answer_question(const entitlements::Question& question,
                                                 entitlements::Purpose purpose,
                                                 const Consumption* consumption, UsageTurn& turn);
    Result<entitlements::Answer> answer_metered(AccountRecord& record,
                                                const catalog::Feature& feature, const Asked& asked,
                                                UsageTurn& turn);
    Result<entitlements::Answer> answer_given(AccountRecord& record,
                                              const catalog::Feature& feature, const Asked& asked,
                                              UsageTurn& turn);
    KeptReply reply_of_use(const AccountRecord& record, const Consumption& use,
                           const accounts::Caller& caller) const;
    void answer(Done&& done, Result<Rendered>&& outcome, std::vector<Finish>& ready);
    Instant wall(const Moment& moment) const;

    const PartitionId id_;
    const std::size_t awake_max_;
    mutable Turnstile mutex_;
    Book book_;
    Batch pending_;
    std::uint64_t durable_event_ = 0;
    std::uint64_t appended_ = 0;        // records since the process began
    std::uint64_t durable_record_ = 0;  // the last of them that is durable
    std::uint64_t replayed_ = 0;        // batches that a start would replay
    std::deque<Waiting> waiting_;

    UsageKey usage_key_;
    std::int64_t tree_ids_day_ = -1;  // the last with ids in the form before; -1: there is none
    NameHolder names_;
    const Backlog* backlog_ = nullptr;
    IdBudget id_budget_;
    Bounds bounds_;
    std::unique_ptr<IdKeeper> ids_;
    std::uint64_t loads_ = 0;            // of the book
    std::atomic<bool> has_runs_{false};  // of ids; may be looked at without the lock
    std::unique_ptr<UsageIndex> index_;
    UsageBlockWriter block_;
    std::uint64_t block_catalog_seq_ = 0;
    Instant block_received_;
    Instant forgotten_;
    // Kept between calls for their memory alone.
    std::vector<entitlements::Party> parties_;
    std::vector<std::pair<const catalog::Meter*, Measured>> counted_;
    std::string dimensions_;
};

// For the log: what a use or an event was about, and a timer.
std::string usage_json(AccountId account, std::string_view of, std::string_view source,
                       std::string_view id);
std::string timer_json(const Timer& timer);

// The hash under which a reply is kept: tree, principal, operation, key.
Sha256 idempotency_hash(AccountId top, const accounts::Caller& caller, const IdempotencyKey& key);

}  // namespace rb::engine
