#pragma once
// Rounding is a named policy. `half_up` rounds halves away from zero (2.5 -> 3, -2.5 -> -3), as the
// field does; `half_even` rounds halves to the even neighbour. `down` and `up` are toward and away
// from zero, for packs and quanta.
#include <cstdint>

#include "base/int128.h"

namespace rb {

enum class Rounding : std::uint8_t { half_up = 0, half_even = 1, down = 2, up = 3 };

// numerator / denominator rounded to an integer. The denominator is positive.
int128 divide(int128 numerator, int128 denominator, Rounding rounding);

}  // namespace rb
