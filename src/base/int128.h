#pragma once
// 128-bit integers for exact intermediates, with text and checked arithmetic.
// Overflow is a broken invariant (limits.h bounds every input), so it stops the process.
#include <cstdint>
#include <string>

#include "base/check.h"

namespace rb {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

std::string to_text(int128 value);

constexpr int128 checked_mul(int128 a, int128 b) {
    int128 out{};
    RB_CHECK(!__builtin_mul_overflow(a, b, &out), "a 128-bit product overflowed");
    return out;
}

constexpr int128 checked_add(int128 a, int128 b) {
    int128 out{};
    RB_CHECK(!__builtin_add_overflow(a, b, &out), "a 128-bit sum overflowed");
    return out;
}

}  // namespace rb
