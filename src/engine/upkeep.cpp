#include "engine/upkeep.h"

#include "base/notice.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

namespace rb::engine {

namespace {

// At a million events a second a tenth of a second brings 2 MB.
constexpr std::chrono::milliseconds between_looks{100};
constexpr std::chrono::seconds after_a_failure{5};
// A slice takes as long with the partition's lock held: half of the time it is free for others.
constexpr std::chrono::milliseconds between_slices{1};

}  // namespace

void Upkeep::start() {
    thread_ = std::thread([this] { run(); });
}

void Upkeep::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Upkeep::work_here() {
    journal_.prepare();
    for (auto& partition : partitions_) {
        work(*partition);
        partition->settle_slice();
    }
}

void Upkeep::run() {
    // Replies come first, as with the views.
    constexpr int below_the_others = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), below_the_others);
    std::unique_lock lock(mutex_);
    bool can_write = true;
    for (;;) {
        auto pause = can_write ? std::chrono::milliseconds(between_looks) : after_a_failure;
        if (wake_.wait_for(lock, pause, [this] { return stopping_.load(); })) return;
        lock.unlock();
        journal_.prepare();
        can_write = true;
        for (auto& partition : partitions_) can_write = work(*partition) && can_write;
        for (auto& partition : partitions_) settle(*partition);
        lock.lock();
    }
}

void Upkeep::settle(Partition& partition) {
    while (!stopping_ && partition.settle_slice()) std::this_thread::sleep_for(between_slices);
}

bool Upkeep::work(Partition& partition) {
    while (!stopping_) {
        auto worked = partition.keep_ids(stopping_);
        if (!worked) {
            if (!has_failed_)
                notice(Severity::warning,
                       "ids of events stay in memory, they cannot be written: " + worked.error());
            has_failed_ = true;
            return false;
        }
        if (!*worked) return true;
        has_failed_ = false;
    }
    return true;
}

}  // namespace rb::engine
