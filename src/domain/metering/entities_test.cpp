#include "domain/metering/entities.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "base/limits.h"

namespace rb::metering {
namespace {

using catalog::Aggregation;
using catalog::WindowKind;

constexpr AccountId account_id{{1, 1}};
constexpr Period of_the_day{{0}, {86'400'000'000}};

Uuid entity(std::uint64_t n) { return {n, n + 1}; }
Instant minute(std::int64_t n) { return {n * 60'000'000}; }

struct EntitiesTest : ::testing::Test {
    void open(WindowKind window, Period span, Aggregation aggregation = Aggregation::sum) {
        EntityCounter counter;
        counter.meter = Name("m");
        counter.aggregation = aggregation;
        counter.window = window;
        counter.span = span;
        if (window == WindowKind::rolling) counter.rolling = Duration::of_hours(1);
        apply(usage, EntityCounterOpened{account_id, counter});
    }
    Use use(std::uint64_t n, std::int64_t quantity, Instant at = {}) {
        return {Name("m"), usage.entity_counters.back().aggregation, quantity, {}, at, entity(n)};
    }
    void count(std::uint64_t n, std::int64_t quantity, Instant at = {}) {
        metering::count(usage, use(n, quantity, at), Scope::own);
    }
    std::int64_t value(std::uint64_t n, Instant at = {}) {
        return entity_value_at(usage.entity_counters.back(), entity(n), at);
    }
    void reserve(std::uint64_t n, std::uint64_t id, std::int64_t quantity) {
        ReservationMade made{account_id, {}};
        made.reservation.id = {id, id};
        made.reservation.meter = Name("m");
        made.reservation.quantity = quantity;
        made.reservation.entity = entity(n);
        apply(usage, made, account_id);
    }
    void end(std::uint64_t id) {
        ReservedUse ended = *find_reservation(usage, {id, id});
        apply(usage, ReservationEnded{account_id, {id, id}, Ending::released}, ended, account_id);
    }
    Usage usage;
};

TEST_F(EntitiesTest, each_entity_counts_for_itself_and_unnamed_uses_for_none) {
    open(WindowKind::day, of_the_day);
    count(1, 3);
    count(2, 4);
    count(1, 2);
    metering::count(usage, {Name("m"), Aggregation::sum, 9, {}, {}}, Scope::own);
    metering::count(usage, {Name("other"), Aggregation::sum, 9, {}, {}, entity(1)}, Scope::own);
    metering::count(usage, use(1, 9), Scope::pooled);
    EXPECT_EQ(value(1), 5);
    EXPECT_EQ(value(2), 4);
    EXPECT_EQ(value(3), 0);
    EXPECT_EQ(entity_value_after(usage.entity_counters[0], use(3, 7)), 7);
    EXPECT_EQ(usage.entity_counters[0].tallies.size(), 2u);
}

TEST_F(EntitiesTest, the_largest_and_the_newest_value_are_kept_for_each) {
    open(WindowKind::day, of_the_day, Aggregation::max);
    count(1, 3);
    count(1, 2);
    EXPECT_EQ(value(1), 3);
    EXPECT_EQ(entity_value_after(usage.entity_counters[0], use(1, 2)), 3);
    usage = {};
    open(WindowKind::day, of_the_day, Aggregation::latest);
    count(1, 3, minute(5));
    count(1, 2, minute(4));
    EXPECT_EQ(value(1), 3);
    EXPECT_EQ(entity_value_after(usage.entity_counters[0], use(1, 2, minute(4))), 3);
    EXPECT_EQ(entity_value_after(usage.entity_counters[0], use(1, 2, minute(5))), 2);
}

TEST_F(EntitiesTest, a_new_window_drops_those_of_the_one_before) {
    open(WindowKind::day, of_the_day);
    count(1, 3);
    open(WindowKind::lifetime, {{0}, {Instant::us_max}});
    count(1, 4);
    Instant next{2 * of_the_day.end.us};
    open(WindowKind::day, {of_the_day.end, next});
    EXPECT_EQ(usage.entity_counters.size(), 2u);
    EXPECT_EQ(value(1), 0);
    count(1, 5, of_the_day.end);
    EXPECT_EQ(value(1), 5);
    EXPECT_EQ(entity_value_at(usage.entity_counters[0], entity(1), {}), 9);
}

TEST_F(EntitiesTest, a_rolling_window_forgets_entities_that_have_left_it) {
    open(WindowKind::rolling, {{0}, {Instant::us_max}});
    count(1, 3, minute(100));
    count(2, 4, minute(130));
    EXPECT_EQ(value(1, minute(159)), 3);
    EXPECT_EQ(value(1, minute(160)), 0);
    // The sweep comes once a window, with a use.
    count(3, 1, minute(160));
    const EntityCounter& counter = usage.entity_counters[0];
    EXPECT_EQ(counter.tallies.size(), 2u);
    EXPECT_EQ(value(1, minute(160)), 0);
    EXPECT_EQ(value(2, minute(160)), 4);
    count(1, 2, minute(161));
    EXPECT_EQ(value(1, minute(161)), 2);
}

TEST_F(EntitiesTest, a_window_holds_so_many_entities_and_no_more) {
    open(WindowKind::rolling, {{0}, {Instant::us_max}});
    for (std::uint64_t n = 0; n < limits::entities_max; ++n) count(n, 1, minute(100));
    const EntityCounter& counter = usage.entity_counters[0];
    EXPECT_TRUE(has_room(counter, use(7, 1, minute(101))));
    EXPECT_FALSE(has_room(counter, use(limits::entities_max, 1, minute(101))));
    // By then all of them will have left.
    EXPECT_TRUE(has_room(counter, use(limits::entities_max, 1, minute(160))));
    count(limits::entities_max, 1, minute(160));
    EXPECT_EQ(counter.tallies.size(), 1u);
}

TEST_F(EntitiesTest, what_is_held_for_an_entity_comes_back_to_it) {
    for (std::uint64_t n = 1; n <= 3; ++n) reserve(n, n, static_cast<std::int64_t>(10 * n));
    reserve(1, 4, 5);
    EXPECT_EQ(entity_held(usage, Name("m"), entity(1)), 15);
    EXPECT_EQ(held(usage, Name("m"), Scope::own), 65);
    end(1);
    EXPECT_EQ(entity_held(usage, Name("m"), entity(1)), 5);
    end(4);
    EXPECT_EQ(entity_held(usage, Name("m"), entity(1)), 0);
    EXPECT_EQ(entity_held(usage, Name("m"), entity(2)), 20);
    EXPECT_EQ(entity_held(usage, Name("m"), entity(3)), 30);
    end(3);
    end(2);
    EXPECT_TRUE(usage.held.empty());
}

TEST_F(EntitiesTest, what_is_read_back_counts_on) {
    open(WindowKind::rolling, {{0}, {Instant::us_max}});
    count(1, 3, minute(100));
    reserve(1, 1, 8);
    Usage back;
    ASSERT_TRUE(decode(encode(usage), back));
    EXPECT_EQ(encode(back), encode(usage));
    usage = back;
    count(1, 4, minute(101));
    EXPECT_EQ(value(1, minute(101)), 7);
    EXPECT_EQ(entity_held(usage, Name("m"), entity(1)), 8);
    EXPECT_EQ(usage.entity_counters[0].tallies.size(), 1u);
}

TEST(Spent, one_span_of_the_account_counts_and_each_cycle_of_its_payer) {
    Usage usage;
    constexpr Period first{{0}, {100}};
    constexpr Period second{{100}, {200}};
    constexpr Period across{{50}, {150}};
    auto spend = [&](SpendLimit against, const Period& span, std::int64_t micros) {
        apply(usage, MoneySpent{account_id, against, span, Amount::of_micros(micros, "USD")});
    };
    spend(SpendLimit::account, first, 3);
    spend(SpendLimit::account, first, 4);
    spend(SpendLimit::payer, first, 5);
    spend(SpendLimit::payer, across, 6);
    EXPECT_EQ(spent_micros(usage, SpendLimit::account, first), 7);
    EXPECT_EQ(spent_micros(usage, SpendLimit::payer, first), 5);
    EXPECT_EQ(spent_micros(usage, SpendLimit::payer, across), 6);
    EXPECT_EQ(spent_micros(usage, SpendLimit::payer, second), 0);
    spend(SpendLimit::account, across, 1);
    EXPECT_EQ(spent_micros(usage, SpendLimit::account, first), 0);
    spend(SpendLimit::payer, second, 2);
    EXPECT_EQ(spent_micros(usage, SpendLimit::payer, first), 0);
    EXPECT_EQ(spent_micros(usage, SpendLimit::payer, across), 6);
    forget_spent(usage);
    EXPECT_EQ(usage.spent.size(), 2u);
}

}  // namespace
}  // namespace rb::metering
