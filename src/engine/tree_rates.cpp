#include "engine/tree_rates.h"

namespace rb::engine {

std::optional<std::int64_t> TreeRates::look_up(AccountId top) const {
    const Shard& shard = shards_[shard_of(top)];
    const std::lock_guard lock(shard.mutex);
    auto it = shard.rates.find(top);
    return it == shard.rates.end() ? std::nullopt : std::optional(it->second);
}

void TreeRates::set(AccountId top, std::optional<std::int64_t> requests_per_second) {
    Shard& shard = shards_[shard_of(top)];
    const std::lock_guard lock(shard.mutex);
    const std::size_t before = shard.rates.size();
    if (requests_per_second)
        shard.rates[top] = *requests_per_second;
    else
        shard.rates.erase(top);
    count_ += static_cast<std::int64_t>(shard.rates.size()) - static_cast<std::int64_t>(before);
}

}  // namespace rb::engine
