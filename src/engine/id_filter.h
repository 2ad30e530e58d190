#pragma once
// May an id be in a run? A blocked Bloom filter in memory: an id sets one bit in each of the eight
// words of one block of 64 bytes, so that a question costs one line of the cache. At 12 bits an id
// some four of a thousand ids that are not there are taken for one that may be; an id that is there
// never answers no.
//
// The ids are uniformly distributed hashes, and their own bits choose block and bits: `high` the
// block, bits 12 to 59 of `low` the bits. The lowest 12, by which memory is cut into shards, take
// no part.
//
// Threading: const calls may run beside each other.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "engine/near.h"

namespace rb::engine {

class IdFilter {
public:
    static constexpr std::size_t bits_per_id = 12;
    static constexpr std::size_t block_bytes = 64;

    IdFilter() : IdFilter(0) {}
    // For so many ids; with more it answers "may be" more often.
    explicit IdFilter(std::size_t ids);
    // From what `bytes` gave. An error when that is no whole number of blocks, or none.
    static Parsed<IdFilter> of(std::string_view bytes);

    void add(const Uuid& id);
    bool may_have(const Uuid& id) const;
    // Brings its block near.
    void prefetch(const Uuid& id) const { bring_near(&blocks_[block_of(id)], 1); }
    // Words in little-endian order.
    std::string_view bytes() const;

private:
    static constexpr std::size_t words = 8;
    struct alignas(block_bytes) Block {
        std::uint64_t word[words] = {};
    };
    std::size_t block_of(const Uuid& id) const {
        return static_cast<std::size_t>(
            (static_cast<unsigned __int128>(id.high) * blocks_.size()) >> 64);
    }
    static std::uint64_t bit_of(const Uuid& id, std::size_t word) {
        return std::uint64_t{1} << ((id.low >> (12 + 6 * word)) & 63);
    }

    std::vector<Block> blocks_;
};

}  // namespace rb::engine
