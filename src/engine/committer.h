#pragma once
// Group commit: one thread that writes what all partitions decided in one durable append, then lets
// the replies out. While one append is in flight the next batch collects, so the batch size follows
// the load and there is no timer to tune. A lone client sees one sync; many clients share one.
//
// Outcomes: ok -> replies leave. not_written -> everything undurable is refused with store_is_full,
// the books go back to the last durable position, serving goes on. fenced, sync_failed, or an
// unknown outcome that cannot be read back -> this store is served no more (store_is_stopped).
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/partition.h"
#include "engine/ports.h"

namespace rb::engine {

class Committer {
public:
    // Called after a batch is durable and before its replies leave.
    using OnDurable = std::function<void(const Partition& partition, std::uint64_t seq,
                                         Partition::Batch&& batch)>;

    Committer(Store& store, std::vector<std::unique_ptr<Partition>>& partitions,
              OnDurable on_durable);
    ~Committer();

    void start();  // commits on a thread of its own; without it the caller commits (tests)
    void stop();   // after committing what is pending
    // Something was decided: the own thread commits it, unless the calling thread has said that it
    // will (lead_here).
    void notify();
    // The calling thread commits what is pending, after any commit that is in flight.
    void lead();
    // From now on this thread calls lead() whenever it has decided something.
    void lead_here();
    bool is_led_here() const;
    // Commits everything pending on the calling thread. Only without a thread.
    void commit_all();

    bool stopped_serving() const { return failed_.load(); }
    std::string failure() const;
    // Full: the last append was not written.
    bool is_full() const { return full_.load(); }
    struct Counters {
        std::uint64_t commits = 0, records = 0, bytes = 0;
    };
    Counters counters() const { return {commits_.load(), records_.load(), bytes_.load()}; }

private:
    bool commit_once();
    void run();
    void wake();
    void give_up(const std::string& why);

    const std::uint64_t number_;  // of this object, never used again
    Store& store_;
    std::vector<std::unique_ptr<Partition>>& partitions_;
    OnDurable on_durable_;
    std::mutex commit_mutex_;  // held for a commit
    std::atomic<bool> pending_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool signalled_ = false;
    bool stopping_ = false;
    std::thread thread_;
    std::atomic<bool> failed_{false};
    std::atomic<bool> full_{false};
    mutable std::mutex failure_mutex_;
    std::string failure_;
    std::atomic<std::uint64_t> commits_{0}, records_{0}, bytes_{0};
};

}  // namespace rb::engine
