#pragma once
// Ids of events for this room's tests: uniform, as keyed hashes are, and days to receive them on.
#include <cstdint>

#include "base/id.h"
#include "base/instant.h"

namespace rb::engine::test {

inline Uuid hash_of(std::uint64_t n) {
    std::uint64_t words[2];
    for (std::uint64_t& word : words) {
        n += 0x9E3779B97F4A7C15ULL;
        word = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9ULL;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
        word ^= word >> 31;
    }
    return {words[0], words[1]};
}

inline constexpr std::int64_t first_day = 20'000;
inline Instant day(std::int64_t n) { return Instant::of_seconds((first_day + n) * 86'400); }

}  // namespace rb::engine::test
