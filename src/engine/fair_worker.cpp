#include "engine/fair_worker.h"

#include <sys/resource.h>
#include <unistd.h>

namespace rb::engine {

void FairWorker::start() {
    thread_ = std::thread([this] { serve(); });
}

void FairWorker::stop(Waiting waiting) {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        dropping_ = waiting == Waiting::is_dropped;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<void> FairWorker::has_room(AccountId tree) const {
    const std::lock_guard lock(mutex_);
    return tasks_.has_room(tree);
}

void FairWorker::run(AccountId tree, Work work) {
    if (!thread_.joinable()) return work();
    {
        const std::lock_guard lock(mutex_);
        tasks_.push(tree, std::move(work));
    }
    wake_.notify_one();
}

void FairWorker::serve() {
    // Replies come first, as with the views.
    constexpr int below_the_others = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), below_the_others);
    for (;;) {
        std::vector<Work> round;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
            if (tasks_.empty() || dropping_) return;
            round = tasks_.take_round();
        }
        for (Work& work : round) {
            work();
            const std::lock_guard lock(mutex_);
            if (dropping_) return;
        }
    }
}

}  // namespace rb::engine
