#pragma once
// A point in time: microseconds since 1970-01-01T00:00:00Z, UTC, no leap seconds. Not a civil date;
// see civil.h and zone.h. Nothing here reads a clock.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb {

struct Duration {
    std::int64_t us = 0;

    static constexpr Duration of_seconds(std::int64_t s) { return {s * 1'000'000}; }
    static constexpr Duration of_minutes(std::int64_t m) { return of_seconds(m * 60); }
    static constexpr Duration of_hours(std::int64_t h) { return of_minutes(h * 60); }
    static constexpr Duration of_days(std::int64_t d) { return of_hours(d * 24); }
    constexpr auto operator<=>(const Duration&) const = default;
};

struct Instant {
    std::int64_t us = 0;

    // Accepted range: years 1970 to 9999.
    static constexpr std::int64_t us_max = 253'402'300'799'999'999;

    // RFC 3339 with any offset ("2026-04-01T00:00:00Z", "...+02:00"), at most six fractional
    // digits.
    static Parsed<Instant> parse(std::string_view text);
    static constexpr Instant of_seconds(std::int64_t s) { return {s * 1'000'000}; }

    // RFC 3339 in UTC; a fraction only when there is one: "2026-04-01T00:00:00Z".
    std::string to_text() const;

    constexpr auto operator<=>(const Instant&) const = default;
    constexpr Instant operator+(Duration d) const { return {us + d.us}; }
    constexpr Instant operator-(Duration d) const { return {us - d.us}; }
    constexpr Duration operator-(Instant other) const { return {us - other.us}; }
};

}  // namespace rb
