// Days are counted from 1 March of a 400-year era, so that the leap day is the last of its year and
// no month needs a table. Years outside the storable range are clamped: such dates come only from
// corrupted input, and a clamped date is a wrong date, not a wild one.
#include "base/civil.h"

#include <algorithm>

namespace rb {

namespace {

constexpr std::int64_t days_per_era = 146'097;
constexpr std::int64_t days_to_epoch = 719'468;  // from 0000-03-01 to 1970-01-01
constexpr int year_min = -32'768;
constexpr int year_max = 32'767;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

CivilDate make_date(std::int64_t year, int month, int day) {
    if (year > year_max) return {year_max, 12, 31};
    if (year < year_min) return {year_min, 1, 1};
    return {static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month),
            static_cast<std::uint8_t>(day)};
}

void append_number(std::string& out, int value, int width) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    if (value < 0) out += '-';
    if (digits.size() < static_cast<std::size_t>(width))
        out.append(static_cast<std::size_t>(width) - digits.size(), '0');
    out += digits;
}

}  // namespace

bool is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
    if (month == 2) return is_leap_year(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

Parsed<CivilDate> CivilDate::parse(std::string_view text) {
    auto number = [&](std::size_t at, std::size_t count) {
        int value = 0;
        for (char c : text.substr(at, count)) {
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        return value;
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return Unparsed("expected a date such as 2026-02-28");
    int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    if (year < 0 || month < 0 || day < 0) return Unparsed("expected a date such as 2026-02-28");
    if (year == 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return Unparsed("expected a date that exists in the calendar");
    return make_date(year, month, day);
}

std::string CivilDate::to_text() const {
    std::string text;
    append_number(text, year, 4);
    text += '-';
    append_number(text, month, 2);
    text += '-';
    append_number(text, day, 2);
    return text;
}

std::int32_t CivilDate::to_days() const {
    int shifted_year = month <= 2 ? year - 1 : year;
    int shifted_month = month <= 2 ? month + 9 : month - 3;
    std::int64_t era = floor_divide(shifted_year, 400);
    std::int64_t year_of_era = shifted_year - era * 400;
    std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return static_cast<std::int32_t>(era * days_per_era + day_of_era - days_to_epoch);
}

CivilDate CivilDate::of_days(std::int32_t days) {
    std::int64_t shifted = days + days_to_epoch;
    std::int64_t era = floor_divide(shifted, days_per_era);
    std::int64_t day_of_era = shifted - era * days_per_era;
    std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = static_cast<int>((5 * day_of_year + 2) / 153);
    int day = static_cast<int>(day_of_year) - (153 * shifted_month + 2) / 5 + 1;
    int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return make_date(year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

int CivilDate::weekday() const {
    // 1970-01-01 was a Thursday.
    std::int64_t days = std::int64_t{to_days()} + 3;
    return static_cast<int>(days - floor_divide(days, 7) * 7);
}

CivilDate add_months(CivilDate origin, int months) {
    std::int64_t index = std::int64_t{origin.year} * 12 + origin.month - 1 + months;
    std::int64_t year = floor_divide(index, 12);
    int month = static_cast<int>(index - year * 12) + 1;
    // The calendar repeats every 400 years, so the length of a clamped year's month is right
    // enough.
    int length = days_in_month(static_cast<int>(year % 400), month);
    return make_date(year, month, std::min<int>(origin.day, length));
}

CivilDate add_days(CivilDate date, int days) {
    std::int64_t sum = std::int64_t{date.to_days()} + days;
    return CivilDate::of_days(
        static_cast<std::int32_t>(std::clamp<std::int64_t>(sum, INT32_MIN, INT32_MAX)));
}

}  // namespace rb
