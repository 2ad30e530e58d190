#pragma once
// Hashes that nobody without the store's key can make collide: of event ids, of the members of
// unique meters, of entities.
#include <array>
#include <string_view>

#include "base/id.h"

namespace rb::engine {

// Of a store, the same for ever.
struct UsageKey {
    std::array<unsigned char, 16> bytes{};
};

// Of a meter and a member or an entity of it, within a tree. Ids of events have one of their own:
// engine/event_hash.h.
Uuid keyed_hash(const UsageKey& key, Uuid scope, std::string_view first, std::string_view second);

}  // namespace rb::engine
