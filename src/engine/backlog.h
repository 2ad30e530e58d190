#pragma once
// Ledger entries that are in the journal and not yet in the views, by tree. Whoever reads the views
// waits until they are written, so that no tree may have more of them than its share.
// Thread-safe.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>

#include "domain/ids/types.h"

namespace rb::engine {

class Backlog {
public:
    void add(AccountId tree, std::int64_t entries) {
        std::lock_guard lock(mutex_);
        waiting_[tree] += entries;
    }
    void remove(AccountId tree, std::int64_t entries) {
        std::lock_guard lock(mutex_);
        auto found = waiting_.find(tree);
        if (found == waiting_.end()) return;
        found->second -= entries;
        if (found->second <= 0) waiting_.erase(found);
    }
    std::int64_t of(AccountId tree) const {
        std::lock_guard lock(mutex_);
        auto found = waiting_.find(tree);
        return found == waiting_.end() ? 0 : found->second;
    }

private:
    mutable std::mutex mutex_;
    boost::unordered_flat_map<AccountId, std::int64_t, UuidHash> waiting_;
};

}  // namespace rb::engine
