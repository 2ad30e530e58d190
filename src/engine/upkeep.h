#pragma once
// What a store needs again and again, on a thread that serves no requests: room ahead in the
// journal is prepared, the ids of events of all partitions are brought within their budget
// (that thread works out, writes and syncs, partitions are asked in slices: engine/id_keeper.h),
// and after a start what it put off is applied, so that its memory comes back.
// When ids cannot be written (the disk is full), it says so once, all stay in memory, and it tries
// again some seconds later.
//
// Threading: start and stop by the engine; work_here instead of both where there are no threads.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/partition.h"

namespace rb::engine {

class Upkeep {
public:
    Upkeep(Journal& journal, std::vector<std::unique_ptr<Partition>>& partitions)
        : journal_(journal), partitions_(partitions) {}
    ~Upkeep() { stop(); }

    void start();
    // What is being written is given up; what is written is used.
    void stop();
    // All that there is to do now; of what a start put off a slice.
    void work_here();

private:
    void run();
    // False: it cannot write.
    bool work(Partition& partition);
    void settle(Partition& partition);

    Journal& journal_;
    std::vector<std::unique_ptr<Partition>>& partitions_;
    std::atomic<bool> stopping_{false};
    bool has_failed_ = false;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::thread thread_;
};

}  // namespace rb::engine
