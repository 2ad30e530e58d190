// Renewals, reservations, trials, and what happens when money is short.
#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

using catalog::Direction;
using catalog::ReserveNext;
using catalog::ShortagePolicy;
using subscriptions::Status;

// The demonstration's IM plans for an account in roubles: fees at the rate of the day with six
// digits, nothing charged for the running month, fee and tax of the next one held.
struct ImShop : TestShop {
    PlanRef free_plan, small, medium;
    explicit ImShop(ReserveNext reserve = ReserveNext::on_change) {
        now = at("2026-03-10T09:00:00Z");
        auto& im = family("IM");
        im.scale = catalog::Scale::micro;
        im.anchor = AnchorKind::calendar;
        catalog.settings.exchange_rates = {{{2026, 1, 1}, Currency("RUR"), decimal("91.70604")}};
        account.profile.currency = "RUR";
        tax("20");
        auto& up = rule(Direction::up, "IM");
        up.proration = catalog::Proration::none;
        up.reserve_next = reserve;
        auto& down = rule(Direction::down, "IM");
        down.allowed = false;
        down.who = catalog::Who::support;
        free_plan =
            plan({"im_free", "0", 0, "IM"},
                 [](catalog::PlanHead& head, catalog::PlanVersion&) { head.is_default = true; });
        small = plan({"im_small", "100", 1, "IM"});
        medium = plan({"im_medium", "1000", 2, "IM"});
    }
    const subscriptions::Subscription& im() const { return base("IM"); }
    Ask to(PlanRef ref) const { return {QuoteKind::change, im().id, ref}; }
};

TEST(Reserve, starting_in_the_month_charges_nothing_and_holds_fee_and_tax_of_the_next) {
    ImShop shop;
    shop.pay("11004.7248");
    Quote quote = shop.start(shop.small).quote;
    EXPECT_EQ(lines_text(quote.lines), "none");
    EXPECT_EQ(quote.due_now, money("0", "RUR"));
    EXPECT_EQ(quote.reserved_fee, money("9170.604", "RUR"));
    EXPECT_EQ(quote.reserved_tax, money("1834.1208", "RUR"));
    EXPECT_EQ(shop.purse(), "held 11004.7248");
    ASSERT_TRUE(quote.next_charge);
    EXPECT_EQ(quote.next_charge->at, at("2026-04-01"));
    ASSERT_TRUE(shop.im().reservation);
    EXPECT_EQ(shop.im().reservation->period_start, at("2026-04-01"));
}

TEST(Reserve, a_kopeck_too_little_moves_nothing_and_names_the_numbers) {
    ImShop shop;
    shop.pay("11004.724799");
    auto refused = shop.change(shop.ask_start(shop.small));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::money_is_short);
    ASSERT_EQ(refused.error().blockers.size(), 1U);
    EXPECT_EQ(refused.error().blockers[0],
              (Blocker{Fault::money_is_short, "money", "11004.7248 RUR", "11004.724799 RUR"}));
    EXPECT_EQ(shop.purse(), "available 11004.724799");
    EXPECT_TRUE(shop.subscriptions.items.empty());
}

TEST(Reserve, the_first_renewal_captures_what_was_held_whatever_the_rates_are_then) {
    ImShop shop;
    shop.pay("25000");
    shop.start(shop.small);
    shop.catalog.settings.exchange_rates.push_back(
        {{2026, 3, 20}, Currency("RUR"), decimal("100")});
    shop.catalog.settings.tax_rates.push_back(
        {"standard", "DE", "", decimal("22"), catalog::TaxMode::exclusive, {2026, 3, 20}});
    shop.go("2026-04-01");
    EXPECT_EQ(shop.how_many<ledger::HoldCaptured>(), 1U);
    EXPECT_EQ(shop.purse(), "available 13995.2752");
    EXPECT_EQ(shop.earned(), "deferred 9170.604, revenue 0, tax 1834.1208");
    EXPECT_FALSE(shop.im().reservation);
    // The second one is of its day: 10000 and 2200.
    shop.go("2026-05-01");
    EXPECT_EQ(shop.purse(), "available 1795.2752");
    EXPECT_EQ(shop.earned(), "deferred 10000, revenue 9170.604, tax 4034.1208");
}

TEST(Reserve, the_hold_of_the_plan_that_is_left_serves_the_next_one) {
    ImShop shop;
    shop.pay("110047.248");
    shop.start(shop.small);
    Quote quote = shop.must(shop.change(shop.to(shop.medium))).quote;
    EXPECT_EQ(quote.released, money("11004.7248", "RUR"));
    EXPECT_EQ(shop.purse(), "held 110047.248");
    EXPECT_EQ(shop.wallet.holds.size(), 1U);
    // Released before placed.
    std::string order;
    for (const Event& event : shop.log) {
        if (std::holds_alternative<ledger::HoldReleased>(event)) order += "released ";
        if (std::holds_alternative<ledger::HoldPlaced>(event)) order += "placed ";
        if (std::holds_alternative<subscriptions::PlanChanged>(event)) order += "changed";
    }
    EXPECT_EQ(order, "released placed changed");
}

TEST(Reserve, only_support_may_go_down_and_the_sentence_says_so) {
    ImShop shop;
    shop.pay("110047.248");
    shop.start(shop.medium);
    auto refused = shop.change(shop.to(shop.small));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::plan_is_not_allowed);
    EXPECT_EQ(refused.error().detail, "only support can change to the plan im_small");
    shop.caller.support = true;
    EXPECT_EQ(shop.fault(shop.to(shop.small)), "ok");
    // The rule for it reserves nothing, and charges the rest of the month: 173/248 of 9170.604 and
    // 20 %.
    EXPECT_EQ(shop.purse(), "available 102370.564974");
}

TEST(Reserve, cancelling_gives_the_hold_back) {
    ImShop shop;
    shop.pay("12000");
    shop.start(shop.small);
    shop.must(shop.change({QuoteKind::cancel, shop.im().id, {}}));
    EXPECT_EQ(shop.purse(), "available 12000");
    shop.go("2026-04-01");
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::ended);
    EXPECT_EQ(effective_plan(shop.world(), "IM").plan->head.key, "im_free");
}

TEST(Reserve, a_scheduled_change_holds_for_its_target_and_withdrawing_gives_it_back) {
    ImShop shop;
    shop.pay("120000");
    shop.start(shop.small);
    Ask later = shop.to(shop.medium);
    later.effective = catalog::Effective::period_end;
    shop.must(shop.change(later));
    EXPECT_EQ(shop.purse(), "available 9952.752, held 110047.248");
    IdSource ids = shop.ids();
    shop.apply(decide(shop.world(), WithdrawPending{shop.account.id, shop.im().id}, ids)->events);
    EXPECT_EQ(shop.purse(), "available 120000");
    shop.must(shop.change(later));
    shop.go("2026-04-01");
    EXPECT_EQ(shop.im().plan, shop.medium);
    EXPECT_EQ(shop.earned(), "deferred 91706.04, revenue 0, tax 18341.208");
}

TEST(Reserve, always_holds_again_after_each_renewal_as_far_as_the_money_goes) {
    ImShop shop(ReserveNext::always);
    shop.pay("27014.1744");  // two and some: 2 * 11004.7248 + 5004.7248
    shop.start(shop.small);
    shop.go("2026-04-01");
    EXPECT_EQ(shop.purse(), "available 5004.7248, held 11004.7248");
    EXPECT_EQ(shop.how_many<subscriptions::ReservationShort>(), 0U);
    shop.go("2026-05-01");
    EXPECT_EQ(shop.purse(), "held 5004.7248");
    const auto* notice = shop.last<subscriptions::ReservationShort>();
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->missing, money("6000", "RUR"));
    EXPECT_EQ(shop.im().status, Status::active);
    // What is held is captured first, the rest is charged; then there is nothing left to hold.
    shop.pay("6000");
    shop.go("2026-06-01");
    EXPECT_EQ(shop.purse(), "empty");
    EXPECT_EQ(shop.im().status, Status::active);
    ASSERT_TRUE(shop.last<subscriptions::ReservationShort>());
    EXPECT_EQ(shop.last<subscriptions::ReservationShort>()->missing, money("11004.7248", "RUR"));
    EXPECT_FALSE(shop.im().reservation);
}

TEST(Reserve, a_partial_hold_that_does_not_suffice_goes_back) {
    ImShop shop(ReserveNext::always);
    shop.pay("16009.4496");
    shop.start(shop.small);
    shop.go("2026-04-01");
    EXPECT_EQ(shop.purse(), "held 5004.7248");
    shop.go("2026-05-01");
    EXPECT_EQ(shop.im().status, Status::past_due);
    EXPECT_EQ(shop.purse(), "available 5004.7248");
    EXPECT_EQ(shop.last<subscriptions::RenewalUnpaid>()->missing, money("6000", "RUR"));
}

// --- money short
// ------------------------------------------------------------------------------------

struct ShortShop : TestShop {
    PlanRef plan_ref, free_plan;
    explicit ShortShop(ShortagePolicy policy) {
        now = at("2025-04-01");
        auto& f = family("F");
        f.anchor = AnchorKind::calendar;
        f.on_shortage = policy;
        rule(Direction::any);
        free_plan = plan({"free", "0"}, [](catalog::PlanHead& head, catalog::PlanVersion&) {
            head.is_default = true;
        });
        plan_ref = plan({"plan", "20", 1});
        pay("25");
        start(plan_ref);
        go("2025-05-01");
    }
};

TEST(Shortage, past_due_goes_on_and_paying_later_charges_every_period) {
    ShortShop shop(ShortagePolicy::past_due);
    ASSERT_EQ(shop.base().status, Status::past_due);
    EXPECT_EQ(shop.last<subscriptions::RenewalUnpaid>()->missing, money("15"));
    EXPECT_EQ(shop.base().period, (Period{at("2025-05-01"), at("2025-06-01")}));
    EXPECT_EQ(shop.purse(), "available 5");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 20, tax 0");
    shop.settle_debts();
    EXPECT_TRUE(shop.log.empty());
    shop.go("2025-06-01");
    EXPECT_EQ(shop.last<subscriptions::RenewalUnpaid>()->missing, money("35"));
    shop.pay("40");
    shop.settle_debts();
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(lines_text(shop.last<subscriptions::SubscriptionRenewed>()->lines),
              "charge 20; charge 20");
    EXPECT_EQ(shop.purse(), "available 5");
    EXPECT_EQ(shop.earned(), "deferred 20, revenue 40, tax 0");
    shop.pay("15");
    shop.go("2025-07-01");
    EXPECT_EQ(shop.purse(), "empty");
    EXPECT_EQ(shop.earned(), "deferred 20, revenue 60, tax 0");
    EXPECT_EQ(shop.base().account.accruals.size(), 1U);
}

TEST(Shortage, a_renewal_pays_older_debt_too) {
    ShortShop shop(ShortagePolicy::past_due);
    shop.pay("35");
    shop.go("2025-06-01");
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.purse(), "empty");
    EXPECT_EQ(shop.earned(), "deferred 20, revenue 40, tax 0");
}

TEST(Shortage, freezing_stops_the_account_until_the_last_debt_is_paid) {
    ShortShop shop(ShortagePolicy::freeze);
    EXPECT_EQ(shop.account.status, accounts::Status::frozen);
    EXPECT_EQ(shop.fault(shop.ask_change(shop.free_plan)), "account_is_frozen");
    shop.pay("15");
    shop.settle_debts();
    EXPECT_EQ(shop.account.status, accounts::Status::active);
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.purse(), "empty");
}

TEST(Shortage, falling_back_takes_the_default_plan_without_debt) {
    ShortShop shop(ShortagePolicy::fall_back);
    EXPECT_EQ(shop.base().plan, shop.free_plan);
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.how_many<subscriptions::RenewalUnpaid>(), 1U);
    EXPECT_EQ(shop.how_many<subscriptions::PlanChanged>(), 1U);
    shop.pay("100");
    shop.settle_debts();
    shop.go("2025-08-01");
    EXPECT_EQ(shop.purse(), "available 105");
}

TEST(Shortage, the_credit_limit_is_money) {
    ShortShop shop(ShortagePolicy::past_due);
    shop.account.profile.credit_limit_micros = 15'000'000;
    shop.settle_debts();
    EXPECT_EQ(shop.purse(), "available -15");
    EXPECT_EQ(shop.base().status, Status::active);
}

TEST(Shortage, a_change_while_past_due_pays_for_what_was_used) {
    ShortShop shop(ShortagePolicy::past_due);
    PlanRef large = shop.plan({"large", "62", 2});
    shop.pay("100");
    shop.go("2025-05-16");
    Quote quote = shop.move(large).quote;
    // 15 of 31 days of 20, 16 of 31 of 62.
    EXPECT_EQ(lines_text(quote.lines), "charge 9.68; charge 32");
    EXPECT_EQ(shop.base().status, Status::active);
}

TEST(Shortage, cancelling_ends_the_debt) {
    ShortShop shop(ShortagePolicy::past_due);
    EXPECT_EQ(lines_text(shop.cancel().quote.lines), "none");
    shop.go("2025-06-01");
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::ended);
    EXPECT_EQ(shop.purse(), "available 5");
}

TEST(Shortage, arrears_that_cannot_be_paid_stay_owed) {
    TestShop shop;
    shop.now = at("2025-04-01");
    PlanRef plan = shop.plan({"plan", "30"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.timing = catalog::FeeTiming::in_arrears;
    });
    shop.start(plan);
    shop.go("2025-05-01");
    EXPECT_EQ(shop.base().status, Status::past_due);
    EXPECT_EQ(shop.last<subscriptions::RenewalUnpaid>()->missing, money("30"));
    shop.pay("70");
    shop.settle_debts();
    EXPECT_EQ(shop.purse(), "available 40") << "the running month is not due yet";
    shop.go("2025-06-01");
    EXPECT_EQ(shop.purse(), "available 10");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 60, tax 0");
    EXPECT_EQ(shop.base().status, Status::active);
}

TEST(Shortage, the_last_bill_in_arrears_is_booked_even_without_money) {
    TestShop shop;
    shop.now = at("2025-04-01");
    PlanRef plan = shop.plan({"plan", "30"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.timing = catalog::FeeTiming::in_arrears;
    });
    shop.start(plan);
    shop.cancel();
    shop.go("2025-05-01");
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::ended);
    EXPECT_EQ(shop.purse(), "receivable -30");
    EXPECT_EQ(shop.earned(), "deferred 0, revenue 30, tax 0");
}

// --- trials
// -----------------------------------------------------------------------------------------

struct TrialShop : TestShop {
    PlanRef free_plan, tried, other;
    explicit TrialShop(catalog::TrialEnd end = catalog::TrialEnd::convert) {
        now = at("2025-04-10T08:00:00Z");
        rule(Direction::any).reserve_next = ReserveNext::on_change;
        free_plan = plan({"free", "0"}, [](catalog::PlanHead& head, catalog::PlanVersion&) {
            head.is_default = true;
        });
        auto trial = [end](catalog::PlanHead&, catalog::PlanVersion& v) {
            v.trial_days = 14;
            v.trial_end = end;
        };
        tried = plan({"tried", "20", 1}, trial);
        other = plan({"other", "50", 2}, trial);
        pay("100");
    }
};

TEST(Trial, charges_and_reserves_nothing_and_converts_to_a_full_period_from_its_end) {
    TrialShop shop;
    Quote quote = shop.start(shop.tried).quote;
    EXPECT_EQ(quote.trial_end, at("2025-04-24T08:00:00Z"));
    EXPECT_EQ(lines_text(quote.lines), "none");
    ASSERT_TRUE(quote.next_charge);
    EXPECT_EQ(*quote.next_charge,
              (NextCharge{at("2025-04-24T08:00:00Z"), money("20"), money("0")}));
    EXPECT_EQ(shop.base().status, Status::trialing);
    EXPECT_EQ(shop.purse(), "available 100");
    shop.go("2025-04-24T08:00:00Z");
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.base().period, (Period{at("2025-04-24T08:00:00Z"), at("2025-05-24T08:00:00Z")}));
    EXPECT_EQ(lines_text(shop.last<subscriptions::TrialEnded>()->lines), "charge 20");
    EXPECT_EQ(shop.purse(), "available 80");
}

TEST(Trial, keeps_the_local_time_of_day_over_a_change_of_the_clocks) {
    TrialShop shop;
    shop.zone("America/New_York");
    shop.now = at("2025-03-01T15:00:00Z");
    EXPECT_EQ(shop.start(shop.tried).quote.trial_end, at("2025-03-15T14:00:00Z"));
}

TEST(Trial, a_change_keeps_the_end_and_never_restarts_it) {
    TrialShop shop;
    shop.start(shop.tried);
    shop.go("2025-04-20");
    Quote quote = shop.move(shop.other).quote;
    EXPECT_EQ(lines_text(quote.lines), "none");
    EXPECT_EQ(quote.trial_end, at("2025-04-24T08:00:00Z"));
    EXPECT_EQ(quote.next_charge->fee, money("50"));
    EXPECT_FALSE(quote.reserved_fee);
    shop.go("2025-04-24T08:00:00Z");
    EXPECT_EQ(shop.purse(), "available 50");
    EXPECT_EQ(shop.base().plan, shop.other);
}

TEST(Trial, is_given_once_an_account_and_family) {
    TrialShop shop;
    shop.start(shop.tried);
    Ask cancel = shop.ask_cancel();
    shop.must(shop.change(cancel));
    shop.go("2025-04-24T08:00:00Z");
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::ended);
    EXPECT_EQ(shop.purse(), "available 100");
    Quote again = *shop.quote(shop.ask_start(shop.other));
    EXPECT_FALSE(again.trial_end);
    EXPECT_EQ(lines_text(again.lines), "charge 50");
}

TEST(Trial, may_be_skipped) {
    TrialShop shop;
    Ask ask = shop.ask_start(shop.tried);
    ask.skip_trial = true;
    EXPECT_EQ(lines_text(shop.must(shop.change(ask)).quote.lines), "charge 20");
    EXPECT_TRUE(shop.subscriptions.trials_used.empty());
    EXPECT_EQ(shop.purse(), "available 60, held 20");
}

TEST(Trial, falls_back_to_the_default_plan) {
    TrialShop shop(catalog::TrialEnd::fall_back);
    shop.start(shop.tried);
    shop.go("2025-04-24T08:00:00Z");
    EXPECT_EQ(shop.base().plan, shop.free_plan);
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.purse(), "available 100");
}

TEST(Trial, expires_visibly_and_a_later_change_begins_a_paid_period_of_the_same_subscription) {
    TrialShop shop(catalog::TrialEnd::expire);
    SubscriptionId id = shop.start(shop.tried).subscription;
    shop.go("2025-05-10T12:00:00Z");
    EXPECT_EQ(shop.base().status, Status::expired);
    EXPECT_EQ(next_due(shop.base()), std::nullopt);
    Effective held = effective_plan(shop.world(), "F");
    EXPECT_EQ(held.plan->head.key, "free");
    EXPECT_EQ(held.subscription, nullptr);
    Outcome outcome = shop.move(shop.tried);
    EXPECT_EQ(outcome.subscription, id);
    EXPECT_EQ(lines_text(outcome.quote.lines), "charge 20");
    EXPECT_EQ(shop.base().status, Status::active);
    EXPECT_EQ(shop.base().period.start, at("2025-05-10T12:00:00Z"));
}

TEST(Trial, an_unpaid_conversion_is_past_due) {
    TrialShop shop;
    shop.start(shop.other);
    IdSource ids = shop.ids();
    shop.apply(
        {*ledger::place_hold(shop.wallet, shop.booking(), {money("80"), "else", {}, {}}, ids)});
    shop.go("2025-04-24T08:00:00Z");
    EXPECT_EQ(shop.base().status, Status::past_due);
    EXPECT_EQ(shop.how_many<subscriptions::TrialEnded>(), 1U);
    EXPECT_EQ(shop.last<subscriptions::RenewalUnpaid>()->missing, money("30"));
    shop.pay("30");
    shop.settle_debts();
    EXPECT_EQ(shop.purse(), "held 80");
    EXPECT_EQ(shop.base().status, Status::active);
}

TEST(Trial, in_a_calendar_family_the_rest_of_the_running_month_is_charged) {
    TrialShop shop;
    shop.family("F").anchor = AnchorKind::calendar;
    shop.start(shop.tried);
    shop.go("2025-04-24T08:00:00Z");
    // 6 days and 16 hours of 30: 2/9 of 20.
    EXPECT_EQ(lines_text(shop.last<subscriptions::TrialEnded>()->lines), "charge 4.44");
    EXPECT_EQ(shop.base().period.end, at("2025-05-01"));
}

TEST(Renewal, a_zone_that_changes_leaves_no_gap_and_no_overlap) {
    TestShop shop;
    shop.family("F").anchor = AnchorKind::calendar;
    shop.zone("Europe/Berlin");
    shop.now = at("2025-12-31T23:00:00Z");
    PlanRef plan = shop.plan({"plan", "10"});
    shop.pay("100");
    shop.start(plan);
    EXPECT_EQ(shop.base().period.end, at("2026-01-31T23:00:00Z"));
    shop.zone("America/New_York");
    shop.go("2026-01-31T23:00:00Z");
    EXPECT_EQ(shop.base().period, (Period{at("2026-01-31T23:00:00Z"), at("2026-03-01T05:00:00Z")}));
    EXPECT_EQ(shop.purse(), "available 80");
}

TEST(Renewal, settles_the_oldest_debt_first) {
    TestShop shop;
    shop.now = at("2025-04-01");
    auto add_on = [](catalog::PlanHead& head, catalog::PlanVersion&) {
        head.kind = catalog::PlanKind::add_on;
    };
    PlanRef first = shop.plan({"first", "30"}, add_on);
    PlanRef second = shop.plan({"second", "10"}, add_on);
    shop.pay("40");
    shop.start(second);
    shop.go("2025-04-02");
    shop.start(first);
    shop.go("2025-05-03");
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::past_due);
    EXPECT_EQ(shop.subscriptions.items[1].status, Status::past_due);
    shop.pay("15");
    shop.settle_debts();
    EXPECT_EQ(shop.subscriptions.items[0].status, Status::active);
    EXPECT_EQ(shop.subscriptions.items[1].status, Status::past_due);
    EXPECT_EQ(shop.purse(), "available 5");
}

}  // namespace
}  // namespace rb::changes
