// The corners of what limits.h admits, multiplied: unit price x number of resources x quantum x
// exchange rates x quantity x tax. Each is an amount within the limits, or refused by its name.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/entitlements/sell.h"

namespace rb::entitlements {
namespace {

constexpr std::int64_t most = limits::amount_micros_max;
const Instant now = *Instant::parse("2026-05-10T12:00:00Z");

Decimal decimal(std::string_view text) { return *Decimal::parse(text); }

// Two currencies beside the base, one of many units and one of few.
catalog::Catalog catalog_of(std::string_view rate, std::string_view other_rate) {
    catalog::Catalog catalog;
    catalog.settings.currencies = {
        {Currency("USD"), 2}, {Currency("EUR"), 2}, {Currency("JPY"), 0}};
    catalog.settings.base_currency = "USD";
    catalog.settings.exchange_rates = {{{2020, 1, 1}, "EUR", decimal(rate)},
                                       {{2020, 1, 1}, "JPY", decimal(other_rate)}};
    catalog.settings.tax_rates = {
        {"standard", "DE", {}, decimal("99.9999"), catalog::TaxMode::exclusive, {2020, 1, 1}}};
    return catalog;
}

constexpr const char* rates[] = {"0.00000001", "0.99999999", "91.70604", "9999999.99999999",
                                 "10000000"};

void expect_priced(const catalog::Catalog& catalog, const UnitPrice& price, Currency currency,
                   std::int64_t quantity) {
    accounts::Account account;
    account.profile.currency = currency;
    account.profile.tax.country = "DE";
    auto cost = unit_cost(catalog, account, price, {quantity, now});
    if (!cost) {
        ASSERT_EQ(cost.error().fault, Fault::amount_exceeds_limit);
        return;
    }
    ASSERT_GE(cost->micros(), 0);
    ASSERT_LE(cost->micros(), most);
    Sold sold = cost_of(catalog, account, price.sale, {*cost, *cost, quantity, "units"}, now);
    ASSERT_LE(int128{sold.net.micros()} + sold.tax.micros(), int128{2} * most + 1'000'000);
}

TEST(SellLimits, any_unit_price_at_any_rate_for_any_quantity) {
    for (const char* rate : rates)
        for (const char* other_rate : rates) {
            catalog::Catalog catalog = catalog_of(rate, other_rate);
            for (const char* listed : {"0.000000000001", "0.04", "999999999999.999999999999"})
                for (std::int64_t resources : {std::int64_t{1}, std::int64_t{997},
                                               limits::quantity_max - 1, limits::quantity_max})
                    for (std::int64_t quantum : {std::int64_t{1}, limits::quantity_max})
                        for (std::int64_t quantity :
                             {std::int64_t{1}, limits::quantity_max - 1, limits::quantity_max})
                            for (Currency currency : {Currency("USD"), Currency("JPY")}) {
                                UnitPrice price;
                                price.group.price = {{Currency("EUR"), decimal(listed)}};
                                price.group.num_resources = resources;
                                price.group.quantum = quantum;
                                price.sale.family.tax = "standard";
                                expect_priced(catalog, price, currency, quantity);
                            }
        }
}

TEST(SellLimits, any_price_at_any_rate) {
    for (const char* rate : rates)
        for (const char* other_rate : rates) {
            catalog::Catalog catalog = catalog_of(rate, other_rate);
            for (std::int64_t micros : {std::int64_t{1}, most - 1, most}) {
                catalog::Prices prices{{Currency("EUR"), Amount::of_micros(micros, "EUR")}};
                auto price = catalog.price_in(prices, "JPY", {2026, 5, 10});
                if (price)
                    EXPECT_LE(price->micros(), most);
                else
                    EXPECT_EQ(price.error().fault, Fault::amount_exceeds_limit);
            }
        }
}

}  // namespace
}  // namespace rb::entitlements
