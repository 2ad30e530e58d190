#pragma once
// One writer: decides commands against its book in order, under one lock, and hands what was
// decided to the committer. A reply never leaves before its commit; what a reply showed must be
// durable too.
//
// Thread-safe. The lock is held for a decision, a rendering, or a slice of timers, never across
// I/O, except when a failed commit makes the book go back to the last durable position (reload).
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/book.h"
#include "engine/command.h"
#include "engine/decide.h"
#include "engine/ports.h"
#include "engine/reader.h"

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

class Partition {
public:
    using CatalogPtr = std::shared_ptr<const catalog::Catalog>;

    explicit Partition(PartitionId id) : id_(id) { book_.partition = id; }

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
    // As submit, for what the engine itself does to this partition (directory steps).
    using Step = std::function<Result<std::vector<Event>>(const Book&)>;
    void submit_step(std::string_view name, const Moment& moment, const Step& step,
                     std::move_only_function<void(Result<void>)> done);
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
    // Immediate look at applied state, for authentication and routing.
    template <class F>
    auto peek(F&& f) const {
        std::lock_guard lock(mutex_);
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
        std::uint64_t catalog_seq = 0;
        std::vector<EntryRow> entries;
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
    // Called with nullptr when all is durable, else with why not.
    using Finish = std::move_only_function<void(const Refusal*)>;
    struct Waiting {
        std::uint64_t event = 0;  // answered when this one is durable
        Finish finish;
    };
    Parsed<void> load_locked(Store& store);
    // Applies events as one record, which is not appended yet.
    Record apply_events(Instant at, std::string_view command, const accounts::Caller& caller,
                        const std::vector<Event>& events);
    void append_record(const Record& record, std::uint64_t catalog_seq);
    Result<Rendered> decide_and_apply(Submission& submission);
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
    void answer(Done&& done, Result<Rendered>&& outcome, std::vector<Finish>& ready);
    Instant wall(const Moment& moment) const;

    const PartitionId id_;
    mutable std::mutex mutex_;
    Book book_;
    Batch pending_;
    std::uint64_t durable_event_ = 0;
    std::uint64_t replayed_ = 0;  // batches that a start would replay
    std::deque<Waiting> waiting_;
};

// The hash under which a reply is kept: tree, principal, operation, key.
Sha256 idempotency_hash(AccountId top, const accounts::Caller& caller, const IdempotencyKey& key);

}  // namespace rb::engine
