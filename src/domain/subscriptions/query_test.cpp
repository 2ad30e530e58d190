#include <gtest/gtest.h>

#include "domain/subscriptions/types.h"

namespace rb::subscriptions {
namespace {

AccruedLine line(std::int64_t net, std::int64_t tax, Currency currency) {
    AccruedLine accrued;
    accrued.line.net = Amount::of_micros(net, currency);
    accrued.line.tax = Amount::of_micros(tax, currency);
    return accrued;
}

TEST(Accrued, sums_are_of_each_currency_and_follow_the_lines) {
    Subscriptions all;
    EXPECT_EQ(all.accrued_micros("USD"), 0);
    all.accrued.push_back(line(100, 19, "USD"));
    EXPECT_EQ(all.accrued_micros("USD"), 119);
    // A store from before: lines of two currencies, and more than 64 bits of one.
    all.accrued.push_back(line(7, 0, "EUR"));
    for (int i = 0; i < 12; ++i) all.accrued.push_back(line(1'000'000'000'000'000'000, 0, "USD"));
    EXPECT_EQ(all.accrued_micros("USD"), int128{12} * 1'000'000'000'000'000'000 + 119);
    EXPECT_EQ(all.accrued_micros("EUR"), 7);
    EXPECT_EQ(all.accrued_micros("JPY"), 0);
    Subscriptions copy = all;
    copy.accrued.erase(copy.accrued.begin() + 1, copy.accrued.end());  // they were invoiced
    EXPECT_EQ(copy.accrued_micros("USD"), 119);
    EXPECT_EQ(copy.accrued_micros("EUR"), 0);
}

TEST(Accrued, lines_and_debts_fix_the_currency) {
    Subscriptions all;
    EXPECT_EQ(fixed_currency(all), Currency());
    Subscription free;
    free.account.accruals.push_back({});
    free.account.accruals.back().price = Amount::zero("USD");
    all.items.push_back(free);
    EXPECT_EQ(fixed_currency(all), Currency());
    all.items.back().account.accruals.back().price = Amount::of_micros(1, "USD");
    EXPECT_EQ(fixed_currency(all), Currency("USD"));
    all.items.back().status = Status::ended;
    EXPECT_EQ(fixed_currency(all), Currency());
    all.accrued.push_back(line(0, 0, "EUR"));
    EXPECT_EQ(fixed_currency(all), Currency("EUR"));
}

}  // namespace
}  // namespace rb::subscriptions
