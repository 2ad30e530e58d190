#include "engine/fair_tasks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "engine/fair_worker.h"

namespace rb::engine {
namespace {

AccountId tree(std::uint64_t n) { return AccountId{{7, n}}; }

TEST(FairTasks, a_tree_with_many_is_one_of_a_round) {
    FairTasks<int> tasks("reads", 100, 1'000);
    for (int i = 0; i < 50; ++i) tasks.push(tree(1), 100 + i);
    tasks.push(tree(2), 200);
    tasks.push(tree(3), 300);
    tasks.push(tree(3), 301);
    EXPECT_EQ(tasks.take_round(), (std::vector{100, 200, 300}));
    tasks.push(tree(2), 201);
    EXPECT_EQ(tasks.take_round(), (std::vector{101, 301, 201})) << "in the order of their coming";
    EXPECT_EQ(tasks.take_round(), (std::vector{102}));
    EXPECT_EQ(tasks.size(), 47u);
}

TEST(FairTasks, each_tree_has_a_bound_and_all_have_one_together) {
    FairTasks<int> tasks("reads", 2, 4);
    for (int i = 0; i < 2; ++i) tasks.push(tree(1), i);
    ASSERT_FALSE(tasks.has_room(tree(1)));
    EXPECT_EQ(tasks.has_room(tree(1)).error().fault, Fault::tree_is_full);
    EXPECT_TRUE(tasks.has_room(tree(2)));
    for (int i = 0; i < 2; ++i) tasks.push(AccountId{}, i);
    EXPECT_EQ(tasks.has_room(tree(2)).error().fault, Fault::engine_is_overloaded);
    tasks.take_round();
    EXPECT_TRUE(tasks.has_room(AccountId{})) << "the platform has the bound of all alone";
}

TEST(FairWorker, a_tree_that_asks_much_delays_another_by_one_of_its_reads) {
    FairWorker worker("reads", 1'000, 1'000);
    worker.start();
    std::promise<void> hold;
    auto held = hold.get_future().share();
    std::vector<int> ran;
    worker.run(tree(1), [&] { held.wait(); });
    for (int i = 0; i < 100; ++i) worker.run(tree(1), [&] { ran.push_back(1); });
    worker.run(tree(2), [&] { ran.push_back(2); });
    hold.set_value();
    worker.stop(FairWorker::Waiting::is_run);
    ASSERT_EQ(ran.size(), 101u) << "what waits is run first";
    EXPECT_LE(std::ranges::find(ran, 2) - ran.begin(), 1);
}

}  // namespace
}  // namespace rb::engine
