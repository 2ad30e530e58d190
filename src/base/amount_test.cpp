// Amounts, currencies, decimals.
#include "base/amount.h"

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/enums.h"
#include "base/limits.h"
#include "testing/vectors.h"

namespace rb {
namespace {

using testing::VectorRow;
using testing::VectorTable;

VectorTable load(const std::string& name) {
    return VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/" + name);
}

TEST(Decimal, text_is_read_exactly_and_printed_shortest_or_refused) {
    for (const VectorRow& row : load("decimals.vec")) {
        SCOPED_TRACE(row.where());
        std::string text = row.text("text") == "''" ? "" : row.text("text");
        auto decimal = Decimal::parse(text);
        ASSERT_EQ(decimal.has_value(), row.text("shortest") != "refused") << text;
        if (!decimal) continue;
        EXPECT_EQ(decimal->to_text(), row.text("shortest"));
        EXPECT_EQ(decimal->to_ratio(), row.ratio("value"));
    }
}

TEST(Decimal, numbers_of_json_may_have_an_exponent) {
    auto text = [](std::string_view token) {
        auto decimal = Decimal::parse_json_number(token);
        return decimal ? decimal->to_text() : "refused";
    };
    EXPECT_EQ(text("1e3"), "1000");
    EXPECT_EQ(text("-1.5E+2"), "-150");
    EXPECT_EQ(text("25e-4"), "0.0025");
    EXPECT_EQ(text("0e999999"), "0");
    EXPECT_EQ(text("1000e-15"), "0.000000000001");
    EXPECT_EQ(text("12.50"), "12.5");
    for (std::string_view token :
         {"1e13000", "1e-13", "1e", "e5", "1e+-5", "1e99", "1e1.5", "1e99999999999999999999"})
        EXPECT_EQ(text(token), "refused") << token;
}

TEST(Decimal, compares_by_value_across_scales) {
    EXPECT_LT(Decimal::parse("0.3").value(), Decimal::parse("0.31").value());
    EXPECT_EQ(Decimal::parse("1.50").value(), Decimal::of(15, 1));
    EXPECT_GT(Decimal(0), Decimal::parse("-0.000000000001").value());
    EXPECT_FALSE(Decimal::parse("-0.00").value().is_negative());
}

TEST(Currency, codes_are_three_upper_case_letters) {
    EXPECT_EQ(Currency::parse("RUR").value().code(), "RUR");
    for (std::string_view code : {"", "US", "usd", "USDT", "U$D", "\xd0\xa0\xd0"})
        EXPECT_FALSE(Currency::parse(code)) << code;
    EXPECT_TRUE(Currency{}.empty());
    EXPECT_EQ(Currency{}.code(), "");
}

TEST(Currency, iso_exponents_are_those_of_the_table) {
    for (const VectorRow& row : load("currencies.vec"))
        EXPECT_EQ(iso_exponent(Currency::parse(row.text("code")).value()), row.integer("exponent"))
            << row.where();
}

TEST(Amount, exact_amounts_are_rounded_to_the_digits_of_the_currency) {
    for (const VectorRow& row : load("amounts.vec")) {
        SCOPED_TRACE(row.where());
        Currency currency = Currency::parse(row.text("currency")).value();
        auto exponent = static_cast<int>(row.integer("exponent"));
        auto rounding = parse_enum<Rounding>(row.text("rounding")).value();
        Ratio micros = row.ratio("exact_major") * Ratio(Amount::micros_per_major);
        Amount amount = Amount::round(micros, step_of_scale(exponent), rounding, currency);
        EXPECT_EQ(amount.to_text(exponent), row.text("expected"));
        EXPECT_EQ(Amount::parse(row.text("expected"), currency).value(), amount);
    }
}

TEST(Amount, text_has_as_few_digits_as_needed_or_as_many_as_asked) {
    EXPECT_EQ(Amount::of_micros(12'340'000, "USD").to_text(), "12.34");
    EXPECT_EQ(Amount::of_micros(-500'000, "USD").to_text(), "-0.5");
    EXPECT_EQ(Amount::of_micros(100'000'000, "USD").to_text(), "100");
    EXPECT_EQ(Amount::of_micros(100'000'000, "USD").to_text(2), "100.00");
    EXPECT_EQ(Amount::of_micros(1, "USD").to_text(2), "0.000001");
    EXPECT_EQ(Amount::of_micros(INT64_MIN, "USD").to_text(), "-9223372036854.775808");
}

TEST(Amount, text_beyond_six_digits_or_beyond_the_limit_is_refused) {
    EXPECT_EQ(Amount::parse("-0.000001", "USD").value().micros(), -1);
    EXPECT_EQ(Amount::parse("1000000000000", "USD").value().micros(), limits::amount_micros_max);
    for (std::string_view text : {"0.0000001", "1000000000000.000001", "-1000000000001", "", "1e3",
                                  "99999999999999999999999999999999999999"})
        EXPECT_FALSE(Amount::parse(text, "USD")) << text;
}

TEST(Amount, adds_subtracts_and_compares_within_a_currency) {
    Amount a = Usd(5) + Usd(7);
    EXPECT_EQ(a, Amount::of_micros(12, "USD"));
    EXPECT_EQ(a - Amount::of_micros(20, "USD"), Amount::of_micros(-8, "USD"));
    EXPECT_EQ((-a).micros(), -12);
    EXPECT_LT(Amount::zero("USD"), a);
    EXPECT_NE(Amount::of_micros(1, "USD"), Amount::of_micros(1, "EUR"));
}

TEST(AmountDeathTest, two_currencies_do_not_mix) {
    Amount dollars = Amount::of_micros(1, "USD"), euros = Amount::of_micros(1, "EUR");
    EXPECT_DEATH(dollars + euros, "two currencies do not add");
    EXPECT_DEATH(dollars - euros, "two currencies do not subtract");
    EXPECT_DEATH((void)(dollars < euros), "two currencies do not compare");
    EXPECT_DEATH(dollars + Amount{}, "two currencies do not add");
}

TEST(AmountDeathTest, leaving_the_range_stops_the_process) {
    EXPECT_DEATH(Amount::of_micros(INT64_MAX, "USD") + Amount::of_micros(1, "USD"), "range");
    EXPECT_DEATH(-Amount::of_micros(INT64_MIN, "USD"), "range");
    EXPECT_DEATH(Amount::round(Ratio::of(int128{1} << 70, 1), 1, Rounding::down, "USD"), "range");
}

}  // namespace
}  // namespace rb
