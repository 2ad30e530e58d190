// The platform's own people and keys.
#include "domain/accounts/platform.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace rb::accounts {
namespace {

const Instant start = Instant::of_seconds(1'700'000'000);

ApiKeyId key_id(std::uint64_t n) { return ApiKeyId{Uuid{1, n}}; }

class PlatformTest : public ::testing::Test {
protected:
    template <class Command>
    std::string run(const Command& command, Instant now = start) {
        auto events = [&] {
            if constexpr (requires { decide(platform, command, now, ids); })
                return decide(platform, command, now, ids);
            else if constexpr (requires { decide(platform, command, now); })
                return decide(platform, command, now);
            else
                return decide(platform, command);
        }();
        if (!events) return std::string(enum_text(events.error().fault));
        for (const PlatformEvent& event : *events)
            std::visit([&](const auto& e) { apply(platform, e); }, event);
        return "done";
    }
    PlatformKey key(std::uint64_t n, OperatorId of = {}) {
        PlatformKey made;
        made.id = key_id(n);
        made.hash = Sha256::of("key " + std::to_string(n));
        made.of = of;
        return made;
    }
    std::optional<Caller> caller(std::uint64_t n, Instant now = start) const {
        const PlatformKey* found = find_key(platform, key_id(n));
        return found == nullptr ? std::nullopt : caller_of(platform, *found, now);
    }
    OperatorId person(std::string name, OperatorRole role) {
        EXPECT_EQ(run(AddOperator{std::move(name), role}), "done");
        return platform.operators.back().id;
    }

    Platform platform;
    IdSource ids{start, Uuid{3, 4}};
};

TEST_F(PlatformTest, the_last_root_key_that_lasts_stays) {
    ASSERT_EQ(run(AddPlatformKey{key(1)}), "done");
    const OperatorId ada = person("Ada", OperatorRole::owner);
    PlatformKey expires = key(2), narrow = key(3);
    expires.expires_at = start + Duration::of_days(1);
    narrow.narrowing.read_only = true;
    // None of these opens everything for ever.
    for (const PlatformKey& other : {expires, narrow, key(4, ada)})
        ASSERT_EQ(run(AddPlatformKey{other}), "done");
    EXPECT_EQ(run(RevokePlatformKey{key_id(1)}), "key_is_last");
    const Instant later = start + Duration::of_days(9);
    EXPECT_EQ(run(ChangePlatformKey{key_id(1), {}, std::optional<Instant>(later)}), "key_is_last");
    EXPECT_EQ(run(ChangePlatformKey{key_id(1), "main", std::optional<Instant>()}), "done");
    for (std::uint64_t n : {2, 3, 4}) EXPECT_EQ(run(RevokePlatformKey{key_id(n)}), "done") << n;
    ASSERT_EQ(run(AddPlatformKey{key(5)}), "done");
    EXPECT_EQ(run(RevokePlatformKey{key_id(1)}), "done");
    EXPECT_EQ(run(RevokePlatformKey{key_id(1)}), "key_is_unknown");
    EXPECT_EQ(run(RevokePlatformKey{key_id(5)}), "key_is_last");
    EXPECT_FALSE(caller(1));
    EXPECT_TRUE(caller(5));
}

TEST_F(PlatformTest, a_rotation_keeps_what_the_key_is_and_ends_the_old_one_after_the_overlap) {
    const OperatorId ada = person("Ada", OperatorRole::finance);
    PlatformKey old = key(1, ada);
    old.name = "laptop";
    old.narrowing.groups = 1U << static_cast<unsigned>(Group::money);
    ASSERT_EQ(run(AddPlatformKey{old}), "done");
    ASSERT_EQ(run(RotatePlatformKey{key_id(1), key(2), Duration::of_hours(1)}), "done");
    const Instant within = start + Duration::of_minutes(59), after = start + Duration::of_hours(1);
    EXPECT_TRUE(caller(1, within));
    EXPECT_FALSE(caller(1, after));
    ASSERT_TRUE(caller(2, after));
    EXPECT_EQ(caller(2, after)->operates, OperatorRole::finance);
    EXPECT_EQ(caller(2, after)->person, ada.uuid);
    EXPECT_EQ(caller(2, after)->narrowing, old.narrowing);
    EXPECT_EQ(find_key(platform, key_id(2))->name, "laptop");
    // An overlap never lengthens a key's life.
    ASSERT_EQ(run(RotatePlatformKey{key_id(1), key(3), Duration::of_days(30)}, within), "done");
    EXPECT_FALSE(caller(1, after));
    ASSERT_EQ(run(RotatePlatformKey{key_id(2), key(4), Duration{}}), "done");
    EXPECT_FALSE(caller(2));
    EXPECT_EQ(run(RotatePlatformKey{key_id(4), key(5), Duration::of_days(31)}), "field_is_invalid");
    EXPECT_EQ(run(RotatePlatformKey{key_id(9), key(6), Duration{}}), "key_is_unknown");
}

TEST_F(PlatformTest, a_root_key_can_be_rotated_though_it_is_the_last) {
    ASSERT_EQ(run(AddPlatformKey{key(1)}), "done");
    ASSERT_EQ(run(RotatePlatformKey{key_id(1), key(2), Duration{}}), "done");
    EXPECT_FALSE(caller(1));
    EXPECT_TRUE(caller(2));
}

TEST_F(PlatformTest, an_operator_acts_by_its_role_until_it_is_removed) {
    const OperatorId ada = person("Ada", OperatorRole::viewer);
    ASSERT_EQ(run(AddPlatformKey{key(1, ada)}), "done");
    EXPECT_FALSE(caller(1)->support);
    ASSERT_EQ(run(UpdateOperator{ada, {}, OperatorRole::support}), "done");
    EXPECT_TRUE(caller(1)->support);
    EXPECT_EQ(run(AddOperator{"Ada", OperatorRole::viewer}), "name_is_taken");
    EXPECT_EQ(run(AddOperator{"", OperatorRole::viewer}), "field_is_missing");
    ASSERT_EQ(run(RemoveOperator{ada}), "done");
    EXPECT_FALSE(caller(1));
    EXPECT_EQ(run(UpdateOperator{ada, "Eve", {}}), "operator_is_unknown");
    EXPECT_EQ(run(AddPlatformKey{key(2, ada)}), "operator_is_unknown");
    EXPECT_EQ(run(AddOperator{"Ada", OperatorRole::viewer}), "done") << "the name is free again";
}

TEST_F(PlatformTest, keys_that_have_ended_do_not_fill_it) {
    ASSERT_EQ(run(AddPlatformKey{key(1)}), "done");
    for (std::uint64_t n = 2; n < 2 + 2 * limits::platform_keys_kept_max; ++n) {
        ASSERT_EQ(run(AddPlatformKey{key(n)}), "done") << n;
        ASSERT_EQ(run(RevokePlatformKey{key_id(n)}), "done") << n;
    }
    EXPECT_LE(platform.keys.size(), limits::platform_keys_kept_max);
    EXPECT_TRUE(caller(1));
    for (std::uint64_t n = 100'000; n < 100'000 + limits::platform_keys_max - 1; ++n)
        ASSERT_EQ(run(AddPlatformKey{key(n)}), "done");
    EXPECT_EQ(run(AddPlatformKey{key(99'999)}), "too_many");
}

TEST_F(PlatformTest, a_narrowing_is_within_another_when_it_gives_no_more) {
    const AccountId one{Uuid{1, 1}};
    const Narrowing all{}, reads{true, 0, {}}, money{false, 1U << 4, {}}, two{false, 3U << 4, {}},
        bound{false, 0, one};
    EXPECT_TRUE(reads.is_within(all));
    EXPECT_FALSE(all.is_within(reads));
    EXPECT_TRUE(money.is_within(two));
    EXPECT_FALSE(two.is_within(money));
    EXPECT_FALSE(all.is_within(money));
    EXPECT_TRUE(bound.is_within(bound));
    EXPECT_FALSE(all.is_within(bound));
}

}  // namespace
}  // namespace rb::accounts
