// Shares and lines by difference.
//
// A period has one price for its whole, and every stretch of it costs price * share. Where a plan
// is changed several times within a period the obvious method, rounding each credit and each charge
// by itself, makes cents: 10.00 for January 1 to 7, 31.00 to the 19th, 5.00 to the end is exactly
// 50200/31 cents = 16.19, yet 10.00 - 7.74 + 24.00 - 12.00 + 1.94 = 16.20. Here nothing is rounded
// but the sum: a line is
//
//     round(exact cost of all stretches so far) - what was billed before,
//
// so the lines of a period always add up to its rounded exact cost, in whatever order the changes
// came, going there and back at one instant costs nothing, and no credit can exceed what was
// billed. It needs shares that add up: share(a, b) + share(b, c) = share(a, c), and 1 for the
// whole. So each mode counts a consumption from the period's start, and a share is the difference
// of two counts.
//
//   second      microseconds; a month with a change of the clocks is shorter or longer, and so is
//               the price of its hours
//   day         civil dates, so that a day of 23 hours costs a day; an instant counts the dates
//               before its own: the day of a change belongs to what begins in it
//   thirty_day  as `day` in a calendar whose months have 30 days (the 31st is a 30th); the end of
//               the period is always the whole, also where it was clamped (31 Jan to 28 Feb)
//
// Rules of different modes may meet in one period: into a plan by the second, out of it by the day.
// Their counts differ by up to a day or two, and then what is left of the period by one count is
// not what is left by the other. So a plan that is entered takes over exactly the shares that the
// left one gave up, by whatever count; the shares of a period still add up, and there and back is
// still nothing.
//
// Sums are kept as one fraction where that fits 128 bits, else as a whole number of micros and a
// fraction below one. A price near the greatest amount times the microseconds of a year times a tax
// rate would not fit 128 bits; the fraction alone does.
#include "domain/rating/proration.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/limits.h"

namespace rb::rating {

namespace {

std::int64_t narrow(int128 value) {
    auto out = static_cast<std::int64_t>(value);
    RB_CHECK(out == value, "an amount left its range");
    return out;
}

// Greatest common whole of shares of one period; what is larger would leave too little room for
// taxes.
constexpr int128 common_whole_max = 10'000'000'000'000'000;

// Days from `from` to `to` where every month has thirty.
std::int64_t thirty_days_between(CivilDate from, CivilDate to) {
    std::int64_t months = (std::int64_t{to.year} - from.year) * 12 + to.month - from.month;
    return months * 30 + std::min<std::int64_t>(to.day, 30) - std::min<std::int64_t>(from.day, 30);
}

// A period of n months is n times 30 days, also where its start or its end was clamped to the
// length of a month; any other is as long as it counts.
std::int64_t thirty_days_of(CivilDate start, CivilDate end) {
    std::int64_t counted = thirty_days_between(start, end);
    std::int64_t months = (counted + 15) / 30;
    std::int64_t difference = counted - 30 * months;
    bool is_months = months > 0 && difference >= -2 && difference <= 2 &&
                     (start.day == end.day || start.day >= 28 || end.day >= 28);
    return is_months ? 30 * months : counted;
}

Share second_share(const Period& period, Instant from, Instant to) {
    return {(to - from).us, period.length().us};
}

Share day_share(const Period& period, Instant from, Instant to, Zone zone) {
    std::int64_t whole = civil_days_between(period.start, period.end, zone);
    if (whole <= 0) return second_share(period, from, to);
    return {civil_days_between(from, to, zone), whole};
}

Share thirty_day_share(const Period& period, Instant from, Instant to, Zone zone) {
    CivilDate start = zone.date_of(period.start);
    std::int64_t whole = thirty_days_of(start, zone.date_of(period.end));
    if (whole <= 0) return second_share(period, from, to);
    auto consumed = [&](Instant t) {
        if (t >= period.end) return whole;
        return std::clamp<std::int64_t>(thirty_days_between(start, zone.date_of(t)), 0, whole);
    };
    return {consumed(to) - consumed(from), whole};
}

int128 power_of_ten(int exponent) {
    int128 power = 1;
    while (exponent-- > 0) power *= 10;
    return power;
}

struct Fraction {
    int128 part = 0;
    int128 whole = 1;  // positive
};

// part * a / (whole * b); nullopt where that does not fit 128 bits.
std::optional<Fraction> scaled(const Fraction& f, int128 a, int128 b) {
    Fraction out;
    if (__builtin_mul_overflow(f.part, a, &out.part) ||
        __builtin_mul_overflow(f.whole, b, &out.whole))
        return std::nullopt;
    return out;
}

struct RoundTo {
    std::int64_t step_micros;
    Rounding rounding;
    Currency currency;
};

// The sum of stretches that have one whole and one tax, as nearly all periods have: one fraction,
// never reduced, because finding common factors costs more than all the rest.
struct PlainSum {
    Fraction price;
    Tax tax;
    Currency currency;

    // The tax rate is `rate` / `hundred`.
    int128 rate() const { return tax.percent.units(); }
    int128 hundred() const { return power_of_ten(tax.percent.scale() + 2); }

    std::optional<Fraction> net() const {
        if (tax.mode == catalog::TaxMode::exclusive) return price;
        return scaled(price, hundred(), hundred() + rate());
    }
    std::optional<Components> components(const RoundTo& to) const {
        bool is_exclusive = tax.mode == catalog::TaxMode::exclusive;
        auto exact_net = net();
        auto exact_other = is_exclusive ? scaled(price, rate(), hundred()) : price;
        auto net_steps = exact_net ? scaled(*exact_net, 1, to.step_micros) : std::nullopt;
        auto other_steps = exact_other ? scaled(*exact_other, 1, to.step_micros) : std::nullopt;
        if (!net_steps || !other_steps) return std::nullopt;
        RB_CHECK(currency == to.currency, "amounts of two currencies do not add");
        auto rounded = [&](const Fraction& f) {
            return checked_mul(divide(f.part, f.whole, to.rounding), to.step_micros);
        };
        int128 rounded_net = rounded(*net_steps);
        int128 other = rounded(*other_steps);
        return Components{
            Amount::of_micros(narrow(rounded_net), to.currency),
            Amount::of_micros(narrow(is_exclusive ? other : other - rounded_net), to.currency)};
    }
};

// nullopt: several wholes, taxes or currencies, or too large for one fraction.
std::optional<PlainSum> plain_sum(const std::vector<Stretch>& stretches) {
    if (stretches.empty()) return std::nullopt;
    const Stretch& first = stretches.front();
    PlainSum sum{{0, first.share.whole}, first.tax, first.price.currency()};
    for (const Stretch& s : stretches) {
        int128 product = 0;
        if (s.share.whole != first.share.whole || s.tax.mode != first.tax.mode ||
            s.tax.percent != first.tax.percent || s.price.currency() != sum.currency ||
            __builtin_mul_overflow(int128{s.price.micros()}, int128{s.share.part}, &product) ||
            __builtin_add_overflow(sum.price.part, product, &sum.price.part))
            return std::nullopt;
    }
    return sum;
}

Ratio tax_rate(const Tax& tax) { return tax.percent.to_ratio() / Ratio(100); }

}  // namespace

Share share_between(catalog::Proration mode, const Period& period, Instant from, Instant to,
                    Zone zone) {
    RB_CHECK(period.start <= from && from <= to && to <= period.end && period.start < period.end,
             "a share lies within its period");
    switch (mode) {
        case catalog::Proration::second:
            return second_share(period, from, to);
        case catalog::Proration::day:
            return day_share(period, from, to, zone);
        case catalog::Proration::thirty_day:
            return thirty_day_share(period, from, to, zone);
        case catalog::Proration::full:
            return {1, 1};
        case catalog::Proration::none:
            return {0, 1};
    }
    RB_CHECK(false, "an unknown mode of proration");
    return {};
}

Share share_of(const Ratio& ratio, const Share& like, const Period& period, Zone zone) {
    if (ratio == like.ratio()) return like;
    int128 whole = 1;
    for (auto mode :
         {catalog::Proration::second, catalog::Proration::day, catalog::Proration::thirty_day}) {
        Share none = share_between(mode, period, period.start, period.start, zone);
        // At most 10^16 times 10^16: no overflow before it is seen to be too large.
        if (whole <= common_whole_max)
            whole = whole / std::gcd(static_cast<std::int64_t>(whole), none.whole) * none.whole;
    }
    bool is_common = whole <= common_whole_max && whole % ratio.denominator() == 0;
    if (!is_common) whole = ratio.denominator();
    return {narrow(ratio.numerator() * (whole / ratio.denominator())), narrow(whole)};
}

Precise Precise::of(const Ratio& value) {
    int128 whole = value.numerator() / value.denominator();
    int128 rest = value.numerator() % value.denominator();
    if (rest < 0) {
        whole -= 1;
        rest += value.denominator();
    }
    return {whole, Ratio::of(rest, value.denominator())};
}

Precise Precise::operator+(const Precise& other) const {
    Precise sum = of(fraction + other.fraction);
    sum.whole = checked_add(sum.whole, checked_add(whole, other.whole));
    return sum;
}

Precise Precise::operator-() const {
    Precise negated = of(-fraction);
    negated.whole = checked_add(negated.whole, -whole);
    return negated;
}

Precise Precise::operator-(const Precise& other) const { return *this + -other; }

Precise Precise::operator*(const Ratio& factor) const {
    return of(Ratio::of(whole, 1) * factor) + of(fraction * factor);
}

int128 Precise::round_to(std::int64_t step, Rounding rounding) const {
    RB_CHECK(step > 0, "a rounding step is positive");
    // All policies are symmetric about zero, so what follows need not think of signs.
    if (whole < 0) return -(-*this).round_to(step, rounding);
    // An even number of steps is put aside: what is left rounds as the whole would, halves to even
    // too.
    int128 aside = whole / (int128{2} * step) * 2;
    Ratio rest = Ratio::of(whole - aside * step, 1) + fraction;
    return checked_mul(checked_add(aside, (rest / Ratio(step)).round(rounding)), step);
}

std::string Precise::to_text() const {
    int128 product = 0;
    int128 sum = 0;
    if (!__builtin_mul_overflow(whole, fraction.denominator(), &product) &&
        !__builtin_add_overflow(product, fraction.numerator(), &sum))
        return Ratio::of(sum, fraction.denominator()).to_text();
    return rb::to_text(whole) + "+" + fraction.to_text();
}

Exact taxed(const Precise& price_micros, const Tax& tax) {
    if (tax.percent.is_zero()) return {price_micros, {}};
    if (tax.mode == catalog::TaxMode::exclusive)
        return {price_micros, price_micros * tax_rate(tax)};
    Precise net = price_micros * (Ratio(1) / (Ratio(1) + tax_rate(tax)));
    return {net, price_micros - net};
}

Exact taxed(const Ratio& price_micros, const Tax& tax) {
    return taxed(Precise::of(price_micros), tax);
}

Precise exact_net(const std::vector<Stretch>& stretches) {
    if (auto plain = plain_sum(stretches))
        if (auto net = plain->net()) return Precise::of(Ratio::of(net->part, net->whole));
    Precise sum;
    for (const Stretch& s : stretches)
        sum = sum + taxed(Precise{s.price.micros(), {}} * s.share.ratio(), s.tax).net;
    return sum;
}

Components components(const std::vector<Stretch>& stretches, std::int64_t step_micros,
                      Rounding rounding, Currency currency) {
    if (auto plain = plain_sum(stretches))
        if (auto sum = plain->components({step_micros, rounding, currency})) return *sum;
    Precise net;            // of all
    Precise inclusive_net;  // of those whose price contains the tax
    Precise inclusive_gross;
    Precise exclusive_tax;
    for (const Stretch& s : stretches) {
        RB_CHECK(s.price.currency() == currency, "amounts of two currencies do not add");
        Precise price = Precise{s.price.micros(), {}} * s.share.ratio();
        Exact exact = taxed(price, s.tax);
        net = net + exact.net;
        if (s.tax.mode == catalog::TaxMode::inclusive) {
            inclusive_net = inclusive_net + exact.net;
            inclusive_gross = inclusive_gross + price;
        } else {
            exclusive_tax = exclusive_tax + exact.tax;
        }
    }
    auto rounded = [&](const Precise& value) { return value.round_to(step_micros, rounding); };
    int128 tax = rounded(exclusive_tax) + rounded(inclusive_gross) - rounded(inclusive_net);
    return {Amount::of_micros(narrow(rounded(net)), currency),
            Amount::of_micros(narrow(tax), currency)};
}

std::optional<Amount> seat_fee(const SeatFee& prices, std::int64_t quantity) {
    RB_CHECK(prices.fee.currency() == prices.per_seat.currency() &&
                 prices.fee.currency() == prices.minimum.currency(),
             "amounts of two currencies do not add");
    int128 seats = std::max<int128>(0, int128{quantity} - prices.included);
    int128 micros = checked_add(prices.fee.micros(), checked_mul(seats, prices.per_seat.micros()));
    micros = std::max<int128>(micros, prices.minimum.micros());
    if (micros > limits::amount_micros_max) return std::nullopt;
    return Amount::of_micros(static_cast<std::int64_t>(micros), prices.fee.currency());
}

}  // namespace rb::rating
