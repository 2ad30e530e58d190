// Ratios are reduced before they are multiplied, not after: a product of two reduced ratios whose
// crosswise common factors are taken out first is reduced, and no intermediate is larger than the
// result. Comparison never overflows.
#include "base/ratio.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace rb {

namespace {

uint128 magnitude(int128 value) {
    auto bits = static_cast<uint128>(value);
    return value < 0 ? -bits : bits;
}

int zeros_at_end(uint128 value) {
    auto low = static_cast<std::uint64_t>(value);
    if (low != 0) return std::countr_zero(low);
    return 64 + std::countr_zero(static_cast<std::uint64_t>(value >> 64));
}

std::uint64_t gcd64(std::uint64_t a, std::uint64_t b) {
    if (a == 0) return b;
    if (b == 0) return a;
    int shift = std::countr_zero(a | b);
    a >>= std::countr_zero(a);
    do {
        b >>= std::countr_zero(b);
        // Two selections instead of a swap: which number is larger cannot be predicted.
        std::uint64_t difference = a > b ? a - b : b - a;
        a = std::min(a, b);
        b = difference;
    } while (b != 0);
    return a << shift;
}

// Binary, because a division of 128 bits is slow; one division suffices where one number fits 64
// bits.
uint128 gcd(uint128 a, uint128 b) {
    if (a == 0) return b;
    if (b == 0) return a;
    if (a < b) std::swap(a, b);
    if ((b >> 64) == 0) {
        if ((a >> 64) != 0) a %= b;
        return gcd64(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b));
    }
    int shift = zeros_at_end(a | b);
    a >>= zeros_at_end(a);
    b >>= zeros_at_end(b);
    while ((a >> 64) != 0 || (b >> 64) != 0) {
        if (a == b) return a << shift;
        if (a < b) std::swap(a, b);
        a -= b;
        a >>= zeros_at_end(a);
    }
    std::uint64_t odd = gcd64(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b));
    return static_cast<uint128>(odd) << shift;
}

// value / factor, where nearly always there is nothing to divide.
int128 without(int128 value, int128 factor) { return factor == 1 ? value : value / factor; }

// A common factor of two numbers of which one at least is a positive int128.
int128 common(int128 a, int128 positive) {
    return static_cast<int128>(gcd(magnitude(a), magnitude(positive)));
}

int128 floor_divide(int128 a, int128 b) {  // b > 0
    int128 quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

int128 floor_rest(int128 a, int128 b) {
    int128 rest = a % b;
    return rest < 0 ? rest + b : rest;
}

// Compares a/b with c/d (b, d > 0) as two continued fractions: no product is formed.
std::strong_ordering compare(int128 a, int128 b, int128 c, int128 d) {
    for (;;) {
        int128 whole_a = floor_divide(a, b);
        int128 whole_c = floor_divide(c, d);
        if (whole_a != whole_c) return whole_a <=> whole_c;
        int128 rest_a = floor_rest(a, b);
        int128 rest_c = floor_rest(c, d);
        if (rest_a == 0 || rest_c == 0) return rest_a <=> rest_c;
        // rest_a/b against rest_c/d is d/rest_c against b/rest_a.
        a = d;
        c = b;
        b = rest_c;
        d = rest_a;
    }
}

}  // namespace

Ratio Ratio::of(int128 numerator, int128 denominator) {
    RB_CHECK(denominator != 0, "a ratio with denominator zero");
    if (denominator < 0) {
        numerator = checked_mul(numerator, -1);
        denominator = checked_mul(denominator, -1);
    }
    int128 factor = common(numerator, denominator);
    Ratio ratio;
    ratio.numerator_ = without(numerator, factor);
    ratio.denominator_ = without(denominator, factor);
    return ratio;
}

Ratio Ratio::operator+(const Ratio& other) const {
    if (denominator_ == other.denominator_)
        return of(checked_add(numerator_, other.numerator_), denominator_);
    int128 factor = common(denominator_, other.denominator_);
    int128 widen_this = other.denominator_ / factor;
    int128 widen_other = denominator_ / factor;
    return of(checked_add(checked_mul(numerator_, widen_this),
                          checked_mul(other.numerator_, widen_other)),
              checked_mul(denominator_, widen_this));
}

Ratio Ratio::operator-(const Ratio& other) const { return *this + -other; }

Ratio Ratio::operator*(const Ratio& other) const {
    int128 left = common(numerator_, other.denominator_);
    int128 right = common(other.numerator_, denominator_);
    Ratio product;
    product.numerator_ = checked_mul(without(numerator_, left), without(other.numerator_, right));
    product.denominator_ =
        checked_mul(without(denominator_, right), without(other.denominator_, left));
    return product;
}

Ratio Ratio::operator/(const Ratio& other) const {
    RB_CHECK(other.numerator_ != 0, "a division by zero");
    Ratio inverse;
    inverse.numerator_ =
        other.numerator_ < 0 ? checked_mul(other.denominator_, -1) : other.denominator_;
    inverse.denominator_ =
        other.numerator_ < 0 ? checked_mul(other.numerator_, -1) : other.numerator_;
    return *this * inverse;
}

Ratio Ratio::operator-() const {
    Ratio negated = *this;
    negated.numerator_ = checked_mul(numerator_, -1);
    return negated;
}

std::strong_ordering Ratio::operator<=>(const Ratio& other) const {
    if (denominator_ == other.denominator_) return numerator_ <=> other.numerator_;
    return compare(numerator_, denominator_, other.numerator_, other.denominator_);
}

int128 Ratio::round(Rounding rounding) const {
    return denominator_ == 1 ? numerator_ : divide(numerator_, denominator_, rounding);
}

int128 Ratio::round_to(std::int64_t step, Rounding rounding) const {
    RB_CHECK(step > 0, "a rounding step is positive");
    return checked_mul((*this * of(1, step)).round(rounding), step);
}

std::string Ratio::to_text() const {
    std::string text = rb::to_text(numerator_);
    if (denominator_ != 1) text += '/' + rb::to_text(denominator_);
    return text;
}

}  // namespace rb
