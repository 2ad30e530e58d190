#include "testing/audit/counter_check.h"

#include <gtest/gtest.h>

#include "domain/metering/entities.h"
#include "domain/metering/usage.h"

namespace rb::testing::audit {
namespace {

using catalog::Aggregation;
using catalog::WindowKind;
using metering::Scope;

const AccountId child{{1, 1}}, parent{{2, 2}};
constexpr Period of_the_day{{0}, {86'400'000'000}};
Instant minute(std::int64_t n) { return {n * 60'000'000}; }

// The auditor beside what the engine's own counting makes of the same events.
struct Beside : ::testing::Test {
    Beside() {
        check.opened(parent, {});
        check.opened(child, parent);
    }
    void open(AccountId account, WindowKind window, Aggregation aggregation, Scope scope) {
        metering::Counter counter;
        counter.meter = Name("m");
        counter.window = window;
        counter.aggregation = aggregation;
        counter.scope = scope;
        counter.span = of_the_day;
        if (window == WindowKind::rolling) counter.rolling = Duration::of_hours(1);
        say(metering::CounterOpened{account, counter});
    }
    template <class E>
    void say(const E& event) {
        check.take(event);
        metering::apply(usage[event.account], event);
    }
    void use(std::int64_t quantity, Instant at, Uuid member = {}, Uuid entity = {},
             Aggregation aggregation = Aggregation::sum) {
        engine::UsageRow row{};
        row.account = child;
        row.meter = Name("m");
        row.aggregation = aggregation;
        row.quantity = quantity;
        row.member = member;
        row.entity = entity;
        row.at = row.occurred_at = at;
        check.take(row);
        metering::Use one{row.meter, aggregation, quantity, member, at, entity};
        metering::count(usage[child], one, Scope::own);
        metering::count(usage[parent], one, Scope::pooled);
        now = std::max(now, at);
    }
    std::string found(AccountId account) {
        return difference(check.accounts().at(account), usage[account], now).value_or("");
    }

    CounterCheck check;
    std::map<AccountId, metering::Usage> usage;
    Instant now;
};

TEST_F(Beside, windows_agree_with_their_rows_and_one_unit_more_is_seen) {
    for (auto window : {WindowKind::day, WindowKind::rolling}) {
        open(child, window, Aggregation::sum, Scope::own);
        open(parent, window, Aggregation::sum, Scope::pooled);
    }
    for (int i = 0; i < 200; ++i) use(i % 7, minute(i));
    EXPECT_EQ(found(child), "");
    EXPECT_EQ(found(parent), "");
    now = minute(230);
    EXPECT_EQ(found(child), "") << "some has left the rolling window";
    for (metering::Counter& counter : usage[parent].counters) {
        std::int64_t& kept = counter.window == WindowKind::rolling
                                 ? counter.steps[static_cast<std::size_t>(counter.step % 60)]
                                 : counter.value;
        ++kept;
        EXPECT_NE(found(parent).find("m: the rows come to "), std::string::npos);
        --kept;
    }
    EXPECT_EQ(found(parent), "");
}

TEST_F(Beside, values_and_members_are_recounted) {
    open(child, WindowKind::subscription, Aggregation::unique, Scope::own);
    for (std::uint64_t i : {1, 2, 1, 3}) use(1, minute(1), {i, i}, {}, Aggregation::unique);
    EXPECT_EQ(found(child), "");
    EXPECT_EQ(usage[child].counters.front().value, 3);
    usage[child].counters.front().value = 4;
    EXPECT_EQ(found(child), "m: the rows come to 3, the engine has 4");
}

TEST_F(Beside, packages_are_drawn_down_again) {
    metering::Draw draw;
    draw.family = Name("F");
    draw.meters = {"m"};
    draw.span = of_the_day;
    draw.included = draw.size = 10;
    say(metering::DrawOpened{child, draw});
    use(8, minute(1));
    say(metering::PacksBought{child, {}, Name("F"), 0, Scope::own, 2, 20});
    use(9, minute(2));
    use(-3, minute(3));
    EXPECT_EQ(found(child), "");
    EXPECT_EQ(usage[child].draws.front().used, 14);
    usage[child].draws.front().used = 13;
    EXPECT_EQ(found(child), "F: the rows come to 14, the engine has 13");
    usage[child].draws.clear();
    EXPECT_EQ(found(child), "the engine has lost packages");
}

TEST_F(Beside, rolling_windows_of_entities_are_recounted) {
    metering::EntityCounter counter;
    counter.meter = Name("m");
    counter.aggregation = Aggregation::sum;
    counter.window = WindowKind::rolling;
    counter.rolling = Duration::of_hours(1);
    counter.span = {{0}, {Instant::us_max}};
    say(metering::EntityCounterOpened{child, counter});
    for (int i = 0; i < 300; ++i) use(1, minute(i), {}, {i % 5 == 0 ? 9u : 8u, 1});
    EXPECT_EQ(found(child), "");
    usage[child].entity_counters.front().tallies.pop_back();
    usage[child].entity_counters.front().index.clear();
    EXPECT_EQ(found(child), "m: the engine has forgotten an entity that used some");
}

TEST_F(Beside, a_window_that_nobody_opened_is_found) {
    use(1, minute(1));
    metering::Counter counter;
    counter.meter = Name("m");
    usage[child].counters.push_back(counter);
    EXPECT_EQ(found(child), "m: the engine counts in a window that was never opened");
}

}  // namespace
}  // namespace rb::testing::audit
