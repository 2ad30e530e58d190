#pragma once
// The steps of a rolling window: whatever keeps a `step` (the number of its newest step) and
// `steps` (the last sixty, each at its number modulo sixty; none before the first use) rolls by
// these.
#include <algorithm>
#include <cstdint>

#include "base/instant.h"
#include "domain/metering/sums.h"

namespace rb::metering {

inline constexpr std::int64_t rolling_steps = 60;

inline std::int64_t step_of(Duration window, Instant at) {
    return at.us / (window.us / rolling_steps);
}

inline std::size_t place_of_step(std::int64_t step) {
    return static_cast<std::size_t>(step % rolling_steps);
}

// Moves the window on to the step; what leaves it is forgotten, and what has left it is not added.
template <class Rolling>
void add_to_steps(Rolling& rolling, std::int64_t step, std::int64_t quantity) {
    if (rolling.steps.empty()) {
        rolling.steps.resize(rolling_steps);
        rolling.step = step;
    }
    std::int64_t first = std::max(rolling.step + 1, step - rolling_steps + 1);
    for (std::int64_t s = first; s <= step; ++s) rolling.steps[place_of_step(s)] = 0;
    rolling.step = std::max(rolling.step, step);
    if (step <= rolling.step - rolling_steps) return;
    std::int64_t& sum = rolling.steps[place_of_step(step)];
    sum = plus_within_range(sum, quantity);
}

// What is within the window that ends with the step `now`.
template <class Rolling>
std::int64_t sum_of_steps(const Rolling& rolling, std::int64_t now) {
    if (rolling.steps.empty()) return 0;
    std::int64_t newest = std::max(rolling.step, now);
    int128 sum = 0;
    for (std::int64_t s = newest - rolling_steps + 1; s <= rolling.step; ++s)
        if (s > rolling.step - rolling_steps) sum += rolling.steps[place_of_step(s)];
    return within_range(sum);
}

}  // namespace rb::metering
