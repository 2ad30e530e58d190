// A seller in the middle: what it pays, when it cannot, and subscriptions from before it paid.
#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

using catalog::Direction;
using catalog::ReserveNext;
using subscriptions::Status;

// One agency above the account; both have 100.
struct Wholesale : ::testing::Test {
    Wholesale() {
        shop.now = at("2025-05-01");
        shop.account.name = "shop";
        shop.rule(Direction::any);
        shop.rule(Direction::cancel);
        shop.agency();
        shop.pay("100");
        shop.pay(agency(), "100");
    }
    TestShop::Agency& agency() { return shop.agencies.front(); }
    std::string money_of(const TestShop::Agency& of) const {
        std::string text = Decimal::of(of.wallet.balance(ledger::Bucket::available), 6).to_text();
        std::int64_t held = of.wallet.balance(ledger::Bucket::held);
        return held == 0 ? text : text + ", held " + Decimal::of(held, 6).to_text();
    }
    std::string book_of(AccountId seller, ledger::Bucket bucket) {
        return Decimal::of(shop.sellers_books[{seller, bucket}], 6).to_text();
    }
    // The agency spends so much on something else.
    void spend(std::string_view text) {
        IdSource source = shop.ids();
        ledger::Charge order;
        order.credits = {{{}, ledger::Bucket::revenue, money(text)}};
        auto spent = ledger::charge(agency().wallet, {agency().account.id, "USD", 0, shop.now},
                                    order, ledger::Overdraft::refused, source);
        ASSERT_TRUE(spent.has_value());
        shop.apply({*spent});
    }

    TestShop shop;
};

TEST_F(Wholesale, the_buyers_money_is_asked_first) {
    PlanRef dear = shop.plan({"dear", "101"});
    EXPECT_EQ(shop.fault(shop.ask_start(dear)), "money_is_short");
    shop.pay("1");
    EXPECT_EQ(shop.fault(shop.ask_start(dear)), "seller_is_short_of_money");
    auto quote = shop.quote(shop.ask_start(dear));
    ASSERT_TRUE(quote.has_value());
    ASSERT_EQ(quote->blockers.size(), 1U);
    EXPECT_EQ(quote->blockers[0].fault, Fault::seller_is_short_of_money);
    EXPECT_EQ(quote->blockers[0].subject, "plan");
    EXPECT_EQ(quote->blockers[0].allowed, "");  // what it has is its own
    shop.pay(agency(), "1");
    EXPECT_EQ(shop.fault(shop.ask_start(dear)), "ok");
    EXPECT_EQ(shop.purse(), "empty");
    EXPECT_EQ(money_of(agency()), "0");
}

TEST_F(Wholesale, its_price_is_in_the_sellers_currency_or_there_is_none) {
    PlanRef plan = shop.plan({"p", "10"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.fee[usd()] = money("10");
    });
    TestShop::Agency& top = shop.agency();
    top.account.profile.currency = "EUR";
    EXPECT_EQ(shop.fault(shop.ask_start(plan)), "exchange_rate_is_missing");
    EXPECT_EQ(shop.purse(), "available 100");
    EXPECT_EQ(money_of(agency()), "100");
}

TEST_F(Wholesale, a_renewal_that_the_seller_cannot_pay_posts_nothing_and_says_whose_money_it_was) {
    shop.start(shop.plan({"p", "40"}));
    spend("30");  // 100 - 40 - 30 leaves 30
    shop.go("2025-06-01");
    const auto* unpaid = shop.last<subscriptions::RenewalUnpaid>();
    ASSERT_NE(unpaid, nullptr);
    EXPECT_EQ(unpaid->missing, money("0"));
    EXPECT_EQ(unpaid->payer, agency().account.id);
    EXPECT_EQ(shop.purse(), "available 60");
    EXPECT_EQ(money_of(agency()), "30");
    // May was earned by both.
    EXPECT_EQ(book_of(agency().account.id, ledger::Bucket::revenue), "40");
    EXPECT_EQ(book_of({}, ledger::Bucket::revenue), "70");
    shop.pay(agency(), "9.99");
    shop.settle_debts();
    EXPECT_EQ(shop.base().status, Status::past_due);
    shop.pay(agency(), "0.01");
    shop.settle_debts();
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.purse(), "available 20");
    EXPECT_EQ(money_of(agency()), "0");
    // Of two months that are owed both or none.
    shop.go("2025-08-01");
    EXPECT_EQ(shop.base().status, Status::past_due);
    shop.pay("60");  // 20 + 60 for July and August
    shop.settle_debts();
    EXPECT_EQ(shop.base().status, Status::past_due);
    shop.pay(agency(), "80");
    shop.settle_debts();
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.purse(), "empty");
    EXPECT_EQ(money_of(agency()), "0");
    EXPECT_EQ(book_of(agency().account.id, ledger::Bucket::deferred_revenue), "40");
    EXPECT_EQ(book_of({}, ledger::Bucket::deferred_revenue), "40");
}

TEST_F(Wholesale, a_reservation_holds_at_both_levels_and_is_captured_or_released_at_both) {
    shop.catalog.settings.changes.front().reserve_next = ReserveNext::on_change;
    PlanRef small = shop.plan({"small", "20"});
    PlanRef large = shop.plan({"large", "30", 1});
    shop.start(small);
    shop.move(large);  // 20 - 20 + 30 paid, 30 held
    EXPECT_EQ(shop.purse(), "available 40, held 30");
    EXPECT_EQ(money_of(agency()), "40, held 30");
    spend("40");
    shop.go("2025-06-01");  // what was held pays, though nothing else is there
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(money_of(agency()), "0");
    shop.pay(agency(), "29.99");
    Ask later = shop.ask_change(small);
    later.effective = catalog::Effective::period_end;
    shop.must(shop.change(later));
    EXPECT_EQ(money_of(agency()), "9.99, held 20");
    IdSource ids = shop.ids();
    auto withdrawn = decide(shop.world(), WithdrawPending{shop.account.id, shop.base().id}, ids);
    ASSERT_TRUE(withdrawn.has_value());
    shop.apply(withdrawn->events);
    EXPECT_EQ(shop.purse(), "available 40");
    EXPECT_EQ(money_of(agency()), "29.99");
}

TEST_F(Wholesale, always_holds_at_each_level_what_is_there_and_tells_each) {
    shop.catalog.settings.changes.front().reserve_next = ReserveNext::always;
    PlanRef small = shop.plan({"small", "20"});
    PlanRef large = shop.plan({"large", "30", 1});
    shop.start(small);
    shop.move(large);
    spend("35");  // 100 - 30 - 30 held - 35 leaves 5
    shop.go("2025-06-01");
    EXPECT_EQ(shop.purse(), "available 10, held 30");
    EXPECT_EQ(money_of(agency()), "0, held 5");
    const auto* shortage = shop.last<subscriptions::ReservationShort>();
    ASSERT_NE(shortage, nullptr);
    EXPECT_EQ(shortage->account, agency().account.id);
    EXPECT_EQ(shortage->missing, money("25"));
    // Closing gives both back.
    IdSource ids = shop.ids();
    shop.apply(end_all(shop.world(), ids));
    EXPECT_EQ(shop.purse(), "available 40");
    EXPECT_EQ(money_of(agency()), "5");
}

TEST_F(Wholesale, a_trial_costs_nobody_anything_until_it_converts) {
    shop.start(shop.plan({"p", "40"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.trial_days = 10;
        v.trial_end = catalog::TrialEnd::convert;
    }));
    EXPECT_TRUE(shop.base().wholesale.empty());
    EXPECT_EQ(money_of(agency()), "100");
    shop.go("2025-05-11");
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.purse(), "available 60");
    EXPECT_EQ(money_of(agency()), "60");
}

TEST_F(Wholesale, unused_time_as_credit_is_a_grant_at_each_level) {
    shop.catalog.settings.changes.back().unused = catalog::Unused::credit;
    shop.start(shop.plan({"p", "31"}));
    shop.go("2025-05-16");
    shop.cancel();  // 16 of 31 days are left
    EXPECT_EQ(shop.purse(), "available 69, grants 16");
    EXPECT_EQ(agency().wallet.grants.size(), 1U);
    EXPECT_EQ(agency().wallet.balance(ledger::Bucket::grants), 16'000'000);
    EXPECT_EQ(agency().wallet.grants[0].reason, "p: unused time, for shop");
}

TEST_F(Wholesale, what_was_sold_before_goes_on_until_its_period_is_over) {
    std::vector<TestShop::Agency> above;
    std::swap(above, shop.agencies);
    PlanRef small = shop.plan({"small", "31"});
    PlanRef large = shop.plan({"large", "62", 1});
    shop.start(small);
    std::swap(above, shop.agencies);
    ASSERT_TRUE(shop.base().wholesale.empty());
    shop.go("2025-05-11");
    shop.move(large);  // 21 days: 21 back, 42 paid, by the platform as before
    EXPECT_EQ(shop.purse(), "available 48");
    EXPECT_EQ(money_of(agency()), "100");
    EXPECT_EQ(book_of({}, ledger::Bucket::deferred_revenue), "52");
    shop.pay("100");
    shop.go("2025-06-01");
    EXPECT_EQ(shop.purse(), "available 86");
    EXPECT_EQ(money_of(agency()), "38");
    EXPECT_EQ(book_of(agency().account.id, ledger::Bucket::deferred_revenue), "62");
    EXPECT_EQ(book_of({}, ledger::Bucket::deferred_revenue), "62");
    EXPECT_EQ(book_of({}, ledger::Bucket::revenue), "52");
    // Cancelled on the first day of June, all of it comes back, from who got it.
    shop.cancel();
    EXPECT_EQ(shop.purse(), "available 148");
    EXPECT_EQ(money_of(agency()), "100");
}

TEST_F(Wholesale, what_was_sold_before_and_is_not_paid_stays_with_who_sold_it) {
    std::vector<TestShop::Agency> above;
    std::swap(above, shop.agencies);
    shop.start(shop.plan({"p", "80"}));
    shop.go("2025-06-01");  // 20 are left
    std::swap(above, shop.agencies);
    ASSERT_EQ(shop.base().status, Status::past_due);
    shop.pay("60");
    shop.settle_debts();
    EXPECT_EQ(shop.purse(), "empty");
    EXPECT_EQ(book_of({}, ledger::Bucket::deferred_revenue), "80");
    EXPECT_EQ(money_of(agency()), "100");
    shop.pay("80");
    shop.go("2025-07-01");
    EXPECT_EQ(money_of(agency()), "20");
    EXPECT_EQ(book_of(agency().account.id, ledger::Bucket::deferred_revenue), "80");
}

}  // namespace
}  // namespace rb::changes
