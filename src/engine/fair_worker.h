#pragma once
// A thread for what takes a while (reading the journal, making a key), fair among trees. Without
// it, before `start` and after `stop`, everything runs on the calling thread.
//
// Thread-safe, but for start and stop.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "engine/fair_tasks.h"

namespace rb::engine {

class FairWorker {
public:
    using Work = std::move_only_function<void()>;

    FairWorker(std::string_view what, std::size_t of_tree_max, std::size_t of_all_max)
        : tasks_(what, of_tree_max, of_all_max) {}
    ~FairWorker() { stop(Waiting::is_run); }

    void start();
    // What is to become of what still waits.
    enum class Waiting : std::uint8_t { is_run, is_dropped };
    void stop(Waiting waiting);

    // As FairTasks::has_room, for what nobody has waited for yet.
    Result<void> has_room(AccountId tree) const;
    void run(AccountId tree, Work work);

private:
    void serve();

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    FairTasks<Work> tasks_;
    bool stopping_ = false;
    bool dropping_ = false;
    std::thread thread_;
};

}  // namespace rb::engine
