#pragma once
// The wall clock as the engine believes it: forward jumps of more than an hour against the
// monotonic clock are not believed (month ends would fire on a clock error); time then goes on from
// where it was, timers pause and /readyz says so, until a restart. Thread-safe.
#include <atomic>
#include <limits>
#include <mutex>

#include "base/limits.h"
#include "engine/ports.h"

namespace rb::engine {

class WallClock {
public:
    explicit WallClock(Clock& clock)
        : clock_(clock),
          start_wall_(clock.now()),
          start_monotonic_us_(clock.monotonic_us()),
          latest_us_(start_wall_.us) {}

    Instant now() {
        std::lock_guard lock(mutex_);
        Instant wall = clock_.now();
        std::int64_t monotonic = clock_.monotonic_us();
        Instant expected = start_wall_ + Duration{monotonic - start_monotonic_us_};
        if (wall.us - expected.us > limits::clock_jump_us_max) jumped_ = true;
        if (jumped_) {
            latest_us_.store(never, std::memory_order_relaxed);
            return expected;
        }
        // Small corrections of the wall clock are followed.
        start_wall_ = wall;
        start_monotonic_us_ = monotonic;
        latest_us_.store(wall.us, std::memory_order_relaxed);
        return wall;
    }
    // As now(), behind it by the step of the clock's coarse reading; much cheaper, and without the
    // lock while the two agree.
    Instant roughly() {
        constexpr std::int64_t trusted_us = 60'000'000;
        Instant coarse = clock_.roughly();
        std::int64_t ahead = coarse.us - latest_us_.load(std::memory_order_relaxed);
        return ahead < trusted_us ? coarse : now();
    }
    bool jumped() {
        std::lock_guard lock(mutex_);
        return jumped_;
    }
    std::int64_t monotonic_us() { return clock_.monotonic_us(); }

private:
    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min() / 2;

    Clock& clock_;
    std::mutex mutex_;
    Instant start_wall_;
    std::int64_t start_monotonic_us_;
    std::atomic<std::int64_t>
        latest_us_;  // what now() said last; never: it no longer says the wall
    bool jumped_ = false;
};

}  // namespace rb::engine
