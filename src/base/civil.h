#pragma once
// Civil dates of the proleptic Gregorian calendar: a year, a month, a day; no time, no zone.
// Not an instant: zone.h turns one into the other.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb {

struct CivilDate {
    std::int16_t year = 1970;
    std::uint8_t month = 1;
    std::uint8_t day = 1;

    static Parsed<CivilDate> parse(std::string_view text);  // "2026-02-28"
    std::string to_text() const;
    constexpr auto operator<=>(const CivilDate&) const = default;

    // Days since 1970-01-01, and back.
    std::int32_t to_days() const;
    static CivilDate of_days(std::int32_t days);
    int weekday() const;  // 0 Monday ... 6 Sunday
};

int days_in_month(int year, int month);
bool is_leap_year(int year);

// The date `months` after `origin`, day clamped to the length of the month: 31 Jan + 1 = 28 or 29
// Feb. Always compute from the original anchor, never from the previous result (31 Jan + 2 = 31
// Mar).
CivilDate add_months(CivilDate origin, int months);
CivilDate add_days(CivilDate date, int days);

}  // namespace rb
