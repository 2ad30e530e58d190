#include "base/tally.h"

#include <gtest/gtest.h>

#include <thread>

namespace rb {
namespace {

struct Fruit {
    Counter apples, pears;
};

TEST(Tally, what_all_threads_count_adds_up_and_stays) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([] {
            for (int i = 0; i < 1000; ++i) Tally<Fruit>::here().apples.add();
            Tally<Fruit>::here().pears.add(5);
        });
    for (std::thread& thread : threads) thread.join();
    std::uint64_t apples = 0, pears = 0, counted = 0;
    Tally<Fruit>::each([&](const Fruit& fruit) {
        apples += fruit.apples.value();
        pears += fruit.pears.value();
        ++counted;
    });
    EXPECT_EQ(apples, 4000u);
    EXPECT_EQ(pears, 20u);
    EXPECT_EQ(counted, 4u);
}

}  // namespace
}  // namespace rb
