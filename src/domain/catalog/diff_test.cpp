#include <gtest/gtest.h>

#include "domain/catalog/document.h"
#include "domain/catalog/test_catalog.h"

namespace rb::catalog {

using namespace test;

namespace {

std::vector<std::string> lines(const std::vector<Difference>& differences) {
    static constexpr std::string_view kinds[] = {"added", "changed", "archived", "settings"};
    std::vector<std::string> out;
    for (const Difference& difference : differences) {
        std::string line(kinds[static_cast<int>(difference.kind)]);
        line += " " + difference.what;
        for (const std::string& detail : difference.details) line += " | " + detail;
        out.push_back(line);
    }
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST(CatalogDiff, an_equal_draft_has_no_difference) {
    EXPECT_EQ(lines(diff(applied(draft()), draft())), Lines{});
}

TEST(CatalogDiff, everything_is_added_to_an_empty_catalog) {
    auto all = lines(diff(Catalog{}, draft()));
    EXPECT_EQ(all.front().substr(0, 19), "settings currencies");
    EXPECT_EQ(all.back(), "added plan im_medium");
}

TEST(CatalogDiff, a_plan_tells_each_change_in_the_words_of_the_file) {
    Catalog catalog = applied(draft());
    Draft d = draft();
    d.plans[1].version.fee["USD"] = usd(120'000'000);
    d.plans[1].version.packages[0].size = 600'000;
    d.plans[1].version.trial_days = 14;
    d.plans[1].head.lookup_key = "small";
    auto differences = diff(catalog, d);
    EXPECT_EQ(lines(differences),
              (Lines{"changed plan im_small | fee USD: 100 -> 120 | "
                     "packages 1 size: 100000 -> 600000 | lookup_key: (none) -> small | "
                     "trial: (none) -> {\"days\":14,\"end\":\"convert\"}"}));
    EXPECT_EQ(differences[0].plan, catalog.plans.find_key("im_small")->head.id);
}

TEST(CatalogDiff, allowances_tell_what_differs_in_them) {
    auto entitled = [](auto change) {
        Draft d = draft();
        Entitlement allowance;
        allowance.feature = "messages";
        allowance.limit = 1000;
        change(allowance);
        d.plans[1].version.entitlements = {allowance};
        return d;
    };
    auto between = [&](auto before, auto after) {
        return diff(applied(entitled(before)), entitled(after)).at(0).details;
    };
    auto plain = [](Entitlement&) {};
    auto daily = [](Entitlement& e) {
        e.window = WindowKind::day;
        e.pooled = true;
        e.soft = true;
        e.thresholds = {80, 100};
    };
    auto rolling = [](Entitlement& e) {
        e.window = WindowKind::rolling;
        e.rolling = Duration::of_days(30);
        e.limit = 2000;
        e.thresholds = {50, 80, 100};
    };
    auto per_entity = [](Entitlement& e) { e.per = Per::entity; };
    EXPECT_EQ(between(plain, per_entity), (Lines{"entitlements messages per: account -> entity"}));
    EXPECT_EQ(between(plain, daily),
              (Lines{"entitlements messages soft: false -> true",
                     "entitlements messages window: subscription -> day",
                     "entitlements messages pooled: false -> true",
                     "entitlements messages thresholds: (none) -> 80, 100"}));
    EXPECT_EQ(between(daily, rolling),
              (Lines{"entitlements messages limit: 1000 -> 2000",
                     "entitlements messages soft: true -> false",
                     "entitlements messages window: day -> rolling 30d",
                     "entitlements messages pooled: true -> false",
                     "entitlements messages thresholds: 80, 100 -> 50, 80, 100"}));
    EXPECT_EQ(between(rolling, plain),
              (Lines{"entitlements messages limit: 2000 -> 1000",
                     "entitlements messages window: rolling 30d -> subscription",
                     "entitlements messages thresholds: 50, 80, 100 -> (none)"}));
    EXPECT_EQ(between(rolling,
                      [&](Entitlement& e) {
                          rolling(e);
                          e.rolling = Duration::of_hours(6);
                      }),
              (Lines{"entitlements messages window rolling: 30d -> 6h"}));
    EXPECT_EQ(between(plain, [](Entitlement& e) { e.limit.reset(); }),
              (Lines{"entitlements messages: 1000 -> unlimited"}));
}

TEST(CatalogDiff, lists_of_numbers_and_texts_are_told_whole) {
    Draft d = draft();
    d.settings.price_groups[9] = priced_group(9);
    Catalog catalog = applied(d);
    d.plans[1].version.price_groups = {9};
    d.plans[1].version.packages[0].price_groups = {7561, 9};
    d.settings.meters["im_messages"].dimensions = {"country", "kind"};
    d.settings.meters["im_messages"].late = Duration::of_hours(12);
    d.settings.price_groups[9].price["USD"] = *Decimal::parse("0.5");
    d.settings.price_groups[9].num_resources = 100;
    EXPECT_EQ(lines(diff(catalog, d)),
              (Lines{"settings meter im_messages | late: 35d -> 12h | "
                     "dimensions: (none) -> country, kind",
                     "settings price group 9 | price USD: 1 -> 0.5 | per: (none) -> 100",
                     "changed plan im_small | packages 1 price_groups: 7561 -> 7561, 9 | "
                     "price_groups: (none) -> 9"}));
}

TEST(CatalogDiff, plans_come_in_the_order_of_the_draft_and_archived_ones_last) {
    Catalog catalog = applied(draft());
    Draft d = draft();
    d.plans.erase(d.plans.begin());
    d.plans[0].head.is_default = true;
    d.plans.push_back(plan("im_large", 3, 5'000'000'000));
    EXPECT_EQ(lines(diff(catalog, d)), (Lines{"changed plan im_small | default: (none) -> true",
                                              "added plan im_large", "archived plan im_free"}));
}

TEST(CatalogDiff, a_revived_plan_is_a_change) {
    Draft without = draft();
    without.plans.pop_back();
    Catalog catalog = applied(draft());
    apply_all(catalog, *decide_draft(catalog, without));
    EXPECT_EQ(lines(diff(catalog, draft())),
              (Lines{"changed plan im_medium | archived: true -> false"}));
}

TEST(CatalogDiff, settings_tell_what_moved_in_them) {
    Draft d = draft();
    d.settings.rounding = Rounding::half_even;
    d.settings.exchange_rates.push_back({{2026, 5, 1}, "RUR", *Decimal::parse("90.5")});
    d.settings.features["mailboxes"].name = "Mailboxes";
    d.settings.features.erase("region");
    d.settings.features["forms"] = {"forms", "", FeatureKind::limit, ""};
    d.settings.families["IM"].settlement = Settlement::invoiced;
    d.settings.changes[1].allowed = false;
    EXPECT_EQ(lines(diff(applied(draft()), d)),
              (Lines{"settings rounding | half_up -> half_even",
                     "settings exchange_rates | RUR 3: (none) -> "
                     "{\"from\":\"2026-05-01\",\"rate\":\"90.5\"}",
                     "settings feature forms | added",
                     "settings feature mailboxes | name: (none) -> Mailboxes",
                     "settings feature region | removed",
                     "settings family IM | settlement: prepaid -> invoiced",
                     "settings changes | 2 allowed: true -> false"}));
}

// Whatever decide would do, diff shows, and the other way round.
TEST(CatalogDiff, shows_a_difference_exactly_when_there_are_events) {
    Draft base = draft();
    base.settings.price_groups[9] = priced_group(9);
    Catalog catalog = applied(base);
    auto check = [&](auto change) {
        Draft d = base;
        change(d);
        EXPECT_EQ(diff(catalog, d).empty(), decide_draft(catalog, d)->empty());
        EXPECT_FALSE(diff(catalog, d).empty());
    };
    check([](Draft& d) { d.plans[0].version.timing = FeeTiming::in_arrears; });
    check([](Draft& d) { d.plans[0].version.every.count = 3; });
    check([](Draft& d) { d.plans[0].version.seats.emplace(); });
    check([](Draft& d) { d.plans[0].version.setup_fee["USD"] = usd(1); });
    check([](Draft& d) { d.plans[0].version.trial_end = TrialEnd::expire; });
    check([](Draft& d) { d.plans[0].version.attributes = R"({"a":1})"; });
    check([](Draft& d) { d.plans[0].version.credits = R"({"a":1})"; });
    check([](Draft& d) { d.plans[0].version.packages[0].rolls_over = true; });
    check([](Draft& d) { d.plans[0].version.entitlements = {{"region", true, "eu", {}, false}}; });
    check([](Draft& d) { d.plans[0].version.price_groups = {9}; });
    auto allow = [&](auto change) {
        check([&](Draft& d) {
            Entitlement allowance;
            allowance.feature = "messages";
            allowance.limit = 1000;
            change(allowance);
            d.plans[0].version.entitlements = {allowance};
        });
    };
    allow([](Entitlement&) {});
    allow([](Entitlement& e) { e.window = WindowKind::lifetime; });
    allow([](Entitlement& e) { e.pooled = true; });
    allow([](Entitlement& e) { e.thresholds = {1}; });
    check([](Draft& d) { d.plans[1].head.kind = PlanKind::hidden; });
    check([](Draft& d) { d.settings.price_groups[7561].quantum = 10; });
    check([](Draft& d) { d.settings.price_groups[7561].price["USD"] = Decimal(1); });
    check([](Draft& d) { d.settings.meters["im_messages"].filter["kind"] = "text"; });
    check([](Draft& d) { d.settings.tax_rates[0].mode = TaxMode::inclusive; });
    check([](Draft& d) { d.settings.currencies["CHF"] = 2; });
    check([](Draft& d) { d.settings.changes[0].requires_fit = true; });
}

TEST(CatalogDiff, durations_are_written_in_their_largest_unit) {
    EXPECT_EQ(duration_text(Duration::of_days(35)), "35d");
    EXPECT_EQ(duration_text(Duration::of_hours(36)), "36h");
    EXPECT_EQ(duration_text(Duration::of_minutes(90)), "90m");
    EXPECT_EQ(duration_text(Duration::of_seconds(61)), "61s");
}

}  // namespace rb::catalog
