#pragma once
// An amount is a count of 10^-6 major units and a currency: 12.34 USD is 12'340'000 micros. Amounts
// of two currencies do not add: with `AmountIn` that does not compile, with `Amount` it stops the
// process.
//
//     Amount fee = Amount::of_micros(100'000'000, "USD");     // 100 USD
//     std::string text = fee.to_text();                        // "100"
#include <compare>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/currency.h"
#include "base/ratio.h"
#include "base/result.h"

namespace rb {

class Amount {
public:
    static constexpr std::int64_t micros_per_major = 1'000'000;

    constexpr Amount() = default;  // zero of no currency: adds to nothing, a place to assign to
    static constexpr Amount of_micros(std::int64_t micros, Currency currency) {
        return Amount(micros, currency);
    }
    template <std::floating_point F>
    static Amount of_micros(F, Currency) = delete;
    static constexpr Amount zero(Currency currency) { return Amount(0, currency); }

    // A decimal of at most six fractional digits: "12.34", "-0.000001".
    static Parsed<Amount> parse(std::string_view text, Currency currency);
    // An exact number of micros, rounded to a multiple of `step_micros`.
    static Amount round(const Ratio& micros, std::int64_t step_micros, Rounding rounding,
                        Currency currency);

    constexpr std::int64_t micros() const { return micros_; }
    constexpr Currency currency() const { return currency_; }
    constexpr bool is_zero() const { return micros_ == 0; }
    constexpr bool is_negative() const { return micros_ < 0; }
    constexpr bool is_positive() const { return micros_ > 0; }

    Amount operator+(Amount other) const;
    Amount operator-(Amount other) const;
    Amount operator-() const;
    Amount& operator+=(Amount other) { return *this = *this + other; }
    Amount& operator-=(Amount other) { return *this = *this - other; }
    bool operator==(const Amount&) const = default;
    std::strong_ordering operator<=>(const Amount& other) const;  // same currency

    // The value in micros as an exact ratio.
    Ratio to_ratio() const { return Ratio(micros_); }
    // "12.34", "-0.5", "100": as few digits as needed.
    std::string to_text() const;
    // With at least `exponent` fractional digits: "100.00".
    std::string to_text(int exponent) const;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "micros", s.micros_);
        v(2, "currency", s.currency_);
    }

private:
    constexpr Amount(std::int64_t micros, Currency currency)
        : micros_(micros), currency_(currency) {}

    std::int64_t micros_ = 0;
    Currency currency_{};
};

// The step, in micros, of a currency with this many fractional digits: 2 -> 10'000, 6 -> 1.
constexpr std::int64_t step_of_scale(int scale) {
    std::int64_t step = Amount::micros_per_major;
    for (int i = 0; i < scale; ++i) step /= 10;
    return step;
}

// An amount whose currency is known at compile time, for literals and tests.
template <Currency (*Code)()>
class AmountIn {
public:
    constexpr explicit AmountIn(std::int64_t micros) : micros_(micros) {}
    template <std::floating_point F>
    explicit AmountIn(F) = delete;
    constexpr AmountIn operator+(AmountIn other) const { return AmountIn(micros_ + other.micros_); }
    constexpr AmountIn operator-(AmountIn other) const { return AmountIn(micros_ - other.micros_); }
    constexpr operator Amount() const { return Amount::of_micros(micros_, Code()); }  // NOLINT

private:
    std::int64_t micros_;
};

constexpr Currency usd() { return "USD"; }
constexpr Currency eur() { return "EUR"; }
using Usd = AmountIn<usd>;
using Eur = AmountIn<eur>;

}  // namespace rb
