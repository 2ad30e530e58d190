#pragma once
// Ids for the pure middle: a command carries one random seed made outside, and everything that it
// creates takes its id from here. The same command decided again gives the same ids.
#include "base/id.h"
#include "base/instant.h"

namespace rb {

class IdSource {
public:
    IdSource(Instant now, Uuid seed) : now_(now), seed_(seed) {}

    template <class IdType>
    IdType next() {
        return IdType{next_uuid()};
    }
    Uuid next_uuid() {
        std::uint64_t order = order_within_ms(now_, step_);
        std::uint64_t random = mix(seed_.high + 2 * step_) ^ mix(seed_.low + 2 * step_ + 1);
        ++step_;
        return Uuid::v7(static_cast<std::uint64_t>(now_.us / 1000), order, random);
    }

    // The twelve bits below the millisecond: the microsecond, then the first steps of a command, so
    // that ids sort by creation within a millisecond too. 62 random bits remain.
    static constexpr std::uint64_t order_within_ms(Instant now, std::uint64_t step) {
        return static_cast<std::uint64_t>(now.us % 1000) << 2 | (step < 3 ? step : 3);
    }

private:
    static constexpr std::uint64_t mix(std::uint64_t x) {  // splitmix64's finalizer
        x += 0x9E3779B97F4A7C15ULL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }
    Instant now_;
    Uuid seed_;
    std::uint64_t step_ = 0;
};

}  // namespace rb
