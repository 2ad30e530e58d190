#include "domain/subscriptions/timeline.h"

#include <gtest/gtest.h>

#include "base/codec.h"

namespace rb::subscriptions {
namespace {

using catalog::FeeTiming;
using catalog::Proration;

Instant at(std::string_view text) {
    return Instant::parse(std::string(text) + (text.size() == 10 ? "T00:00:00Z" : "")).value();
}
Amount cents(std::int64_t n) { return Amount::of_micros(n * 10'000, "USD"); }
const Grid grid{10'000, Rounding::half_up, "USD"};
const Period january{at("2025-01-01"), at("2025-02-01")};

Accrual stretch(std::int64_t price, Period span, std::int64_t part, std::int64_t whole,
                FeeTiming timing = FeeTiming::in_advance) {
    Accrual accrual;
    accrual.span = span;
    accrual.price = cents(price);
    accrual.part = part;
    accrual.whole = whole;
    accrual.timing = timing;
    return accrual;
}

TEST(Timeline, bills_the_difference_between_exact_cost_and_what_was_billed) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(1000, {january.start, at("2025-01-08")}, 7, 31),
                        stretch(3100, {at("2025-01-08"), at("2025-01-20")}, 12, 31)};
    bill(account, {cents(2626), cents(0)});
    account.accruals[1].part = 12;
    account.accruals.push_back(stretch(500, {at("2025-01-20"), january.end}, 12, 31));
    rating::Components owed = owed_at(account, at("2025-01-20"), grid);
    EXPECT_EQ(owed.net, cents(1619 - 2626));
    EXPECT_EQ(exact_owed_at(account, at("2025-01-20")).to_text(),
              (Ratio::of(50200, 31) * Ratio(10'000) - Ratio(26'260'000)).to_text());
}

TEST(Timeline, arrears_are_due_when_their_span_is_over) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(1000, january, 1, 1, FeeTiming::in_arrears)};
    EXPECT_EQ(owed_at(account, at("2025-01-31"), grid).net, cents(0));
    EXPECT_EQ(owed_at(account, january.end, grid).net, cents(1000));
}

TEST(Timeline, a_cut_shortens_the_running_stretch_only) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(1000, {january.start, at("2025-01-08")}, 7, 31),
                        stretch(3100, {at("2025-01-08"), january.end}, 24, 31)};
    cut(account, {Proration::day, january, at("2025-01-20T13:00:00Z"), {}});
    ASSERT_EQ(account.accruals.size(), 2U);
    EXPECT_EQ(account.accruals[0].part, 7);
    EXPECT_EQ(account.accruals[1].part, 12);
    EXPECT_EQ(account.accruals[1].span.end, at("2025-01-20T13:00:00Z"));
}

TEST(Timeline, a_cut_where_a_stretch_begins_drops_it) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(1000, {january.start, at("2025-01-08")}, 7, 31),
                        stretch(3100, {at("2025-01-08"), january.end}, 24, 31)};
    cut(account, {Proration::second, january, at("2025-01-08"), {}});
    ASSERT_EQ(account.accruals.size(), 1U);
    EXPECT_EQ(account.accruals[0].span.end, at("2025-01-08"));
}

TEST(Timeline, a_stretch_that_cost_nothing_costs_nothing_when_it_is_cut) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(3100, {at("2025-01-08"), january.end}, 0, 1)};
    cut(account, {Proration::second, january, at("2025-01-20"), {}});
    EXPECT_EQ(owed_at(account, january.end, grid).net, cents(0));
}

TEST(Timeline, a_cut_ends_every_stretch_that_runs_on) {
    PeriodAccount account = empty_account("USD");
    Period december{at("2024-12-01"), january.start};
    account.accruals = {stretch(500, december, 1, 1), stretch(1000, january, 1, 1),
                        stretch(3100, {at("2025-01-08"), january.end}, 0, 1)};
    cut(account, {Proration::day, january, at("2025-01-11"), {}});
    ASSERT_EQ(account.accruals.size(), 3U);
    EXPECT_EQ(account.accruals[0].part, 1);
    EXPECT_EQ(account.accruals[1].part, 10);
    EXPECT_EQ(account.accruals[1].span.end, at("2025-01-11"));
    EXPECT_EQ(account.accruals[2].part, 0);
    EXPECT_EQ(account.accruals[2].span.end, at("2025-01-11"));
    EXPECT_EQ(share_of(account, january), Ratio::of(10, 31));
}

TEST(Timeline, folding_joins_what_differs_in_its_span_only) {
    PeriodAccount account = empty_account("USD");
    Period december{at("2024-12-01"), january.start};
    auto days = [](int from, int to, std::int64_t price) {
        auto day = [](int n) { return january.start + Duration::of_days(n - 1); };
        return stretch(price, {day(from), day(to)}, to - from, 31);
    };
    account.accruals = {stretch(1000, december, 31, 31),
                        days(1, 3, 1000),
                        days(3, 4, 500),
                        days(4, 9, 1000),
                        days(9, 9, 700),
                        days(9, 12, 500),
                        days(12, 32, 1000)};
    account.accruals[5].timing = FeeTiming::in_arrears;
    rating::Components before = owed_at(account, january.end, grid);
    fold(account, january, at("2025-01-12"));
    ASSERT_EQ(account.accruals.size(), 5U);
    EXPECT_EQ(account.accruals[0].span, december);
    EXPECT_EQ(account.accruals[1].part, 7);
    EXPECT_EQ(account.accruals[1].span, (Period{january.start, at("2025-01-09")}));
    EXPECT_EQ(account.accruals[2], days(3, 4, 500));
    EXPECT_EQ(account.accruals[4], days(12, 32, 1000));  // runs on
    EXPECT_EQ(owed_at(account, january.end, grid), before);
}

TEST(Timeline, folding_keeps_where_the_period_begins) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(10, january, 0, 1),
                        stretch(20, {at("2025-01-08"), january.end}, 0, 1)};
    fold(account, january, at("2025-01-09"));
    ASSERT_EQ(account.accruals.size(), 1U);
    EXPECT_EQ(account.accruals[0].span, january);
}

TEST(Timeline, clearing_a_period_keeps_what_is_owed_from_before) {
    PeriodAccount account = empty_account("USD");
    Period december{at("2024-12-01"), january.start};
    account.accruals = {stretch(1000, december, 1, 1), stretch(1000, january, 1, 1)};
    clear_period(account, january);
    ASSERT_EQ(account.accruals.size(), 1U);
    EXPECT_EQ(account.accruals[0].span, december);
}

TEST(Timeline, another_currency_begins_a_new_count) {
    PeriodAccount account = empty_account("USD");
    account.accruals = {stretch(1000, january, 1, 1)};
    EXPECT_EQ(in_currency(account, "USD").accruals.size(), 1U);
    EXPECT_TRUE(in_currency(account, "EUR").accruals.empty());
    EXPECT_EQ(in_currency(account, "EUR").net_billed.currency(), Currency("EUR"));
}

TEST(Timeline, periods_follow_without_gap_when_the_zone_changes) {
    Zone berlin = Zone::find("Europe/Berlin").value();
    Zone auckland = Zone::find("Pacific/Auckland").value();
    Zone new_york = Zone::find("America/New_York").value();
    Anchor anchor = Anchor::at(AnchorKind::calendar, {}, at("2026-01-10"), berlin);
    Period first = anchor.containing(at("2026-01-10"), berlin);
    for (Zone zone : {berlin, auckland, new_york}) {
        Period next = following(anchor, first, zone);
        EXPECT_EQ(next.start, first.end);
        EXPECT_GT(next.length(), Duration::of_days(27));
        EXPECT_LT(next.length(), Duration::of_days(32));
        EXPECT_EQ(zone.to_civil(next.end), (CivilTime{{2026, 3, 1}, 0}));
    }
}

TEST(Timeline, a_trial_ends_at_the_same_time_of_day) {
    Zone zone = Zone::find("America/New_York").value();
    // 23:30 on 1 March; thirty days later the clocks have changed, and it is 31 March, 23:30.
    Instant end = trial_end_of(at("2017-03-02T04:30:00Z"), 30, zone);
    EXPECT_EQ(end, at("2017-04-01T03:30:00Z"));
    EXPECT_EQ(zone.date_of(end), (CivilDate{2017, 3, 31}));
}

// --- state
// ------------------------------------------------------------------------------------------

Subscription named(std::uint64_t n, std::string family = "F") {
    Subscription s;
    s.id = {{n, n}};
    s.family = std::move(family);
    s.account = empty_account("USD");
    return s;
}

TEST(Subscriptions, an_event_puts_the_subscription_in_place) {
    Subscriptions all;
    apply(all, SubscriptionStarted{{}, named(1), {}, true});
    apply(all, SubscriptionStarted{{}, named(2, "G"), {}, false});
    Subscription changed = named(1);
    changed.quantity = 7;
    apply(all, PlanChanged{{}, {}, changed, {}});
    ASSERT_EQ(all.items.size(), 2U);
    EXPECT_EQ(all.find(changed.id)->quantity, 7);
    EXPECT_EQ(all.find({{9, 9}}), nullptr);
    EXPECT_EQ(all.trials_used, std::vector<std::string>{"F"});
    apply(all, ReservationShort{{}, changed.id, cents(1)});
    EXPECT_EQ(all.items.size(), 2U);
}

TEST(Subscriptions, the_base_of_a_family_is_live_and_no_add_on) {
    Subscriptions all;
    Subscription add_on = named(1);
    add_on.kind = catalog::PlanKind::add_on;
    apply(all, SubscriptionStarted{{}, add_on, {}, false});
    EXPECT_EQ(all.base_of("F"), nullptr);
    Subscription base = named(2);
    base.kind = catalog::PlanKind::hidden;
    apply(all, SubscriptionStarted{{}, base, {}, false});
    ASSERT_NE(all.base_of("F"), nullptr);
    EXPECT_EQ(all.base_of("F")->id, base.id);
    base.status = Status::ended;
    apply(all, SubscriptionEnded{{}, base, {}});
    EXPECT_EQ(all.base_of("F"), nullptr);
}

TEST(Subscriptions, accrued_lines_wait_in_their_order) {
    Subscriptions all;
    Line first;
    first.net = cents(1);
    Line second;
    second.net = cents(2);
    apply(all, LinesAccrued{{}, {{{}, {}, first}, {{}, {}, second}}});
    ASSERT_EQ(all.accrued.size(), 2U);
    EXPECT_EQ(all.accrued[1].line.net, cents(2));
}

TEST(Subscriptions, read_back_what_was_written) {
    Subscription s = named(3);
    s.account.accruals = {stretch(1000, january, 1, 3, FeeTiming::in_arrears)};
    s.account.deferred = cents(5);
    s.reservation = Reservation{{{4, 4}}, {},          2,
                                cents(7), cents(1),    january.end,
                                cents(8), Decimal(20), catalog::TaxMode::inclusive};
    s.reserve_next = catalog::ReserveNext::always;
    Subscription back;
    ASSERT_TRUE(decode(encode(s), back));
    EXPECT_EQ(back.account, s.account);
    EXPECT_EQ(back.reservation, s.reservation);
    EXPECT_EQ(back.reserve_next, s.reserve_next);
    EXPECT_EQ(encode(back), encode(s));
}

}  // namespace
}  // namespace rb::subscriptions
