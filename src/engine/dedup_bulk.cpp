// Many ids at once, for replays.
#include <vector>

#include "engine/dedup.h"

namespace rb::engine {

namespace {

// More than a shard keeps free behind the last place of a hash.
constexpr std::size_t slots_spare = 64;

}  // namespace

void Dedup::insert_all(std::span<const Uuid> ids, Instant received_at) {
    // Where the ids of each shard begin; within a shard they keep their order.
    std::vector<std::uint32_t> next(shard_count + 1);
    for (const Uuid& id : ids) ++next[(id.low & day_mask) + 1];
    for (std::size_t shard = 0; shard < shard_count; ++shard) next[shard + 1] += next[shard];
    const std::vector<std::uint32_t> begins = next;
    std::vector<Uuid> by_shard(ids.size());
    for (const Uuid& id : ids) by_shard[next[id.low & day_mask]++] = id;
    for (std::size_t index = 0; index < shard_count; ++index) {
        const std::size_t coming = begins[index + 1] - begins[index];
        if (coming == 0) continue;
        // One growth for all of them. It ends with four fifths taken, within what a shard may have.
        const Shard& shard = shards_[index];
        const std::size_t keys = shard.key_count + coming;
        if (keys + slots_spare > shard.slot_count / 8 * 7)
            rebuild(index, slots_spare + keys + keys / 4);
        for (std::size_t i = begins[index]; i < begins[index + 1]; ++i)
            insert(by_shard[i], received_at);
    }
}

}  // namespace rb::engine
