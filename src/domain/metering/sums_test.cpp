// The ends of the range of sums: nothing turns over, whatever is counted there.
#include "domain/metering/sums.h"

#include <gtest/gtest.h>

#include "domain/metering/entities.h"
#include "domain/metering/usage.h"

namespace rb::metering {
namespace {

using catalog::Aggregation;
using catalog::WindowKind;

constexpr std::int64_t most = limits::quantity_sum_max;
constexpr std::int64_t largest = limits::quantity_max;
constexpr AccountId account{{1, 1}};
constexpr Instant now{1'800'000'000'000'000};
const Name meter{"m"};

Use use_of(std::int64_t quantity, Instant at = now) {
    return {meter, Aggregation::sum, quantity, {}, at};
}

Counter counter(WindowKind window, Scope scope = Scope::own) {
    Counter c;
    c.meter = meter;
    c.aggregation = Aggregation::sum;
    c.window = window;
    c.scope = scope;
    c.span = {{0}, {Instant::us_max}};
    if (window == WindowKind::rolling) c.rolling = Duration::of_hours(1);
    return c;
}

TEST(Sums, stay_within_64_bits_and_say_when_they_leave_their_range) {
    EXPECT_EQ(plus(INT64_MAX, 1), INT64_MAX);
    EXPECT_EQ(plus(INT64_MIN, -1), INT64_MIN);
    EXPECT_EQ(plus_within_range(most, largest), most);
    EXPECT_EQ(plus_within_range(-most, -largest), -most);
    EXPECT_EQ(plus_within_range(INT64_MIN, INT64_MIN), -most);
    EXPECT_TRUE(leaves_range(most, most + 1));
    EXPECT_FALSE(leaves_range(most, most));
    EXPECT_FALSE(leaves_range(INT64_MAX, INT64_MAX - largest));  // from before: it comes back
    EXPECT_TRUE(leaves_range(-most, -most - 1));
    // Two sums and a quantity are a number still.
    EXPECT_LT(int128{most} + most + largest, int128{INT64_MAX});
}

TEST(Sums, a_counter_that_no_plan_asks_about_stays_at_the_end) {
    for (WindowKind window : {WindowKind::month, WindowKind::rolling, WindowKind::lifetime}) {
        Usage usage;
        apply(usage, CounterOpened{account, counter(window)});
        apply(usage, CounterOpened{account, counter(window, Scope::pooled)});
        std::int64_t before = 0;
        for (int i = 0; i < 9'300; ++i) {
            count(usage, use_of(largest), Scope::own);
            std::int64_t value = value_at(usage.counters.front(), now);
            ASSERT_GE(value, before);
            before = value;
        }
        EXPECT_EQ(before, most);
        EXPECT_EQ(value_at(usage.counters.back(), now), most);
        EXPECT_GT(value_after(usage.counters.front(), use_of(largest)), most);
        for (int i = 0; i < 9'300; ++i) count(usage, use_of(-largest), Scope::own);
        EXPECT_EQ(value_at(usage.counters.front(), now), -most);
    }
}

TEST(Sums, steps_of_a_rolling_window_add_up_within_the_range) {
    Usage usage;
    apply(usage, CounterOpened{account, counter(WindowKind::rolling)});
    Counter& c = usage.counters.front();
    c.step = step_of(c.rolling, now);
    c.steps.assign(rolling_steps, most);
    EXPECT_EQ(value_at(c, now), most);
    c.steps.assign(rolling_steps, -most);
    EXPECT_EQ(value_at(c, now), -most);
}

TEST(Sums, of_an_entity_and_of_a_package_stay_at_the_end) {
    Usage usage;
    EntityCounter entities;
    entities.meter = meter;
    entities.aggregation = Aggregation::sum;
    entities.window = WindowKind::month;
    entities.span = {{0}, {Instant::us_max}};
    apply(usage, EntityCounterOpened{account, entities});
    Draw draw;
    draw.meters = Names(std::vector<Name>{meter});
    draw.span = entities.span;
    draw.size = 10;
    apply(usage, DrawOpened{account, draw});
    Use one = use_of(largest);
    one.entity = {7, 7};
    for (int i = 0; i < 9'300; ++i) count(usage, one, Scope::own);
    EXPECT_EQ(entity_value_at(usage.entity_counters.front(), one.entity, now), most);
    EXPECT_EQ(usage.draws.front().used, most);
    for (int i = 0; i < 9'300; ++i) apply(usage, PacksBought{account, {}, {}, 0, {}, 1, largest});
    EXPECT_EQ(usage.draws.front().size, most);
    EXPECT_EQ(usage.draws.front().left(), 0);
}

TEST(Sums, what_is_held_is_asked_before_it_is_held) {
    Usage usage;
    EXPECT_TRUE(check_held(usage, meter, largest));
    Held held;
    held.meter = meter;
    held.own = most / 2;
    held.below = most / 2 - largest;
    usage.held.push_back(held);
    EXPECT_TRUE(check_held(usage, meter, largest));
    EXPECT_TRUE(check_held(usage, Name("other"), largest));
    auto refused = check_held(usage, meter, largest + 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::quantity_exceeds_limit);
    EXPECT_EQ(refused.error().field, "/quantity");
}

TEST(Sums, what_was_spent_in_another_currency_is_not_added) {
    Usage usage;
    Period span{{0}, {Instant::us_max}};
    apply(usage, MoneySpent{account, SpendLimit::payer, span, Amount::of_micros(5, "USD")});
    apply(usage, MoneySpent{account, SpendLimit::payer, span, Amount::of_micros(7, "EUR")});
    EXPECT_EQ(spent_micros(usage, SpendLimit::payer, span), 7);
}

}  // namespace
}  // namespace rb::metering
