#pragma once
// When each key was last used, to the minute. Beside the journal: who reads changes nothing of what
// was decided. What is known is written beside the snapshots now and then, so that a start knows it
// again; after a crash some minutes may be missing, and after the views were made anew all of it.
// Thread-safe, and cheap for a key that is used all the time.
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>
#include <optional>

#include "base/id.h"
#include "base/instant.h"
#include "engine/ports.h"

namespace rb::engine {

class KeyUses {
public:
    void touch(Uuid key, Instant now);
    std::optional<Instant> last(Uuid key) const;

    // Of the views, which keep it under a partition that no journal has.
    Parsed<void> load(Views& views);
    Parsed<void> save(Views& views, Instant now);

private:
    static constexpr std::size_t shard_count = 64;
    static constexpr std::size_t keys_max = 1'000'000;  // beyond it no new ones are noted
    struct Shard {
        mutable std::mutex mutex;
        boost::unordered_flat_map<Uuid, std::int64_t, UuidHash> minutes;
        bool is_new = false;  // there is something that was not saved
    };
    Shard& shard_of(Uuid key) { return shards_[key.low % shard_count]; }
    const Shard& shard_of(Uuid key) const { return shards_[key.low % shard_count]; }

    std::array<Shard, shard_count> shards_;
};

}  // namespace rb::engine
