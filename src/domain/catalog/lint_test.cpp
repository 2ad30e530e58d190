#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/catalog/test_catalog.h"

namespace rb::catalog {

using namespace test;

namespace {

using Lines = std::vector<std::string>;

// The findings of the small catalog after one change to it.
template <class Change>
Lines after(Change change) {
    Draft d = draft();
    change(d);
    return codes(lint(d));
}

Package paid_package() {
    Package package;
    package.price_groups = {7561};
    package.may_overrun = true;
    package.overrun_resources = 100;
    package.overrun_price["USD"] = usd(40'000);
    return package;
}

}  // namespace

TEST(CatalogLint, the_small_catalog_has_no_finding) { EXPECT_EQ(codes(lint(draft())), Lines{}); }

TEST(CatalogLint, findings_are_ordered_by_line) {
    Draft d = draft();
    d.plans[0].line = 20, d.plans[1].line = 10;
    d.plans[0].head.number = d.plans[1].head.number = -1;
    auto findings = lint(d);
    ASSERT_GE(findings.size(), 2u);
    EXPECT_EQ(findings[0].where, "plans/im_small/number");
}

TEST(CatalogLint, currencies_and_rates) {
    EXPECT_EQ(after([](Draft& d) { d.settings.currencies["CHF"] = 7; })[0],
              "error exponent_is_invalid currencies/CHF");
    EXPECT_EQ(after([](Draft& d) { d.settings.rounding = Rounding::down; }),
              (Lines{"error rounding_is_invalid rounding"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.base_currency = Currency{}; })[0],
              "error base_currency_is_missing exchange_rates");
    EXPECT_EQ(after([](Draft& d) { d.settings.base_currency = "CHF"; })[0],
              "error currency_is_unknown exchange_rates/base");
    EXPECT_EQ(after([](Draft& d) { d.settings.currencies.erase("EUR"); }),
              (Lines{"error currency_is_unknown exchange_rates/EUR"}));
    EXPECT_EQ(after([](Draft& d) {
                  d.settings.exchange_rates.push_back({{2026, 1, 1}, "USD", Decimal(1)});
              }),
              (Lines{"error rate_is_invalid exchange_rates/USD"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.exchange_rates[3].from = {2025, 1, 1}; }),
              (Lines{"error rate_is_repeated exchange_rates/RUR"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.exchange_rates[3].from = {2024, 1, 1}; }),
              (Lines{"error order_is_wrong exchange_rates/RUR"}));
    for (const char* rate : {"0", "-1", "10000000.1", "1.123456789"})
        EXPECT_EQ(
            after([&](Draft& d) { d.settings.exchange_rates[0].rate = *Decimal::parse(rate); }),
            (Lines{"error rate_is_invalid exchange_rates/EUR"}))
            << rate;
}

TEST(CatalogLint, tax_rates) {
    for (const char* percent : {"-1", "100.01", "1.12345"})
        EXPECT_EQ(
            after([&](Draft& d) { d.settings.tax_rates[0].percent = *Decimal::parse(percent); }),
            (Lines{"error tax_rate_is_invalid tax_rates/standard"}))
            << percent;
    EXPECT_EQ(after([](Draft& d) { d.settings.tax_rates[2].country = "USA"; }),
              (Lines{"error country_is_invalid tax_rates/standard"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.tax_rates[1].from = {2004, 1, 1}; }),
              (Lines{"error rate_is_repeated tax_rates/standard"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.tax_rates[1].from = {2003, 1, 1}; }),
              (Lines{"error order_is_wrong tax_rates/standard"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.families["IM"].tax = "reduced"; }),
              (Lines{"error tax_category_is_unknown families/IM/tax"}));
}

TEST(CatalogLint, features_meters_price_groups_and_families) {
    auto& messages = "features/messages";
    EXPECT_EQ(after([](Draft& d) { d.settings.features["messages"].meter = ""; }),
              (Lines{std::string("error meter_is_missing ") + messages}));
    EXPECT_EQ(after([](Draft& d) { d.settings.features["messages"].meter = "zz"; }),
              (Lines{"error meter_is_unknown features/messages/meter"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.features["region"].meter = "im_messages"; }),
              (Lines{"error meter_is_not_allowed features/region/meter"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.features["_x y"].key = "_x y"; }),
              (Lines{"error key_is_invalid features/_x y"}));
    auto meter = [](auto change) {
        return after([&](Draft& d) { change(d.settings.meters["im_messages"]); });
    };
    EXPECT_EQ(meter([](Meter& m) { m.event = ""; }),
              (Lines{"error event_is_missing meters/im_messages"}));
    EXPECT_EQ(meter([](Meter& m) { m.aggregation = Aggregation::sum; }),
              (Lines{"error value_is_missing meters/im_messages"}));
    EXPECT_EQ(meter([](Meter& m) { m.value_property = "n"; }),
              (Lines{"error value_is_not_allowed meters/im_messages/value"}));
    EXPECT_EQ(meter([](Meter& m) { m.late = Duration::of_days(367); }),
              (Lines{"error duration_is_invalid meters/im_messages/late"}));
    EXPECT_EQ(meter([](Meter& m) { m.dimensions = {"a", "a"}; }),
              (Lines{"error key_is_repeated meters/im_messages/dimensions"}));
    auto group = [](auto change) {
        return after([&](Draft& d) { change(d.settings.price_groups[7561]); });
    };
    EXPECT_EQ(group([](PriceGroup& g) { g.num_resources = 0; }),
              (Lines{"error number_is_invalid price_groups/7561/per"}));
    EXPECT_EQ(group([](PriceGroup& g) { g.quantum = 0; }),
              (Lines{"error number_is_invalid price_groups/7561/quantum"}));
    EXPECT_EQ(group([](PriceGroup& g) { g.price["USD"] = Decimal(-1); }),
              (Lines{"error price_is_negative price_groups/7561/price/USD"}));
    EXPECT_EQ(group([](PriceGroup& g) { g.price["CHF"] = Decimal(1); }),
              (Lines{"error currency_is_unknown price_groups/7561/price/CHF"}));
    EXPECT_EQ(group([](PriceGroup& g) { g.meter = "zz"; }),
              (Lines{"error meter_is_unknown price_groups/7561/meter"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.families["IM"].surface = "web"; }),
              (Lines{"error surface_is_unknown families/IM/surface"}));
}

TEST(CatalogLint, unknown_names_of_a_plan) {
    EXPECT_EQ(after([](Draft& d) { d.plans[2].head.family = "ZZ"; }),
              (Lines{"error family_is_unknown plans/im_medium/family"}));
    EXPECT_EQ(
        after([](Draft& d) { d.plans[2].version.entitlements = {{"zz", true, "", {}, false}}; }),
        (Lines{"error feature_is_unknown plans/im_medium/entitlements/zz"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[2].version.packages[0].price_groups = {7561, 1}; }),
              (Lines{"error price_group_is_unknown plans/im_medium/packages/0/price_groups"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[2].version.fee["CHF"] = Amount::zero("CHF"); }),
              (Lines{"error currency_is_unknown plans/im_medium/fee/CHF"}));
}

TEST(CatalogLint, prices_and_quantities_stay_within_their_bounds) {
    auto plan_after = [](auto change) {
        return after([&](Draft& d) { change(d.plans[2].version); });
    };
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.setup_fee["USD"] = usd(-1); }),
              (Lines{"error price_is_negative plans/im_medium/setup_fee/USD"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.fee["USD"] = usd(limits::amount_micros_max + 1); }),
              (Lines{"error price_is_too_large plans/im_medium/fee/USD"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.fee["USD"] = Amount::zero("EUR"); }),
              (Lines{"error currency_is_unknown plans/im_medium/fee/USD"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.seats.emplace().per_seat["USD"] = usd(-1); }),
              (Lines{"error price_is_negative plans/im_medium/seats/per_seat/USD"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.seats.emplace().included = -1; }),
              (Lines{"error number_is_invalid plans/im_medium/seats/included"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.every.count = 0; }),
              (Lines{"error period_is_invalid plans/im_medium/period"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.trial_days = -1; }),
              (Lines{"error trial_is_invalid plans/im_medium/trial/days"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.packages[0].size = -1; }),
              (Lines{"error number_is_invalid plans/im_medium/packages/0/size"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.packages = {paid_package()}; }), Lines{});
    EXPECT_EQ(plan_after([](PlanVersion& v) {
                  v.packages = {paid_package()};
                  v.packages[0].overrun_price.clear();
                  v.packages[0].overrun_resources = 0;
              }),
              (Lines{"error overrun_resources_is_missing plans/im_medium/packages/0",
                     "error overrun_price_is_missing plans/im_medium/packages/0"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.attributes = "[1]"; }),
              (Lines{"error type_is_wrong plans/im_medium/attributes"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.attributes = std::string(9000, ' '); }),
              (Lines{"error text_is_invalid plans/im_medium/attributes"}));
    EXPECT_EQ(plan_after([](PlanVersion& v) { v.description = std::string(2001, 'x'); }),
              (Lines{"error text_is_invalid plans/im_medium/description"}));
}

TEST(CatalogLint, an_entitlement_is_of_the_kind_of_its_feature) {
    auto entitled = [](const Entitlement& entitlement) {
        return after([&](Draft& d) { d.plans[2].version.entitlements = {entitlement}; });
    };
    EXPECT_EQ(entitled({"mailboxes", true, "", 5, true}), Lines{});
    EXPECT_EQ(entitled({"mailboxes", true, "", {}, false}), Lines{});
    EXPECT_EQ(entitled({"mailboxes", true, "", -1, false}),
              (Lines{"error number_is_invalid plans/im_medium/entitlements/mailboxes"}));
    EXPECT_EQ(entitled({"mailboxes", true, "eu", 5, false}),
              (Lines{"error type_is_wrong plans/im_medium/entitlements/mailboxes"}));
    EXPECT_EQ(entitled({"api_access", false, "", {}, false}), Lines{});
    EXPECT_EQ(entitled({"api_access", true, "", 5, false}),
              (Lines{"error type_is_wrong plans/im_medium/entitlements/api_access"}));
    EXPECT_EQ(entitled({"region", true, "eu", {}, false}), Lines{});
    EXPECT_EQ(entitled({"region", false, "eu", {}, false}),
              (Lines{"error type_is_wrong plans/im_medium/entitlements/region"}));
    EXPECT_EQ(after([](Draft& d) {
                  d.plans[2].version.entitlements = {{"region", true, "eu", {}, false},
                                                     {"api_access", true, "", {}, false}};
              }),
              (Lines{"error order_is_wrong plans/im_medium/entitlements"}));
}

TEST(CatalogLint, windows_pools_and_thresholds_are_of_metered_features) {
    auto entitled = [](const std::string& feature, auto change) {
        return after([&](Draft& d) {
            Entitlement entitlement;
            entitlement.feature = feature;
            change(entitlement);
            d.plans[2].version.entitlements = {entitlement};
        });
    };
    for (const std::string feature : {"api_access", "region", "mailboxes"}) {
        const std::string where =
            "error field_is_not_allowed plans/im_medium/entitlements/" + feature;
        EXPECT_EQ(entitled(feature, [](Entitlement& e) { e.window = WindowKind::month; }),
                  (Lines{where + "/window"}));
        EXPECT_EQ(entitled(feature, [](Entitlement& e) { e.rolling = Duration::of_days(1); }),
                  (Lines{where + "/window"}));
        EXPECT_EQ(entitled(feature, [](Entitlement& e) { e.pooled = true; }),
                  (Lines{where + "/pooled"}));
        EXPECT_EQ(entitled(feature, [](Entitlement& e) { e.thresholds = {80}; }),
                  (Lines{where + "/thresholds"}));
    }
    auto metered = [&](auto change) {
        return entitled("messages", [&](Entitlement& e) {
            e.window = WindowKind::lifetime;
            e.limit = 10;
            change(e);
        });
    };
    EXPECT_EQ(metered([](Entitlement& e) { e.pooled = true; }), Lines{});
    auto rolling = [&](Duration duration) {
        return metered([&](Entitlement& e) {
            e.window = WindowKind::rolling;
            e.rolling = duration;
        });
    };
    const Lines no_window{"error duration_is_invalid plans/im_medium/entitlements/messages/window"};
    EXPECT_EQ(rolling(Duration::of_minutes(1)), Lines{});
    EXPECT_EQ(rolling(Duration::of_days(400)), Lines{});
    for (Duration wrong : {Duration{}, Duration::of_seconds(59), Duration::of_seconds(90),
                           Duration::of_minutes(400 * 24 * 60 + 1), Duration::of_seconds(-60)})
        EXPECT_EQ(rolling(wrong), no_window) << wrong.us;
    EXPECT_EQ(metered([](Entitlement& e) { e.rolling = Duration::of_minutes(1); }), no_window);
}

TEST(CatalogLint, thresholds_are_ascending_percents_of_a_limit) {
    auto told = [](std::vector<std::int32_t> percents) {
        return after([&](Draft& d) {
            Entitlement allowance;
            allowance.feature = "messages";
            allowance.limit = 150'000;  // the size of the package
            allowance.thresholds = percents;
            d.plans[2].version.entitlements = {allowance};
        });
    };
    const std::string where = " plans/im_medium/entitlements/messages/thresholds";
    EXPECT_EQ(told({1, 80, 100, 1000}), Lines{});
    EXPECT_EQ(told({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), Lines{});
    EXPECT_EQ(told({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), (Lines{"error too_many" + where}));
    EXPECT_EQ(told({0}), (Lines{"error number_is_invalid" + where}));
    EXPECT_EQ(told({1001}), (Lines{"error number_is_invalid" + where}));
    EXPECT_EQ(told({80, 80}), (Lines{"error order_is_wrong" + where}));
    EXPECT_EQ(told({100, 80}), (Lines{"error order_is_wrong" + where}));
    EXPECT_EQ(after([](Draft& d) {
                  Entitlement unlimited;
                  unlimited.feature = "messages";
                  unlimited.thresholds = {80};
                  d.plans[2].version.entitlements = {unlimited};
              }),
              (Lines{"error limit_is_missing" + where}));
}

TEST(CatalogLint, plans_do_not_share_keys_numbers_lookup_keys_or_the_default) {
    EXPECT_EQ(after([](Draft& d) {
                  d.plans.push_back(d.plans[2]);
                  d.plans.back().head.number = 0;
              }),
              (Lines{"error key_is_repeated plans/im_medium"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[2].head.number = 185; }),
              (Lines{"error number_is_taken plans/im_medium/number"}));
    EXPECT_EQ(
        after([](Draft& d) { d.plans[1].head.lookup_key = d.plans[2].head.lookup_key = "k"; }),
        (Lines{"error lookup_key_is_taken plans/im_medium/lookup_key"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[2].head.is_default = true; }),
              (Lines{"error default_is_repeated plans/im_medium/default"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[0].head.kind = PlanKind::hidden; }),
              (Lines{"error default_is_not_regular plans/im_free/default"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[2].head.key = "Medium"; }),
              (Lines{"error key_is_invalid plans/Medium"}));
}

TEST(CatalogLint, falling_back_needs_a_default_plan) {
    EXPECT_EQ(after([](Draft& d) {
                  d.plans[0].head.is_default = false;
                  d.plans[1].version.trial_days = 14;
                  d.plans[1].version.trial_end = TrialEnd::fall_back;
              }),
              (Lines{"error default_is_missing plans/im_small/trial/end"}));
    EXPECT_EQ(after([](Draft& d) {
                  d.plans[0].head.is_default = false;
                  d.settings.families["IM"].on_shortage = ShortagePolicy::fall_back;
              }),
              (Lines{"error default_is_missing families/IM/on_shortage"}));
}

TEST(CatalogLint, a_price_that_some_currency_cannot_have_is_a_warning) {
    EXPECT_EQ(after([](Draft& d) { d.settings.currencies["CHF"] = 2; }),
              (Lines{"warning currency_is_missing plans/im_small/fee",
                     "warning currency_is_missing plans/im_medium/fee"}));
    EXPECT_EQ(after([](Draft& d) {
                  d.plans[2].version.fee = {{Currency("EUR"), Amount::of_micros(1'000'000, "EUR")}};
              }),
              (Lines{"warning currency_is_missing plans/im_medium/fee"}));
    EXPECT_EQ(after([](Draft& d) {
                  d.plans[2].version.fee.clear();
                  for (const auto& [currency, exponent] : d.settings.currencies)
                      d.plans[2].version.fee[currency] = Amount::of_micros(1'000'000, currency);
              }),
              Lines{});
}

TEST(CatalogLint, a_fee_finer_than_its_lines_is_a_warning) {
    EXPECT_EQ(after([](Draft& d) {
                  d.settings.families["IM"].scale = Scale::currency;
                  d.plans[2].version.fee["USD"] = usd(1'005'000);
              }),
              (Lines{"warning price_is_too_fine plans/im_medium/fee/USD"}));
}

TEST(CatalogLint, a_package_that_nothing_draws_on_is_a_warning) {
    EXPECT_EQ(after([](Draft& d) { d.plans[2].version.packages[0].price_groups.clear(); }),
              (Lines{"warning package_has_no_meter plans/im_medium/packages/0"}));
    EXPECT_EQ(after([](Draft& d) { d.plans[2].version.packages[0].price_groups = {7561, 7561}; }),
              (Lines{"warning price_group_is_repeated plans/im_medium/packages/0/price_groups"}));
    EXPECT_EQ(after([](Draft& d) {
                  auto& packages = d.plans[2].version.packages;
                  packages.push_back(packages[0]);
              }),
              (Lines{"warning price_group_is_repeated plans/im_medium/packages/1/price_groups"}));
}

TEST(CatalogLint, a_price_group_that_a_plan_uses_names_a_meter) {
    EXPECT_EQ(after([](Draft& d) { d.settings.price_groups[7561].meter.clear(); }),
              (Lines{"error meter_is_missing plans/im_free/packages/0/price_groups",
                     "error meter_is_missing plans/im_small/packages/0/price_groups",
                     "error meter_is_missing plans/im_medium/packages/0/price_groups"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.price_groups[8].number = 8; }), Lines{});
}

namespace {

// The findings of the small catalog when a plan charges by a price group of its own.
template <class Change>
Lines charged(Change change) {
    return after([&](Draft& d) {
        d.settings.price_groups[9] = priced_group(9);
        d.plans[2].version.price_groups = {9};
        change(d);
    });
}

}  // namespace

TEST(CatalogLint, what_is_charged_as_it_is_used_has_a_meter_and_a_price) {
    EXPECT_EQ(charged([](Draft&) {}), Lines{});
    EXPECT_EQ(charged([](Draft& d) { d.plans[2].version.price_groups = {9, 10}; }),
              (Lines{"error price_group_is_unknown plans/im_medium/price_groups"}));
    EXPECT_EQ(charged([](Draft& d) { d.settings.price_groups[9].meter.clear(); }),
              (Lines{"error meter_is_missing plans/im_medium/price_groups"}));
    EXPECT_EQ(charged([](Draft& d) { d.settings.price_groups[9].meter = "zz"; }),
              (Lines{"error meter_is_unknown price_groups/9/meter"}));
    EXPECT_EQ(charged([](Draft& d) { d.settings.price_groups[9].price.clear(); }),
              (Lines{"error price_is_missing plans/im_medium/price_groups"}));
    EXPECT_EQ(charged([](Draft& d) {
                  d.settings.price_groups[9].price = {{Currency("EUR"), Decimal(1)}};
              }),
              (Lines{"warning currency_is_missing plans/im_medium/price_groups"}));
    EXPECT_EQ(charged([](Draft& d) { d.plans[2].version.price_groups = {9, 9}; }),
              (Lines{"warning price_group_is_repeated plans/im_medium/price_groups"}));
}

TEST(CatalogLint, a_resource_price_that_another_stands_before_is_a_warning) {
    const Lines never{"warning price_is_never_charged plans/im_medium/price_groups"};
    EXPECT_EQ(charged([](Draft& d) { d.plans[2].version.packages = {paid_package()}; }), never);
    EXPECT_EQ(charged([](Draft& d) {
                  d.settings.price_groups[10] = d.settings.price_groups[9];
                  d.settings.price_groups[10].number = 10;
                  d.plans[2].version.price_groups = {9, 10};
              }),
              never);
}

TEST(CatalogLint, packages_and_prices_of_what_can_shrink_are_warnings) {
    for (Aggregation aggregation : {Aggregation::max, Aggregation::latest})
        EXPECT_EQ(charged([&](Draft& d) {
                      d.settings.meters["im_messages"].aggregation = aggregation;
                      d.settings.meters["im_messages"].value_property = "n";
                  }),
                  (Lines{"warning usage_can_shrink plans/im_free/packages/0/price_groups",
                         "warning usage_can_shrink plans/im_small/packages/0/price_groups",
                         "warning usage_can_shrink plans/im_medium/packages/0/price_groups",
                         "warning usage_can_shrink plans/im_medium/price_groups"}));
    for (Aggregation aggregation : {Aggregation::sum, Aggregation::unique})
        EXPECT_EQ(charged([&](Draft& d) {
                      d.settings.meters["im_messages"].aggregation = aggregation;
                      d.settings.meters["im_messages"].value_property = "n";
                  }),
                  Lines{});
}

TEST(CatalogLint, a_pack_without_a_price_in_a_currency_of_the_fee_is_a_warning) {
    auto priced = [](auto change) {
        return after([&](Draft& d) {
            PlanVersion& version = d.plans[2].version;
            version.packages = {paid_package()};
            version.fee["EUR"] = Amount::of_micros(900'000'000, "EUR");
            change(version);
        });
    };
    EXPECT_EQ(priced([](PlanVersion&) {}), (Lines{"warning overrun_price_is_converted "
                                                  "plans/im_medium/packages/0/overrun_price"}));
    EXPECT_EQ(priced([](PlanVersion& v) {
                  v.packages[0].overrun_price["EUR"] = Amount::of_micros(36'000, "EUR");
              }),
              Lines{});
    EXPECT_EQ(priced([](PlanVersion& v) { v.packages[0].overrun_price["USD"] = usd(0); }), Lines{});
    // One that no rate leads to is told once.
    EXPECT_EQ(
        priced([](PlanVersion& v) {
            v.packages[0].overrun_price = {{Currency("EUR"), Amount::of_micros(36'000, "EUR")}};
        }),
        (Lines{"warning currency_is_missing plans/im_medium/packages/0/overrun_price"}));
}

TEST(CatalogLint, a_limit_beside_packages_of_another_size_is_a_warning) {
    auto limited = [](auto change) {
        return after([&](Draft& d) {
            Entitlement allowance;
            allowance.feature = "messages";
            allowance.limit = 100'000;
            change(d, allowance);
            d.plans[1].version.entitlements = {allowance};
        });
    };
    const Lines differs{"warning limit_differs_from_package plans/im_small/entitlements/messages"};
    EXPECT_EQ(limited([](Draft&, Entitlement&) {}), Lines{});
    EXPECT_EQ(limited([](Draft&, Entitlement& e) { e.limit = 99'999; }), differs);
    EXPECT_EQ(limited([](Draft&, Entitlement& e) { e.limit.reset(); }), Lines{});
    EXPECT_EQ(limited([](Draft& d, Entitlement&) {
                  d.plans[1].version.packages.push_back(paid_package());
                  d.plans[1].version.packages[1].price_groups = {9};
                  d.plans[1].version.packages[1].size = 5;
                  d.settings.price_groups[9] = d.settings.price_groups[7561];
                  d.settings.price_groups[9].number = 9;
              }),
              differs);  // the sizes of a meter's packages add up
    // A limit of a day is no second number for a package of a period.
    EXPECT_EQ(limited([](Draft&, Entitlement& e) {
                  e.window = WindowKind::day;
                  e.limit = 5'000;
              }),
              Lines{});
}

TEST(CatalogLint, rules_name_plans_of_their_family) {
    auto with_rule = [](auto change) {
        return after([&](Draft& d) {
            ChangeRule r = rule(Direction::any);
            change(r);
            d.settings.changes.insert(d.settings.changes.begin(), r);
        });
    };
    EXPECT_EQ(with_rule([](ChangeRule& r) { r.family = "ZZ"; }),
              (Lines{"error family_is_unknown changes/0/family"}));
    EXPECT_EQ(with_rule([](ChangeRule& r) { r.from = "zz"; }),
              (Lines{"error plan_is_unknown changes/0/from"}));
    EXPECT_EQ(with_rule([](ChangeRule& r) {
                  r.direction = Direction::cancel;
                  r.to = "im_free";
              })[0],
              "error field_is_not_allowed changes/0/to");
    EXPECT_EQ(with_rule([](ChangeRule& r) {
                  r.direction = Direction::up;
                  r.from = "im_medium";
                  r.to = "im_free";
              }),
              (Lines{"warning rule_never_matches changes/0"}));
    EXPECT_EQ(after([](Draft& d) {
                  d.settings.families["MAU"] = d.settings.families["IM"];
                  d.settings.changes[0].family = "MAU";
                  d.settings.changes[0].to = "im_small";
              })[0],
              "error plan_is_of_another_family changes/0/to");
    EXPECT_EQ(after([](Draft& d) {
                  d.settings.families["IM"].settlement = Settlement::invoiced;
                  d.settings.changes[0].reserve_next = ReserveNext::always;
              }),
              (Lines{"warning reserve_needs_balance changes/0/reserve_next"}));
}

TEST(CatalogLint, a_rule_behind_a_wider_one_is_a_warning) {
    EXPECT_EQ(
        after([](Draft& d) { d.settings.changes = {rule(Direction::any), rule(Direction::up)}; }),
        (Lines{"warning rule_is_shadowed changes/1"}));
    EXPECT_EQ(after([](Draft& d) {
                  ChangeRule particular = rule(Direction::up);
                  particular.from = "im_free";
                  d.settings.changes.push_back(particular);
              }),
              (Lines{"warning rule_is_shadowed changes/2"}));
    EXPECT_EQ(after([](Draft& d) {
                  ChangeRule particular = rule(Direction::up);
                  particular.from = "im_free";
                  d.settings.changes.insert(d.settings.changes.begin(), particular);
                  d.settings.changes.push_back(rule(Direction::cancel));
              }),
              Lines{});
}

TEST(CatalogLint, a_plan_that_nobody_can_reach_is_a_warning) {
    EXPECT_EQ(after([](Draft& d) { d.settings.changes = {rule(Direction::down)}; }),
              (Lines{"warning plan_is_unreachable plans/im_small",
                     "warning plan_is_unreachable plans/im_medium"}));
    // In steps, and by support's hand, a plan is reached.
    EXPECT_EQ(after([](Draft& d) {
                  ChangeRule first = rule(Direction::any), second = rule(Direction::any);
                  first.from = "im_free", first.to = "im_small";
                  second.from = "im_small", second.to = "im_medium";
                  second.allowed = false, second.who = Who::support;
                  d.settings.changes = {first, second};
              }),
              Lines{});
    // Hidden plans are given by hand.
    EXPECT_EQ(after([](Draft& d) {
                  d.settings.changes = {rule(Direction::down)};
                  d.plans[1].head.kind = d.plans[2].head.kind = PlanKind::hidden;
              }),
              Lines{});
    EXPECT_EQ(after([](Draft& d) { d.settings.changes.clear(); }),
              (Lines{"warning changes_are_missing families/IM"}));
}

TEST(CatalogLint, a_plan_that_costs_money_and_cannot_be_left_is_a_warning) {
    EXPECT_EQ(after([](Draft& d) {
                  ChangeRule cancel = rule(Direction::cancel);
                  cancel.allowed = false;
                  d.settings.changes = {rule(Direction::up), cancel};
              }),
              (Lines{"warning plan_is_dead_end plans/im_medium"}));
    EXPECT_EQ(after([](Draft& d) { d.settings.changes = {rule(Direction::up)}; }), Lines{});
}

TEST(CatalogLint, changes_there_and_back_that_give_something_for_nothing_are_warnings) {
    auto with_rules = [](auto change) {
        return after([&](Draft& d) { change(d.settings.changes[0], d.settings.changes[1]); });
    };
    const Lines arbitrage{"warning change_is_arbitrage changes/1"};
    EXPECT_EQ(with_rules([](ChangeRule& up, ChangeRule&) { up.usage = UsageCarry::reset; }),
              arbitrage);
    EXPECT_EQ(with_rules([](ChangeRule& up, ChangeRule&) { up.proration = Proration::none; }),
              arbitrage);
    EXPECT_EQ(with_rules([](ChangeRule& up, ChangeRule&) { up.proration = Proration::day; }),
              arbitrage);
    EXPECT_EQ(with_rules([](ChangeRule& up, ChangeRule& down) {
                  up.proration = Proration::none;
                  down.unused = Unused::none;
              }),
              Lines{});
    EXPECT_EQ(with_rules([](ChangeRule& up, ChangeRule& down) {
                  up.usage = UsageCarry::reset;
                  up.proration = Proration::full;
                  down.effective = Effective::period_end;
              }),
              Lines{});
}

TEST(CatalogLint, a_family_of_a_thousand_plans_is_judged_in_bounded_work) {
    Draft d = draft();
    for (int i = 0; i < 2000; ++i) {
        d.plans.push_back(plan("p" + std::to_string(i), 3 + i, 1'000'000));
        ChangeRule r = rule(Direction::any);
        r.from = "p" + std::to_string(i);
        d.settings.changes.push_back(r);
    }
    auto found = codes(lint(d));
    EXPECT_NE(std::find(found.begin(), found.end(), "warning family_is_too_large families/IM"),
              found.end());
}

}  // namespace rb::catalog
