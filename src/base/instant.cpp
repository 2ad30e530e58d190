#include "base/instant.h"

#include "base/civil.h"

namespace rb {

namespace {

constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t us_per_day = 86'400 * us_per_second;

// Reads fixed-width text from the front; after a mismatch `ok` stays false.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}
    bool ok() const { return ok_; }
    bool at_end() const { return text_.empty(); }
    char peek() const { return text_.empty() ? '\0' : text_.front(); }

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            char c = take();
            if (c < '0' || c > '9') ok_ = false;
            value = value * 10 + (c - '0');
        }
        return ok_ ? value : 0;
    }
    void expect(char upper, char lower) {
        char c = take();
        if (c != upper && c != lower) ok_ = false;
    }
    char take() {
        if (text_.empty()) {
            ok_ = false;
            return '\0';
        }
        char c = text_.front();
        text_.remove_prefix(1);
        return c;
    }

private:
    std::string_view text_;
    bool ok_ = true;
};

// ".5" -> 500'000; nothing -> 0. A seventh digit is a mismatch.
std::int64_t read_fraction(Cursor& cursor) {
    if (cursor.peek() != '.') return 0;
    cursor.take();
    std::int64_t value = cursor.digits(1);
    std::int64_t us = value * (us_per_second / 10);
    for (std::int64_t weight = us_per_second / 100; weight > 0; weight /= 10) {
        if (cursor.peek() < '0' || cursor.peek() > '9') break;
        us += cursor.digits(1) * weight;
    }
    return us;
}

// "Z" or "+02:00", in seconds east of Greenwich.
std::int64_t read_offset(Cursor& cursor) {
    char sign = cursor.take();
    if (sign == 'Z' || sign == 'z') return 0;
    int hours = cursor.digits(2);
    cursor.expect(':', ':');
    int minutes = cursor.digits(2);
    if ((sign != '+' && sign != '-') || hours > 23 || minutes > 59) cursor.digits(99);
    std::int64_t seconds = hours * 3600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
}

void append_two(std::string& out, std::int64_t value) {
    out += static_cast<char>('0' + value / 10 % 10);
    out += static_cast<char>('0' + value % 10);
}

}  // namespace

Parsed<Instant> Instant::parse(std::string_view text) {
    const std::string expected = "expected a time such as 2026-04-01T00:00:00Z";
    Cursor cursor(text.size() < 10 ? text : text.substr(10));
    auto date = CivilDate::parse(text.substr(0, 10));
    cursor.expect('T', 't');
    int hour = cursor.digits(2);
    cursor.expect(':', ':');
    int minute = cursor.digits(2);
    cursor.expect(':', ':');
    int second = cursor.digits(2);
    std::int64_t fraction = read_fraction(cursor);
    std::int64_t offset = read_offset(cursor);
    if (!date || !cursor.ok() || !cursor.at_end()) return Unparsed(expected);
    if (hour > 23 || minute > 59 || second > 59)
        return Unparsed("expected a time of day between 00:00:00 and 23:59:59");
    std::int64_t seconds = hour * 3600 + minute * 60 + second - offset;
    std::int64_t us =
        std::int64_t{date->to_days()} * us_per_day + seconds * us_per_second + fraction;
    if (us < 0 || us > us_max) return Unparsed("expected a time in the years 1970 to 9999");
    return Instant{us};
}

std::string Instant::to_text() const {
    std::int64_t days = us / us_per_day;
    std::int64_t rest = us % us_per_day;
    if (rest < 0) {
        rest += us_per_day;
        --days;
    }
    std::int64_t seconds = rest / us_per_second;
    std::int64_t fraction = rest % us_per_second;
    std::string text = CivilDate::of_days(static_cast<std::int32_t>(days)).to_text();
    text += 'T';
    append_two(text, seconds / 3600);
    text += ':';
    append_two(text, seconds / 60 % 60);
    text += ':';
    append_two(text, seconds % 60);
    if (fraction != 0) {
        std::string digits = std::to_string(us_per_second + fraction).substr(1);
        while (digits.back() == '0') digits.pop_back();
        text += '.' + digits;
    }
    text += 'Z';
    return text;
}

}  // namespace rb
