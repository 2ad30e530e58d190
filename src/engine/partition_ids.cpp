// How a partition keeps the ids of its events within their budget: engine/id_keeper.h does the
// work, here it gets the ids to work with.

#include "base/notice.h"
#include "engine/partition.h"

namespace rb::engine {

void Partition::set_tree_ids_until(Instant until) {
    constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;
    std::lock_guard lock(mutex_.quiet());
    tree_ids_day_ = until.us > 0 ? until.us / day_us : -1;
}

bool Partition::keep_ids_of(Book& fresh) {
    static const std::atomic<bool> never{false};
    while (ids_->has_work(fresh.events)) {
        auto worked = ids_->work(
            [&fresh](const std::function<void(Dedup&)>& f) {
                f(fresh.events);
                return true;
            },
            never);
        if (!worked) {
            notice(Severity::warning,
                   "ids of events stay in memory, they cannot be written: " + worked.error());
            return false;
        }
        if (!*worked) break;
    }
    return true;
}

Parsed<bool> Partition::keep_ids(const std::atomic<bool>& stopping) {
    std::uint64_t loads = 0;
    {
        std::lock_guard lock(mutex_.quiet());
        if (!ids_->has_work(book_.events)) return false;
        loads = loads_;
    }
    // Where an id is kept changes no answer, so this is no turn of the lock.
    return ids_->work(
        [this, loads](const std::function<void(Dedup&)>& f) {
            std::lock_guard lock(mutex_.quiet());
            if (loads != loads_) return false;
            f(book_.events);
            has_runs_ = book_.events.has_runs();
            return true;
        },
        stopping);
}

}  // namespace rb::engine
