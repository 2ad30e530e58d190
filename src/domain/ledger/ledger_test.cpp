#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/ledger/test_wallet.h"

namespace rb::ledger {
namespace {

TEST(Ledger, a_payment_becomes_available_money) {
    TestWallet w;
    Entry entry = w.pay(100);
    EXPECT_EQ(postings_text(entry), "available 100, cash_clearing -100");
    EXPECT_EQ(entry.kind, EntryKind::payment);
    EXPECT_EQ(entry.reference, "ref");
    EXPECT_EQ(entry.postings[0].owner, customer);
    EXPECT_EQ(entry.postings[1].owner, shop);
    EXPECT_EQ(w.balances(), "100 0 0 0");
    EXPECT_EQ(w.wallet.currency, Currency("USD"));
}

TEST(Ledger, a_payment_clears_what_is_owed_first) {
    TestWallet w;
    w.spend(30, Overdraft::allowed);
    EXPECT_EQ(w.balances(), "0 0 -30 0");
    EXPECT_EQ(postings_text(w.pay(20)), "receivable 20, cash_clearing -20");
    EXPECT_EQ(postings_text(w.pay(20)), "available 10, receivable 10, cash_clearing -20");
    EXPECT_EQ(w.balances(), "10 0 0 0");
}

TEST(Ledger, what_is_held_and_what_is_available_stay_within_a_balance_together) {
    TestWallet w;
    w.pay(limits::amount_micros_max / 1'000'000);
    w.hold(30);
    // 30 come back from the hold: no more may be paid in meanwhile.
    EXPECT_EQ(
        refusal_of(pay_in(w.wallet, w.booking, {customer, usd_of(1), "ref"}, shop, w.ids)).fault,
        Fault::amount_exceeds_limit);
}

TEST(Ledger, a_charge_pays_the_sellers_in_the_order_given_and_drops_zero_postings) {
    TestWallet w;
    w.pay(200);
    Charge order{EntryKind::charge,
                 "im_small",
                 {3, 3},
                 {{shop, Bucket::deferred_revenue, usd_of(100)},
                  {shop, Bucket::tax_payable, usd_of(20)},
                  {{}, Bucket::revenue, usd_of(0)}}};
    Entry entry = w.book(charge(w.wallet, w.booking, order, Overdraft::refused, w.ids)).entry;
    EXPECT_EQ(postings_text(entry), "available -120, deferred_revenue 100, tax_payable 20");
    EXPECT_EQ(entry.subject, (Uuid{3, 3}));
    EXPECT_EQ(entry.description, "im_small");
}

TEST(Ledger, grants_pay_before_available_and_the_draws_say_which) {
    TestWallet w;
    w.pay(100);
    Grant grant = w.give(30);
    Entry entry = w.spend(50);
    EXPECT_EQ(postings_text(entry), "grants -30, available -20, revenue 50");
    ASSERT_EQ(entry.draws.size(), 1u);
    EXPECT_EQ(entry.draws[0].grant, grant.id);
    EXPECT_EQ(entry.draws[0].amount, usd_of(30));
    EXPECT_TRUE(w.wallet.grants.empty());
    EXPECT_EQ(w.balances(), "80 0 0 0");
}

TEST(Ledger, a_charge_beyond_what_can_be_spent_is_refused_with_both_numbers) {
    TestWallet w;
    w.pay(60);
    w.give(30);
    w.booking.credit_limit_micros = usd_of(10).micros();
    EXPECT_EQ(spendable_micros(w.wallet, w.booking), usd_of(100).micros());
    Refusal refusal =
        refusal_of(charge(w.wallet, w.booking, w.order(101), Overdraft::refused, w.ids));
    EXPECT_EQ(refusal.fault, Fault::money_is_short);
    ASSERT_EQ(refusal.blockers.size(), 1u);
    EXPECT_EQ(refusal.blockers[0],
              (Blocker{Fault::money_is_short, "money", "101.00 USD", "100.00 USD"}));
    w.spend(100);
    EXPECT_EQ(w.balances(), "-10 0 0 0");
    EXPECT_EQ(spendable_micros(w.wallet, w.booking), 0);
}

TEST(Ledger, a_fact_takes_available_to_the_credit_limit_and_the_rest_is_owed) {
    TestWallet w;
    w.pay(5);
    w.booking.credit_limit_micros = usd_of(10).micros();
    Entry entry = w.spend(40, Overdraft::allowed);
    EXPECT_EQ(postings_text(entry), "available -15, receivable -25, revenue 40");
    EXPECT_EQ(w.balances(), "-10 0 -25 0");
    EXPECT_EQ(spendable_micros(w.wallet, w.booking), 0);
}

TEST(Ledger, a_credit_reduces_what_is_owed_before_it_can_be_spent) {
    TestWallet w;
    w.spend(30, Overdraft::allowed);
    Charge debits{EntryKind::charge, "unused time", {}, {{shop, Bucket::revenue, usd_of(-40)}}};
    Entry entry = w.book(credit(w.wallet, w.booking, debits, w.ids)).entry;
    EXPECT_EQ(postings_text(entry), "available 10, receivable 30, revenue -40");
    EXPECT_EQ(entry.kind, EntryKind::credit);
    EXPECT_EQ(w.balances(), "10 0 0 0");
}

TEST(Ledger, a_move_touches_no_wallet) {
    TestWallet w;
    w.pay(10);
    Charge postings{
        EntryKind::recognition,
        "April",
        {},
        {{shop, Bucket::deferred_revenue, usd_of(-4)}, {shop, Bucket::revenue, usd_of(4)}}};
    EntryPosted event = move(w.booking, postings, w.ids);
    EXPECT_EQ(event.entry.kind, EntryKind::recognition);
    apply(w.wallet, customer, event);
    EXPECT_EQ(w.balances(), "10 0 0 0");
}

TEST(Ledger, a_hold_is_taken_from_available_and_never_from_grants) {
    TestWallet w;
    w.pay(50);
    w.give(100);
    EXPECT_EQ(refusal_of(place_hold(w.wallet, w.booking, {usd_of(51), "", {}, {}}, w.ids)).fault,
              Fault::money_is_short);
    Hold hold = w.hold(50);
    EXPECT_EQ(w.balances(), "0 50 0 100");
    EXPECT_EQ(find_hold(w.wallet, hold.id)->amount, usd_of(50));
}

TEST(Ledger, a_hold_is_captured_in_parts_and_the_rest_released) {
    TestWallet w;
    w.pay(50);
    Hold hold = w.hold(50);
    HoldCaptured first = w.book(capture(w.wallet, w.booking, hold.id, w.order(20), w.ids));
    EXPECT_EQ(first.left, usd_of(30));
    EXPECT_EQ(postings_text(first.entry), "held -20, revenue 20");
    EXPECT_EQ(first.entry.kind, EntryKind::capture);
    EXPECT_EQ(first.entry.subject, hold.id.uuid);
    EXPECT_EQ(refusal_of(capture(w.wallet, w.booking, hold.id, w.order(31), w.ids)).fault,
              Fault::amount_exceeds_hold);
    HoldReleased rest = w.book(release(w.wallet, w.booking, hold.id, w.ids));
    EXPECT_EQ(postings_text(rest.entry), "available 30, held -30");
    EXPECT_EQ(w.balances(), "30 0 0 0");
    EXPECT_EQ(refusal_of(release(w.wallet, w.booking, hold.id, w.ids)).fault,
              Fault::hold_is_unknown);
}

TEST(Ledger, a_hold_that_is_captured_wholly_is_gone) {
    TestWallet w;
    w.pay(50);
    Hold hold = w.hold(50);
    w.book(capture(w.wallet, w.booking, hold.id, w.order(50), w.ids));
    EXPECT_EQ(find_hold(w.wallet, hold.id), nullptr);
    EXPECT_EQ(w.balances(), "0 0 0 0");
}

TEST(Ledger, an_expired_hold_can_only_be_released) {
    TestWallet w;
    w.pay(50);
    Hold hold = w.hold(50, day_one + Duration::of_days(1));
    EXPECT_EQ(next_expiry(w.wallet), day_one + Duration::of_days(1));
    w.booking.now = day_one + Duration::of_days(1);
    EXPECT_EQ(refusal_of(capture(w.wallet, w.booking, hold.id, w.order(1), w.ids)).fault,
              Fault::hold_is_settled);
    w.book(release(w.wallet, w.booking, hold.id, w.ids));
    EXPECT_EQ(w.balances(), "50 0 0 0");
    EXPECT_EQ(next_expiry(w.wallet), std::nullopt);
}

TEST(Ledger, a_hold_that_names_a_subscription_shows_it_on_every_line) {
    TestWallet w;
    w.pay(10);
    HoldOrder order{usd_of(10), "next month", {9, 9}, {}};
    HoldPlaced placed = w.book(place_hold(w.wallet, w.booking, order, w.ids));
    EXPECT_EQ(placed.entry.subject, (Uuid{9, 9}));
    HoldReleased released = w.book(release(w.wallet, w.booking, placed.hold.id, w.ids));
    EXPECT_EQ(released.entry.subject, (Uuid{9, 9}));
}

TEST(Ledger, a_promotional_grant_costs_promotion_and_its_rest_returns_at_expiry) {
    TestWallet w;
    GrantCredit command{customer, GrantKind::promotional, usd_of(20), 0, {}, "welcome"};
    GrantMade made = w.book(grant(w.wallet, w.booking, command, shop, w.ids));
    EXPECT_EQ(postings_text(made.entry), "grants 20, promotion_expense -20");
    w.spend(5);
    GrantExpired expired = w.book(expire(w.wallet, w.booking, made.grant.id, w.ids));
    EXPECT_EQ(postings_text(expired.entry), "grants -15, promotion_expense 15");
    EXPECT_EQ(w.balances(), "0 0 0 0");
    EXPECT_EQ(refusal_of(expire(w.wallet, w.booking, made.grant.id, w.ids)).fault,
              Fault::grant_is_unknown);
}

TEST(Ledger, a_paid_grant_is_cash_and_its_rest_becomes_breakage) {
    TestWallet w;
    GrantCredit command{customer, GrantKind::paid, usd_of(20), 0, {}, "pack"};
    GrantMade made = w.book(grant(w.wallet, w.booking, command, shop, w.ids));
    EXPECT_EQ(postings_text(made.entry), "grants 20, cash_clearing -20");
    GrantExpired expired = w.book(expire(w.wallet, w.booking, made.grant.id, w.ids));
    EXPECT_EQ(postings_text(expired.entry), "grants -20, breakage 20");
}

TEST(Ledger, an_expired_grant_pays_nothing_before_its_expiry_is_posted) {
    TestWallet w;
    w.give(20, 0, day_one + Duration::of_days(1));
    EXPECT_EQ(spendable_micros(w.wallet, w.booking), usd_of(20).micros());
    w.booking.now = day_one + Duration::of_days(1);
    EXPECT_EQ(spendable_micros(w.wallet, w.booking), 0);
    EXPECT_TRUE(burn_order(w.wallet, w.booking.now).empty());
    EXPECT_EQ(w.balances(), "0 0 0 20");
}

// Published order of an open-source meter: priority, then earlier expiry (none last), then
// creation.
struct BurnOrder : ::testing::Test {
    BurnOrder() {
        first = w.give(10, 1).id;
        second = w.give(10, 1, *Instant::parse("2026-06-01T00:00:00Z")).id;
        third = w.give(5, 0, *Instant::parse("2026-12-31T00:00:00Z")).id;
    }
    std::vector<std::pair<GrantId, Amount>> draws_of(std::int64_t major, std::string_view at) {
        w.booking.now = *Instant::parse(at);
        entry = w.spend(major, Overdraft::allowed);
        std::vector<std::pair<GrantId, Amount>> draws;
        for (const GrantDraw& draw : entry.draws) draws.emplace_back(draw.grant, draw.amount);
        return draws;
    }
    TestWallet w;
    GrantId first, second, third;
    Entry entry;
};

TEST_F(BurnOrder, in_may_the_urgent_one_pays_first_then_the_one_that_expires) {
    auto draws = draws_of(18, "2026-05-01T00:00:00Z");
    EXPECT_EQ(draws, (std::vector<std::pair<GrantId, Amount>>{
                         {third, usd_of(5)}, {second, usd_of(10)}, {first, usd_of(3)}}));
    EXPECT_EQ(postings_text(entry), "grants -18, revenue 18");
}

TEST_F(BurnOrder, in_july_the_expired_one_is_skipped_and_three_are_over) {
    auto draws = draws_of(18, "2026-07-01T00:00:00Z");
    EXPECT_EQ(draws,
              (std::vector<std::pair<GrantId, Amount>>{{third, usd_of(5)}, {first, usd_of(10)}}));
    EXPECT_EQ(postings_text(entry), "grants -15, receivable -3, revenue 18");
}

TEST(Ledger, of_equal_grants_the_earlier_pays_first_then_the_smaller_id) {
    TestWallet w;
    Grant a = w.give(1);
    Grant b = w.give(1);
    w.booking.now = day_one + Duration::of_days(1);
    w.give(1);
    auto order = burn_order(w.wallet, w.booking.now);
    ASSERT_EQ(order.size(), 3u);
    EXPECT_EQ(order[0]->id, std::min(a.id, b.id));
    EXPECT_EQ(order[1]->id, std::max(a.id, b.id));
}

TEST(Ledger, a_reversed_payment_may_take_available_below_zero) {
    TestWallet w;
    Entry payment = w.pay(100);
    w.spend(80);
    Entry reversal = w.undo(payment);
    EXPECT_EQ(postings_text(reversal), "available -100, cash_clearing 100");
    EXPECT_EQ(reversal.kind, EntryKind::reversal);
    EXPECT_EQ(reversal.reverses, payment.id);
    EXPECT_EQ(reversal.reference, "ref");
    EXPECT_EQ(w.balances(), "-80 0 0 0");
    EXPECT_EQ(spendable_micros(w.wallet, w.booking), 0);
}

TEST(Ledger, an_entry_is_reversed_once) {
    TestWallet w;
    Entry payment = w.pay(100);
    w.undo(payment);
    EXPECT_EQ(refusal_of(reverse(w.wallet, w.booking, {customer, payment, ""}, w.ids)).fault,
              Fault::entry_is_reversed);
}

TEST(Ledger, a_payout_takes_real_money_alone) {
    TestWallet w;
    w.booking.credit_limit_micros = 50 * Amount::micros_per_major;
    w.pay(100);
    w.give(30);
    w.hold(25);
    auto out = [&](std::int64_t major, std::string reference = "out") {
        return pay_out(w.wallet, w.booking,
                       {customer, usd_of(major), std::move(reference), "bank", "asked for"}, shop,
                       w.ids);
    };
    Refusal refusal = refusal_of(out(76));
    EXPECT_EQ(refusal.fault, Fault::money_is_short);
    EXPECT_EQ(refusal.blockers.front().allowed, "75.00 USD");
    EXPECT_EQ(refusal_of(out(1, "")).field, "/reference");
    EXPECT_EQ(refusal_of(out(0)).field, "/amount");
    Entry entry = w.book(out(75)).entry;
    EXPECT_EQ(postings_text(entry), "available -75, cash_clearing 75");
    EXPECT_EQ(entry.kind, EntryKind::payout);
    EXPECT_EQ(entry.reference, "out");
    EXPECT_EQ(entry.provider, "bank");
    EXPECT_EQ(w.balances(), "0 25 0 30");
    EXPECT_EQ(refusal_of(out(1)).fault, Fault::money_is_short);
    EXPECT_EQ(postings_text(w.undo(entry)), "available 75, cash_clearing -75");
    EXPECT_EQ(w.balances(), "75 25 0 30");
}

TEST(Ledger, what_is_recorded_under_a_reference_is_of_one_amount_and_currency) {
    TestWallet w;
    w.spend(30, Overdraft::allowed);
    Entry entry = w.pay(100);  // clears the 30
    EXPECT_EQ(must(recorded_as(entry, usd_of(100))), entry.id);
    EXPECT_EQ(refusal_of(recorded_as(entry, usd_of(70))).fault, Fault::reference_is_taken);
    Refusal refusal =
        refusal_of(recorded_as(entry, Amount::of_micros(100 * Amount::micros_per_major, "EUR")));
    EXPECT_EQ(refusal.fault, Fault::reference_is_taken);
    EXPECT_EQ(refusal.field, "/reference");
    EXPECT_NE(refusal.detail.find(entry.id.to_text()), std::string::npos);
}

TEST(Ledger, the_end_of_a_wallet_leaves_nothing_in_it) {
    TestWallet w;
    w.pay(100);
    w.give(20, 0, {}, GrantKind::paid);
    w.give(30);
    Entry together = must(Result<EntryPosted>(*put_together(w.wallet, w.booking, w.ids))).entry;
    EXPECT_EQ(postings_text(together), "grants -20, available 20");
    apply(w.wallet, customer, EntryPosted{together});
    EXPECT_EQ(w.balances(), "120 0 0 30");
    EXPECT_FALSE(put_together(w.wallet, w.booking, w.ids));
    EXPECT_EQ(postings_text(forfeit(w.wallet, w.booking, shop, w.ids).entry),
              "available -120, breakage 120");
    TestWallet other;
    other.booking.account = shop;
    Wallet owing;
    owing.currency = "USD";
    owing.micros[2] = -50 * Amount::micros_per_major;
    EXPECT_EQ(postings_text(must(hand_over(w.wallet, w.booking, shop, owing, w.ids)).entry),
              "available -120, available 70, receivable 50");
}

TEST(Ledger, a_debt_is_written_off_whole) {
    TestWallet w;
    Entry payment = w.pay(10);
    w.spend(10);
    w.undo(payment);
    w.spend(5, Overdraft::allowed);
    EXPECT_EQ(w.balances(), "-10 0 -5 0");
    Entry entry = w.book(Result<EntryPosted>(write_off(w.wallet, w.booking, shop, w.ids))).entry;
    EXPECT_EQ(postings_text(entry), "available 10, receivable 5, bad_debt -15");
    EXPECT_EQ(w.balances(), "0 0 0 0");
}

TEST(Ledger, what_is_still_to_be_delivered_is_not_reversed) {
    TestWallet w;
    w.pay(100);
    Charge order{EntryKind::charge, "", {}, {{shop, Bucket::deferred_revenue, usd_of(30)}}};
    Entry charged = w.book(charge(w.wallet, w.booking, order, Overdraft::refused, w.ids)).entry;
    Refusal refusal = refusal_of(reverse(w.wallet, w.booking, {customer, charged, ""}, w.ids));
    EXPECT_EQ(refusal.fault, Fault::field_is_invalid);
    EXPECT_EQ(refusal.field, "/entry");
    EXPECT_EQ(refusal.detail,
              "what is still to be delivered is not reversed: change or cancel the subscription");
    EXPECT_EQ(w.balances(), "70 0 0 0");
}

TEST(Ledger, a_reversed_charge_gives_a_used_up_grant_back_under_its_own_terms) {
    TestWallet w;
    w.pay(100);
    Grant grant = w.give(30, 4, day_one + Duration::of_days(9), GrantKind::paid);
    Entry charged = w.spend(50);
    ASSERT_TRUE(w.wallet.grants.empty());
    Entry reversal = w.undo(charged);
    EXPECT_EQ(postings_text(reversal), "grants 30, available 20, revenue -50");
    ASSERT_EQ(w.wallet.grants.size(), 1u);
    EXPECT_EQ(w.wallet.grants[0], grant);
    EXPECT_EQ(w.balances(), "100 0 0 30");
}

TEST(Ledger, a_reversed_charge_adds_to_what_its_grant_still_has) {
    TestWallet w;
    w.give(30);
    Entry first = w.spend(10);
    w.spend(5);
    w.undo(first);
    EXPECT_EQ(w.wallet.grants[0].amount, usd_of(25));
    EXPECT_EQ(w.balances(), "0 0 0 25");
}

TEST(Ledger, a_reversed_charge_that_was_paid_meanwhile_becomes_available) {
    TestWallet w;
    Entry owed = w.spend(40, Overdraft::allowed);
    w.pay(25);
    Entry reversal = w.undo(owed);
    EXPECT_EQ(postings_text(reversal), "available 25, receivable 15, revenue -40");
    EXPECT_EQ(w.balances(), "25 0 0 0");
}

TEST(Ledger, an_account_has_a_limit_of_holds_and_grants) {
    TestWallet w;
    w.pay(100);
    Hold hold = w.hold(1);
    Grant grant_made = w.give(1);
    w.wallet.holds.assign(limits::holds_max, hold);
    w.wallet.grants.assign(limits::grants_max, grant_made);
    EXPECT_EQ(refusal_of(place_hold(w.wallet, w.booking, {usd_of(1), "", {}, {}}, w.ids)).fault,
              Fault::too_many);
    GrantCredit command{customer, GrantKind::paid, usd_of(1), 0, {}, ""};
    EXPECT_EQ(refusal_of(grant(w.wallet, w.booking, command, shop, w.ids)).fault, Fault::too_many);
}

TEST(Ledger, another_account_takes_only_its_own_postings_of_an_entry) {
    TestWallet w;
    Entry entry = w.pay(10);
    Wallet other;
    apply(other, shop, EntryPosted{entry});
    EXPECT_EQ(encode(other), encode(Wallet{}));
    entry.postings = {{customer, Bucket::available, usd_of(-3)},
                      {shop, Bucket::available, usd_of(3)}};
    entry.reverses = EntryId{{5, 5}};
    apply(other, shop, EntryPosted{entry});
    EXPECT_EQ(other.available(), usd_of(3));
    EXPECT_TRUE(other.reversed.empty());
}

TEST(Ledger, an_entry_that_does_not_sum_to_zero_stops_the_process) {
    TestWallet w;
    Entry entry = w.pay(10);
    entry.postings[0].amount = usd_of(11);
    EXPECT_DEATH(apply(w.wallet, customer, EntryPosted{entry}), "sum to zero");
    entry.postings[0].amount = Amount::of_micros(usd_of(10).micros(), "EUR");
    EXPECT_DEATH(check_zero_sum(entry), "sum to zero");
    entry.postings.clear();
    EXPECT_DEATH(check_zero_sum(entry), "has postings");
}

TEST(Ledger, an_entry_of_two_currencies_sums_to_zero_in_each) {
    Entry entry;
    Amount euro = Amount::of_micros(5, "EUR");
    entry.postings = {{customer, Bucket::available, usd_of(1)},
                      {shop, Bucket::rounding, euro},
                      {shop, Bucket::cash_clearing, usd_of(-1)},
                      {shop, Bucket::revenue, -euro}};
    check_zero_sum(entry);
    entry.postings[3].amount = euro;
    EXPECT_DEATH(check_zero_sum(entry), "in each currency");
}

TEST(Ledger, nothing_is_posted_for_nothing) {
    TestWallet w;
    w.pay(10);
    EXPECT_DEATH((void)charge(w.wallet, w.booking, w.order(0), Overdraft::refused, w.ids),
                 "above zero");
    EXPECT_DEATH((void)credit(w.wallet, w.booking, w.order(0), w.ids), "below zero");
    EXPECT_DEATH((void)move(w.booking, w.order(1), w.ids), "sums to zero");
}

TEST(Ledger, a_capture_of_more_than_is_held_cannot_be_applied) {
    TestWallet w;
    w.pay(50);
    Hold hold = w.hold(50);
    HoldCaptured event = must(capture(w.wallet, w.booking, hold.id, w.order(50), w.ids));
    event.left = usd_of(1);
    EXPECT_DEATH(apply(w.wallet, customer, event), "starts from what is held");
}

}  // namespace
}  // namespace rb::ledger
