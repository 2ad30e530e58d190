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
    EXPECT_EQ(after([](Draft& d) { d.settings.price_groups[7561].meter.clear(); }).size(), 3u);
    EXPECT_EQ(after([](Draft& d) {
                  auto& packages = d.plans[2].version.packages;
                  packages.push_back(packages[0]);
              }),
              (Lines{"warning price_group_is_repeated plans/im_medium/packages/1/price_groups"}));
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
