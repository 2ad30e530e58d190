#include "engine/dedup.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <vector>

#include "base/codec.h"
#include "engine/test_ids.h"

namespace rb::engine {

namespace {

using test::day;
using test::hash_of;

void load_all(Dedup& to, const Dedup& from) {
    for (std::size_t i = from.chunks(); i > 0; --i) {
        auto loaded = to.load_chunk(from.save_chunk(i - 1));
        ASSERT_TRUE(loaded) << loaded.error();
    }
}

TEST(Dedup, an_id_is_there_after_its_insertion_and_not_before) {
    Dedup dedup(100);
    EXPECT_FALSE(dedup.contains(hash_of(1)));
    EXPECT_TRUE(dedup.insert(hash_of(1), day(0)));
    EXPECT_TRUE(dedup.contains(hash_of(1)));
    EXPECT_FALSE(dedup.insert(hash_of(1), day(1)));
    EXPECT_FALSE(dedup.contains(hash_of(2)));
    EXPECT_EQ(dedup.size(), 1u);
}

TEST(Dedup, looking_before_inserting_changes_no_answer) {
    Dedup dedup(100'000);
    for (std::uint64_t n = 0; n < 50'000; ++n) {
        ASSERT_FALSE(dedup.look(hash_of(n)));
        // Something may come between, to the same shard or to another.
        if (n % 3 == 0) dedup.insert(hash_of(1'000'000 + n), day(0));
        if (n % 5 == 0) dedup.drop_before(day(static_cast<std::int64_t>(n / 10'000)));
        auto today = static_cast<std::int64_t>(n / 10'000);
        ASSERT_TRUE(dedup.insert(hash_of(n), day(today)));
        ASSERT_TRUE(dedup.look(hash_of(n)));
        ASSERT_FALSE(dedup.insert(hash_of(n), day(today)));
    }
    for (std::uint64_t n = 40'000; n < 50'000; ++n) ASSERT_TRUE(dedup.contains(hash_of(n)));
    EXPECT_FALSE(dedup.contains(hash_of(39'999)));
}

TEST(Dedup, ids_that_differ_in_one_bit_are_different) {
    Dedup dedup(1'000);
    Uuid id = hash_of(7);
    dedup.insert(id, day(0));
    for (int bit = 0; bit < 64; ++bit) {
        Uuid low{id.high, id.low ^ (1ULL << bit)};
        Uuid high{id.high ^ (1ULL << bit), id.low};
        EXPECT_FALSE(dedup.contains(low)) << bit;
        EXPECT_FALSE(dedup.contains(high)) << bit;
        EXPECT_TRUE(dedup.insert(low, day(0)));
        EXPECT_TRUE(dedup.insert(high, day(1)));
    }
    EXPECT_EQ(dedup.size(), 129u);
    EXPECT_TRUE(dedup.contains(id));
}

TEST(Dedup, the_nil_id_is_never_remembered) {
    Dedup dedup(100);
    EXPECT_FALSE(dedup.insert({}, day(0)));
    EXPECT_FALSE(dedup.contains({}));
    EXPECT_EQ(dedup.size(), 0u);
}

TEST(Dedup, extreme_ids_are_ids_like_others) {
    Dedup dedup(100);
    constexpr std::uint64_t all = UINT64_MAX;
    std::vector<Uuid> ids = {{0, 1}, {0, 4095}, {0, 4096}, {all, all}, {all, 0}, {all, 1}, {1, 0}};
    for (const Uuid& id : ids) EXPECT_TRUE(dedup.insert(id, day(0)));
    for (const Uuid& id : ids) EXPECT_TRUE(dedup.contains(id));
    EXPECT_EQ(dedup.size(), ids.size());
}

TEST(Dedup, days_that_are_over_are_forgotten_and_the_day_itself_is_not) {
    Dedup dedup(100);
    for (std::int64_t n = 0; n < 10; ++n)
        dedup.insert(hash_of(static_cast<std::uint64_t>(n)), day(n) + Duration::of_hours(23));
    dedup.drop_before(day(4) + Duration::of_hours(12));
    for (std::int64_t n = 0; n < 10; ++n)
        EXPECT_EQ(dedup.contains(hash_of(static_cast<std::uint64_t>(n))), n >= 4) << n;
    EXPECT_EQ(dedup.size(), 6u);
    dedup.drop_before(day(0));
    EXPECT_EQ(dedup.size(), 6u);
    EXPECT_FALSE(dedup.insert(hash_of(50), day(3)));
    EXPECT_FALSE(dedup.contains(hash_of(50)));
}

TEST(Dedup, an_id_may_come_again_when_it_is_forgotten) {
    Dedup dedup(100);
    dedup.insert(hash_of(1), day(0));
    dedup.insert(hash_of(2), day(40));
    dedup.drop_before(day(5));
    EXPECT_TRUE(dedup.insert(hash_of(1), day(40)));
    EXPECT_TRUE(dedup.contains(hash_of(1)));
    EXPECT_EQ(dedup.size(), 2u);
    dedup.drop_before(day(41));
    EXPECT_EQ(dedup.size(), 0u);
    EXPECT_FALSE(dedup.contains(hash_of(1)));
}

TEST(Dedup, it_is_full_at_its_budget_and_no_more_when_days_are_over) {
    Dedup dedup(10);
    for (std::uint64_t n = 0; n < 9; ++n) dedup.insert(hash_of(n), day(0));
    EXPECT_FALSE(dedup.is_full());
    dedup.insert(hash_of(9), day(1));
    EXPECT_TRUE(dedup.is_full());
    dedup.drop_before(day(1));
    EXPECT_FALSE(dedup.is_full());
}

TEST(Dedup, many_ids_are_told_exactly_and_take_less_than_twenty_six_bytes) {
    constexpr std::uint64_t count = 1'000'000;
    Dedup dedup(count);
    for (std::uint64_t n = 0; n < count; ++n) {
        dedup.prefetch(hash_of(n));
        ASSERT_TRUE(dedup.insert(hash_of(n), day(static_cast<std::int64_t>(n / 50'000))));
    }
    for (std::uint64_t n = 0; n < count; ++n) {
        ASSERT_TRUE(dedup.contains(hash_of(n)));
        ASSERT_FALSE(dedup.contains(hash_of(count + n)));
    }
    EXPECT_EQ(dedup.size(), count);
    EXPECT_LT(dedup.bytes(), 26 * count);
}

TEST(Dedup, memory_does_not_grow_with_days_that_come_and_go) {
    Dedup dedup(1'000'000);
    std::size_t bytes_max = 0;
    for (std::uint64_t n = 0; n < 2'000'000; ++n) {
        auto today = static_cast<std::int64_t>(n / 20'000);
        if (n % 20'000 == 0) dedup.drop_before(day(today - 9));
        ASSERT_TRUE(dedup.insert(hash_of(n), day(today)));
        bytes_max = std::max(bytes_max, dedup.bytes());
    }
    EXPECT_EQ(dedup.size(), 200'000u);
    EXPECT_LT(bytes_max, 16u * 1024 * 1024);
}

TEST(Dedup, days_twenty_years_apart_do_not_mix) {
    Dedup dedup(1'000);
    std::uint64_t fresh = 0;
    for (std::int64_t n = 0; n < 8'000; n += 7) {
        Uuid id = hash_of(fresh++);
        ASSERT_TRUE(dedup.insert(id, day(n)));
        dedup.drop_before(day(n - 100));
        for (std::uint64_t back = 1; back <= fresh; ++back)
            ASSERT_EQ(dedup.contains(hash_of(fresh - back)), back <= 15) << n << " " << back;
    }
}

TEST(Dedup, without_a_call_to_drop_it_forgets_by_itself_what_is_far_away) {
    Dedup dedup(1'000);
    dedup.insert(hash_of(1), day(0));
    dedup.insert(hash_of(2), day(Dedup::days_max));
    EXPECT_TRUE(dedup.contains(hash_of(1)));
    dedup.insert(hash_of(3), day(9'000));
    EXPECT_FALSE(dedup.contains(hash_of(1)));
    EXPECT_TRUE(dedup.contains(hash_of(3)));
    EXPECT_EQ(dedup.size(), 1u);
}

TEST(Dedup, it_agrees_with_a_map_whatever_is_done) {
    EXPECT_TRUE(rc::check("insert, drop, contains, save and load", [] {
        Dedup dedup(1'000);
        std::map<std::uint64_t, std::int64_t> model;
        std::int64_t horizon = INT64_MIN;
        std::int64_t now = 0;
        auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1'000'000));
        for (int step : steps) {
            auto id = static_cast<std::uint64_t>(step / 10 % 30);
            switch (step % 10) {
                case 0:
                    now += step / 10 % 3'000;
                    break;
                case 1:
                    horizon = std::max(horizon, now - step / 10 % 1'000);
                    dedup.drop_before(day(horizon));
                    std::erase_if(model, [&](const auto& item) { return item.second < horizon; });
                    break;
                case 2: {
                    Dedup copy(1'000);
                    for (std::size_t i = 0; i < dedup.chunks(); ++i)
                        for (int twice = 0; twice < 2; ++twice)
                            RC_ASSERT(copy.load_chunk(dedup.save_chunk(i)).has_value());
                    for (const auto& [known, when] : model)
                        RC_ASSERT(copy.contains(hash_of(known)));
                    RC_ASSERT(copy.size() == model.size());
                    break;
                }
                default:
                    horizon = std::max(horizon, now - 1'000);
                    dedup.drop_before(day(horizon));
                    std::erase_if(model, [&](const auto& item) { return item.second < horizon; });
                    RC_ASSERT(dedup.insert(hash_of(id), day(now)) ==
                              model.try_emplace(id, now).second);
            }
            for (std::uint64_t n = 0; n < 30; ++n)
                RC_ASSERT(dedup.contains(hash_of(n)) == model.contains(n));
            RC_ASSERT(dedup.size() == model.size());
        }
    }));
}

// Several at once, known ones and nil among them, of several days, and from the first id on.
TEST(Dedup, many_at_once_are_remembered_as_one_by_one) {
    Dedup at_once(1'000'000);
    Dedup one_by_one(1'000'000);
    for (std::int64_t today = 0; today < 4; ++today) {
        std::vector<Uuid> ids;
        for (std::uint64_t n = 0; n < 60'000; ++n)
            ids.push_back(n % 1'000 == 0 ? Uuid{} : hash_of(n * 7 % 40'000 + 9'000 * n % 50'000));
        at_once.insert_all(ids, day(today));
        for (const Uuid& id : ids) one_by_one.insert(id, day(today));
        at_once.insert_all({}, day(today));
        ASSERT_EQ(at_once.size(), one_by_one.size());
        for (std::uint64_t n = 0; n < 100'000; ++n)
            ASSERT_EQ(at_once.contains(hash_of(n)), one_by_one.contains(hash_of(n)));
        // The day of an id is that of its first insertion.
        const auto oldest = at_once.oldest_day();
        const auto expected = one_by_one.oldest_day();
        ASSERT_TRUE(oldest && expected);
        EXPECT_EQ(oldest->day, expected->day);
        EXPECT_EQ(oldest->ids, expected->ids);
        at_once.drop_before(day(today));
        one_by_one.drop_before(day(today));
        EXPECT_EQ(at_once.size(), one_by_one.size());
    }
    EXPECT_LT(at_once.bytes() - Dedup(0).bytes(), 26 * at_once.size() + 4096 * 100 * 16);
}

TEST(Dedup, what_is_saved_in_parts_is_loaded_in_any_order_with_its_days) {
    constexpr std::uint64_t count = 300'000;
    Dedup dedup(count);
    for (std::uint64_t n = 0; n < count; ++n)
        dedup.insert(hash_of(n), day(static_cast<std::int64_t>(n % 35)));
    dedup.drop_before(day(5));
    EXPECT_GT(dedup.chunks(), 4u);
    Dedup copy(count);
    load_all(copy, dedup);
    load_all(copy, dedup);
    EXPECT_EQ(copy.size(), dedup.size());
    copy.drop_before(day(20));
    for (std::uint64_t n = 0; n < count; ++n)
        ASSERT_EQ(copy.contains(hash_of(n)), n % 35 >= 20) << n;
}

TEST(Dedup, what_was_forgotten_is_not_loaded_again) {
    Dedup dedup(100);
    dedup.insert(hash_of(1), day(0));
    dedup.insert(hash_of(2), day(9));
    Dedup copy(100);
    copy.drop_before(day(5));
    load_all(copy, dedup);
    EXPECT_FALSE(copy.contains(hash_of(1)));
    EXPECT_TRUE(copy.contains(hash_of(2)));
}

TEST(Dedup, a_damaged_part_is_refused_and_changes_nothing) {
    Dedup dedup(100);
    for (std::uint64_t n = 0; n < 20; ++n)
        dedup.insert(hash_of(n), day(static_cast<std::int64_t>(n % 3)));
    std::string whole = dedup.save_chunk(0);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Dedup copy(100);
        EXPECT_FALSE(copy.load_chunk(std::string_view(whole).substr(0, size))) << size;
        EXPECT_EQ(copy.size(), 0u);
    }
    Dedup copy(100);
    EXPECT_FALSE(copy.load_chunk("\x02" + whole.substr(1)));
    EXPECT_FALSE(copy.load_chunk(whole + "\x01\x02xx"));
    EXPECT_FALSE(copy.load_chunk(whole + whole.substr(2)));
    EXPECT_EQ(copy.size(), 0u);
    EXPECT_FALSE(copy.contains(hash_of(1)));
}

}  // namespace

}  // namespace rb::engine
