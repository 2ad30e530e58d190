// Offsets come from the operating system's time zone database through Howard Hinnant's library.
// Asking it costs a search and a copy of an abbreviation, and a request asks many times about the
// same weeks, so each thread keeps the span of constant offset that it saw last in each of a few
// zones.
//
// The library knows the changes that a zone's file lists, which end with 2037 where daylight saving
// goes on. After the last one the rule at the file's end holds: zone_rule.h.
//
// A local time is answered from such a span only when it lies two days inside it: no change of
// offset is as large, so no other instant can have the same local time. All else asks the database.
#include "base/zone.h"

#define USE_OS_TZDB 1
#define ONLY_C_LOCALE 1
#define HAS_STRING_VIEW 1
#include <date/tz.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/zone_rule.h"

namespace rb {

namespace {

using std::chrono::seconds;

constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t us_per_day = 86'400 * us_per_second;
constexpr std::string_view utc_id = "UTC";

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The process's zones: UTC, then the others by name. Filled once, never changed.
class Table {
public:
    static const Table& get() {
        static const Table table;
        return table;
    }

    const date::time_zone* at(std::uint16_t index) const { return zones_[index]; }

    // The index, or -1.
    int find(std::string_view id) const {
        if (id == utc_id) return 0;
        auto by_name = [](const date::time_zone* zone, std::string_view name) {
            return zone->name() < name;
        };
        auto found = std::lower_bound(zones_.begin() + 1, zones_.end(), id, by_name);
        if (found == zones_.end() || (*found)->name() != id) return -1;
        return static_cast<int>(found - zones_.begin());
    }

private:
    Table() {
        zones_.push_back(date::locate_zone(utc_id));
        for (const date::time_zone& zone : date::get_tzdb().zones)
            if (zone.name() != utc_id) zones_.push_back(&zone);
        std::sort(zones_.begin() + 1, zones_.end(),
                  [](auto* a, auto* b) { return a->name() < b->name(); });
        RB_CHECK(zones_.size() <= std::numeric_limits<std::uint16_t>::max(), "too many time zones");
    }

    std::vector<const date::time_zone*> zones_;
};

// The text between the last two line ends of a time zone file.
std::string rule_text(const std::string& zone_name) {
    std::ifstream file("/usr/share/zoneinfo/" + zone_name, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!bytes.starts_with("TZif") || !bytes.ends_with('\n')) return {};
    bytes.pop_back();
    return bytes.substr(bytes.rfind('\n') + 1);
}

// The rule of a zone, or nullptr when its offset stays. Read from the file once.
const ZoneRule* rule_of(std::uint16_t zone) {
    static std::mutex mutex;
    static std::map<std::uint16_t, std::optional<ZoneRule>> rules;
    std::lock_guard lock(mutex);
    auto [found, is_new] = rules.try_emplace(zone);
    if (is_new) found->second = ZoneRule::parse(rule_text(Table::get().at(zone)->name()));
    return found->second ? &*found->second : nullptr;
}

struct Remembered : OffsetSpan {
    std::uint16_t zone = 0;
};

Remembered& remembered(std::uint16_t zone) {
    thread_local std::array<Remembered, 16> spans;
    return spans[zone % spans.size()];
}

// Whether the zone's file lists no further change.
bool is_last(const date::sys_info& info) {
    constexpr std::int64_t year_10000 = 253'402'300'800;
    return info.end.time_since_epoch().count() >= year_10000;
}

OffsetSpan span_of(const date::sys_info& info) {
    return {info.begin.time_since_epoch().count(), info.end.time_since_epoch().count(),
            info.offset.count()};
}

OffsetSpan find_span(std::uint16_t zone, std::int64_t utc_seconds) {
    date::sys_info info = Table::get().at(zone)->get_info(date::sys_seconds(seconds(utc_seconds)));
    const ZoneRule* rule = is_last(info) ? rule_of(zone) : nullptr;
    if (rule == nullptr) return span_of(info);
    OffsetSpan span = rule->span_at(utc_seconds);
    span.begin = std::max<std::int64_t>(span.begin, info.begin.time_since_epoch().count());
    return span;
}

std::int64_t offset_at(std::uint16_t zone, std::int64_t utc_seconds) {
    Remembered& last = remembered(zone);
    if (last.zone != zone || utc_seconds < last.begin || utc_seconds >= last.end)
        last = {find_span(zone, utc_seconds), zone};
    return last.offset;
}

ZoneRule::Found find_utc(std::uint16_t zone, std::int64_t local_seconds) {
    date::local_info info =
        Table::get().at(zone)->get_info(date::local_seconds(seconds(local_seconds)));
    if (info.result == date::local_info::nonexistent)
        return {info.first.end.time_since_epoch().count(), true};
    // Of an ambiguous time, `first` is the earlier.
    const ZoneRule* rule = is_last(info.first) ? rule_of(zone) : nullptr;
    if (rule != nullptr) return rule->to_utc(local_seconds);
    return {local_seconds - info.first.offset.count(), false};
}

ZoneRule::Found to_utc(std::uint16_t zone, std::int64_t local_seconds) {
    constexpr std::int64_t margin = 2 * 86'400;
    const Remembered& last = remembered(zone);
    std::int64_t utc_seconds = local_seconds - last.offset;
    if (last.zone == zone && utc_seconds - margin >= last.begin && utc_seconds + margin < last.end)
        return {utc_seconds, false};
    ZoneRule::Found found = find_utc(zone, local_seconds);
    offset_at(zone, found.utc_seconds);  // remembers the span for the next question
    return found;
}

}  // namespace

Parsed<Zone> Zone::find(std::string_view id) {
    int index = Table::get().find(id);
    if (index < 0)
        return Unparsed("unknown time zone '" + std::string(id.substr(0, 64)) +
                        "', expected an IANA name such as Europe/Berlin");
    Zone zone;
    zone.index_ = static_cast<std::uint16_t>(index);
    return zone;
}

std::string_view Zone::id() const {
    if (index_ == 0) return utc_id;
    return Table::get().at(index_)->name();
}

CivilTime Zone::to_civil(Instant t) const {
    std::int64_t local_us = t.us;
    if (index_ != 0) {
        std::int64_t utc_seconds = floor_divide(t.us, us_per_second);
        local_us += offset_at(index_, utc_seconds) * us_per_second;
    }
    std::int64_t days = floor_divide(local_us, us_per_day);
    return {CivilDate::of_days(static_cast<std::int32_t>(days)), local_us - days * us_per_day};
}

Instant Zone::to_instant(CivilTime t) const {
    std::int64_t local_us = std::int64_t{t.date.to_days()} * us_per_day + t.us_of_day;
    if (index_ == 0) return {local_us};
    std::int64_t local_seconds = floor_divide(local_us, us_per_second);
    ZoneRule::Found found = to_utc(index_, local_seconds);
    std::int64_t rest_us = found.in_gap ? 0 : local_us - local_seconds * us_per_second;
    return {found.utc_seconds * us_per_second + rest_us};
}

}  // namespace rb
