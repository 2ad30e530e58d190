#pragma once
// An exact fraction of two 128-bit integers, always reduced, denominator positive.
// Every price, share of a period and tax is carried as a Ratio until the one place where a line is
// rounded. Overflow stops the process; limits.h bounds inputs so that it cannot be reached.
#include <compare>
#include <concepts>
#include <string>

#include "base/int128.h"
#include "base/rounding.h"

namespace rb {

class Ratio {
public:
    constexpr Ratio() = default;
    constexpr Ratio(std::int64_t whole) : numerator_(whole) {}  // NOLINT: a whole number is a ratio
    template <std::floating_point F>
    Ratio(F) = delete;                                      // no floating point, anywhere
    static Ratio of(int128 numerator, int128 denominator);  // denominator != 0

    constexpr int128 numerator() const { return numerator_; }
    constexpr int128 denominator() const { return denominator_; }

    Ratio operator+(const Ratio& other) const;
    Ratio operator-(const Ratio& other) const;
    Ratio operator*(const Ratio& other) const;
    Ratio operator/(const Ratio& other) const;  // other != 0
    Ratio operator-() const;
    bool operator==(const Ratio&) const = default;
    std::strong_ordering operator<=>(const Ratio& other) const;

    bool is_zero() const { return numerator_ == 0; }
    // Rounded to an integer.
    int128 round(Rounding rounding) const;
    // Rounded to the nearest multiple of `step` (step > 0), in the same unit.
    int128 round_to(std::int64_t step, Rounding rounding) const;

    // "13/28", or "5" when whole.
    std::string to_text() const;

private:
    int128 numerator_ = 0;
    int128 denominator_ = 1;
};

}  // namespace rb
