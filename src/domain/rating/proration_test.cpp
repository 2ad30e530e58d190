#include "domain/rating/proration.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "testing/vectors.h"

namespace rb::rating {
namespace {

using catalog::Proration;
using catalog::TaxMode;
using testing::VectorRow;
using testing::VectorTable;

Instant at(const std::string& text) { return Instant::parse(text).value(); }
Zone zone_named(const std::string& id) { return Zone::find(id).value(); }
Decimal percent(std::string_view text) { return Decimal::parse(text).value(); }

Amount minor(std::int64_t amount, int exponent) {
    return Amount::of_micros(amount * step_of_scale(exponent), "USD");
}

TEST(Proration, agrees_with_the_vectors) {
    std::size_t rows = 0;
    for (const VectorRow& row :
         VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/proration.vec")) {
        SCOPED_TRACE(row.where());
        auto mode = parse_enum<Proration>(row.text("mode"));
        ASSERT_TRUE(mode);
        Period period{at(row.text("period_start")), at(row.text("period_end"))};
        Zone zone = zone_named(row.text("zone"));
        Instant left = at(row.text("at"));
        Share unused = share_between(*mode, period, left, period.end, zone);
        EXPECT_EQ(unused.ratio(), row.ratio("fraction"));
        Share used = share_between(*mode, period, period.start, left, zone);
        EXPECT_EQ(used.ratio() + unused.ratio(), Ratio(1));

        int exponent = static_cast<int>(row.integer("exponent"));
        Amount price = minor(row.integer("amount_minor"), exponent);
        Components credit =
            components({{price, unused, {}}}, step_of_scale(exponent), Rounding::half_up, "USD");
        EXPECT_EQ(credit.net, minor(row.integer("expected_credit_minor"), exponent));
        ++rows;
    }
    EXPECT_GT(rows, 100U);
}

TEST(Proration, agrees_with_the_vectors_of_floating_point) {
    for (const VectorRow& row :
         VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/floating_point.vec")) {
        SCOPED_TRACE(row.where());
        const std::string& text = row.text("fraction");
        std::size_t slash = text.find('/');
        Share share{std::stoll(text.substr(0, slash)), std::stoll(text.substr(slash + 1))};
        Components part = components({{minor(row.integer("amount_minor"), 2), share, {}}}, 10'000,
                                     Rounding::half_up, "USD");
        EXPECT_EQ(part.net, minor(row.integer("half_up"), 2));
    }
}

TEST(Proration, agrees_with_the_tax_vectors_of_lines) {
    for (const VectorRow& row : VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/tax.vec")) {
        if (row.text("rule") == "invoice")
            continue;  // the sum of an invoice is invoicing's business
        SCOPED_TRACE(row.where());
        TaxMode mode = row.text("rule") == "inclusive" ? TaxMode::inclusive : TaxMode::exclusive;
        Rounding rounding = parse_enum<Rounding>(row.text("rounding")).value();
        Components sum{minor(0, 2), minor(0, 2)};
        for (std::int64_t line : row.integers("lines_minor"))
            sum = sum +
                  components({{minor(line, 2), {1, 1}, {percent(row.text("rate_percent")), mode}}},
                             10'000, rounding, "USD");
        EXPECT_EQ(sum.net, minor(row.integer("net_minor"), 2));
        EXPECT_EQ(sum.tax, minor(row.integer("tax_minor"), 2));
    }
}

TEST(Proration, full_and_none_are_the_whole_and_nothing) {
    Period period{at("2025-01-01T00:00:00Z"), at("2025-02-01T00:00:00Z")};
    Instant middle = at("2025-01-20T00:00:00Z");
    EXPECT_EQ(share_between(Proration::full, period, middle, period.end, {}).ratio(), Ratio(1));
    EXPECT_EQ(share_between(Proration::none, period, middle, period.end, {}).ratio(), Ratio(0));
}

TEST(Proration, a_ratio_is_a_share_over_few_wholes) {
    Zone zone = zone_named("Europe/Berlin");
    Period march{at("2026-02-28T23:00:00Z"), at("2026-03-31T22:00:00Z")};
    Share like{12, 31};
    EXPECT_EQ(share_of(Ratio::of(24, 62), like, march, zone).whole, 31);
    // 31 days of 24 hours but one: microseconds, days and thirtieths meet in 31 times as many.
    std::int64_t whole = march.length().us * 31;
    for (const Ratio& ratio : {Ratio::of(1, 30), Ratio::of(2, 3), Ratio::of(5, 31), Ratio(0),
                               Ratio::of(march.length().us - 1, march.length().us)}) {
        Share share = share_of(ratio, like, march, zone);
        EXPECT_EQ(share.ratio(), ratio);
        EXPECT_EQ(share.whole, whole);
    }
    EXPECT_EQ(share_of(Ratio::of(1, 77), like, march, zone).whole, 77);
}

TEST(Proration, a_thirty_day_period_is_whole_also_where_its_end_was_clamped) {
    struct Case {
        const char* start;
        const char* end;
        std::int64_t whole;
    };
    const Case cases[] = {
        {"2025-01-31T00:00:00Z", "2025-02-28T00:00:00Z", 30},
        {"2025-02-28T00:00:00Z", "2025-03-31T00:00:00Z", 30},
        {"2024-01-29T00:00:00Z", "2024-02-29T00:00:00Z", 30},
        {"2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 360},
        {"2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z", 360},
        {"2025-01-31T00:00:00Z", "2025-04-30T00:00:00Z", 90},
        {"2025-07-01T00:00:00Z", "2025-07-15T00:00:00Z", 14},
        {"2025-07-29T00:00:00Z", "2025-09-02T00:00:00Z", 33},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.start);
        Period period{at(c.start), at(c.end)};
        Share share = share_between(Proration::thirty_day, period, period.start, period.end, {});
        EXPECT_EQ(share.part, c.whole);
        EXPECT_EQ(share.whole, c.whole);
    }
}

TEST(Proration, the_day_of_a_change_belongs_to_what_begins_in_it) {
    Period period{at("2025-09-18T10:00:00Z"), at("2025-10-18T10:00:00Z")};
    Instant evening = at("2025-09-20T23:59:59Z");
    EXPECT_EQ(share_between(Proration::day, period, period.start, evening, {}).part, 2);
    EXPECT_EQ(share_between(Proration::day, period, evening, period.end, {}).part, 28);
}

RC_GTEST_PROP(Proration, shares_add_up_to_the_whole, ()) {
    const char* zones[] = {"UTC",           "America/New_York",
                           "Europe/Berlin", "Australia/Lord_Howe",
                           "Asia/Kolkata",  "Pacific/Apia"};
    Zone zone = zone_named(zones[*rc::gen::inRange(0, 6)]);
    auto mode = static_cast<Proration>(*rc::gen::inRange(0, 3));
    Instant start{*rc::gen::inRange<std::int64_t>(1'700'000'000, 1'900'000'000) * 1'000'000};
    BillingPeriod every{static_cast<PeriodUnit>(*rc::gen::inRange(0, 4)),
                        static_cast<std::uint16_t>(*rc::gen::inRange(1, 4))};
    auto kind = static_cast<AnchorKind>(*rc::gen::inRange(0, 2));
    Period period = Anchor::at(kind, every, start, zone).containing(start, zone);
    std::vector<Instant> cuts{period.start, period.end};
    for (int i = 0; i < 4; ++i)
        cuts.push_back(period.start +
                       Duration{*rc::gen::inRange<std::int64_t>(0, period.length().us + 1)});
    std::ranges::sort(cuts);
    Ratio sum;
    for (std::size_t i = 1; i < cuts.size(); ++i) {
        Share share = share_between(mode, period, cuts[i - 1], cuts[i], zone);
        RC_ASSERT(share.part >= 0);
        sum = sum + share.ratio();
    }
    RC_ASSERT(sum == Ratio(1));
}

TEST(Components, of_mixed_tax_modes_keep_net_and_gross) {
    Stretch exclusive{minor(1000, 2), {1, 3}, {percent("20"), TaxMode::exclusive}};
    Stretch inclusive{minor(1000, 2), {2, 3}, {percent("20"), TaxMode::inclusive}};
    Components sum = components({exclusive, inclusive}, 10'000, Rounding::half_up, "USD");
    EXPECT_EQ(sum.net, minor(889, 2));  // 333.33 + 555.56
    EXPECT_EQ(sum.tax, minor(178, 2));  // 66.67 -> 67, and 667 - 556
}

TEST(Components, of_nothing_are_zero) {
    EXPECT_EQ(components({}, 10'000, Rounding::half_up, "USD").total(), minor(0, 2));
}

TEST(Components, at_the_corners_of_the_limits_do_not_overflow) {
    Amount largest = Amount::of_micros(limits::amount_micros_max, "USD");
    Share share{31'535'999'999'999, 31'536'000'000'000};  // all but a microsecond of a year
    Tax odd{percent("19.9999"), TaxMode::inclusive};
    Tax other{percent("7.7777"), TaxMode::exclusive};
    std::vector<Stretch> stretches{
        {largest, share, odd},
        {largest, {7, 31}, other},
        {Amount::of_micros(-limits::amount_micros_max, "USD"), {29, 30}, other}};
    EXPECT_TRUE(components(stretches, 1, Rounding::half_even, "USD").net.is_positive());
    EXPECT_FALSE(exact_net(stretches).to_text().empty());
}

RC_GTEST_PROP(Precise, rounds_as_a_ratio_does, ()) {
    auto numerator = *rc::gen::inRange<std::int64_t>(-2'000'000, 2'000'000);
    auto denominator = *rc::gen::inRange<std::int64_t>(1, 60);
    auto step = *rc::gen::element<std::int64_t>(1, 5, 10, 10'000);
    auto rounding = static_cast<Rounding>(*rc::gen::inRange(0, 4));
    Ratio value = Ratio::of(numerator, denominator);
    Precise precise = Precise::of(value);
    RC_ASSERT(precise.round_to(step, rounding) == value.round_to(step, rounding));
    RC_ASSERT(precise.to_text() == value.to_text());
    RC_ASSERT((precise - precise) == Precise{});
    RC_ASSERT(-(-precise) == precise);
    RC_ASSERT(Precise::of(value * value) == precise * value);
}

TEST(SeatFee, counts_seats_beyond_the_included_and_has_a_minimum) {
    SeatFee fee{minor(1000, 2), minor(500, 2), minor(1400, 2), 3};
    EXPECT_EQ(seat_fee(fee, 1), minor(1400, 2));
    EXPECT_EQ(seat_fee(fee, 4), minor(1500, 2));
    EXPECT_EQ(seat_fee(fee, 10), minor(4500, 2));
    EXPECT_EQ(seat_fee(fee, limits::quantity_max), std::nullopt);
}

}  // namespace
}  // namespace rb::rating
