#pragma once
// The rates that trees have been given, as they are durable: for who admits requests and cannot
// wait for a partition. Thread-safe. While no tree has one, asking is a look at one number.
#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>
#include <optional>

#include "domain/ids/types.h"

namespace rb::engine {

class TreeRates {
public:
    // Requests a second of the tree that begins with `top`; nullopt: it has no rate of its own.
    std::optional<std::int64_t> find(AccountId top) const {
        if (count_.load(std::memory_order_acquire) == 0) [[likely]]
            return std::nullopt;
        return look_up(top);
    }
    // nullopt takes it away.
    void set(AccountId top, std::optional<std::int64_t> requests_per_second);

private:
    struct Shard {
        mutable std::mutex mutex;
        boost::unordered_flat_map<AccountId, std::int64_t, UuidHash> rates;
    };
    std::optional<std::int64_t> look_up(AccountId top) const;
    std::size_t shard_of(AccountId top) const { return UuidHash{}(top) % shards_.size(); }

    std::atomic<std::int64_t> count_{0};
    alignas(64) std::array<Shard, 16> shards_;
};

}  // namespace rb::engine
