// The rate of a tree: a second's worth at once, then one after the other.
#include "api/common/rate.h"

#include <gtest/gtest.h>

namespace rb::api {
namespace {

using Verdict = RateAnswer::Verdict;
constexpr std::int64_t second = 1'000'000'000;

TEST(Rate, a_seconds_worth_may_come_at_once_and_no_more) {
    for (const std::int64_t rate : {1, 2, 3, 7, 100, 999, 1'000'000}) {
        std::int64_t state = 0;
        for (std::int64_t i = 0; i < rate; ++i) {
            const auto answer = take(state, {rate}, 5 * second);
            ASSERT_EQ(answer.verdict, Verdict::taken) << rate << " at " << i;
            ASSERT_EQ(answer.remaining, rate - 1 - i) << rate;
            ASSERT_EQ(answer.reset_seconds, 1);
        }
        const auto refused = take(state, {rate}, 5 * second);
        EXPECT_EQ(refused.verdict, Verdict::refused) << rate;
        EXPECT_EQ(refused.remaining, 0);
        EXPECT_EQ(refused.reset_seconds, 1);
    }
}

TEST(Rate, after_that_one_comes_each_part_of_a_second_and_refusals_cost_nothing) {
    std::int64_t state = 0;
    for (int i = 0; i < 10; ++i) take(state, {10}, 0);
    EXPECT_EQ(take(state, {10}, second / 10 - 1).verdict, Verdict::refused);
    EXPECT_EQ(take(state, {10}, second / 10).verdict, Verdict::taken);
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(take(state, {10}, second / 10 + i).verdict, Verdict::refused);
    EXPECT_EQ(take(state, {10}, 2 * second / 10).verdict, Verdict::taken);
}

TEST(Rate, in_a_long_time_it_takes_the_rate_and_the_first_second_more) {
    std::int64_t state = 0, taken = 0;
    for (std::int64_t now = 0; now < 60 * second; now += second / 1000)
        if (take(state, {50}, now).verdict == Verdict::taken) ++taken;
    EXPECT_EQ(taken, 60 * 50 + 50 - 1);
}

TEST(Rate, a_tree_that_was_quiet_has_the_whole_rate_again) {
    std::int64_t state = 0;
    for (int i = 0; i < 5; ++i) take(state, {5}, 0);
    EXPECT_EQ(take(state, {5}, second).remaining, 4);
}

// What was asked for under a rate is at most a second ahead, whatever comes next.
TEST(Rate, another_rate_waits_for_the_old_one_a_second_at_most) {
    for (const std::int64_t before : {1, 2, 1'000, 1'000'000})
        for (const std::int64_t after : {1, 3, 1'000'000}) {
            std::int64_t state = 0;
            while (take(state, {before}, 0).verdict == Verdict::taken) {
            }
            EXPECT_EQ(take(state, {after}, second).verdict, Verdict::taken)
                << before << " to " << after;
        }
}

// A batch of 10,000 costs 1 + 1,000 units: at 100 a second the next one comes after nine seconds
// and the last of the second that may come at once.
TEST(Rate, what_a_request_cost_beyond_one_is_earned_before_the_next) {
    EXPECT_EQ((Cost{9, 16 * 1024 - 1}.units_beyond_one()), 0);
    EXPECT_EQ((Cost{10'000, 160 * 1024}.units_beyond_one()), 1'010);
    std::int64_t state = 0;
    EXPECT_EQ(take(state, {100}, 0).verdict, Verdict::taken);
    const auto owed = owe(state, {100}, 1'000, 0);
    EXPECT_EQ(owed.verdict, Verdict::taken);
    EXPECT_EQ(owed.remaining, 0);
    EXPECT_EQ(owed.reset_seconds, 11);
    const auto refused = take(state, {100}, 0);
    EXPECT_EQ(refused.verdict, Verdict::refused);
    EXPECT_EQ(refused.reset_seconds, 10);
    EXPECT_EQ(take(state, {100}, 9 * second).verdict, Verdict::refused);
    EXPECT_EQ(take(state, {100}, 9 * second + second / 50).verdict, Verdict::taken);
}

TEST(RateMeters, nothing_is_owed_under_a_new_rate) {
    RateMeters meters;
    const AccountId tree{{1, 1}};
    meters.take(tree, {10}, second);
    meters.take(tree, {20}, second);
    meters.owe(tree, {10}, 1'000'000, second);
    EXPECT_EQ(meters.take(tree, {20}, second).remaining, 18);
    meters.owe(tree, {20}, 18, second);
    EXPECT_EQ(meters.take(tree, {20}, second).verdict, Verdict::refused);
}

TEST(RateMeters, a_rate_that_has_changed_is_there_as_a_whole) {
    RateMeters meters;
    const AccountId tree{{1, 1}};
    const auto taken_at_once = [&](Rate rate, std::int64_t now) {
        std::int64_t count = 0;
        while (meters.take(tree, rate, now).verdict == Verdict::taken) ++count;
        return count;
    };
    EXPECT_EQ(taken_at_once({1}, second), 1);
    EXPECT_EQ(taken_at_once({100}, second), 100) << "faster";
    EXPECT_EQ(taken_at_once({100}, second), 0) << "the same again";
    EXPECT_EQ(taken_at_once({5}, second), 5) << "slower";
    EXPECT_EQ(meters.take(tree, {5}, second).reset_seconds, 1);
    EXPECT_EQ(taken_at_once({5}, 2 * second), 5);
    EXPECT_EQ(meters.size(), 1u);
}

TEST(RateMeters, keeps_trees_apart_and_forgets_those_that_are_quiet) {
    RateMeters meters;
    const auto tree = [](std::uint64_t number) { return AccountId{{1, number}}; };
    EXPECT_EQ(meters.take(tree(1), {1}, second).verdict, Verdict::taken);
    EXPECT_EQ(meters.take(tree(1), {1}, second).verdict, Verdict::refused);
    EXPECT_EQ(meters.take(tree(2), {1}, second).verdict, Verdict::taken);
    for (std::uint64_t i = 0; i < 200'000; ++i)
        meters.take(tree(i), {1'000}, second + static_cast<std::int64_t>(i) * 1'000'000);
    EXPECT_LT(meters.size(), 20'000u);
    EXPECT_EQ(meters.take(tree(1), {1}, 300 * second).verdict, Verdict::taken);
}

}  // namespace
}  // namespace rb::api
