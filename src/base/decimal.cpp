#include "base/decimal.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace rb {

namespace {

constexpr std::string_view expected_decimal = "expected a decimal number such as 12.50";
constexpr std::string_view too_large = "the number has too many digits";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits as written: units * 10^-scale, the scale not yet bounded.
struct Digits {
    int128 units = 0;
    std::int64_t scale = 0;
};

Parsed<Digits> read_digits(std::string_view text) {
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::size_t point = text.find('.');
    std::string_view whole = text.substr(0, point);
    std::string_view fraction;
    if (point != std::string_view::npos) {
        fraction = text.substr(point + 1);
        if (fraction.empty()) return Unparsed(std::string(expected_decimal));
    }
    if (whole.empty() || !std::ranges::all_of(whole, is_digit) ||
        !std::ranges::all_of(fraction, is_digit))
        return Unparsed(std::string(expected_decimal));
    Digits digits;
    digits.scale = static_cast<std::int64_t>(fraction.size());
    for (std::string_view part : {whole, fraction}) {
        for (char c : part) {
            if (__builtin_mul_overflow(digits.units, int128{10}, &digits.units) ||
                __builtin_add_overflow(digits.units, int128{c - '0'}, &digits.units))
                return Unparsed(std::string(too_large));
        }
    }
    if (negative) digits.units = -digits.units;
    return digits;
}

Parsed<Decimal> within_scale(Digits digits) {
    while (digits.scale > 0 && digits.units % 10 == 0) {
        if (digits.units == 0) return Decimal{};
        digits.units /= 10;
        --digits.scale;
    }
    if (digits.scale > Decimal::scale_max)
        return Unparsed("expected at most " + std::to_string(Decimal::scale_max) +
                        " digits after the decimal point");
    return Decimal::of(digits.units, static_cast<int>(digits.scale));
}

int128 power_of_ten(int exponent) {
    int128 power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

}  // namespace

Decimal Decimal::of(int128 units, int scale) {
    RB_CHECK(scale >= 0 && scale <= scale_max, "the scale of a decimal is 0 to 12");
    while (scale > 0 && units % 10 == 0) {
        units /= 10;
        --scale;
    }
    Decimal decimal;
    decimal.units_ = units;
    decimal.scale_ = static_cast<std::int8_t>(scale);
    return decimal;
}

Parsed<Decimal> Decimal::parse(std::string_view text) {
    auto digits = read_digits(text);
    if (!digits) return Unparsed(digits.error());
    return within_scale(*digits);
}

Parsed<Decimal> Decimal::parse_json_number(std::string_view token) {
    std::size_t e = token.find_first_of("eE");
    if (e == std::string_view::npos) return parse(token);
    std::string_view exponent_text = token.substr(e + 1);
    if (exponent_text.starts_with('+')) {
        exponent_text.remove_prefix(1);
        if (exponent_text.starts_with('-')) return Unparsed(std::string(expected_decimal));
    }
    auto digits = read_digits(token.substr(0, e));
    auto exponent = parse_int(exponent_text);
    if (!digits || !exponent) return Unparsed(std::string(expected_decimal));
    if (digits->units == 0) return Decimal{};
    if (*exponent < -1000 || *exponent > 1000) return Unparsed(std::string(too_large));
    digits->scale -= *exponent;
    for (; digits->scale < 0; ++digits->scale)
        if (__builtin_mul_overflow(digits->units, int128{10}, &digits->units))
            return Unparsed(std::string(too_large));
    return within_scale(*digits);
}

Ratio Decimal::to_ratio() const { return Ratio::of(units_, power_of_ten(scale_)); }

std::string Decimal::to_text() const {
    std::string text = rb::to_text(units_);
    if (scale_ <= 0) return text;
    std::size_t sign = is_negative() ? 1 : 0;
    auto fraction = static_cast<std::size_t>(scale_);
    if (text.size() - sign <= fraction) text.insert(sign, fraction + 1 - (text.size() - sign), '0');
    text.insert(text.size() - fraction, 1, '.');
    return text;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
    if (scale_ == other.scale_) return units_ <=> other.units_;
    return to_ratio() <=> other.to_ratio();
}

bool Decimal::operator==(const Decimal& other) const {
    return units_ == other.units_ && scale_ == other.scale_;
}

}  // namespace rb
