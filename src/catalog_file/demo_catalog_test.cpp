#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "catalog_file/catalog_file.h"
#include "domain/catalog/decide.h"

namespace rb::catalog_file {

namespace {

std::string demo_text() {
    std::ifstream file(RATEBOOK_SOURCE_DIR "/packaging/demo/catalog.yaml");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

catalog::Catalog demo() {
    auto result = read(demo_text());
    catalog::Catalog catalog;
    IdSource ids(Instant::of_seconds(1'700'000'000), Uuid{1, 2});
    auto events = decide(catalog, catalog::ApplyCatalog{result.draft, {}},
                         Instant::of_seconds(1'700'000'000), ids);
    EXPECT_TRUE(events.has_value()) << (events ? "" : events.error().detail);
    for (const auto& event : *events) apply(catalog, event);
    return catalog;
}

std::string in_rur(const catalog::Catalog& catalog, const catalog::Prices& prices) {
    return catalog.price_in(prices, "RUR", {2026, 4, 1})->to_text();
}

}  // namespace

TEST(DemoCatalog, has_no_findings) {
    auto result = read(demo_text());
    EXPECT_EQ(findings_text("catalog.yaml", result.findings), "");
    EXPECT_EQ(result.draft.plans.size(), 11u);
}

TEST(DemoCatalog, prices_in_rur_are_the_published_ones) {
    const auto catalog = demo();
    const auto& small = catalog.plans.find_number("IM", 185)->latest();
    const auto& medium = catalog.plans.find_number("IM", 186)->latest();
    EXPECT_EQ(in_rur(catalog, small.fee), "9170.604");
    EXPECT_EQ(in_rur(catalog, small.packages[0].overrun_price), "3.668242");
    EXPECT_EQ(in_rur(catalog, medium.fee), "91706.04");
    EXPECT_EQ(in_rur(catalog, medium.packages[0].overrun_price), "0.275118");
}

TEST(DemoCatalog, im_goes_up_but_not_down) {
    const auto catalog = demo();
    const auto& low = catalog.plans.find_key("im_small")->head;
    const auto& high = catalog.plans.find_key("im_medium")->head;
    const auto* up = catalog.rule(low, &high);
    ASSERT_NE(up, nullptr);
    EXPECT_TRUE(up->allowed);
    EXPECT_EQ(up->reserve_next, catalog::ReserveNext::on_change);
    const auto* down = catalog.rule(high, &low);
    ASSERT_NE(down, nullptr);
    EXPECT_FALSE(down->allowed);
    EXPECT_EQ(down->who, catalog::Who::support);
}

TEST(DemoCatalog, every_family_with_plans_has_one_default) {
    const auto catalog = demo();
    std::map<std::string, int> defaults;
    // What agencies hand on is hidden: given to them by hand, and nobody's by default.
    for (const auto& [key, plan] : catalog.plans.by_key())
        if (plan->head.kind != catalog::PlanKind::hidden)
            defaults[plan->head.family] += plan->head.is_default;
    EXPECT_EQ(defaults, (std::map<std::string, int>{{"IM", 1}, {"MAU", 1}, {"HELPDESK", 1}}));
}

}  // namespace rb::catalog_file
