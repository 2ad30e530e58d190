#pragma once
// The rule that a time zone file ends with: what holds after the last change that the file lists
// (usually the end of 2037), as a POSIX TZ text such as "EST5EDT,M3.2.0,M11.1.0". Used by zone.cpp.
// Pure; safe from any thread. Source: RFC 8536, section 3.3, and POSIX's TZ with its extension of
// hours from -167 to 167.
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/zone.h"

namespace rb {

// The time [begin, end) in seconds since the epoch, in which local time is UTC plus `offset`
// seconds.
struct OffsetSpan {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t offset = 0;
};

class ZoneRule {
public:
    // Nothing when the text is malformed or has no daylight saving.
    static std::optional<ZoneRule> parse(std::string_view text);

    OffsetSpan span_at(std::int64_t utc_seconds) const;

    struct Found {
        std::int64_t utc_seconds = 0;
        bool in_gap = false;  // utc_seconds is then the end of the gap
    };
    Found to_utc(std::int64_t local_seconds) const;

private:
    // A day of the year, and seconds of local time from its midnight.
    struct Change {
        enum class Kind : std::uint8_t { month_week_day, julian, zero_based } kind{};
        int month = 0;
        int week = 0;  // 5 is the last
        int day = 0;   // 0 Sunday ... 6 Saturday, or the day of the year
        std::int64_t seconds = 7200;

        std::int64_t local_seconds(int year) const;
    };
    class Parser;

    std::int64_t standard_ = 0;
    std::int64_t daylight_ = 0;
    Change to_daylight_;
    Change to_standard_;
};

}  // namespace rb
