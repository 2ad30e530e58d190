#pragma once
// Keeps the views behind the journal, in order, outside the commit path, and answers reads of them.
// What batches bring gathers for a second, because one large transaction costs far less than many
// small ones, and usage of one hour is written once; a read does not wait for that.
// A read that is asked for after a reply sees everything that the reply had committed: what is in
// the queue of batches comes before the reads that wait, and of those one of each tree before the
// next. When the queue of entries grows beyond its bound, or views could not be
// written (disk full), the worker forgets what it held and reads the journal instead; until that
// succeeds, reads of views are told that they are behind.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/backlog.h"
#include "engine/fair_tasks.h"
#include "engine/partition.h"
#include "engine/ports.h"
#include "engine/usage_hours.h"

namespace rb::engine {

class ViewWorker {
public:
    explicit ViewWorker(Store& store) : store_(store) {}
    ~ViewWorker() { stop(); }

    // Before `start`, and before anything is handed over: what the journal has of this partition
    // and the views have not is applied first. Replies need not wait for that.
    void begin(PartitionId partition) { behind_.insert(partition); }
    void start();
    void stop();

    // What a batch brought: ledger entries, commands and blocks of usage.
    struct News {
        std::vector<EntryRow> entries;
        std::vector<std::string> blocks;
        std::vector<AuditRow> audit;
        std::vector<AccountId> entry_trees;  // of each entry
        std::size_t weight() const;
    };
    void batch(PartitionId partition, std::uint64_t seq, News&& news);
    // `views` is nullptr when they are behind the journal and cannot catch up now.
    using Task = std::move_only_function<void(Views* views)>;
    void task(AccountId tree, Task task);
    // For a task of the tree: tree_is_full, engine_is_overloaded.
    Result<void> has_room(AccountId tree) const;
    std::uint64_t behind() const;
    // The views cannot be written at present, as on a full disk.
    bool is_stuck() const { return is_stuck_.load(std::memory_order_relaxed); }
    // Entries that were handed over and are not written, by tree.
    const Backlog& backlog() const { return backlog_; }

private:
    struct Item {
        PartitionId partition = 0;
        std::uint64_t seq = 0;
        News news;
    };
    // What batches brought to one partition and is not written yet.
    struct Part {
        std::uint64_t seq = 0;
        std::vector<EntryRow> entries;
        std::vector<AuditRow> audit;
        UsageHours hours;
        std::map<AccountId, std::int64_t> waiting;  // entries by tree
        bool readable = true;
        std::size_t size() const { return entries.size() + audit.size() + hours.size(); }
    };
    void run();
    void gather(std::deque<Item>& items);
    void answer(std::vector<Task>& tasks);
    // Applies what the journal has and the views have not.
    Parsed<void> catch_up(PartitionId partition);
    // Whether the views now hold all that was gathered.
    bool write();
    bool is_stopping() const;
    std::size_t gathered() const;
    void mark_behind(PartitionId partition, const std::string& why);
    bool catch_up_all();

    // An entry weighs as much as so many bytes of usage.
    static constexpr std::size_t bytes_an_entry = 256;
    static constexpr std::size_t queued_entries_max = 200'000;
    static constexpr std::size_t gathered_entries_max = 10'000;
    // Usage of an hour is written once, however often it grew meanwhile: so gathering pays. A crash
    // loses nothing, the journal has it.
    static constexpr std::chrono::milliseconds gathering{1000};
    static constexpr std::chrono::milliseconds between_looks{50};
    static constexpr std::size_t rows_per_write = 50'000;

    Store& store_;
    Backlog backlog_;
    std::atomic<bool> is_stuck_{false};
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> items_;
    FairTasks<Task> tasks_{"reads in the queue", limits::tree_view_reads_max,
                           limits::view_reads_max};
    std::set<PartitionId> behind_;  // only the worker's, as all up to `due_`
    // The batch up to which a partition has caught up from the journal: what the queue still holds
    // of those is there already.
    std::map<PartitionId, std::uint64_t> caught_up_;
    std::map<PartitionId, Part> gathered_;
    std::chrono::steady_clock::time_point due_;  // when what has gathered is to be written
    std::size_t queued_entries_ = 0;
    bool overflowed_ = false;
    bool urgent_ = false;  // a read waits, or enough has gathered
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace rb::engine
