// Starts, changes and cancellations: what they cost.
#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

using catalog::Direction;
using catalog::Proration;
using catalog::Unused;
using subscriptions::Status;

// A shop with calendar months, where everything may be changed at once under one mode.
TestShop monthly(Proration mode, std::string_view from) {
    TestShop shop;
    shop.now = at(from);
    shop.family("F").anchor = AnchorKind::calendar;
    for (Direction direction : {Direction::any, Direction::cancel}) {
        shop.rule(direction).proration = mode;
        shop.catalog.settings.changes.back().unused = Unused::balance;
    }
    return shop;
}

TEST(Change, s1_half_way_from_ten_to_twenty_is_five_back_and_ten_charged) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    PlanRef ten = shop.plan({"ten", "10"});
    PlanRef twenty = shop.plan({"twenty", "20", 1});
    shop.pay("100");
    EXPECT_EQ(lines_text(shop.start(ten).quote.lines), "charge 10");
    shop.go("2025-04-16");
    Quote quote = shop.move(twenty).quote;
    EXPECT_EQ(lines_text(quote.lines), "credit -5; charge 10");
    EXPECT_EQ(quote.due_now, money("5"));
    EXPECT_EQ(shop.purse(), "available 85");
    EXPECT_EQ(shop.earned(), "deferred 15, revenue 0, tax 0");
    shop.go("2025-05-01");
    EXPECT_EQ(shop.purse(), "available 65");
    EXPECT_EQ(shop.earned(), "deferred 20, revenue 15, tax 0");
}

TEST(Change, s4_twenty_to_fifty_on_day_fifteen_of_thirty) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    PlanRef small = shop.plan({"small", "20"});
    PlanRef large = shop.plan({"large", "50", 1});
    shop.pay("100");
    shop.start(small);
    shop.go("2025-04-16");
    EXPECT_EQ(lines_text(shop.move(large).quote.lines), "credit -10; charge 25");
}

TEST(Change, l1_l2_an_upgrade_in_arrears_bills_the_days_used_and_the_rest_at_the_end) {
    TestShop shop = monthly(Proration::day, "2025-01-01");
    auto in_arrears = [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.timing = catalog::FeeTiming::in_arrears;
    };
    PlanRef hundred = shop.plan({"hundred", "100"}, in_arrears);
    PlanRef double_it = shop.plan({"double", "200", 1}, in_arrears);
    shop.pay("400");
    EXPECT_EQ(lines_text(shop.start(hundred).quote.lines), "none");
    shop.go("2025-01-15T09:30:00Z");
    Quote quote = shop.move(double_it).quote;
    EXPECT_EQ(lines_text(quote.lines), "charge 45.16");
    EXPECT_EQ(quote.lines[0].part, 14);
    EXPECT_EQ(quote.lines[0].whole, 31);
    ASSERT_TRUE(quote.next_charge);
    EXPECT_EQ(quote.next_charge->fee, money("109.68"));
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 45.16, tax 0");
    shop.go("2025-02-01");
    ASSERT_TRUE(shop.last<subscriptions::SubscriptionRenewed>());
    EXPECT_EQ(lines_text(shop.last<subscriptions::SubscriptionRenewed>()->lines), "charge 109.68");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 154.84, tax 0");
    EXPECT_EQ(shop.purse(), "available 245.16");
}

TEST(Change, l4_cancelling_on_the_day_of_the_start_uses_that_day) {
    TestShop shop;
    shop.now = at("2025-09-18T10:00:00Z");
    shop.rule(Direction::cancel).proration = Proration::day;
    shop.tax("25");
    PlanRef plan = shop.plan({"plan", "200"});
    shop.pay("250");
    EXPECT_EQ(lines_text(shop.start(plan).quote.lines), "charge 200 + 50");
    shop.go("2025-09-18T15:00:00Z");
    Quote quote = shop.cancel().quote;
    EXPECT_EQ(lines_text(quote.lines), "credit -193.33 + -48.33");
    EXPECT_EQ(quote.due_now, money("-241.66"));
    EXPECT_EQ(quote.lines[0].part, 29);
    EXPECT_EQ(quote.lines[0].whole, 30);
    EXPECT_EQ(quote.lines[0].exact, "-580000000/3");
    EXPECT_EQ(shop.base().status, Status::ended);
    EXPECT_EQ(shop.purse(), "available 241.66");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 6.67, tax 1.67");
    EXPECT_EQ(next_due(shop.base()), std::nullopt);
}

TEST(Change, there_and_back_at_one_instant_costs_nothing) {
    TestShop shop = monthly(Proration::second, "2025-01-01");
    shop.tax("19");
    PlanRef a = shop.plan({"a", "9.95"});
    PlanRef b = shop.plan({"b", "29.99", 1});
    shop.pay("100");
    shop.start(a);
    shop.go("2025-01-11T12:34:56Z");
    std::string before = shop.purse();
    shop.move(b);
    EXPECT_NE(shop.purse(), before);
    shop.move(a);
    EXPECT_EQ(shop.purse(), before);
    EXPECT_EQ(shop.base().account.accruals.size(), 2U);
}

TEST(Change, a_change_at_the_start_is_as_if_the_new_plan_had_been_started) {
    TestShop shop = monthly(Proration::second, "2025-01-01");
    PlanRef a = shop.plan({"a", "10"});
    PlanRef b = shop.plan({"b", "31", 1});
    shop.pay("100");
    shop.start(a);
    shop.move(b);
    EXPECT_EQ(shop.purse(), "available 69");
    ASSERT_EQ(shop.base().account.accruals.size(), 1U);
    EXPECT_EQ(shop.base().account.accruals[0].plan, b);
}

TEST(Change, full_proration_takes_the_whole_difference_at_once) {
    TestShop shop = monthly(Proration::full, "2025-01-01");
    PlanRef a = shop.plan({"a", "10"});
    PlanRef b = shop.plan({"b", "31", 1});
    shop.pay("100");
    shop.start(a);
    shop.go("2025-01-20");
    EXPECT_EQ(lines_text(shop.move(b).quote.lines), "credit -10; charge 31");
    EXPECT_EQ(lines_text(shop.move(a).quote.lines), "credit -31; charge 10");
}

TEST(Change, without_proration_nothing_is_credited_and_nothing_charged_until_the_next_period) {
    TestShop shop = monthly(Proration::none, "2025-01-10");
    PlanRef a = shop.plan({"a", "10"});
    PlanRef b = shop.plan({"b", "31", 1});
    shop.pay("100");
    EXPECT_EQ(lines_text(shop.start(a).quote.lines), "charge 7.1");  // no rule speaks of starts
    shop.go("2025-01-20");
    EXPECT_EQ(lines_text(shop.move(b).quote.lines), "none");
    EXPECT_EQ(shop.base().plan, b);
    // The rest of the month was paid as the first plan, so leaving by the second gives that back.
    shop.catalog.settings.changes.front().proration = Proration::second;
    Quote back = *shop.quote(shop.ask_change(a));
    EXPECT_EQ(lines_text(back.lines), "credit -3.87; charge 3.87");
    EXPECT_EQ(back.lines[0].plan, a);
    EXPECT_EQ(back.lines[0].description, "a: unused time");
    shop.go("2025-02-01");
    EXPECT_EQ(shop.purse(), "available 61.9");
}

TEST(Change, after_up_without_proration_down_by_the_second_charges_no_time_that_is_paid) {
    TestShop shop = monthly(Proration::none, "2025-05-01");
    PlanRef small = shop.plan({"small", "100"});
    PlanRef medium = shop.plan({"medium", "1000", 1});
    shop.pay("2000");
    shop.start(small);
    shop.go("2025-05-16");
    EXPECT_EQ(lines_text(shop.move(medium).quote.lines), "none");
    TestShop at_once = shop;
    at_once.catalog.settings.changes.front().proration = Proration::second;
    Quote back = at_once.move(small).quote;
    EXPECT_EQ(lines_text(back.lines), "credit -51.61; charge 51.61");  // 16/31
    EXPECT_EQ(back.lines[0].part * 31, back.lines[0].whole * 16);
    EXPECT_EQ(back.due_now, money("0"));
    shop.go("2025-05-20");
    shop.catalog.settings.changes.front().proration = Proration::day;
    Quote later = shop.move(small).quote;
    EXPECT_EQ(lines_text(later.lines), "credit -38.71; charge 38.71");  // 12/31
    EXPECT_EQ(shop.purse(), "available 1900");
    EXPECT_EQ(shop.earned(), "deferred 100, revenue 0, tax 0");
    EXPECT_EQ(subscriptions::share_of(shop.base().account, shop.base().period), Ratio(1));
}

TEST(Change, cancelling_after_up_without_proration_gives_back_what_was_paid_for) {
    TestShop shop = monthly(Proration::none, "2025-04-01");
    shop.catalog.settings.changes.back().proration = Proration::second;
    PlanRef small = shop.plan({"small", "30"});
    PlanRef large = shop.plan({"large", "90", 1});
    shop.pay("30");
    shop.start(small);
    shop.go("2025-04-11");
    shop.move(large);
    shop.go("2025-04-21");
    Quote quote = shop.cancel().quote;
    EXPECT_EQ(lines_text(quote.lines), "credit -10");
    EXPECT_EQ(quote.lines[0].plan, small);
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 20, tax 0");
}

TEST(Change, a_plan_takes_over_what_the_one_before_gives_up_also_by_another_count) {
    TestShop shop = monthly(Proration::day, "2025-01-01");
    PlanRef a = shop.plan({"a", "31"});
    PlanRef b = shop.plan({"b", "62", 1});
    shop.pay("100");
    shop.start(a);
    shop.go("2025-01-11T12:00:00Z");
    EXPECT_EQ(lines_text(shop.move(b).quote.lines), "credit -21; charge 42");
    shop.catalog.settings.changes.front().proration = Proration::second;
    EXPECT_EQ(lines_text(shop.move(a).quote.lines), "credit -42; charge 21");
    EXPECT_EQ(shop.purse(), "available 69");
}

TEST(Change, unused_time_may_become_a_credit_that_pays_first) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    for (auto& rule : shop.catalog.settings.changes) rule.unused = Unused::credit;
    shop.tax("10");
    PlanRef large = shop.plan({"large", "50", 1});
    PlanRef small = shop.plan({"small", "20"});
    shop.pay("55");
    shop.start(large);
    shop.go("2025-04-16");
    Quote quote = shop.move(small).quote;
    EXPECT_EQ(lines_text(quote.lines), "credit -25 + -2.5; charge 10 + 1");
    EXPECT_EQ(quote.credit_to_grant, money("27.5"));
    EXPECT_EQ(shop.purse(), "grants 16.5");
    ASSERT_EQ(shop.wallet.grants.size(), 1U);
    EXPECT_EQ(shop.wallet.grants[0].kind, ledger::GrantKind::paid);
    EXPECT_EQ(shop.earned(), "deferred 35, revenue 0, tax 3.5");
}

TEST(Change, unused_time_that_is_not_given_back_is_not_charged_twice_either) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    for (auto& rule : shop.catalog.settings.changes) rule.unused = Unused::none;
    PlanRef small = shop.plan({"small", "20"});
    PlanRef large = shop.plan({"large", "50", 1});
    shop.pay("100");
    shop.start(small);
    shop.go("2025-04-16");
    EXPECT_EQ(lines_text(shop.move(large).quote.lines), "charge 15");
    EXPECT_EQ(lines_text(shop.move(small).quote.lines), "none");
    EXPECT_EQ(lines_text(shop.cancel().quote.lines), "none");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 35, tax 0");
}

TEST(Change, a_credit_carries_the_tax_under_which_it_was_charged) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.tax("20");
    shop.tax("10", catalog::TaxMode::exclusive, {2025, 4, 10});
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1});
    shop.pay("100");
    shop.start(a);
    shop.go("2025-04-16");
    EXPECT_EQ(lines_text(shop.move(b).quote.lines), "credit -10 + -2; charge 25 + 2.5");
}

TEST(Change, inclusive_tax_is_part_of_the_price) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.tax("20", catalog::TaxMode::inclusive);
    PlanRef a = shop.plan({"a", "10"});
    shop.pay("10");
    EXPECT_EQ(lines_text(shop.start(a).quote.lines), "charge 8.33 + 1.67");
    EXPECT_EQ(shop.purse(), "empty");
}

TEST(Change, exempt_accounts_and_accounts_without_a_country_pay_no_tax) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.tax("20");
    PlanRef a = shop.plan({"a", "10"});
    shop.pay("100");
    shop.account.profile.tax.exempt = true;
    EXPECT_EQ(shop.quote(shop.ask_start(a))->due_now, money("10"));
    shop.account.profile.tax = {};
    EXPECT_EQ(shop.quote(shop.ask_start(a))->due_now, money("10"));
}

TEST(Change, another_period_length_begins_a_period_of_its_own) {
    TestShop shop;
    shop.now = at("2025-01-31T08:00:00Z");
    shop.rule(Direction::any);
    PlanRef month = shop.plan({"month", "28"});
    PlanRef year = shop.plan({"year", "300", 1}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.every = {PeriodUnit::year, 1};
    });
    shop.pay("400");
    shop.start(month);
    EXPECT_EQ(shop.base().period.end, at("2025-02-28T08:00:00Z"));
    shop.go("2025-02-14T08:00:00Z");
    EXPECT_EQ(lines_text(shop.move(year).quote.lines), "credit -14; charge 300");
    EXPECT_EQ(shop.base().period, (Period{at("2025-02-14T08:00:00Z"), at("2026-02-14T08:00:00Z")}));
    EXPECT_EQ(shop.earned(), "deferred 300, revenue 14, tax 0");
    EXPECT_EQ(shop.purse(), "available 86");
}

TEST(Change, a_monthly_anniversary_never_drifts) {
    TestShop shop;
    shop.now = at("2023-01-31T10:00:00Z");
    PlanRef plan = shop.plan({"plan", "0"});
    shop.start(plan);
    std::string ends;
    for (int i = 0; i < 4; ++i) {
        ends += shop.base().period.end.to_text().substr(5, 5) + " ";
        shop.go(shop.base().period.end);
    }
    EXPECT_EQ(ends, "02-28 03-31 04-30 05-31 ");
    EXPECT_TRUE(shop.wallet.currency.empty()) << "a free renewal posts nothing";
}

TEST(Change, another_quantity_of_the_same_plan_is_always_allowed) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.catalog.settings.changes.clear();
    PlanRef seats = shop.plan({"seats", "10"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.seats = catalog::SeatPricing{2, {{usd(), money("5")}}, {}};
    });
    for (int i = 0; i < 4; ++i)
        shop.account.members.push_back(
            {MemberId{{3, 3}}, accounts::Role::user,
             i < 3 ? accounts::MemberStatus::active : accounts::MemberStatus::invited});
    shop.pay("100");
    EXPECT_EQ(lines_text(shop.start(seats).quote.lines), "charge 20");
    EXPECT_EQ(shop.base().quantity, 4);
    shop.go("2025-04-16");
    Ask six = shop.ask_change(seats);
    six.quantity = 6;
    EXPECT_EQ(lines_text(shop.must(shop.change(six)).quote.lines), "credit -10; charge 15");
    EXPECT_EQ(shop.fault(six), "plan_is_current");
    six.quantity = 0;
    EXPECT_EQ(shop.fault(six), "quantity_is_not_allowed");
}

TEST(Change, a_setup_fee_is_charged_once_at_the_start) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.tax("10");
    PlanRef plan = shop.plan({"plan", "20"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.setup_fee = {{usd(), money("5")}};
    });
    PlanRef other = shop.plan({"other", "20", 1}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.setup_fee = {{usd(), money("7")}};
    });
    shop.pay("100");
    EXPECT_EQ(lines_text(shop.start(plan).quote.lines), "charge 20 + 2; setup 5 + 0.5");
    EXPECT_EQ(lines_text(shop.move(other).quote.lines), "credit -20 + -2; charge 20 + 2");
    shop.go("2025-05-01");
    EXPECT_EQ(shop.earned(), "deferred 20, revenue 25, tax 4.5");
}

TEST(Change, invoiced_lines_wait_and_move_no_money) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.family("F").settlement = catalog::Settlement::invoiced;
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1});
    shop.start(a);
    shop.go("2025-04-16");
    shop.move(b);
    shop.go("2025-05-01");
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_TRUE(shop.wallet.currency.empty());
    std::string nets;
    for (const auto& accrued : shop.subscriptions.accrued) nets += accrued.line.net.to_text() + " ";
    EXPECT_EQ(nets, "20 -10 25 50 ");
}

TEST(Change, what_was_scheduled_happens_at_the_end_of_the_period) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.catalog.settings.changes.front().effective = catalog::Effective::period_end;
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1});
    shop.pay("100");
    shop.start(a);
    Quote quote = shop.move(b).quote;
    EXPECT_EQ(lines_text(quote.lines), "none");
    EXPECT_EQ(quote.effective_at, at("2025-05-01"));
    ASSERT_TRUE(quote.next_charge);
    EXPECT_EQ(quote.next_charge->fee, money("50"));
    ASSERT_TRUE(shop.base().pending);
    shop.go("2025-05-01");
    EXPECT_EQ(shop.how_many<subscriptions::PlanChanged>(), 1U);
    EXPECT_EQ(shop.base().plan, b);
    EXPECT_FALSE(shop.base().pending);
    EXPECT_EQ(shop.purse(), "available 30");
}

TEST(Change, what_was_scheduled_can_be_withdrawn_and_replaced) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.catalog.settings.changes.front().effective = catalog::Effective::period_end;
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1});
    PlanRef c = shop.plan({"c", "70", 1});
    shop.pay("100");
    shop.start(a);
    shop.move(b);
    shop.move(c);
    ASSERT_TRUE(shop.base().pending);
    EXPECT_EQ(shop.base().pending->to, c);
    IdSource ids = shop.ids();
    WithdrawPending withdraw{shop.account.id, shop.base().id};
    auto withdrawn = decide(shop.world(), withdraw, ids);
    ASSERT_TRUE(withdrawn);
    shop.apply(withdrawn->events);
    EXPECT_FALSE(shop.base().pending);
    auto again = decide(shop.world(), withdraw, ids);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().fault, Fault::change_is_not_pending);
    shop.go("2025-05-01");
    EXPECT_EQ(shop.base().plan, a);
}

TEST(Change, a_later_moment_may_be_asked_for_but_not_an_earlier_one) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1});
    shop.pay("100");
    shop.start(a);
    Ask ask = shop.ask_change(b);
    ask.effective = catalog::Effective::period_end;
    EXPECT_EQ(shop.must(shop.change(ask)).quote.effective_at, at("2025-05-01"));
    shop.catalog.settings.changes.front().effective = catalog::Effective::period_end;
    ask.effective = catalog::Effective::now;
    auto refused = shop.change(ask);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::plan_is_not_allowed);
    EXPECT_EQ(refused.error().possible_at, at("2025-05-01"));
}

TEST(Change, without_a_rule_a_cancellation_waits_for_the_end_of_the_period) {
    TestShop shop;
    shop.now = at("2025-04-01");
    PlanRef a = shop.plan({"a", "20"});
    shop.pay("100");
    shop.start(a);
    Quote quote = shop.cancel().quote;
    EXPECT_EQ(quote.effective, catalog::Effective::period_end);
    EXPECT_FALSE(quote.next_charge);
    EXPECT_EQ(shop.base().status, Status::active);
    shop.go("2025-05-01");
    ASSERT_TRUE(shop.last<subscriptions::SubscriptionEnded>());
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::ended);
    EXPECT_EQ(shop.purse(), "available 80");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 20, tax 0");
}

TEST(Change, usage_counts_anew_where_the_rule_resets_it) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    shop.catalog.settings.changes.front().usage = catalog::UsageCarry::reset;
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1});
    shop.pay("100");
    shop.start(a);
    shop.go("2025-04-16");
    EXPECT_FALSE(shop.base().usage_since);
    shop.move(b);
    EXPECT_EQ(shop.base().usage_since, at("2025-04-16"));
    shop.go("2025-05-01");
    EXPECT_FALSE(shop.base().usage_since);
}

TEST(Change, an_agencys_plan_pays_the_agency) {
    TestShop shop;
    shop.now = at("2025-04-01");
    catalog::PlanPublished event;
    event.head.id = {{8, 1}};
    event.head.key = "own";
    event.head.family = "G";
    event.head.owner = {{5, 5}};
    event.version.version = 1;
    event.version.name = "own";
    event.version.fee = {{usd(), money("30")}};
    shop.owned.apply(event);
    shop.pay("100");
    shop.start({event.head.id, 1});
    const auto* posted = shop.last<ledger::EntryPosted>();
    ASSERT_TRUE(posted);
    bool is_the_agencys = false;
    for (const auto& p : posted->entry.postings)
        if (p.bucket == ledger::Bucket::deferred_revenue)
            is_the_agencys = p.owner == AccountId{{5, 5}};
    EXPECT_TRUE(is_the_agencys);
}

TEST(Change, a_plan_without_a_fee_costs_nothing) {
    TestShop shop;
    PlanRef plan = shop.plan({"plan", ""});
    EXPECT_EQ(shop.start(plan).quote.due_now, money("0"));
}

TEST(Change, a_price_that_no_rate_leads_to_is_refused) {
    TestShop shop;
    shop.account.profile.currency = "EUR";
    PlanRef plan = shop.plan({"plan", "10"});
    EXPECT_EQ(shop.fault(shop.ask_start(plan)), "exchange_rate_is_missing");
}

TEST(Change, a_currency_that_changes_before_any_posting_begins_a_new_count) {
    TestShop shop;
    shop.family("F").settlement = catalog::Settlement::invoiced;
    shop.rule(Direction::any);
    PlanRef a = shop.plan({"a", "20"});
    PlanRef b = shop.plan({"b", "50", 1}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.fee[Currency("EUR")] = money("40", "EUR");
    });
    shop.start(a);
    shop.account.profile.currency = "EUR";
    EXPECT_EQ(shop.move(b).quote.lines.front().net, money("40", "EUR"));
}

// In a store from before an expired trial had to stay in its family: the plan of one family under a
// subscription of another.
struct Misplaced : ::testing::Test {
    Misplaced() : shop(monthly(Proration::second, "2025-04-01")) {
        shop.family("G").settlement = catalog::Settlement::invoiced;
        shop.rule(Direction::any, "G");
        paid = shop.plan({"paid", "30"});
        more = shop.plan({"more", "60", 1});
        home = shop.plan({"home", "20", 0, "G"});
        shop.pay("30");
        id = shop.start(paid).subscription;
        shop.subscriptions.find(id)->family = "G";
    }
    void expect_delivered() const {
        const subscriptions::Subscription& s = *shop.subscriptions.find(id);
        EXPECT_EQ(shop.book(ledger::Bucket::deferred_revenue), s.account.deferred.to_text());
    }
    TestShop shop;
    PlanRef paid, more, home;
    SubscriptionId id;
};

TEST_F(Misplaced, what_was_deferred_is_recognized_when_it_is_cancelled_at_once) {
    shop.go("2025-04-16");
    shop.must(shop.change({QuoteKind::cancel, id, {}}));
    EXPECT_EQ(shop.book(ledger::Bucket::deferred_revenue), "0");
    // Half of the 30 comes back as its family settles: by a line for the invoice.
    ASSERT_EQ(shop.subscriptions.accrued.size(), 1u);
    EXPECT_EQ(shop.subscriptions.accrued[0].line.net.to_text(), "-15");
    expect_delivered();
}

TEST_F(Misplaced, it_goes_on_and_settles_by_its_own_family) {
    shop.go("2025-05-01");
    EXPECT_EQ(shop.book(ledger::Bucket::deferred_revenue), "0");
    EXPECT_EQ(shop.subscriptions.accrued.size(), 1u);
    shop.must(shop.change({QuoteKind::change, id, paid, 2}));
    expect_delivered();
    shop.go("2025-06-01");
    expect_delivered();
}

TEST_F(Misplaced, no_further_change_leads_into_another_family) {
    EXPECT_EQ(shop.fault({QuoteKind::change, id, more}), "plan_is_not_allowed");
    EXPECT_EQ(shop.fault({QuoteKind::change, id, home}), "plan_is_not_allowed");
    // Nor what was scheduled before.
    shop.subscriptions.find(id)->pending =
        subscriptions::PendingChange{more, 1, at("2025-05-01"), shop.now};
    shop.go("2025-05-01");
    EXPECT_EQ(shop.subscriptions.find(id)->plan, paid);
    expect_delivered();
}

TEST(Change, a_debt_that_is_settled_in_an_invoiced_family_waits_for_the_invoice) {
    TestShop shop = monthly(Proration::second, "2025-04-01");
    PlanRef paid = shop.plan({"paid", "30"});
    shop.pay("30");
    shop.start(paid);
    shop.go("2025-05-01");
    ASSERT_EQ(shop.base().status, Status::past_due);
    shop.family("F").settlement = catalog::Settlement::invoiced;
    shop.settle_debts();
    EXPECT_EQ(shop.base().status, Status::active);
    ASSERT_EQ(shop.subscriptions.accrued.size(), 1u);
    EXPECT_EQ(shop.subscriptions.accrued[0].line.net.to_text(), "30");
}

}  // namespace
}  // namespace rb::changes
