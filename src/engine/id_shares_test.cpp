#include "engine/id_shares.h"

#include <gtest/gtest.h>

namespace rb::engine {
namespace {

AccountId tree(std::uint64_t n) { return AccountId{{n, n}}; }

TEST(IdShares, few_ids_are_counted_one_by_one_and_leave_with_their_day) {
    IdShares shares(65'536);
    for (int i = 0; i < 5; ++i) shares.add(tree(1), 10);
    for (int i = 0; i < 3; ++i) shares.add(tree(1), 11);
    shares.add(tree(2), 11);
    EXPECT_EQ(shares.held(tree(1)), 8u);
    EXPECT_EQ(shares.held(tree(2)), 1u);
    shares.drop_before(11);
    EXPECT_EQ(shares.held(tree(1)), 3u);
    shares.drop_before(12);
    EXPECT_EQ(shares.held(tree(1)), 0u);
    EXPECT_TRUE(shares.all().empty());
}

// One id of about 3,052 is looked at. Of a million, a tree with nine of ten has 900,000 give or
// take a few samples; the numbers that are kept are far fewer than the trees.
TEST(IdShares, many_ids_are_known_by_a_sample) {
    IdShares shares(200'000'000);
    for (std::uint64_t i = 0; i < 1'000'000; ++i)
        shares.add(i % 10 == 0 ? tree(1'000 + i) : tree(1), static_cast<std::int64_t>(i / 500'000));
    EXPECT_NEAR(static_cast<double>(shares.held(tree(1))), 900'000, 100'000);
    EXPECT_LT(shares.all().size(), 400u);
}

TEST(IdShares, a_snapshot_brings_them_back) {
    IdShares shares(100);
    for (int i = 0; i < 7; ++i) shares.add(tree(static_cast<std::uint64_t>(i % 2)), i);
    IdShares other(100);
    other.restore(shares.all());
    EXPECT_EQ(other.held(tree(0)), 4u);
    EXPECT_EQ(other.held(tree(1)), 3u);
    other.drop_before(5);
    EXPECT_EQ(other.held(tree(0)), 1u);
}

}  // namespace
}  // namespace rb::engine
