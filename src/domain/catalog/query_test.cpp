#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/catalog/test_catalog.h"

namespace rb::catalog {

using namespace test;

namespace {

std::string price(const Catalog& catalog, const Prices& prices, Currency currency, CivilDate date) {
    auto amount = catalog.price_in(prices, currency, date);
    return amount ? amount->to_text() + " " + std::string(amount->currency().code())
                  : std::string(enum_text(amount.error().fault));
}

const CivilDate april{2026, 4, 1};

}  // namespace

TEST(CatalogPrices, a_listed_price_wins_over_a_rate) {
    Catalog catalog = applied(draft());
    Prices prices{{Currency("USD"), usd(100'000'000)},
                  {Currency("RUR"), Amount::of_micros(5'000'000'000, "RUR")}};
    EXPECT_EQ(price(catalog, prices, "RUR", april), "5000 RUR");
    EXPECT_EQ(price(catalog, prices, "USD", april), "100 USD");
}

TEST(CatalogPrices, base_prices_are_converted_at_the_rate_of_the_day_to_six_digits) {
    Catalog catalog = applied(draft());
    // 100 * 91.70604; 0.04 * 91.70604 = 3.6682416; 0.003 * 91.70604 = 0.27511812
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(100'000'000)}}, "RUR", april), "9170.604 RUR");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(40'000)}}, "RUR", april), "3.668242 RUR");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(3'000)}}, "RUR", april), "0.275118 RUR");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(1'000'000'000)}}, "RUR", april),
              "91706.04 RUR");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(100'000'000)}}, "RUR", {2025, 12, 31}),
              "10167.97 RUR");
}

TEST(CatalogPrices, half_a_micro_is_rounded_away_from_zero) {
    Catalog catalog = applied(draft());
    catalog.settings.exchange_rates[0].rate = *Decimal::parse("0.5");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(1)}}, "EUR", april), "0.000001 EUR");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(3)}}, "EUR", april), "0.000002 EUR");
}

TEST(CatalogPrices, without_a_base_price_the_first_listed_one_is_converted_through_the_base) {
    Catalog catalog = applied(draft());
    // 8 EUR at 0.8 are 10 USD, at 150 JPY 1500; 1 EUR in RUR: 91.70604 / 0.8 = 114.63255
    Prices prices{{Currency("EUR"), Amount::of_micros(8'000'000, "EUR")}};
    EXPECT_EQ(price(catalog, prices, "USD", april), "10 USD");
    EXPECT_EQ(price(catalog, prices, "JPY", april), "1500 JPY");
    EXPECT_EQ(
        price(catalog, {{Currency("EUR"), Amount::of_micros(1'000'000, "EUR")}}, "RUR", april),
        "114.63255 RUR");
}

TEST(CatalogPrices, nothing_costs_nothing_without_a_rate) {
    Catalog catalog = applied(draft());
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(0)}}, "CHF", april), "0 CHF");
}

TEST(CatalogPrices, a_missing_price_and_a_missing_rate_are_told_apart) {
    Catalog catalog = applied(draft());
    EXPECT_EQ(price(catalog, {}, "USD", april), "price_is_missing");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(1)}}, "CHF", april),
              "exchange_rate_is_missing");
    EXPECT_EQ(price(catalog, {{Currency("USD"), usd(1)}}, "RUR", {2024, 12, 31}),
              "exchange_rate_is_missing");
}

TEST(CatalogPrices, the_greatest_price_at_the_widest_rates_is_refused_and_does_not_overflow) {
    Catalog catalog = applied(draft());
    auto& rates = catalog.settings.exchange_rates;
    rates[0].rate = *Decimal::parse("0.00000001");
    rates[1].rate = *Decimal::parse("9999999.99999999");
    Prices prices{{Currency("EUR"), Amount::of_micros(limits::amount_micros_max, "EUR")}};
    EXPECT_EQ(price(catalog, prices, "JPY", april), "amount_exceeds_limit");
}

TEST(CatalogRates, the_base_currency_has_the_rate_one_and_a_date_has_the_row_before_it) {
    Catalog catalog = applied(draft());
    EXPECT_EQ(catalog.rate("USD", {1999, 1, 1})->to_text(), "1");
    EXPECT_EQ(*catalog.rate("RUR", {2025, 12, 31}), Decimal::parse("101.6797")->to_ratio());
    EXPECT_EQ(*catalog.rate("RUR", {2026, 1, 1}), Decimal::parse("91.70604")->to_ratio());
    EXPECT_FALSE(catalog.rate("EUR", {2024, 12, 31}));
    EXPECT_FALSE(catalog.rate("AAA", april));
}

TEST(CatalogTaxes, a_region_goes_before_its_country_and_a_date_takes_the_row_before_it) {
    Catalog catalog = applied(draft());
    auto percent = [&](std::string_view country, std::string_view region, CivilDate date) {
        const TaxRate* row = catalog.tax_rate("standard", country, region, date);
        return row == nullptr ? "untaxed" : row->percent.to_text();
    };
    EXPECT_EQ(percent("RU", "", {2018, 12, 31}), "18");
    EXPECT_EQ(percent("RU", "", {2019, 1, 1}), "20");
    EXPECT_EQ(percent("RU", "MOW", april), "20");
    EXPECT_EQ(percent("US", "CA", april), "7");
    EXPECT_EQ(percent("US", "NY", april), "untaxed");
    EXPECT_EQ(percent("US", "", april), "untaxed");
    EXPECT_EQ(percent("RU", "", {2003, 12, 31}), "untaxed");
    EXPECT_EQ(catalog.tax_rate("reduced", "RU", "", april), nullptr);
}

TEST(CatalogScale, lines_are_rounded_to_the_currency_or_to_micros) {
    Catalog catalog = applied(draft());
    Family family = *catalog.family("IM");
    EXPECT_EQ(catalog.step_micros(family, "JPY"), 1);
    family.scale = Scale::currency;
    EXPECT_EQ(catalog.step_micros(family, "JPY"), 1'000'000);
    EXPECT_EQ(catalog.step_micros(family, "USD"), 10'000);
    EXPECT_EQ(catalog.exponent("KWD"), 3);  // not in the catalog: as ISO 4217 has it
    EXPECT_EQ(catalog.family("ZZ"), nullptr);
}

TEST(CatalogRules, direction_is_told_by_rank_and_the_first_match_wins) {
    Draft d = draft();
    d.plans.push_back(plan("im_other", 2, 900'000'000));
    d.plans.back().head.number = 0;
    ChangeRule particular = rule(Direction::any);
    particular.from = "im_medium";
    particular.to = "im_free";
    particular.proration = Proration::full;
    ChangeRule same = rule(Direction::same);
    same.proration = Proration::day;
    d.settings.changes = {particular, rule(Direction::up), same};
    Catalog catalog = applied(d);
    auto find = [&](std::string_view from, std::string_view to) -> std::string {
        const ChangeRule* r =
            catalog.rule(catalog.plans.find_key(from)->head, &catalog.plans.find_key(to)->head);
        if (r == nullptr) return "none";
        return std::string(enum_text(r->direction)) + " " + std::string(enum_text(r->proration));
    };
    EXPECT_EQ(find("im_free", "im_medium"), "up second");
    EXPECT_EQ(find("im_medium", "im_free"), "any full");
    EXPECT_EQ(find("im_medium", "im_other"), "same day");
    EXPECT_EQ(find("im_medium", "im_small"), "none");
}

TEST(CatalogRules, any_is_every_pair_of_plans_but_not_cancelling) {
    Draft d = draft();
    d.settings.changes = {rule(Direction::any)};
    Catalog catalog = applied(d);
    const PlanHead& free = catalog.plans.find_key("im_free")->head;
    const PlanHead& small = catalog.plans.find_key("im_small")->head;
    EXPECT_EQ(catalog.rule(free, &small), &catalog.settings.changes[0]);
    EXPECT_EQ(catalog.rule(small, &free), &catalog.settings.changes[0]);
    EXPECT_NE(catalog.rule(small, nullptr), &catalog.settings.changes[0]);
}

TEST(CatalogRules, a_family_without_a_cancel_rule_lets_cancel_at_the_end_of_the_period) {
    Catalog catalog = applied(draft());
    const ChangeRule* cancel = catalog.rule(catalog.plans.find_key("im_small")->head, nullptr);
    ASSERT_NE(cancel, nullptr);
    EXPECT_TRUE(cancel->allowed);
    EXPECT_EQ(cancel->effective, Effective::period_end);
    EXPECT_EQ(cancel->proration, Proration::none);
    EXPECT_EQ(cancel->unused, Unused::none);
}

TEST(CatalogRules, a_cancel_rule_replaces_the_built_in_one_for_the_whole_family) {
    Draft d = draft();
    ChangeRule cancel = rule(Direction::cancel);
    cancel.from = "im_small";
    d.settings.changes.push_back(cancel);
    Catalog catalog = applied(d);
    EXPECT_EQ(catalog.rule(catalog.plans.find_key("im_small")->head, nullptr),
              &catalog.settings.changes[2]);
    EXPECT_EQ(catalog.rule(catalog.plans.find_key("im_medium")->head, nullptr), nullptr);
}

TEST(CatalogRules, an_accounts_own_plans_change_freely_where_their_family_has_no_rule) {
    Catalog catalog = applied(draft());
    PlanHead a, b;
    a.key = "gold", b.key = "silver";
    a.family = b.family = "AGENCY";
    EXPECT_EQ(catalog.rule(a, &b), nullptr);
    a.owner = b.owner = AccountId{Uuid{1, 1}};
    const ChangeRule* own = catalog.rule(a, &b);
    ASSERT_NE(own, nullptr);
    EXPECT_TRUE(own->allowed);
    EXPECT_EQ(own->effective, Effective::now);
    EXPECT_EQ(own->proration, Proration::second);
    a.family = b.family = "IM";
    a.rank = b.rank = 1;
    EXPECT_EQ(catalog.rule(a, &b), nullptr);  // IM has rules, none for the same rank
}

TEST(CatalogRules, plans_of_two_families_have_no_rule) {
    Catalog catalog = applied(draft());
    PlanHead other = catalog.plans.find_key("im_small")->head;
    other.family = "MAU";
    EXPECT_EQ(catalog.rule(catalog.plans.find_key("im_free")->head, &other), nullptr);
}

}  // namespace rb::catalog
