#pragma once
// A decimal number as written: units * 10^-scale, at most 12 fractional digits. Read from text and
// printed to text; never through floating point. Trailing zeros are dropped.
#include <compare>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/int128.h"
#include "base/ratio.h"
#include "base/result.h"

namespace rb {

class Decimal {
public:
    static constexpr int scale_max = 12;

    constexpr Decimal() = default;
    constexpr Decimal(std::int64_t whole) : units_(whole) {}  // NOLINT
    template <std::floating_point F>
    Decimal(F) = delete;
    static Decimal of(int128 units, int scale);

    // "-12.50", "0.003", "7"; no exponent, no sign "+", no leading or trailing point.
    static Parsed<Decimal> parse(std::string_view text);
    // As `parse`, and also JSON's exponent form ("1e3") as long as the value fits.
    static Parsed<Decimal> parse_json_number(std::string_view token);

    constexpr int128 units() const { return units_; }
    constexpr int scale() const { return scale_; }
    bool is_negative() const { return units_ < 0; }
    bool is_zero() const { return units_ == 0; }
    bool is_whole() const { return scale_ == 0; }

    Ratio to_ratio() const;
    std::string to_text() const;
    std::strong_ordering operator<=>(const Decimal& other) const;
    bool operator==(const Decimal& other) const;

    // Fields of the binary and JSON forms (codec.h).
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "units", s.units_);
        v(2, "scale", s.scale_);
    }

private:
    int128 units_ = 0;
    std::int8_t scale_ = 0;
};

}  // namespace rb
