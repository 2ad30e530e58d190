#pragma once
// Strong 128-bit ids. `Id<PlanTag>` and `Id<AccountTag>` do not mix. Ids are UUIDv7 made outside
// the pure middle; /v1 prints them as prefix and 26 characters of base32 ("acc_01jc..."), other
// dialects as a UUID. Both sort by time of creation.
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb {

struct Uuid {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    static Parsed<Uuid> parse(std::string_view text);  // 8-4-4-4-12 hex, any case
    static Parsed<Uuid> parse_base32(
        std::string_view text);  // 26 characters, Crockford, lower case
    // A version 7 UUID of this millisecond with these random bits.
    static Uuid v7(std::uint64_t unix_ms, std::uint64_t random_a, std::uint64_t random_b);

    std::string to_text() const;
    std::string to_base32() const;
    constexpr bool is_nil() const { return high == 0 && low == 0; }
    constexpr auto operator<=>(const Uuid&) const = default;
};

template <class Tag>
struct Id {
    Uuid uuid;

    // "acc_..." with the prefix of this kind.
    static Parsed<Id> parse(std::string_view text) {
        constexpr std::string_view prefix = Tag::prefix;
        if (text.substr(0, prefix.size()) != prefix)
            return Unparsed("expected an id that begins with '" + std::string(prefix) + "'");
        auto uuid = Uuid::parse_base32(text.substr(prefix.size()));
        if (!uuid) return Unparsed(uuid.error());
        return Id{*uuid};
    }
    std::string to_text() const { return std::string(Tag::prefix) + uuid.to_base32(); }
    constexpr bool is_nil() const { return uuid.is_nil(); }
    constexpr auto operator<=>(const Id&) const = default;
};

struct UuidHash {
    using is_avalanching = void;
    std::size_t operator()(const Uuid& u) const {
        std::uint64_t h = (u.high ^ (u.low * 0x9E3779B97F4A7C15ULL));
        h ^= h >> 32;
        h *= 0xD6E8FEB86659FD93ULL;
        return h ^ (h >> 32);
    }
    template <class Tag>
    std::size_t operator()(const Id<Tag>& id) const {
        return (*this)(id.uuid);
    }
};

}  // namespace rb
