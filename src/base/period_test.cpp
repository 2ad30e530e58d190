// Civil dates, instants and the periods of anchors.
#include "base/period.h"

#include <gtest/gtest.h>

#include "base/enums.h"
#include "testing/vectors.h"

namespace rb {
namespace {

using testing::VectorRow;
using testing::VectorTable;

VectorTable load(const std::string& name) {
    return VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/" + name);
}

Instant instant(std::string_view text) { return Instant::parse(text).value(); }

BillingPeriod every(const VectorRow& row) {
    return {parse_enum<PeriodUnit>(row.text("unit")).value(),
            static_cast<std::uint16_t>(row.integer("count"))};
}

Anchor anchor_of(const VectorRow& row, Zone zone) {
    return Anchor::at(parse_enum<AnchorKind>(row.text("kind")).value(), every(row),
                      instant(row.text("started_at")), zone);
}

TEST(Civil, dates_are_read_strictly) {
    EXPECT_EQ(CivilDate::parse("2024-02-29").value(), (CivilDate{2024, 2, 29}));
    for (std::string_view text :
         {"2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-4-1", "0000-01-01",
          "2024-01-00", "20240101", "2024-01-01 ", "-024-01-01"})
        EXPECT_FALSE(CivilDate::parse(text)) << text;
}

TEST(Civil, every_day_of_six_centuries_follows_the_day_before) {
    CivilDate previous = CivilDate::of_days(-150'000);
    for (std::int32_t days = -149'999; days < 75'000; ++days) {
        CivilDate date = CivilDate::of_days(days);
        ASSERT_EQ(date.to_days(), days);
        ASSERT_EQ(date.weekday(), (previous.weekday() + 1) % 7);
        bool ends_month = previous.day == days_in_month(previous.year, previous.month);
        ASSERT_EQ(date.day, ends_month ? 1 : previous.day + 1);
        ASSERT_LT(previous, date);
        previous = date;
    }
    EXPECT_EQ((CivilDate{1970, 1, 1}.to_days()), 0);
    EXPECT_EQ((CivilDate{2026, 11, 20}.weekday()), 4);
}

TEST(Civil, steps_are_counted_from_the_origin) {
    for (const VectorRow& row : load("civil_steps.vec")) {
        SCOPED_TRACE(row.where());
        CivilDate origin = CivilDate::parse(row.text("origin")).value();
        auto steps = static_cast<int>(row.integer("index") * row.integer("count"));
        CivilDate date;
        switch (every(row).unit) {
            case PeriodUnit::day:
                date = add_days(origin, steps);
                break;
            case PeriodUnit::week:
                date = add_days(origin, steps * 7);
                break;
            case PeriodUnit::month:
                date = add_months(origin, steps);
                break;
            case PeriodUnit::year:
                date = add_months(origin, steps * 12);
                break;
        }
        EXPECT_EQ(date.to_text(), row.text("expected"));
    }
}

TEST(Civil, absurd_days_are_clamped_instead_of_wrapping) {
    EXPECT_EQ(CivilDate::of_days(INT32_MAX), (CivilDate{32767, 12, 31}));
    EXPECT_EQ(CivilDate::of_days(INT32_MIN), (CivilDate{-32768, 1, 1}));
    EXPECT_EQ(add_months({9999, 12, 31}, INT32_MAX), (CivilDate{32767, 12, 31}));
}

TEST(Instant, text_with_any_offset_is_read_and_printed_in_utc) {
    EXPECT_EQ(instant("2026-04-01T00:00:00Z").to_text(), "2026-04-01T00:00:00Z");
    EXPECT_EQ(instant("2026-04-01t02:00:00+02:00").to_text(), "2026-04-01T00:00:00Z");
    EXPECT_EQ(instant("2026-03-31T18:30:00.25-05:30").to_text(), "2026-04-01T00:00:00.25Z");
    EXPECT_EQ(instant("1970-01-01T00:00:00z"), Instant{0});
    EXPECT_EQ(instant("9999-12-31T23:59:59.999999Z").us, Instant::us_max);
    EXPECT_EQ(Instant{1}.to_text(), "1970-01-01T00:00:00.000001Z");
}

TEST(Instant, other_texts_are_refused) {
    for (std::string_view text :
         {"", "2026-04-01", "2026-04-01T00:00:00", "2026-04-01 00:00:00Z", "2026-04-01T24:00:00Z",
          "2026-04-01T00:60:00Z", "2026-04-01T00:00:60Z", "2026-04-01T00:00:00.Z",
          "2026-04-01T00:00:00.1234567Z", "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z",
          "9999-12-31T23:59:59-01:00", "2026-04-01T00:00:00+24:00", "2026-04-01T00:00:00Z ",
          "2026-04-01T00:00:00+0200", "2026-04-01T0:00:00Z", "2026-04-01T00:00:00*02:00"})
        EXPECT_FALSE(Instant::parse(text)) << text;
}

TEST(Instant, text_of_wild_values_is_wrong_but_safe) {
    EXPECT_FALSE(Instant{INT64_MAX}.to_text().empty());
    EXPECT_FALSE(Instant{INT64_MIN}.to_text().empty());
}

TEST(Period, anchors_give_the_periods_of_the_oracle) {
    for (const VectorRow& row : load("periods.vec")) {
        SCOPED_TRACE(row.where());
        Zone zone = Zone::find(row.text("zone")).value();
        Anchor anchor = anchor_of(row, zone);
        Period period = anchor.period(row.integer("index"), zone);
        EXPECT_EQ(period.start.to_text(), row.text("start"));
        EXPECT_EQ(period.end.to_text(), row.text("end"));
        EXPECT_EQ(anchor.containing(period.start, zone), period);
        EXPECT_EQ(anchor.containing({period.end.us - 1}, zone), period);
        EXPECT_EQ(anchor.next(period, zone), anchor.period(row.integer("index") + 1, zone));
    }
}

TEST(Period, an_instant_is_found_in_its_period) {
    for (const VectorRow& row : load("containing.vec")) {
        SCOPED_TRACE(row.where());
        Zone zone = Zone::find(row.text("zone")).value();
        Period period = anchor_of(row, zone).containing(instant(row.text("at")), zone);
        EXPECT_EQ(period.start.to_text(), row.text("start"));
        EXPECT_EQ(period.end.to_text(), row.text("end"));
        EXPECT_TRUE(period.contains(instant(row.text("at"))));
    }
}

TEST(Period, whole_periods_are_those_that_have_ended) {
    for (const VectorRow& row : load("whole_periods.vec")) {
        SCOPED_TRACE(row.where());
        Anchor anchor{
            AnchorKind::anniversary, every(row), {CivilDate::parse(row.text("start")).value(), 0}};
        Instant end = Zone::utc().midnight(CivilDate::parse(row.text("end")).value());
        std::int64_t whole = 0;
        while (anchor.period(whole, Zone::utc()).end <= end) ++whole;
        EXPECT_EQ(whole, row.integer("whole"));
    }
}

TEST(Period, a_day_that_a_zone_skipped_gives_no_empty_period) {
    // Samoa had no 30 December 2011.
    Zone apia = Zone::find("Pacific/Apia").value();
    Anchor anchor = Anchor::at(AnchorKind::calendar, {PeriodUnit::day, 1},
                               instant("2011-12-28T12:00:00Z"), apia);
    Period period = anchor.containing(instant("2011-12-29T12:00:00Z"), apia);
    EXPECT_EQ(apia.date_of(period.start), (CivilDate{2011, 12, 29}));
    period = anchor.next(period, apia);
    EXPECT_EQ(apia.date_of(period.start), (CivilDate{2011, 12, 31}));
    EXPECT_GT(period.length().us, 0);
}

TEST(Period, a_start_in_the_second_half_of_an_overlap_lies_in_its_first_period) {
    Zone zone = Zone::find("America/New_York").value();
    Instant second_half = instant("2026-11-01T06:30:00Z");  // 01:30 for the second time
    Anchor anchor = Anchor::at(AnchorKind::anniversary, {PeriodUnit::month, 1}, second_half, zone);
    Period first = anchor.period(0, zone);
    EXPECT_EQ(first.start.to_text(), "2026-11-01T05:30:00Z");
    EXPECT_EQ(anchor.containing(second_half, zone), first);
}

TEST(Period, an_absurd_count_ends_somewhere_far_ahead) {
    Anchor anchor = Anchor::at(AnchorKind::anniversary, {PeriodUnit::year, 65535},
                               instant("2026-01-01T00:00:00Z"), Zone::utc());
    Period period = anchor.containing(instant("9999-12-31T23:59:59Z"), Zone::utc());
    EXPECT_TRUE(period.contains(instant("2026-01-01T00:00:00Z")));
}

TEST(PeriodDeathTest, a_count_of_zero_stops_the_process) {
    Anchor anchor;
    anchor.every.count = 0;
    EXPECT_DEATH(anchor.containing(Instant{0}, Zone::utc()), "at least one unit");
}

TEST(Period, civil_days_are_counted_by_local_dates) {
    Zone berlin = Zone::find("Europe/Berlin").value();
    // 23 hours across the spring change, one local day.
    EXPECT_EQ(
        civil_days_between(berlin.midnight({2026, 3, 29}), berlin.midnight({2026, 3, 30}), berlin),
        1);
    EXPECT_EQ(civil_days_between(instant("2026-03-31T21:59:59Z"), instant("2026-03-31T22:00:00Z"),
                                 berlin),
              1);
    EXPECT_EQ(
        civil_days_between(berlin.midnight({2026, 3, 30}), berlin.midnight({2026, 3, 1}), berlin),
        -29);
}

}  // namespace
}  // namespace rb
