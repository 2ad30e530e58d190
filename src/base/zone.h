#pragma once
// A time zone by its IANA id, never an offset. Civil rules (midnight, month ends, daylight saving)
// are computed here. A civil time that does not exist (spring gap) means the first instant after
// the gap; one that exists twice (autumn overlap) means the earlier. Copies are cheap; safe from
// any thread.
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/civil.h"
#include "base/instant.h"
#include "base/result.h"

namespace rb {

// A civil time of day in microseconds since local midnight: [0, 86'400'000'000).
struct CivilTime {
    CivilDate date;
    std::int64_t us_of_day = 0;
    constexpr auto operator<=>(const CivilTime&) const = default;
};

class Zone {
public:
    Zone() = default;                               // UTC
    static Parsed<Zone> find(std::string_view id);  // "Europe/Berlin", "UTC", "Etc/GMT-8"
    static Zone utc() { return {}; }

    std::string_view id() const;
    CivilTime to_civil(Instant t) const;
    Instant to_instant(CivilTime t) const;
    Instant midnight(CivilDate date) const { return to_instant({date, 0}); }
    CivilDate date_of(Instant t) const { return to_civil(t).date; }
    bool operator==(const Zone&) const = default;

private:
    std::uint16_t index_ = 0;  // into the process's table of zones; 0 is UTC
};

}  // namespace rb
