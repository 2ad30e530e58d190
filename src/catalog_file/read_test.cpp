#include <gtest/gtest.h>

#include "base/limits.h"
#include "catalog_file/test_file.h"

namespace rb::catalog_file {

using namespace catalog;
using namespace test;

namespace {

using Lines = std::vector<std::string>;

// "12 key_is_unknown plans/x/fees" for each finding.
Lines found(std::string_view text) {
    Lines out;
    for (const Finding& f : read(text).findings)
        out.push_back(std::to_string(f.line) + " " + f.code + (f.where.empty() ? "" : " ") +
                      f.where);
    return out;
}

// A file with one family, one feature of each kind and the given lines at its end, from line 6.
std::string with(std::string_view rest) {
    return "catalog: 1\n"
           "currencies: {USD: {}}\n"
           "features: {api: {kind: flag}, seats: {kind: limit}, region: {kind: config}}\n"
           "families: {F: {scale: micro}}\n"
           "\n" +
           std::string(rest);
}

std::string in_plan(std::string_view field) {
    return with("plans:\n  p:\n    family: F\n    " + std::string(field) + "\n");
}

PlanVersion version_of(std::string_view field) {
    auto result = read(in_plan(field));
    EXPECT_EQ(findings_text("f", result.findings), "");
    return result.draft.plans.empty() ? PlanVersion{} : result.draft.plans[0].version;
}

}  // namespace

TEST(CatalogFile, every_key_arrives_in_its_field) {
    auto result = read(everything);
    ASSERT_TRUE(result.ok()) << findings_text("everything.yaml", result.findings);
    const Settings& s = result.draft.settings;
    EXPECT_EQ(s.rounding, Rounding::half_even);
    EXPECT_EQ(s.currencies, (std::map<Currency, std::int32_t>{
                                {Currency("USD"), 2}, {Currency("EUR"), 2}, {Currency("JPY"), 0}}));
    EXPECT_EQ(s.base_currency, Currency("USD"));
    ASSERT_EQ(s.exchange_rates.size(), 3u);  // sorted by currency and date
    EXPECT_EQ(s.exchange_rates[0], (ExchangeRate{{2026, 1, 1}, "EUR", *Decimal::parse("0.8")}));
    EXPECT_EQ(s.exchange_rates[1], (ExchangeRate{{2026, 1, 1}, "JPY", *Decimal::parse("150.25")}));
    EXPECT_EQ(s.exchange_rates[2], (ExchangeRate{{2026, 2, 1}, "JPY", Decimal(151)}));
    ASSERT_EQ(s.tax_rates.size(), 2u);
    EXPECT_EQ(s.tax_rates[0],
              (TaxRate{"standard", "DE", "", Decimal(19), TaxMode::exclusive, {2007, 1, 1}}));
    EXPECT_EQ(
        s.tax_rates[1],
        (TaxRate{
            "standard", "US", "CA", *Decimal::parse("7.25"), TaxMode::inclusive, {2020, 1, 1}}));
    EXPECT_EQ(s.features.at("messages"),
              (Feature{"messages", "", FeatureKind::metered, "messages"}));
    EXPECT_EQ(s.features.at("api_access").name, "API access");
    EXPECT_EQ(s.meters.at("messages"), (Meter{Name("messages"),
                                              "message.sent",
                                              Aggregation::sum,
                                              "parts",
                                              {"country", "kind"},
                                              {{"kind", "text"}, {"paid", "true"}},
                                              Duration::of_hours(36),
                                              "sender"}));
    EXPECT_EQ(s.price_groups.at(7561),
              (PriceGroup{7561,
                          "IM",
                          "IM_OVERRUN",
                          "messages",
                          {{Currency("USD"), *Decimal::parse("0.000000000004")}},
                          1'000'000,
                          10}));
    EXPECT_EQ(s.families.at("IM"),
              (Family{"IM", "Instant: messaging", Scale::micro, AnchorKind::calendar,
                      Settlement::app_store, ShortagePolicy::fall_back, "standard", "platform"}));
    EXPECT_EQ(s.families.at("DESK").on_shortage, ShortagePolicy::freeze);
    ASSERT_EQ(s.changes.size(), 2u);
    EXPECT_EQ(s.changes[0],
              (ChangeRule{"IM", "im_free", "im_pro", Direction::up, false, Effective::period_end,
                          Proration::thirty_day, Unused::credit, ReserveNext::off,
                          UsageCarry::reset, true, Who::support}));
    EXPECT_EQ(s.changes[1].direction, Direction::cancel);
}

TEST(CatalogFile, every_key_of_a_plan_arrives_in_its_field) {
    auto result = read(everything);
    ASSERT_EQ(result.draft.plans.size(), 3u);
    const PlanDraft& plan = result.draft.plans[1];
    EXPECT_EQ(plan.line, 28);
    PlanHead head;
    head.key = "im_pro", head.family = "IM", head.number = 185, head.kind = PlanKind::hidden;
    head.group = "it's \"quoted\"", head.rank = 5, head.lookup_key = "price_1";
    EXPECT_EQ(plan.head, head);
    const PlanVersion& v = plan.version;
    EXPECT_EQ(v.name, "Pro");
    EXPECT_EQ(v.description, "two\nlines");
    EXPECT_EQ(v.fee, (Prices{{Currency("USD"), Amount::of_micros(9'990'000, "USD")},
                             {Currency("EUR"), Amount::of_micros(9'000'000, "EUR")}}));
    EXPECT_EQ(v.timing, FeeTiming::in_arrears);
    EXPECT_EQ(v.every, (BillingPeriod{PeriodUnit::month, 3}));
    ASSERT_TRUE(v.seats);
    EXPECT_EQ(v.seats->included, 2);
    EXPECT_EQ(v.seats->per_seat.at("USD").micros(), 1'500'000);
    EXPECT_EQ(v.seats->minimum.at("USD").micros(), 3'000'000);
    EXPECT_EQ(v.setup_fee.at("USD").micros(), 20'000'000);
    EXPECT_EQ(v.trial_days, 14);
    EXPECT_EQ(v.trial_end, TrialEnd::expire);
    EXPECT_EQ(v.entitlements, (std::vector<Entitlement>{{"api_access", false, "", {}, false},
                                                        {"mailboxes", true, "", 5, true},
                                                        {"messages",
                                                         true,
                                                         "",
                                                         1000,
                                                         true,
                                                         WindowKind::rolling,
                                                         Duration::of_days(30),
                                                         true,
                                                         {80, 100}},
                                                        {"region", true, "eu", {}, false}}));
    ASSERT_EQ(v.packages.size(), 1u);
    EXPECT_EQ(v.packages[0], (Package{"small",
                                      {7561},
                                      500'000,
                                      true,
                                      {{Currency("USD"), Amount::of_micros(40'000, "USD")}},
                                      100,
                                      true}));
    EXPECT_EQ(v.price_groups, (std::vector<std::int64_t>{7562}));
    EXPECT_EQ(v.attributes,
              R"({"colour":"red","n":1.50,"list":[1,"yes","5"],"deep":{"on":true,"none":null}})");
    EXPECT_EQ(v.credits, R"({"voice":2.5})");
    // The family's calendar week is the period of plans that give none.
    EXPECT_EQ(result.draft.plans[0].version.every, (BillingPeriod{PeriodUnit::week, 1}));
    EXPECT_EQ(result.draft.plans[0].head.rank, -1);
    EXPECT_TRUE(result.draft.plans[0].head.is_default);
    EXPECT_EQ(result.draft.plans[2].version.every, (BillingPeriod{PeriodUnit::year, 2}));
    EXPECT_EQ(result.draft.plans[2].head.kind, PlanKind::add_on);
}

TEST(CatalogFile, the_forms_of_a_period_and_of_an_allowance) {
    EXPECT_EQ(version_of("period: year").every, (BillingPeriod{PeriodUnit::year, 1}));
    EXPECT_EQ(version_of("period: 1 month").every, (BillingPeriod{PeriodUnit::month, 1}));
    EXPECT_EQ(version_of("period: 10 days").every, (BillingPeriod{PeriodUnit::day, 10}));
    EXPECT_EQ(version_of("period: {every: 3, unit: week}").every,
              (BillingPeriod{PeriodUnit::week, 3}));
    auto seats = [](std::string_view value) {
        auto e = version_of("entitlements: {seats: " + std::string(value) + "}").entitlements[0];
        return (e.limit ? std::to_string(*e.limit) : "unlimited") + (e.soft ? " soft" : "");
    };
    EXPECT_EQ(seats("10"), "10");
    EXPECT_EQ(seats("unlimited"), "unlimited");
    EXPECT_EQ(seats("{limit: 5}"), "5");
    EXPECT_EQ(seats("{limit: unlimited, soft: true}"), "unlimited soft");
}

namespace {

// A plan that gives the metered feature `calls` as it is told; line 9 of the file.
std::string allowing(std::string_view value) {
    return "catalog: 1\n"
           "currencies: {USD: {}}\n"
           "features: {calls: {kind: metered, meter: calls}, seats: {kind: limit}}\n"
           "meters: {calls: {event: call.made, entity_property: user}}\n"
           "families: {F: {}}\n"
           "plans:\n"
           "  p:\n"
           "    family: F\n"
           "    entitlements: {calls: " +
           std::string(value) + "}\n";
}

}  // namespace

TEST(CatalogFile, the_windows_of_an_allowance) {
    auto allowance = [](std::string_view value) {
        auto result = read(allowing(value));
        EXPECT_EQ(findings_text("f", result.findings), "") << value;
        return result.draft.plans.at(0).version.entitlements.at(0);
    };
    EXPECT_EQ(allowance("{limit: 5}").window, WindowKind::subscription);
    EXPECT_EQ(allowance("{limit: 5, window: subscription}").window, WindowKind::subscription);
    EXPECT_EQ(allowance("{limit: 5, window: day}").window, WindowKind::day);
    EXPECT_EQ(allowance("{limit: 5, window: month}").window, WindowKind::month);
    EXPECT_EQ(allowance("{limit: unlimited, window: lifetime}").window, WindowKind::lifetime);
    const Entitlement rolling = allowance("{limit: 5, window: {rolling: 90m}, pooled: false}");
    EXPECT_EQ(rolling.window, WindowKind::rolling);
    EXPECT_EQ(rolling.rolling, Duration::of_minutes(90));
    EXPECT_FALSE(rolling.pooled);
    EXPECT_EQ(allowance("{limit: 5, window: {rolling: 60s}}").rolling, Duration::of_minutes(1));
    EXPECT_EQ(allowance("{limit: 5, thresholds: []}").thresholds, std::vector<std::int32_t>{});
}

TEST(CatalogFile, an_allowance_is_of_the_account_or_of_each_entity) {
    auto result = read(allowing("{limit: 5, window: day, per: entity}"));
    EXPECT_EQ(findings_text("f", result.findings), "");
    EXPECT_EQ(result.draft.plans.at(0).version.entitlements.at(0).per, Per::entity);
    EXPECT_EQ(result.draft.settings.meters.at("calls").entity_property, "user");
    EXPECT_EQ(read(allowing("5")).draft.plans.at(0).version.entitlements.at(0).per, Per::account);
    const std::string at = " plans/p/entitlements/calls/per";
    EXPECT_EQ(found(allowing("{limit: 5, per: seat}")), (Lines{"9 value_is_unknown" + at}));
    EXPECT_EQ(found(allowing("{limit: 5, per: entity, pooled: true}")),
              (Lines{"9 field_is_not_allowed" + at}));
    auto with_meter = [](std::string_view meter) {
        std::string text = allowing("{limit: 5, per: entity}");
        const std::string_view usual = "{event: call.made, entity_property: user}";
        return text.replace(text.find(usual), usual.size(), meter);
    };
    EXPECT_EQ(found(with_meter("{event: call.made}")), (Lines{"9 entity_is_missing" + at}));
    EXPECT_EQ(found(with_meter("{event: call.made, aggregate: unique, value: page, "
                               "entity_property: user}")),
              (Lines{"9 aggregation_is_wrong" + at}));
    EXPECT_EQ(found(in_plan("entitlements: {seats: {limit: 1, per: entity}}")),
              (Lines{"9 field_is_not_allowed plans/p/entitlements/seats/per"}));
}

TEST(CatalogFile, mistakes_in_an_allowance_are_told_where_they_are) {
    const std::string where = " plans/p/entitlements/calls";
    auto told = [](std::string_view value) { return found(allowing(value)); };
    EXPECT_EQ(told("{limit: 5, window: week}"), (Lines{"9 value_is_unknown" + where + "/window"}));
    EXPECT_EQ(told("{limit: 5, window: rolling}"),
              (Lines{"9 field_is_missing" + where + "/window"}));
    EXPECT_EQ(told("{limit: 5, window: {}}"), (Lines{"9 field_is_missing" + where + "/window"}));
    EXPECT_EQ(told("{limit: 5, window: {rolling: 30}}"),
              (Lines{"9 duration_is_invalid" + where + "/window/rolling"}));
    EXPECT_EQ(told("{limit: 5, window: {rolling: 90s}}"),
              (Lines{"9 duration_is_invalid" + where + "/window"}));
    EXPECT_EQ(told("{limit: 5, window: {rolling: 401d}}"),
              (Lines{"9 duration_is_invalid" + where + "/window"}));
    EXPECT_EQ(told("{limit: 5, window: {rolling: 30d, day: 1}}"),
              (Lines{"9 key_is_unknown" + where + "/window/day"}));
    EXPECT_EQ(told("{limit: 5, pooled: 1}"), (Lines{"9 type_is_wrong" + where + "/pooled"}));
    EXPECT_EQ(told("{limit: 5, thresholds: 80}"),
              (Lines{"9 type_is_wrong" + where + "/thresholds"}));
    EXPECT_EQ(told("{limit: 5, thresholds: [80, half]}"),
              (Lines{"9 type_is_wrong" + where + "/thresholds/1"}));
    EXPECT_EQ(told("{limit: 5, thresholds: [80, 99999999999]}"),
              (Lines{"9 number_is_invalid" + where + "/thresholds/1"}));
    EXPECT_EQ(told("{limit: 5, thresholds: [100, 80]}"),
              (Lines{"9 order_is_wrong" + where + "/thresholds"}));
    EXPECT_EQ(told("{limit: unlimited, thresholds: [80]}"),
              (Lines{"9 limit_is_missing" + where + "/thresholds"}));
    EXPECT_EQ(told("{window: day}"), (Lines{"9 field_is_missing" + where}));
    EXPECT_EQ(told("{limit: 5, windw: day}"), (Lines{"9 key_is_unknown" + where + "/windw"}));
}

TEST(CatalogFile, only_a_metered_feature_has_a_window_a_pool_and_thresholds) {
    auto result =
        read(allowing("5, seats: {limit: 5,\n"
                      "      window: day,\n"
                      "      pooled: true,\n"
                      "      thresholds: [80]}"));
    EXPECT_EQ(
        findings_text("f", result.findings),
        "f:10: error: plans/p/entitlements/seats/window: only a metered feature has 'window'; "
        "'seats' is of the kind limit [field_is_not_allowed]\n"
        "f:11: error: plans/p/entitlements/seats/pooled: only a metered feature has 'pooled'; "
        "'seats' is of the kind limit [field_is_not_allowed]\n"
        "f:12: error: plans/p/entitlements/seats/thresholds: only a metered feature has "
        "'thresholds'; 'seats' is of the kind limit [field_is_not_allowed]\n");
    // What is no feature at all is told as that.
    EXPECT_EQ(found(in_plan("entitlements: {other: {limit: 1, window: day}}")),
              (Lines{"9 feature_is_unknown plans/p/entitlements/other"}));
}

TEST(CatalogFile, price_groups_of_a_plan_are_numbers_that_exist) {
    EXPECT_EQ(found(in_plan("price_groups: [7, x]")),
              (Lines{"9 type_is_wrong plans/p/price_groups/1"}));
    EXPECT_EQ(found(in_plan("price_groups: 7")), (Lines{"9 type_is_wrong plans/p/price_groups"}));
    EXPECT_EQ(found(in_plan("price_groups: [7]")),
              (Lines{"9 price_group_is_unknown plans/p/price_groups"}));
}

TEST(CatalogFile, a_meter_has_a_value_unless_it_counts) {
    for (std::string_view aggregate : {"sum", "max", "unique", "latest"}) {
        const std::string meter = "meters: {m: {event: e, aggregate: " + std::string(aggregate);
        EXPECT_EQ(found(with(meter + "}}")), (Lines{"6 value_is_missing meters/m"}));
        EXPECT_EQ(found(with(meter + ", value: v}}")), Lines{});
    }
    EXPECT_EQ(found(with("meters: {m: {event: e, aggregate: count, value: v}}")),
              (Lines{"6 value_is_not_allowed meters/m/value"}));
}

TEST(CatalogFile, a_text_is_taken_as_it_is_written) {
    EXPECT_EQ(version_of("name: 007").name, "007");
    EXPECT_EQ(version_of("entitlements: {region: no}").entitlements[0].value, "no");
    EXPECT_EQ(version_of("fee: {USD: 0.000001}").fee.at("USD").micros(), 1);
    EXPECT_EQ(version_of("fee: {USD: 12345678901.123456}").fee.at("USD").micros(),
              12'345'678'901'123'456);
}

TEST(CatalogFile, an_unknown_key_is_refused_with_the_nearest_known_one) {
    auto result = read(in_plan("fees: {USD: 1}"));
    ASSERT_EQ(result.findings.size(), 1u);
    EXPECT_FALSE(result.ok());
    EXPECT_EQ(findings_text("c.yaml", result.findings),
              "c.yaml:9: error: plans/p/fees: 'fees' is not a field here; the nearest one is 'fee' "
              "[key_is_unknown]\n");
    EXPECT_EQ(found(with("plan: {}\n")), (Lines{"6 key_is_unknown plan"}));
    EXPECT_EQ(found(in_plan("trial: {days: 1, ends: expire}")),
              (Lines{"9 key_is_unknown plans/p/trial/ends"}));
    EXPECT_EQ(found(in_plan("seats: {include: 1}")),
              (Lines{"9 key_is_unknown plans/p/seats/include"}));
    EXPECT_EQ(found(in_plan("entitlements: {seats: {limits: 1}}")),
              (Lines{"9 field_is_missing plans/p/entitlements/seats",
                     "9 key_is_unknown plans/p/entitlements/seats/limits"}));
    EXPECT_EQ(found(in_plan("period: {unit: day, count: 3}")),
              (Lines{"9 key_is_unknown plans/p/period/count"}));
}

TEST(CatalogFile, a_repeated_key_is_refused) {
    EXPECT_EQ(found(in_plan("name: a\n    rank: 1\n    name: b")),
              (Lines{"11 key_is_repeated plans/p/name"}));
    EXPECT_EQ(found(with("plans: {p: {family: F}, p: {family: F}}")),
              (Lines{"6 key_is_repeated plans/p"}));
    EXPECT_EQ(found(in_plan("attributes: {a: [1, {b: 1, \"b\": 2}]}")),
              (Lines{"9 key_is_repeated plans/p/attributes/a/1/b"}));
    EXPECT_EQ(found("{\"catalog\": 1,\n\"catalog\": 1}").size(), 1u);
}

TEST(CatalogFile, aliases_anchors_tags_and_merges_are_refused) {
    EXPECT_EQ(found(in_plan("name: &n x")), (Lines{"9 alias_is_refused"}));
    EXPECT_EQ(found(in_plan("fee: &f {USD: 1}")), (Lines{"9 alias_is_refused"}));
    EXPECT_EQ(found("a: &x 1\nb: *x\n").size(), 1u);
    EXPECT_EQ(found(in_plan("name: !!str x")), (Lines{"9 tag_is_refused"}));
    EXPECT_EQ(found(in_plan("<<: {name: x}")), (Lines{"9 key_is_unknown plans/p/<<"}));
}

TEST(CatalogFile, one_document_and_no_tabs) {
    EXPECT_EQ(found(with("---\nplans: {}\n")), (Lines{"6 document_is_repeated"}));
    EXPECT_EQ(found(with("plans:\n\tp: {}\n")), (Lines{"7 tab_is_refused"}));
    EXPECT_EQ(found(std::string("catalog: 1\nrounding: \x04\n")), (Lines{"2 text_is_invalid"}));
    EXPECT_EQ(found("catalog: \xff\n"), (Lines{"0 text_is_invalid"}));
    EXPECT_EQ(found("\xef\xbb\xbf"
                    "catalog: 1\n"),
              Lines{});
}

TEST(CatalogFile, a_text_that_was_cut_off_is_refused) {
    EXPECT_EQ(found(in_plan("name: \"Pro")), (Lines{"10 yaml_is_invalid"}));
    EXPECT_EQ(found(in_plan("name: 'Pro")), (Lines{"10 yaml_is_invalid"}));
    EXPECT_EQ(found(in_plan("fee: {USD: 1")).size(), 1u);
    EXPECT_EQ(found(in_plan("name: Pro\n...")), Lines{});
}

TEST(CatalogFile, wrong_types_are_refused_each_with_its_line) {
    EXPECT_EQ(found(in_plan("name: [a]")), (Lines{"9 type_is_wrong plans/p/name"}));
    EXPECT_EQ(found(in_plan("name: ")), (Lines{"9 type_is_wrong plans/p/name"}));
    EXPECT_EQ(found(in_plan("rank: high")), (Lines{"9 type_is_wrong plans/p/rank"}));
    EXPECT_EQ(found(in_plan("rank: 1.5")), (Lines{"9 type_is_wrong plans/p/rank"}));
    EXPECT_EQ(found(in_plan("rank: 99999999999")), (Lines{"9 number_is_invalid plans/p/rank"}));
    EXPECT_EQ(found(in_plan("default: yes")), (Lines{"9 type_is_wrong plans/p/default"}));
    EXPECT_EQ(found(in_plan("default: \"true\"")), (Lines{"9 type_is_wrong plans/p/default"}));
    EXPECT_EQ(found(in_plan("fee: 10")), (Lines{"9 type_is_wrong plans/p/fee"}));
    EXPECT_EQ(found(in_plan("packages: {size: 1}")), (Lines{"9 type_is_wrong plans/p/packages"}));
    EXPECT_EQ(found(in_plan("timing: later")), (Lines{"9 value_is_unknown plans/p/timing"}));
    EXPECT_EQ(found(in_plan("period: fortnight")), (Lines{"9 period_is_invalid plans/p/period"}));
    EXPECT_EQ(found(in_plan("period: 0 days")), (Lines{"9 period_is_invalid plans/p/period"}));
    EXPECT_EQ(found(in_plan("attributes: [1]")), (Lines{"9 type_is_wrong plans/p/attributes"}));
    EXPECT_EQ(found(in_plan("entitlements: {api: 5}")),
              (Lines{"9 type_is_wrong plans/p/entitlements/api"}));
    EXPECT_EQ(found(in_plan("entitlements: {seats: true}")),
              (Lines{"9 type_is_wrong plans/p/entitlements/seats"}));
    EXPECT_EQ(found(in_plan("entitlements: {other: true}")),
              (Lines{"9 feature_is_unknown plans/p/entitlements/other"}));
    EXPECT_EQ(found(in_plan("? [a]\n    : 1")), (Lines{"9 key_is_invalid"}));
}

TEST(CatalogFile, prices_and_rates_are_bounded_and_exact) {
    EXPECT_EQ(found(in_plan("fee: {USD: \"0.0000001\"}")),
              (Lines{"9 number_is_invalid plans/p/fee/USD"}));
    EXPECT_EQ(found(in_plan("fee: {USD: -1}")), (Lines{"9 price_is_negative plans/p/fee/USD"}));
    EXPECT_EQ(found(in_plan("fee: {USD: 1e3}")), (Lines{"9 number_is_invalid plans/p/fee/USD"}));
    EXPECT_EQ(found(in_plan("fee: {USD: 0x10}")), (Lines{"9 number_is_invalid plans/p/fee/USD"}));
    EXPECT_EQ(found(in_plan("fee: {usd: 1}")), (Lines{"9 currency_is_invalid plans/p/fee/usd"}));
    EXPECT_EQ(found(in_plan("fee: {EUR: 1}")), (Lines{"9 currency_is_unknown plans/p/fee/EUR",
                                                      "9 currency_is_missing plans/p/fee"}));
    EXPECT_EQ(found(with("tax_rates: {std: [{country: DE, rate: \"-1%\", from: 2020-01-01}]}")),
              (Lines{"6 tax_rate_is_invalid tax_rates/std"}));
    EXPECT_EQ(found(with("tax_rates: {std: [{country: DE, rate: 19, from: 2020-01-01}]}")),
              (Lines{"6 number_is_invalid tax_rates/std/0/rate"}));
    EXPECT_EQ(found(with("tax_rates: {std: [{country: DE, rate: 19%, from: 2020-02-30}]}")),
              (Lines{"6 date_is_invalid tax_rates/std/0/from"}));
    EXPECT_EQ(found(with("tax_rates: {std: [{}]}")),
              (Lines{"6 field_is_missing tax_rates/std/0", "6 field_is_missing tax_rates/std/0",
                     "6 field_is_missing tax_rates/std/0"}));
    EXPECT_EQ(found(with("exchange_rates: {base: USD, EUR: [{from: 2020-01-01, rate: \"-1\"}]}")),
              (Lines{"6 currency_is_unknown exchange_rates/EUR",
                     "6 rate_is_invalid exchange_rates/EUR"}));
    EXPECT_EQ(found(with("meters: {m: {event: e, late: 35}}")),
              (Lines{"6 duration_is_invalid meters/m/late"}));
    EXPECT_EQ(found(with("meters: {m: {event: e, late: 99999999999999999d}}")),
              (Lines{"6 duration_is_invalid meters/m/late"}));
    EXPECT_EQ(found(with("price_groups: {seven: {}}")),
              (Lines{"6 number_is_invalid price_groups/seven"}));
}

TEST(CatalogFile, all_findings_are_collected_in_order_of_lines) {
    EXPECT_EQ(found("catalog: 2\n"
                    "rounding: sometimes\n"
                    "currencies: {USD: {exponent: two}}\n"
                    "families:\n"
                    "  F: {scale: huge, sise: 1}\n"
                    "plans:\n"
                    "  p: {rank: x}\n"),
              (Lines{"1 version_is_unknown catalog", "2 value_is_unknown rounding",
                     "3 type_is_wrong currencies/USD/exponent",
                     "5 value_is_unknown families/F/scale", "5 key_is_unknown families/F/sise",
                     "7 type_is_wrong plans/p/rank", "7 field_is_missing plans/p"}));
}

TEST(CatalogFile, findings_of_lint_have_the_line_of_what_they_are_about) {
    EXPECT_EQ(found(in_plan("packages:\n"
                            "      - {size: 5, price_groups: []}\n"
                            "      - {size: 5,\n"
                            "         price_groups: [\n"
                            "           8]}")),
              (Lines{"10 package_has_no_meter plans/p/packages/0",
                     "12 price_group_is_unknown plans/p/packages/1/price_groups"}));
    EXPECT_EQ(found(with("changes:\n  - {family: F, direction: up}\n  - {family: G}\n")),
              (Lines{"8 family_is_unknown changes/1/family"}));
}

TEST(CatalogFile, a_file_says_which_grammar_it_follows) {
    EXPECT_EQ(found("plans: {}\n"), (Lines{"1 field_is_missing"}));
    EXPECT_EQ(found(""), (Lines{"1 field_is_missing"}));
    EXPECT_EQ(found("- a\n"), (Lines{"1 type_is_wrong"}));
    EXPECT_EQ(found("just text"), (Lines{"1 type_is_wrong"}));
    EXPECT_EQ(found("catalog: 1\n"), Lines{});
}

TEST(CatalogFile, json_is_read_strictly_and_has_lines) {
    EXPECT_EQ(found("{\"catalog\": 1,\n \"currencies\": {\"USD\": {}},\n \"plans\": {\n"
                    "  \"p\\\"q\": {\"family\": \"F\",\n\n   \"name\": [\"a,]\", true, null],\n"
                    "   \"rank\": 1.5}}}"),
              (Lines{"6 type_is_wrong plans/p\"q/name", "7 type_is_wrong plans/p\"q/rank"}));
    EXPECT_EQ(found("{\"catalog\": 1} x").size(), 1u);
    EXPECT_EQ(found("{\"catalog\": 1, rounding: half_up}").size(), 1u);
    EXPECT_EQ(found("{\"catalog\": 01}").size(), 1u);
    EXPECT_EQ(found("\n  {\"catalog\": 1, \"currencies\": {\"USD\": {\"exponent\": 2}}}\n"),
              Lines{});
}

}  // namespace rb::catalog_file
