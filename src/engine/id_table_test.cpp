#include "engine/id_table.h"

#include <gtest/gtest.h>

#include <map>

namespace rb::engine {
namespace {

AccountId id(std::uint64_t n) { return AccountId{{n, 7 * n + 1}}; }

TEST(IdTable, what_was_put_is_found_and_nothing_else) {
    IdTable<int> table;
    EXPECT_EQ(table.find(id(1)), nullptr);
    EXPECT_FALSE(table.contains(id(1)));
    std::map<AccountId, int> expected;
    for (std::uint64_t n = 1; n <= 20'000; ++n) {
        auto [value, is_new] = table.try_emplace(id(n));
        ASSERT_TRUE(is_new);
        *value = static_cast<int>(n);
        expected[id(n)] = static_cast<int>(n);
    }
    EXPECT_EQ(table.size(), expected.size());
    for (std::uint64_t n = 1; n <= 40'000; ++n) {
        const int* found = std::as_const(table).find(id(n));
        ASSERT_EQ(found != nullptr, n <= 20'000) << n;
        if (found != nullptr) {
            ASSERT_EQ(*found, static_cast<int>(n));
        }
        table.bring_near(id(n));
    }
    std::map<AccountId, int> seen;
    for (const auto& [key, value] : std::as_const(table)) seen[key] = value;
    EXPECT_EQ(seen, expected);
}

TEST(IdTable, an_id_that_is_there_keeps_its_value) {
    IdTable<int> table;
    *table.try_emplace(id(5)).first = 5;
    auto [value, is_new] = table.try_emplace(id(5));
    EXPECT_FALSE(is_new);
    EXPECT_EQ(*value, 5);
    table.at(id(5)) = 6;
    EXPECT_EQ(*table.find(id(5)), 6);
    EXPECT_EQ(table.size(), 1u);
}

TEST(IdTable, room_that_was_asked_for_keeps_values_in_their_places) {
    IdTable<int> table;
    table.reserve(1000);
    int* first = table.try_emplace(id(1)).first;
    for (std::uint64_t n = 2; n <= 1000; ++n) table.try_emplace(id(n));
    EXPECT_EQ(table.find(id(1)), first);
}

TEST(IdTable, an_empty_one_has_nothing_to_go_through) {
    IdTable<int> table;
    for (const auto& entry : table) FAIL() << entry.value;
    EXPECT_EQ(table.size(), 0u);
}

TEST(IdTableDeathTest, the_nil_id_is_nobodys) {
    IdTable<int> table;
    EXPECT_DEATH(table.try_emplace(AccountId{}), "an account has an id");
}

}  // namespace
}  // namespace rb::engine
