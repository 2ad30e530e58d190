// The corners of what the limits admit: no exact intermediate overflows there. Overflow would stop
// the process, so reaching the end of a test with the right result is the proof.
#include "base/limits.h"

#include <gtest/gtest.h>

#include "base/amount.h"
#include "base/decimal.h"

namespace rb {
namespace {

constexpr std::int64_t us_per_year = 366LL * 86'400 * 1'000'000;

// A rate of 99.9999 %, with denominators that share nothing with the rest.
Ratio largest_tax_rate() { return Decimal::of(999'999, 6).to_ratio(); }

TEST(Limits, a_day_a_year_and_three_years_prorate_and_tax_the_largest_amount) {
    Ratio amount(limits::amount_micros_max - 1);
    for (std::int64_t length : {us_per_year / 366, us_per_year, 3 * us_per_year}) {
        // Two shares of a period that do not reduce, by the microsecond.
        for (std::int64_t left : {length - 1, length / 2 + 1, std::int64_t{1}}) {
            Ratio exact = amount * Ratio::of(left, length) * largest_tax_rate();
            Amount tax = Amount::round(exact, step_of_scale(2), Rounding::half_up, "USD");
            EXPECT_LE(tax.micros(), limits::amount_micros_max);
            EXPECT_GE(tax.micros(), 0);
            EXPECT_LE(Ratio(tax.micros()) - exact, Ratio(step_of_scale(2)));
        }
    }
}

TEST(Limits, a_chain_of_the_largest_amounts_within_one_period_adds_up) {
    Ratio total;
    constexpr std::int64_t changes = 1000;
    for (std::int64_t i = 0; i < changes; ++i)
        total =
            total + Ratio(limits::amount_micros_max - i) * Ratio::of(us_per_year - i, us_per_year);
    EXPECT_GT(total, Ratio(0));
    EXPECT_LT(total, Ratio(limits::amount_micros_max) * Ratio(changes));
}

TEST(Limits, the_largest_quantity_at_the_largest_and_smallest_unit_price_is_exact) {
    int128 scale = 1;
    for (int i = 0; i < limits::price_scale_max; ++i) scale *= 10;
    int128 major_max = limits::amount_micros_max / Amount::micros_per_major;
    Ratio largest = Decimal::of(major_max * scale - 1, limits::price_scale_max).to_ratio();
    Ratio smallest = Decimal::of(1, limits::price_scale_max).to_ratio();
    // Rounded up to a quantum, a quantity can double; per 997 units nothing reduces.
    Ratio quantity = Ratio::of(int128{2} * limits::quantity_max - 1, 997);
    Ratio most = quantity * largest * Ratio(Amount::micros_per_major);
    EXPECT_GT(most, Ratio(limits::amount_micros_max));
    EXPECT_EQ(most / Ratio(Amount::micros_per_major) / largest, quantity);
    Ratio least = quantity * smallest * Ratio(Amount::micros_per_major);
    EXPECT_EQ(least.round(Rounding::half_up), 200'601'805);
}

TEST(Limits, the_largest_quantity_at_the_largest_amount_fits_before_it_is_checked) {
    Ratio micros = Ratio(limits::quantity_max) * Ratio(limits::amount_micros_max);
    EXPECT_GT(micros, Ratio(limits::amount_micros_max));
}

TEST(Limits, the_largest_amount_is_exchanged_at_the_largest_and_smallest_rate) {
    Ratio amount(limits::amount_micros_max - 1);
    int128 scale = 1;
    for (int i = 0; i < limits::exchange_rate_scale_max; ++i) scale *= 10;
    Ratio largest = Ratio::of(limits::exchange_rate_max * scale - 1, scale);
    Ratio smallest = Ratio::of(1, scale);
    EXPECT_GT(amount * largest, amount);
    EXPECT_EQ((amount * smallest * largest / largest / smallest), amount);
    EXPECT_EQ((amount * smallest).round(Rounding::half_up), 10'000'000'000);
}

TEST(Limits, tax_is_taken_out_of_the_largest_inclusive_amount) {
    Ratio gross(limits::amount_micros_max - 1);
    Ratio net = gross / (Ratio(1) + largest_tax_rate());
    EXPECT_EQ(net + net * largest_tax_rate(), gross);
}

TEST(Limits, two_sums_of_quantities_and_a_quantity_fit_64_bits) {
    int128 sums = int128{2} * limits::quantity_sum_max + limits::quantity_max;
    EXPECT_LE(sums, int128{INT64_MAX});
    // Every limit that plans can add up to: of each subscription, over each of its features.
    int128 allowed =
        int128{limits::quantity_max} * static_cast<std::int64_t>(limits::subscriptions_max);
    EXPECT_LE(allowed, int128{limits::quantity_sum_max});
    // A share of a sum in percent is told in 128 bits.
    EXPECT_GT(int128{limits::quantity_sum_max} * 100, int128{INT64_MAX});
}

TEST(Limits, what_is_due_at_once_fits_64_bits) {
    // Of one subscription: what it owed and the new period are each at most the largest amount with
    // tax; a setup fee comes with as much tax again; the next period is held beside them.
    int128 owed = limits::amount_micros_max;
    int128 entered = int128{2} * limits::amount_micros_max;  // a rate may have risen to 100 %
    int128 setup = int128{2} * limits::amount_micros_max;
    int128 held = limits::amount_micros_max;
    EXPECT_LE(owed + entered + setup + held, int128{INT64_MAX});
    // What can be spent: the balance, the credit limit, grants.
    EXPECT_LE(int128{3} * limits::amount_micros_max, int128{INT64_MAX});
}

TEST(Limits, balances_of_millions_of_children_fit_an_amount_only_through_a_ratio) {
    // A sum over children is no amount: nine of the largest pass the range of 64 bits.
    Ratio sum =
        Ratio(limits::amount_micros_max) * Ratio(static_cast<std::int64_t>(limits::children_max));
    EXPECT_GT(sum.numerator(), int128{INT64_MAX});
}

}  // namespace
}  // namespace rb
