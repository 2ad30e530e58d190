#include "base/amount.h"

#include "base/decimal.h"
#include "base/limits.h"

namespace rb {

Parsed<Amount> Amount::parse(std::string_view text, Currency currency) {
    constexpr int scale = 6;
    auto decimal = Decimal::parse(text);
    if (!decimal) return Unparsed(decimal.error());
    if (decimal->scale() > scale)
        return Unparsed("expected an amount of at most six digits after the decimal point");
    int128 units = decimal->units();
    for (int i = decimal->scale(); i < scale; ++i)
        if (__builtin_mul_overflow(units, int128{10}, &units)) units = int128{1} << 100;
    if (units > limits::amount_micros_max || units < -limits::amount_micros_max)
        return Unparsed("expected an amount between -1000000000000 and 1000000000000");
    return Amount(static_cast<std::int64_t>(units), currency);
}

Amount Amount::round(const Ratio& micros, std::int64_t step_micros, Rounding rounding,
                     Currency currency) {
    int128 rounded = micros.round_to(step_micros, rounding);
    auto narrow = static_cast<std::int64_t>(rounded);
    RB_CHECK(narrow == rounded, "an amount left its range");
    return Amount(narrow, currency);
}

Amount Amount::operator+(Amount other) const {
    RB_CHECK(currency_ == other.currency_, "amounts of two currencies do not add");
    std::int64_t sum = 0;
    RB_CHECK(!__builtin_add_overflow(micros_, other.micros_, &sum), "an amount left its range");
    return Amount(sum, currency_);
}

Amount Amount::operator-(Amount other) const {
    RB_CHECK(currency_ == other.currency_, "amounts of two currencies do not subtract");
    std::int64_t difference = 0;
    RB_CHECK(!__builtin_sub_overflow(micros_, other.micros_, &difference),
             "an amount left its range");
    return Amount(difference, currency_);
}

Amount Amount::operator-() const { return zero(currency_) - *this; }

std::strong_ordering Amount::operator<=>(const Amount& other) const {
    RB_CHECK(currency_ == other.currency_, "amounts of two currencies do not compare");
    return micros_ <=> other.micros_;
}

std::string Amount::to_text() const { return Decimal::of(micros_, 6).to_text(); }

std::string Amount::to_text(int exponent) const {
    std::string text = to_text();
    std::size_t point = text.find('.');
    int digits = 0;
    if (point != std::string::npos)
        digits = static_cast<int>(text.size() - point - 1);
    else if (exponent > 0)
        text += '.';
    if (digits < exponent) text.append(static_cast<std::size_t>(exponent - digits), '0');
    return text;
}

}  // namespace rb
