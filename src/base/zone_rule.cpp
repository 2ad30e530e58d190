#include "base/zone_rule.h"

#include <algorithm>
#include <array>

namespace rb {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

class ZoneRule::Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::optional<ZoneRule> run() {
        ZoneRule rule;
        name();
        // POSIX counts offsets west of Greenwich.
        rule.standard_ = -time();
        if (text_.empty()) return std::nullopt;
        name();
        rule.daylight_ = text_.starts_with(',') ? rule.standard_ + 3600 : -time();
        rule.to_daylight_ = change();
        rule.to_standard_ = change();
        if (!good_ || !text_.empty()) return std::nullopt;
        return rule;
    }

private:
    bool take(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char c) { good_ = take(c) && good_; }

    // "EST" or "<+1030>".
    void name() {
        std::size_t size = 0;
        if (take('<')) {
            size = text_.find('>');
            if (size == std::string_view::npos) size = text_.size();
            text_.remove_prefix(size);
            expect('>');
            return;
        }
        while (size < text_.size() && is_letter(text_[size])) ++size;
        if (size < 3) good_ = false;
        text_.remove_prefix(size);
    }
    int number(int low, int high) {
        int value = 0;
        std::size_t size = 0;
        for (; size < text_.size() && size < 4 && text_[size] >= '0' && text_[size] <= '9'; ++size)
            value = value * 10 + (text_[size] - '0');
        if (size == 0 || value < low || value > high) good_ = false;
        text_.remove_prefix(size);
        return good_ ? value : low;
    }
    // [+-]hh[:mm[:ss]] in seconds.
    std::int64_t time() {
        bool negative = take('-');
        if (!negative) take('+');
        std::int64_t seconds = number(0, 167) * 3600;
        if (take(':')) seconds += number(0, 59) * 60;
        if (take(':')) seconds += number(0, 59);
        return negative ? -seconds : seconds;
    }
    Change change() {
        Change change;
        expect(',');
        if (take('M')) {
            change.kind = Change::Kind::month_week_day;
            change.month = number(1, 12);
            expect('.');
            change.week = number(1, 5);
            expect('.');
            change.day = number(0, 6);
        } else if (take('J')) {
            change.kind = Change::Kind::julian;
            change.day = number(1, 365);
        } else {
            change.kind = Change::Kind::zero_based;
            change.day = number(0, 365);
        }
        if (take('/')) change.seconds = time();
        return change;
    }

    std::string_view text_;
    bool good_ = true;
};

std::optional<ZoneRule> ZoneRule::parse(std::string_view text) { return Parser(text).run(); }

std::int64_t ZoneRule::Change::local_seconds(int year) const {
    CivilDate date{static_cast<std::int16_t>(year), 1, 1};
    std::int64_t days = 0;
    if (kind == Kind::zero_based) {
        days = date.to_days() + day;
    } else if (kind == Kind::julian) {
        // Day 60 is 1 March in every year.
        days = date.to_days() + day - 1 + (is_leap_year(year) && day >= 60 ? 1 : 0);
    } else {
        date.month = static_cast<std::uint8_t>(month);
        int first = (day + 6 - date.weekday()) % 7;  // days from the 1st to the first such weekday
        int in_month = first + (week - 1) * 7;
        while (in_month >= days_in_month(year, month)) in_month -= 7;
        days = date.to_days() + in_month;
    }
    return days * seconds_per_day + seconds;
}

OffsetSpan ZoneRule::span_at(std::int64_t utc_seconds) const {
    struct Entry {
        std::int64_t at;
        std::int64_t offset;
    };
    // A change may fall into the neighbouring year in UTC.
    auto days = static_cast<std::int32_t>(floor_divide(utc_seconds, seconds_per_day));
    int year = std::clamp<int>(CivilDate::of_days(days).year, -30'000, 30'000);
    std::array<Entry, 6> entries;
    for (int i = 0; i < 3; ++i) {
        int at = year - 1 + i;
        auto place = static_cast<std::size_t>(i) * 2;
        entries[place] = {to_daylight_.local_seconds(at) - standard_, daylight_};
        entries[place + 1] = {to_standard_.local_seconds(at) - daylight_, standard_};
    }
    std::ranges::stable_sort(entries, {}, &Entry::at);
    std::size_t current = 0;
    while (current + 2 < entries.size() && entries[current + 1].at <= utc_seconds) ++current;
    return {entries[current].at, entries[current + 1].at, entries[current].offset};
}

ZoneRule::Found ZoneRule::to_utc(std::int64_t local_seconds) const {
    std::int64_t early = local_seconds - std::max(standard_, daylight_);
    OffsetSpan span = span_at(early);
    if (local_seconds - span.offset == early) return {early, false};
    std::int64_t late = local_seconds - std::min(standard_, daylight_);
    if (local_seconds - span_at(late).offset == late) return {late, false};
    return {span.end, true};
}

}  // namespace rb
