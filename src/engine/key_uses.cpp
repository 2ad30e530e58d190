#include "engine/key_uses.h"

#include <algorithm>
#include <vector>

#include "base/codec.h"

namespace rb::engine {

namespace {

constexpr std::int64_t minute_us = Duration::of_minutes(1).us;
constexpr PartitionId place = UINT32_MAX;

struct KeyUse {
    Uuid key;
    std::int64_t minute = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "minute", s.minute);
    }
};
struct KeyUsesPart {
    std::vector<KeyUse> uses;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "uses", s.uses);
    }
};

}  // namespace

void KeyUses::touch(Uuid key, Instant now) {
    const std::int64_t minute = now.us / minute_us;
    // The last keys of this thread, of whichever store: those of this minute are noted already.
    struct Noted {
        const KeyUses* by = nullptr;
        Uuid key;
        std::int64_t minute = 0;
    };
    thread_local std::array<Noted, 256> noted;
    Noted& here = noted[key.low % noted.size()];
    if (here.by == this && here.key == key && here.minute == minute) return;
    here = {this, key, minute};
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto found = shard.minutes.find(key);
    if (found == shard.minutes.end()) {
        if (shard.minutes.size() >= keys_max / shard_count) return;
        found = shard.minutes.emplace(key, 0).first;
    }
    if (found->second >= minute) return;
    found->second = minute;
    shard.is_new = true;
}

std::optional<Instant> KeyUses::last(Uuid key) const {
    const Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    auto found = shard.minutes.find(key);
    if (found == shard.minutes.end()) return std::nullopt;
    return Instant{found->second * minute_us};
}

Parsed<void> KeyUses::load(Views& views) {
    return views.read_snapshot(place, [&](const SnapshotRecord& record) {
        KeyUsesPart part;
        if (!decode(record.body, part)) return true;  // it is no more than a convenience
        for (const KeyUse& use : part.uses) {
            Shard& shard = shard_of(use.key);
            std::lock_guard lock(shard.mutex);
            std::int64_t& minute = shard.minutes[use.key];
            minute = std::max(minute, use.minute);
        }
        return true;
    });
}

// A record a shard: what was used since is few of them.
Parsed<void> KeyUses::save(Views& views, Instant now) {
    for (std::size_t i = 0; i < shard_count; ++i) {
        KeyUsesPart part;
        {
            std::lock_guard lock(shards_[i].mutex);
            if (!shards_[i].is_new) continue;
            for (const auto& [key, minute] : shards_[i].minutes) part.uses.push_back({key, minute});
            shards_[i].is_new = false;
        }
        const SnapshotRecord record{"key_uses/" + std::to_string(i),
                                    static_cast<std::uint64_t>(std::max<std::int64_t>(0, now.us)),
                                    encode(part)};
        if (auto ok = views.put_snapshot(place, {&record, 1}); !ok) return ok;
    }
    return {};
}

}  // namespace rb::engine
