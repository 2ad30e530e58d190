#include "domain/entitlements/bound.h"

#include <gtest/gtest.h>

namespace rb::entitlements {
namespace {

using catalog::Entitlement;
using catalog::FeatureKind;
using catalog::WindowKind;

struct BoundTest : ::testing::Test {
    BoundTest() {
        auto feature = [&](const char* key, FeatureKind kind, const char* meter) {
            settings.features[key].key = key;
            settings.features[key].kind = kind;
            settings.features[key].meter = meter;
        };
        feature("support", FeatureKind::flag, "");
        feature("tier", FeatureKind::config, "");
        feature("seats", FeatureKind::limit, "");
        feature("calls", FeatureKind::metered, "calls");
        settings.price_groups[7].meter = "calls";
    }
    static Entitlement of(const char* feature, std::optional<std::int64_t> limit) {
        Entitlement e;
        e.feature = feature;
        e.limit = limit;
        return e;
    }
    // What is left of the plan when the seller has the other one.
    catalog::PlanVersion left() const {
        const Holding holding{nullptr, nullptr, &seller, nullptr};
        auto version = bounded(settings, plan, {&holding, 1});
        return version ? *version : plan;
    }

    catalog::Settings settings;
    catalog::PlanVersion plan;
    catalog::PlanVersion seller;
};

TEST_F(BoundTest, of_what_the_seller_has_not_nothing_is_left) {
    plan.entitlements = {of("calls", 5), of("seats", 5), of("support", {}), of("tier", {})};
    plan.packages.push_back({"pack", {7}, 100, false, {}, 0, false});
    plan.price_groups = {7};
    EXPECT_TRUE(left().entitlements.empty());
    EXPECT_TRUE(left().price_groups.empty());
    ASSERT_EQ(left().packages.size(), 1u);  // its place stays
    EXPECT_TRUE(left().packages[0].price_groups.empty());
}

TEST_F(BoundTest, numbers_are_at_most_the_sellers) {
    plan.entitlements = {of("calls", std::nullopt), of("seats", 5)};
    seller.entitlements = {of("calls", 20), of("seats", 9)};
    EXPECT_EQ(left().entitlements[0].limit, 20);
    EXPECT_EQ(left().entitlements[1].limit, 5);
    seller.entitlements[1].limit = 3;
    EXPECT_EQ(left().entitlements[1].limit, 3);
    seller.entitlements[1].limit.reset();
    EXPECT_EQ(left().entitlements[1].limit, 5);
    plan.entitlements[1].soft = true;
    EXPECT_TRUE(left().entitlements[1].soft);
    seller.entitlements[1].limit = 9;  // a hard one
    EXPECT_FALSE(left().entitlements[1].soft);
}

TEST_F(BoundTest, over_another_window_the_sellers_window_holds) {
    plan.entitlements = {of("calls", 50)};
    plan.entitlements[0].window = WindowKind::day;
    seller.entitlements = {of("calls", 20)};
    EXPECT_EQ(left().entitlements[0].limit, 20);
    EXPECT_EQ(left().entitlements[0].window, WindowKind::subscription);
}

TEST_F(BoundTest, flags_and_values_are_the_sellers) {
    plan.entitlements = {of("support", {}), of("tier", {})};
    plan.entitlements[1].value = "gold";
    seller.entitlements = {of("support", {}), of("tier", {})};
    seller.entitlements[0].on = false;
    seller.entitlements[1].value = "tin";
    EXPECT_FALSE(left().entitlements[0].on);
    EXPECT_EQ(left().entitlements[1].value, "tin");
}

TEST_F(BoundTest, a_package_is_bounded_by_a_limit_and_not_by_what_is_bought_in_packages) {
    plan.packages.push_back({"pack", {7}, 100, true, {}, 10, false});
    seller.entitlements = {of("calls", 20)};
    EXPECT_EQ(left().packages[0].size, 20);
    EXPECT_FALSE(left().packages[0].may_overrun);
    seller.packages = {{"bulk", {7}, 5, false, {}, 0, false}};
    EXPECT_EQ(left(), plan);  // its own package stops it where it ends
}

}  // namespace
}  // namespace rb::entitlements
