// Rounding, ratios, 128-bit integers.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/enums.h"
#include "base/ratio.h"
#include "testing/vectors.h"

namespace rb {
namespace {

using testing::VectorRow;
using testing::VectorTable;

constexpr int128 int128_max = static_cast<int128>(~uint128{0} >> 1);
constexpr int128 int128_min = -int128_max - 1;

VectorTable load(const std::string& name) {
    return VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/" + name);
}

TEST(Rounding, every_policy_rounds_as_the_oracle_does) {
    for (const VectorRow& row : load("rounding.vec")) {
        SCOPED_TRACE(row.where());
        int128 numerator = row.wide_integer("numerator");
        int128 denominator = row.wide_integer("denominator");
        for (Rounding rounding :
             {Rounding::half_up, Rounding::half_even, Rounding::down, Rounding::up}) {
            std::string name(enum_text(rounding));
            EXPECT_EQ(to_text(divide(numerator, denominator, rounding)), row.text(name)) << name;
            EXPECT_EQ(to_text(Ratio::of(numerator, denominator).round(rounding)), row.text(name));
        }
    }
}

TEST(Rounding, halves_of_a_cent_that_floating_point_loses_are_rounded_up) {
    for (const VectorRow& row : load("floating_point.vec")) {
        SCOPED_TRACE(row.where());
        Ratio exact = Ratio(row.integer("amount_minor")) * row.ratio("fraction");
        EXPECT_EQ(to_text(exact.round(Rounding::half_up)), row.text("half_up"));
        EXPECT_NE(row.text("half_up"), row.text("floating_point"));
    }
}

TEST(RoundingDeathTest, a_denominator_that_is_not_positive_stops_the_process) {
    EXPECT_DEATH(divide(1, 0, Rounding::down), "broken invariant");
    EXPECT_DEATH(divide(1, -2, Rounding::down), "broken invariant");
}

TEST(Int128, the_extremes_have_text) {
    EXPECT_EQ(to_text(int128{0}), "0");
    EXPECT_EQ(to_text(int128_max), "170141183460469231731687303715884105727");
    EXPECT_EQ(to_text(int128_min), "-170141183460469231731687303715884105728");
}

TEST(Int128DeathTest, overflow_stops_the_process) {
    EXPECT_DEATH(checked_add(int128_max, 1), "128-bit sum overflowed");
    EXPECT_DEATH(checked_mul(int128_min, -1), "128-bit product overflowed");
}

TEST(Ratio, is_always_reduced_with_a_positive_denominator) {
    EXPECT_EQ(Ratio::of(50, -100).to_text(), "-1/2");
    EXPECT_EQ(Ratio::of(0, -7), Ratio(0));
    EXPECT_EQ(Ratio::of(-12, -4).to_text(), "3");
    EXPECT_EQ(Ratio::of(int128{1} << 100, int128{1} << 101).to_text(), "1/2");
    EXPECT_EQ(Ratio::of(int128_min, int128{1} << 126).to_text(), "-2");
}

TEST(Ratio, arithmetic_is_exact) {
    Ratio third = Ratio::of(1, 3), sixth = Ratio::of(1, 6);
    EXPECT_EQ(third + sixth, Ratio::of(1, 2));
    EXPECT_EQ(sixth - third, Ratio::of(-1, 6));
    EXPECT_EQ(third * Ratio(-6), Ratio(-2));
    EXPECT_EQ(third / Ratio::of(-2, 9), Ratio::of(-3, 2));
    EXPECT_EQ(-third + third, Ratio());
}

TEST(Ratio, obeys_the_laws_of_arithmetic_for_random_values) {
    std::mt19937_64 random(7);
    auto any = [&] {
        auto numerator = static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
        return Ratio::of(numerator, static_cast<std::int64_t>(random() % 1'000'000) + 1);
    };
    for (int i = 0; i < 20'000; ++i) {
        Ratio a = any(), b = any(), c = any();
        ASSERT_EQ(a + b, b + a);
        ASSERT_EQ((a + b) * c, a * c + b * c);
        ASSERT_EQ(a - b + b, a);
        if (!b.is_zero()) {
            ASSERT_EQ(a * b / b, a);
        }
        ASSERT_EQ(a<b, (b - a)> Ratio(0));
        ASSERT_EQ(a <=> b, a.numerator() * b.denominator() <=> b.numerator() * a.denominator());
    }
}

TEST(Ratio, products_are_reduced_before_they_could_overflow) {
    Ratio large = Ratio::of(int128{1} << 120, 3);
    EXPECT_EQ(large * Ratio::of(3, int128{1} << 119), Ratio(2));
}

TEST(Ratio, comparison_cannot_overflow) {
    Ratio a = Ratio::of(int128_max, int128_max - 1), b = Ratio::of(int128_max - 1, int128_max - 2);
    EXPECT_LT(a, b);
    EXPECT_GT(-a, -b);
    EXPECT_LT(Ratio(1), a);
    EXPECT_EQ(a <=> a, std::strong_ordering::equal);
    EXPECT_LT(Ratio::of(int128_min, 3), Ratio::of(int128_max, 5));
}

TEST(Ratio, rounds_to_multiples_of_a_step) {
    EXPECT_EQ(to_text(Ratio::of(12'345'678, 1).round_to(10'000, Rounding::half_up)), "12350000");
    EXPECT_EQ(to_text(Ratio::of(-25, 2).round_to(5, Rounding::half_up)), "-15");
    EXPECT_EQ(to_text(Ratio::of(-25, 2).round_to(5, Rounding::half_even)), "-10");
    EXPECT_EQ(to_text(Ratio::of(1, 1'000'000'000).round_to(1'000'000, Rounding::up)), "1000000");
}

TEST(RatioDeathTest, division_by_zero_and_overflow_stop_the_process) {
    EXPECT_DEATH(Ratio::of(1, 0), "denominator zero");
    EXPECT_DEATH(Ratio(1) / Ratio(0), "division by zero");
    Ratio large = Ratio::of(int128_max, 1);
    EXPECT_DEATH(large + Ratio(1), "overflowed");
    EXPECT_DEATH(large * Ratio(2), "overflowed");
}

}  // namespace
}  // namespace rb
