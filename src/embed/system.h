#pragma once
// The real clock and the operating system's randomness.
#include <sodium.h>
#include <time.h>

#include "engine/ports.h"

namespace rb::embed {

class SystemClock : public engine::Clock {
public:
    Instant now() override { return {microseconds(CLOCK_REALTIME)}; }
    Instant roughly() override { return {microseconds(CLOCK_REALTIME_COARSE)}; }
    // Counts suspended time too, so that waking up is no clock jump.
    std::int64_t monotonic_us() override { return microseconds(CLOCK_BOOTTIME); }

private:
    static std::int64_t microseconds(clockid_t id) {
        timespec t{};
        clock_gettime(id, &t);
        return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
    }
};

class SystemEntropy : public engine::Entropy {
public:
    Uuid seed() override {
        Uuid seed;
        randombytes_buf(&seed, sizeof seed);
        return seed;
    }
};

}  // namespace rb::embed
