#include "api/common/rsa_maker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

namespace rb::api {
namespace {

AccountId tree(std::uint64_t number) { return AccountId{{3, number}}; }

TEST(RsaMaker, a_tree_waits_for_so_many_and_leaves_room_for_others) {
    std::promise<void> hold;
    auto held = hold.get_future().share();
    std::promise<void> begun;
    std::promise<std::string> last;
    std::atomic<int> made = 0;
    RsaMaker maker({2, 3});
    auto wait = [&](RsaKey&&) { held.wait(), ++made; };
    EXPECT_TRUE(maker.make(tree(1), [&](RsaKey&&) { begun.set_value(), held.wait(), ++made; }));
    begun.get_future().wait();
    EXPECT_TRUE(maker.make(tree(1), wait));
    EXPECT_TRUE(maker.make(tree(1), wait));
    auto third = maker.make(tree(1), wait);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().fault, Fault::tree_is_full);
    EXPECT_TRUE(maker.make(tree(2), [&](RsaKey&& key) {
        ++made;
        last.set_value(std::move(key.public_pem));
    }));
    auto fourth = maker.make(tree(3), wait);
    ASSERT_FALSE(fourth);
    EXPECT_EQ(fourth.error().fault, Fault::engine_is_overloaded);
    hold.set_value();
    EXPECT_TRUE(is_rsa_public_key(last.get_future().get()));
    EXPECT_GE(made, 2) << "trees take turns";
}

TEST(RsaMaker, what_waits_at_the_end_is_not_made) {
    std::atomic<int> made = 0;
    {
        RsaMaker maker;
        for (int i = 0; i < 4; ++i) EXPECT_TRUE(maker.make(tree(1), [&](RsaKey&&) { ++made; }));
    }
    EXPECT_LE(made, 1);
}

}  // namespace
}  // namespace rb::api
