#include "base/period.h"

#include <algorithm>

#include "base/check.h"

namespace rb {

namespace {

// The years that an instant may lie in fit this many steps of any unit; larger ones are clamped, so
// that an absurd count cannot overflow.
constexpr std::int64_t steps_max = 30'000'000;

int clamp_steps(std::int64_t steps) {
    return static_cast<int>(std::clamp(steps, -steps_max, steps_max));
}

CivilDate advance(CivilDate origin, BillingPeriod every, std::int64_t index) {
    std::int64_t steps = clamp_steps(index) * std::int64_t{every.count};
    switch (every.unit) {
        case PeriodUnit::day:
            return add_days(origin, clamp_steps(steps));
        case PeriodUnit::week:
            return add_days(origin, clamp_steps(steps * 7));
        case PeriodUnit::month:
            return add_months(origin, clamp_steps(steps));
        case PeriodUnit::year:
            return add_months(origin, clamp_steps(steps * 12));
    }
    RB_CHECK(false, "an unknown unit of periods");
    return origin;
}

CivilDate calendar_start(CivilDate date, PeriodUnit unit) {
    switch (unit) {
        case PeriodUnit::day:
            return date;
        case PeriodUnit::week:
            return add_days(date, -date.weekday());
        case PeriodUnit::month:
            return {date.year, date.month, 1};
        case PeriodUnit::year:
            return {date.year, 1, 1};
    }
    RB_CHECK(false, "an unknown unit of periods");
    return date;
}

Instant start_of(const Anchor& anchor, std::int64_t index, Zone zone) {
    CivilDate date = advance(anchor.origin.date, anchor.every, index);
    return zone.to_instant({date, anchor.origin.us_of_day});
}

// A period whose start is at most a period away from the one that contains the date.
std::int64_t guess_index(const Anchor& anchor, CivilDate date) {
    std::int64_t count = std::max<std::int64_t>(anchor.every.count, 1);
    std::int64_t days = std::int64_t{date.to_days()} - anchor.origin.date.to_days();
    std::int64_t months = (std::int64_t{date.year} - anchor.origin.date.year) * 12 + date.month -
                          anchor.origin.date.month;
    switch (anchor.every.unit) {
        case PeriodUnit::day:
            return days / count;
        case PeriodUnit::week:
            return days / (7 * count);
        case PeriodUnit::month:
            return months / count;
        case PeriodUnit::year:
            return months / (12 * count);
    }
    RB_CHECK(false, "an unknown unit of periods");
    return 0;
}

}  // namespace

Anchor Anchor::at(AnchorKind kind, BillingPeriod every, Instant t, Zone zone) {
    CivilTime origin = zone.to_civil(t);
    if (kind == AnchorKind::calendar) origin = {calendar_start(origin.date, every.unit), 0};
    return {kind, every, origin};
}

Period Anchor::period(std::int64_t index, Zone zone) const {
    return {start_of(*this, index, zone), start_of(*this, index + 1, zone)};
}

Period Anchor::containing(Instant t, Zone zone) const {
    RB_CHECK(every.count > 0, "a billing period counts at least one unit");
    RB_CHECK(t.us >= -Instant::us_max && t.us <= Instant::us_max, "an instant left its range");
    std::int64_t index = guess_index(*this, zone.date_of(t));
    Period current = period(index, zone);
    while (t < current.start) current = period(--index, zone);
    while (t >= current.end) current = period(++index, zone);
    return current;
}

std::int64_t civil_days_between(Instant from, Instant to, Zone zone) {
    return std::int64_t{zone.date_of(to).to_days()} - zone.date_of(from).to_days();
}

}  // namespace rb
