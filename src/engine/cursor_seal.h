#pragma once
// Cursors whose text must not be read: encrypted under a key that follows from the store's key for
// usage, each time with another nonce, in lengths that tell nothing.
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "engine/usage_key.h"

namespace rb::engine {

class CursorSeal {
public:
    CursorSeal() = default;
    explicit CursorSeal(const UsageKey& key);
    // `seed` is fresh for every call.
    std::string hide(std::string_view text, Uuid seed) const;
    // nullopt: not made with this key.
    std::optional<std::string> show(std::string_view hidden) const;

private:
    std::array<unsigned char, 32> key_{};
};

}  // namespace rb::engine
