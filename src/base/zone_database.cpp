#include "base/zone_database.h"

#include <cstdint>
#include <exception>
#include <string>

#include "base/zone.h"

namespace rb {

namespace {

// Civil hours of noon UTC in 2020: no law of a later year changes them.
struct Sample {
    const char* zone;
    int january;
    int july;
};

constexpr Sample samples[] = {
    {"Europe/Berlin", 13, 14}, {"America/New_York", 7, 8}, {"Asia/Tokyo", 21, 21}};
constexpr std::int64_t us_per_hour = 3'600'000'000;

std::int64_t hour_of(const Zone& zone, std::uint8_t month) {
    const Instant noon = Zone::utc().to_instant({{2020, month, 15}, 12 * us_per_hour});
    return zone.to_civil(noon).us_of_day / us_per_hour;
}

// Empty: all is well.
std::string problem_of(const Sample& sample) {
    auto zone = Zone::find(sample.zone);
    if (!zone) return "it has no zone " + std::string(sample.zone);
    if (hour_of(*zone, 1) != sample.january || hour_of(*zone, 7) != sample.july)
        return "what it says of " + std::string(sample.zone) + " is damaged";
    return {};
}

Unparsed unusable(const std::string& why) {
    return Unparsed(
        "the time zone database of this machine (/usr/share/zoneinfo) cannot be used: " + why +
        ": install the package tzdata (Debian: apt-get install --reinstall tzdata)");
}

}  // namespace

Parsed<void> check_zone_database() {
    // The library throws where the directory or a file of it is missing.
    try {
        for (const Sample& sample : samples)
            if (auto problem = problem_of(sample); !problem.empty()) return unusable(problem);
    } catch (const std::exception& error) {
        return unusable(error.what());
    }
    return {};
}

}  // namespace rb
