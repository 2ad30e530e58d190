#pragma once
// Keeps the ids of events of one partition within the memory that they may take: writes the oldest
// days to runs, puts small runs of a day together, removes those of days that are over.
//
// Runs are derived state, and only those that the newest snapshot names are read at a start: what
// came after is in the journal that the start replays, so a run that was not named, whatever it
// holds, is removed. Hence a run may hold ids of events that are not durable yet: when they turn
// out not to be, the book goes back, and the runs since the snapshot with it. A run that is named
// stays as it is until a newer snapshot names others, or its day is over for every meter; the day
// is put down in the store before the file goes.
//
// No id is out of sight at any moment: a run is asked from the moment on at which it is durable,
// and only then the ids that it holds leave the memory. The ids are used in slices of some tens of
// microseconds, between which nothing is held.
//
// Threading: `work` is for one thread at a time; `open` and `named` may run beside it, under the
// lock that `Use` takes.
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/limits.h"
#include "engine/dedup.h"
#include "engine/ports.h"

namespace rb::engine {

// How many ids of events a partition tells apart, and how many of them in memory.
struct IdBudget {
    std::size_t all = limits::event_ids_max;
    std::size_t in_memory = limits::event_ids_in_memory_max;
};

class IdKeeper {
public:
    IdKeeper(Store& store, PartitionId partition, const IdBudget& budget)
        : store_(store), partition_(partition), budget_(budget) {}

    // After a snapshot was read, or none: `ids` has the runs that it names, and no other file of
    // the partition stays.
    void open(const Dedup& ids);
    // A snapshot that names the runs of `ids` is written.
    void named(const Dedup& ids);

    // Calls its argument with the ids, under their lock. False: they are no more those that the
    // work began with (the book was loaded again), and nothing was called.
    using Use = std::function<bool(const std::function<void(Dedup&)>&)>;
    bool has_work(const Dedup& ids) const;
    // The next thing to do, if there is one. False: there was none. An error (the disk is full)
    // leaves everything as it was. `stopping` ends it early.
    Parsed<bool> work(const Use& use, const std::atomic<bool>& stopping);

private:
    struct Task {
        enum class Kind : std::uint8_t { none, remove, spill, merge } kind = Kind::none;
        std::vector<IdRunPtr> runs;  // to be removed, or merged
        Dedup::Day day;              // to be written
        std::int64_t horizon = 0;
    };
    Task next_task(Dedup& ids) const;
    Parsed<bool> remove(const Task& task);
    Parsed<bool> spill(const Task& task, const Use& use, const std::atomic<bool>& stopping);
    Parsed<bool> merge(const Task& task, const Use& use, const std::atomic<bool>& stopping);
    Parsed<std::unique_ptr<IdRunBuilder>> begin(std::int64_t day, std::size_t ids);
    void collect(const Dedup& ids);
    void drop(std::uint64_t number) const;

    Store& store_;
    const PartitionId partition_;
    const IdBudget budget_;
    std::mutex mutex_;  // guards what is below; nothing else is taken under it
    std::uint64_t next_number_ = 1;
    std::set<std::uint64_t> named_;  // by the newest snapshot
};

// The first instant whose ids are remembered, as put down when runs were removed; 0: nothing was.
Parsed<Instant> ids_forgotten_until(Journal& journal, PartitionId partition);

}  // namespace rb::engine
