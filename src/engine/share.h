#pragma once
// How trees share what they have together: a tree may take more while it holds less than what is
// left. One tree alone gets half; of n that take what they can each gets the (n + 1)th part, and as
// much is left for those that have nothing yet. It is the threshold by which trees share a queue
// (api/common/turns.h).
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "domain/faults/types.h"

namespace rb::engine {

// What trees may have, as limits.h says unless a test wants less.
struct Bounds {
    std::uint64_t things = limits::tree_things_max;             // of a tree
    std::uint64_t keys = limits::tree_keys_max;                 // of a tree, in force
    std::uint64_t replies = limits::idempotency_keys_max;       // of a partition
    std::uint64_t reply_bytes = limits::idempotency_bytes_max;  // of a partition
};

struct Shared {
    std::uint64_t capacity = 0;
    std::uint64_t held = 0;  // by all trees
};

// May a tree that holds so much take more?
constexpr bool has_share(const Shared& all, std::uint64_t held) {
    return all.held < all.capacity && held < all.capacity - all.held;
}

// "ids of events: this tree holds 20 of 40, and 20 are left for all".
inline std::unexpected<Refusal> tree_is_full(std::string_view what, const Shared& all,
                                             std::uint64_t held) {
    const std::uint64_t left = all.capacity - std::min(all.capacity, all.held);
    return refuse(Fault::tree_is_full,
                  std::string(what) + ": this tree of accounts holds " + std::to_string(held) +
                      " of " + std::to_string(all.capacity) + ", and " + std::to_string(left) +
                      " are left for all trees: it may hold no more than are left");
}
// Of a bound that is each tree's own.
inline std::unexpected<Refusal> tree_is_full(std::string_view what, std::uint64_t held,
                                             std::uint64_t held_max, std::string field = {}) {
    return refuse(Fault::tree_is_full,
                  std::string(what) + ": this tree of accounts has " + std::to_string(held) +
                      ", and may have " + std::to_string(held_max),
                  std::move(field));
}

}  // namespace rb::engine
