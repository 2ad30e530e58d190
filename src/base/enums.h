#pragma once
// Text of closed enums. An enum whose members are 0, 1, 2, ... gives its names once, beside itself:
//
//     enum class Side { debit, credit };
//     constexpr auto enum_names(Side) { return std::array<std::string_view, 2>{"debit", "credit"};
//     }
//
// Journaled enum values are never renumbered and never reused.
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/period.h"
#include "base/result.h"
#include "base/rounding.h"

namespace rb {

constexpr auto enum_names(Rounding) {
    return std::array<std::string_view, 4>{"half_up", "half_even", "down", "up"};
}
constexpr auto enum_names(PeriodUnit) {
    return std::array<std::string_view, 4>{"day", "week", "month", "year"};
}
constexpr auto enum_names(AnchorKind) {
    return std::array<std::string_view, 2>{"anniversary", "calendar"};
}

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { enum_names(e); };

template <NamedEnum E>
constexpr std::string_view enum_text(E value) {
    constexpr auto names = enum_names(E{});
    auto index = static_cast<std::size_t>(value);
    return index < names.size() ? names[index] : std::string_view("?");
}

template <NamedEnum E>
constexpr bool enum_is_valid(std::uint64_t value) {
    return value < enum_names(E{}).size();
}

template <NamedEnum E>
Parsed<E> parse_enum(std::string_view text) {
    constexpr auto names = enum_names(E{});
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) return static_cast<E>(i);
    std::string expected = "expected one of ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) expected += ", ";
        expected += names[i];
    }
    return Unparsed(expected);
}

}  // namespace rb
