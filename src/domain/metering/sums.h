#pragma once
// Sums of quantities: counters, what is held, what packages have. What may be counted was decided
// before, so a sum that any plan asks about never leaves its range. One that none asks about, of a
// plan that was left, is still counted: it stays at the end of the range rather than turn over.
#include <algorithm>
#include <cstdint>

#include "base/int128.h"
#include "base/limits.h"

namespace rb::metering {

constexpr bool is_in_range(int128 sum) {
    return sum <= limits::quantity_sum_max && sum >= -limits::quantity_sum_max;
}

constexpr std::int64_t within_range(int128 sum) {
    constexpr int128 most = limits::quantity_sum_max;
    return static_cast<std::int64_t>(std::clamp(sum, -most, most));
}

// Without leaving 64 bits; the caller says whether it is in range.
constexpr std::int64_t plus(std::int64_t sum, std::int64_t quantity) {
    std::int64_t out = 0;
    if (!__builtin_add_overflow(sum, quantity, &out)) [[likely]]
        return out;
    return quantity < 0 ? INT64_MIN : INT64_MAX;
}

// As it is kept.
constexpr std::int64_t plus_within_range(std::int64_t sum, std::int64_t quantity) {
    return std::clamp(plus(sum, quantity), -limits::quantity_sum_max, limits::quantity_sum_max);
}

// Would the sum leave its range by going from one value to the other?
constexpr bool leaves_range(std::int64_t before, std::int64_t after) {
    return after > before ? after > limits::quantity_sum_max
                          : after < before && after < -limits::quantity_sum_max;
}

}  // namespace rb::metering
