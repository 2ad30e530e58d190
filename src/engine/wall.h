#pragma once
// The wall clock as the engine believes it: forward jumps of more than an hour against the
// monotonic clock are not believed (month ends would fire on a clock error); time then goes on from
// where it was, timers pause and /readyz says so, until a restart. Thread-safe.
#include <mutex>

#include "base/limits.h"
#include "engine/ports.h"

namespace rb::engine {

class WallClock {
public:
    explicit WallClock(Clock& clock)
        : clock_(clock), start_wall_(clock.now()), start_monotonic_us_(clock.monotonic_us()) {}

    Instant now() {
        std::lock_guard lock(mutex_);
        Instant wall = clock_.now();
        std::int64_t monotonic = clock_.monotonic_us();
        Instant expected = start_wall_ + Duration{monotonic - start_monotonic_us_};
        if (wall.us - expected.us > limits::clock_jump_us_max) jumped_ = true;
        if (jumped_) return expected;
        // Small corrections of the wall clock are followed.
        start_wall_ = wall;
        start_monotonic_us_ = monotonic;
        return wall;
    }
    bool jumped() {
        std::lock_guard lock(mutex_);
        return jumped_;
    }
    std::int64_t monotonic_us() { return clock_.monotonic_us(); }

private:
    Clock& clock_;
    std::mutex mutex_;
    Instant start_wall_;
    std::int64_t start_monotonic_us_;
    bool jumped_ = false;
};

}  // namespace rb::engine
