#include <gtest/gtest.h>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/metering/decide.h"

namespace rb::metering {
namespace {

constexpr AccountId account_id{{1, 1}};

struct GaugeTest : ::testing::Test {
    GaugeTest() {
        settings.features["mailboxes"] = {"mailboxes", "", catalog::FeatureKind::limit, ""};
        settings.features["messages"] = {"messages", "", catalog::FeatureKind::metered, "m"};
    }
    std::string reply(std::optional<std::int64_t> value, std::optional<std::int64_t> difference,
                      const std::string& feature = "mailboxes") {
        auto event = decide(gauges, settings, limit, {account_id, feature, value, difference});
        if (!event) {
            refusal = event.error();
            return std::string(enum_text(refusal.fault)) + " " + refusal.field;
        }
        metering::apply(gauges, *event);
        return std::to_string(gauge(gauges, feature));
    }
    catalog::Settings settings;
    Gauges gauges;
    std::optional<std::int64_t> limit = 10;
    Refusal refusal;
};

TEST_F(GaugeTest, a_gauge_is_set_or_moved) {
    EXPECT_EQ(gauge(gauges, "mailboxes"), 0);
    EXPECT_EQ(reply(3, {}), "3");
    EXPECT_EQ(reply({}, 4), "7");
    EXPECT_EQ(reply({}, -2), "5");
    EXPECT_EQ(reply({}, 0), "5");
    EXPECT_EQ(reply(5, {}), "5");
}

TEST_F(GaugeTest, a_gauge_at_zero_takes_no_room) {
    EXPECT_EQ(reply(3, {}), "3");
    EXPECT_EQ(reply({}, -3), "0");
    EXPECT_TRUE(gauges.empty());
}

TEST_F(GaugeTest, a_move_past_the_limit_is_refused_with_both_numbers) {
    EXPECT_EQ(reply({}, 10), "10");
    EXPECT_EQ(reply({}, 1), "amount_exceeds_limit /difference");
    ASSERT_EQ(refusal.blockers.size(), 1u);
    EXPECT_EQ(refusal.blockers[0], (Blocker{Fault::amount_exceeds_limit, "mailboxes", "11", "10"}));
    limit.reset();
    EXPECT_EQ(reply({}, 1), "11");
}

TEST_F(GaugeTest, what_exists_is_a_fact_and_may_stand_above_the_limit) {
    EXPECT_EQ(reply(15, {}), "15");
    EXPECT_EQ(reply({}, -1), "14");
    EXPECT_EQ(reply({}, 0), "14");
    EXPECT_EQ(reply({}, 1), "amount_exceeds_limit /difference");
}

TEST_F(GaugeTest, setting_a_gauge_refuses_in_a_fixed_order) {
    constexpr std::int64_t over = limits::quantity_max + 1;
    EXPECT_EQ(reply(-1, -1, "nothing"), "feature_is_unknown /feature");
    EXPECT_EQ(reply(-1, -1, "messages"), "feature_is_unknown /feature");
    EXPECT_EQ(reply({}, {}), "field_is_missing /value");
    EXPECT_EQ(reply(-1, -1), "field_is_invalid /difference");
    EXPECT_EQ(reply(-1, {}), "field_is_invalid /value");
    EXPECT_EQ(reply(over, {}), "field_is_invalid /value");
    EXPECT_EQ(reply({}, over), "field_is_invalid /difference");
    EXPECT_EQ(reply({}, INT64_MIN), "field_is_invalid /difference");
    EXPECT_EQ(reply({}, -1), "field_is_invalid /difference");
    EXPECT_EQ(reply(limits::quantity_max, {}), std::to_string(limits::quantity_max));
    EXPECT_EQ(reply({}, 1), "field_is_invalid /difference");
}

TEST(MeteringEvents, every_event_reads_back_as_it_was_written) {
    GaugeSet event{account_id, "mailboxes", 12};
    GaugeSet back;
    ASSERT_TRUE(decode(encode(event), back));
    EXPECT_EQ(back.account, event.account);
    EXPECT_EQ(back.feature, event.feature);
    EXPECT_EQ(back.value, event.value);
    EXPECT_EQ(encode_json(back), encode_json(event));
}

}  // namespace
}  // namespace rb::metering
