#include "base/zone.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/zone_database.h"
#include "base/zone_rule.h"
#include "testing/vectors.h"

namespace rb {
namespace {

using testing::VectorRow;
using testing::VectorTable;

constexpr std::int64_t us_per_hour = 3'600'000'000;

VectorTable load(const std::string& name) {
    return VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/" + name);
}

Zone zone_named(std::string_view id) {
    auto zone = Zone::find(id);
    EXPECT_TRUE(zone) << zone.error();
    return zone.value_or(Zone::utc());
}

// "2026-03-29T02:30:00" with or without a fraction.
CivilTime civil_time(const std::string& text) {
    Instant as_if_utc = Instant::parse(text + "Z").value();
    return Zone::utc().to_civil(as_if_utc);
}

TEST(ZoneDatabase, of_a_machine_that_has_one_is_good) {
    auto good = check_zone_database();
    EXPECT_TRUE(good) << good.error();
}

TEST(Zone, utc_is_the_default_and_is_found_by_its_name) {
    EXPECT_EQ(zone_named("UTC"), Zone{});
    EXPECT_EQ(Zone{}.id(), "UTC");
    EXPECT_EQ(Zone::utc().to_civil(Instant{0}), (CivilTime{{1970, 1, 1}, 0}));
}

TEST(Zone, names_links_and_fixed_offsets_are_found_and_keep_their_id) {
    for (std::string_view id :
         {"Europe/Berlin", "US/Pacific", "Etc/UTC", "Etc/GMT-8", "America/Argentina/Buenos_Aires"})
        EXPECT_EQ(zone_named(id).id(), id);
}

TEST(Zone, an_unknown_id_is_refused_by_name) {
    auto zone = Zone::find("Mars/Olympus");
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error(),
              "unknown time zone 'Mars/Olympus', expected an IANA name such as Europe/Berlin");
    for (std::string_view id : {"", "utc", "UTC+1", "+02:00", "Europe", "../../etc/passwd"})
        EXPECT_FALSE(Zone::find(id)) << id;
    EXPECT_FALSE(Zone::find(std::string_view("UTC\0", 4)));
}

TEST(Zone, instants_become_local_times) {
    for (const VectorRow& row : load("zone_civil.vec")) {
        SCOPED_TRACE(row.where());
        Instant instant = Instant::parse(row.text("instant")).value();
        EXPECT_EQ(zone_named(row.text("zone")).to_civil(instant), civil_time(row.text("local")));
    }
}

TEST(Zone, local_times_become_instants_in_gaps_and_overlaps_too) {
    for (const VectorRow& row : load("zone_instants.vec")) {
        SCOPED_TRACE(row.where());
        Instant instant = zone_named(row.text("zone")).to_instant(civil_time(row.text("local")));
        EXPECT_EQ(instant.to_text(), row.text("instant"));
    }
}

TEST(Zone, the_answer_does_not_depend_on_what_was_asked_before) {
    // Every answer is compared with that of a thread that remembers nothing.
    Zone zone = zone_named("America/New_York");
    std::vector<std::int64_t> hours;
    for (std::int64_t hour = 0; hour < 24 * 400; hour += 7) hours.push_back(hour);
    Instant start = Instant::parse("2037-01-01T00:00:00Z").value();
    auto ask = [&](std::int64_t hour) { return zone.to_civil(start + Duration::of_hours(hour)); };
    std::vector<CivilTime> forward, backward(hours.size());
    for (std::int64_t hour : hours) forward.push_back(ask(hour));
    std::thread([&] {
        for (std::size_t i = hours.size(); i-- > 0;) backward[i] = ask(hours[i]);
    }).join();
    EXPECT_EQ(forward, backward);
}

TEST(Zone, a_local_time_that_exists_comes_back_unchanged) {
    for (std::string_view id : {"Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca",
                                "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu"}) {
        Zone zone = zone_named(id);
        for (std::int64_t hour = 0; hour < 24 * 365 * 90; hour += 1009) {
            Instant instant = Instant{0} + Duration::of_hours(hour);
            CivilTime local = zone.to_civil(instant);
            Instant back = zone.to_instant(local);
            // In an overlap the earlier instant is given.
            EXPECT_LE(back, instant) << id << ' ' << instant.to_text();
            EXPECT_EQ(zone.to_civil(back), local) << id << ' ' << instant.to_text();
        }
    }
}

TEST(Zone, midnight_that_does_not_exist_is_the_first_instant_of_the_day) {
    Zone havana = zone_named("America/Havana");
    Instant midnight = havana.midnight({2026, 3, 8});
    EXPECT_EQ(havana.to_civil(midnight), (CivilTime{{2026, 3, 8}, us_per_hour}));
}

TEST(Zone, microseconds_are_kept) {
    Zone zone = zone_named("Asia/Kolkata");
    Instant instant{1'700'000'000'123'456};
    EXPECT_EQ(zone.to_civil(instant).us_of_day % 1'000'000, 123'456);
    EXPECT_EQ(zone.to_instant(zone.to_civil(instant)), instant);
}

TEST(ZoneRule, texts_without_daylight_saving_or_malformed_give_no_rule) {
    for (std::string_view text :
         {"", "UTC0", "<-03>3", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
          "EST5EDT,M3.2.0,M11.1.0x", "E5D,M3.2.0,M11.1.0", "<+03", "EST5EDT,M3.6.0,M11.1.0",
          "EST999EDT,M3.2.0,M11.1.0"})
        EXPECT_FALSE(ZoneRule::parse(text)) << text;
}

TEST(ZoneRule, days_of_the_year_are_counted_with_and_without_the_leap_day) {
    // 1 March to 1 November, written without and with the leap day, in a leap year.
    auto julian = ZoneRule::parse("AAA0BBB,J60/0,J305/0");
    auto zero_based = ZoneRule::parse("AAA0BBB,60/0,305/0");
    ASSERT_TRUE(julian && zero_based);
    std::int64_t march = CivilDate{2040, 3, 1}.to_days() * std::int64_t{86'400};
    for (const auto& rule : {*julian, *zero_based}) {
        EXPECT_EQ(rule.span_at(march - 1).offset, 0);
        EXPECT_EQ(rule.span_at(march).offset, 3600);
        std::int64_t november = CivilDate{2040, 11, 1}.to_days() * std::int64_t{86'400};
        EXPECT_EQ(rule.span_at(march).end, november - 3600);
    }
}

TEST(ZoneRule, hours_beyond_a_day_and_negative_hours_are_counted_from_midnight) {
    auto rule = ZoneRule::parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/26:30");
    ASSERT_TRUE(rule);
    // The last Sunday of March 2040 is the 25th: an hour before its midnight, at UTC-2.
    std::int64_t spring = CivilDate{2040, 3, 25}.to_days() * std::int64_t{86'400} + 3600;
    EXPECT_EQ(rule->span_at(spring - 1).offset, -7200);
    EXPECT_EQ(rule->span_at(spring).offset, -3600);
    // The last Sunday of October 2040 is the 28th: half past two on Monday, at UTC-1.
    std::int64_t autumn =
        CivilDate{2040, 10, 29}.to_days() * std::int64_t{86'400} + 3 * 3600 + 1800;
    EXPECT_EQ(rule->span_at(spring).end, autumn);
}

}  // namespace
}  // namespace rb
