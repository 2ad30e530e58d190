#include <gtest/gtest.h>

#include "base/codec.h"
#include "domain/accounts/types.h"

namespace rb::accounts {
namespace {

constexpr Instant day_one = Instant::of_seconds(1'775'001'600);
constexpr AccountId account_id{{1, 1}};

template <class T>
T expect_round_trip(const T& value) {
    std::string bytes = encode(value);
    T back;
    EXPECT_TRUE(decode(bytes, back));
    EXPECT_EQ(encode(back), bytes);
    EXPECT_EQ(encode_json(back), encode_json(value));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        T cut;
        (void)decode(std::string_view(bytes).substr(0, i), cut);  // may fail, never misbehaves
    }
    return back;
}

Profile full_profile() {
    Profile profile;
    profile.display_name = "Acme \"GmbH\"";
    profile.key = "crm-7";
    profile.key_giver = AccountId{{2, 2}};
    profile.currency = "RUR";
    profile.zone = *Zone::find("Europe/Berlin");
    profile.locale = "de-DE";
    profile.tax = {"DE", "BY", true};
    profile.credit_limit_micros = 5;
    profile.notify_below_micros = 0;
    profile.free_data = "{}";
    profile.cap = {true, Amount::of_micros(0, "RUR")};
    profile.sealed = {{"email", std::string("\x00\xff", 2)}, {"phone", "x"}};
    return profile;
}

Member full_member() {
    return {{{2, 2}}, Role::owner, MemberStatus::invited, day_one, {{"email", "sealed"}}};
}

ApiKey full_api_key() {
    return {{{3, 3}},
            Surface::platform,
            Sha256::of("key"),
            "abcd",
            "ci",
            Role::user,
            {{2, 2}},
            day_one,
            day_one + Duration::of_days(1),
            day_one + Duration::of_days(2)};
}

ServiceKey full_service_key() {
    return {{4, 4}, "-----BEGIN PUBLIC KEY-----", {"a", "b"}, "mail", day_one, day_one};
}

Account full_account() {
    Account account;
    account.id = account_id;
    account.parent = {{1, 2}};
    account.top = {{1, 3}};
    account.kind = Kind::agency;
    account.status = Status::frozen;
    account.name = "acme";
    account.number = (1LL << 53) - 1;
    account.depth = 2;
    account.created_at = day_one;
    account.clock = {{5, 5}};
    account.wrapped_data_key = "wrapped";
    account.profile = full_profile();
    account.members = {full_member(), {}};
    account.api_keys = {full_api_key(), {}};
    account.service_keys = {full_service_key(), {}};
    return account;
}

TEST(AccountEvents, every_event_reads_back_as_it_was_written) {
    expect_round_trip(AccountOpened{full_account()});
    expect_round_trip(ProfileUpdated{account_id, full_profile()});
    expect_round_trip(StatusSet{account_id, Status::closed});
    expect_round_trip(MemberAdded{account_id, full_member()});
    expect_round_trip(MemberUpdated{account_id, {{2, 2}}, Role::admin, MemberStatus::invited});
    expect_round_trip(MemberRemoved{account_id, {{2, 2}}});
    expect_round_trip(ApiKeyAdded{account_id, full_api_key()});
    expect_round_trip(ApiKeyRevoked{account_id, {{3, 3}}, day_one});
    expect_round_trip(ServiceKeyAdded{account_id, full_service_key()});
    expect_round_trip(ServiceKeyRevoked{account_id, {4, 4}, day_one});
    EXPECT_EQ(expect_round_trip(RequestRateSet{account_id, 7}).requests_per_second, 7);
    EXPECT_FALSE(expect_round_trip(RequestRateSet{account_id, {}}).requests_per_second);
}

TEST(AccountEvents, every_field_of_an_account_is_written) {
    Account account = full_account();
    Account back = expect_round_trip(account);
    EXPECT_EQ(back.id, account.id);
    EXPECT_EQ(back.parent, account.parent);
    EXPECT_EQ(back.top, account.top);
    EXPECT_EQ(back.kind, account.kind);
    EXPECT_EQ(back.status, account.status);
    EXPECT_EQ(back.name, account.name);
    EXPECT_EQ(back.number, account.number);
    EXPECT_EQ(back.depth, account.depth);
    EXPECT_EQ(back.created_at, account.created_at);
    EXPECT_EQ(back.clock, account.clock);
    EXPECT_EQ(back.wrapped_data_key, account.wrapped_data_key);
    EXPECT_EQ(back.profile, account.profile);
    ASSERT_EQ(back.members.size(), 2u);
    EXPECT_EQ(back.members[0].sealed, account.members[0].sealed);
    ASSERT_EQ(back.api_keys.size(), 2u);
    EXPECT_EQ(back.api_keys[0].hash, account.api_keys[0].hash);
    EXPECT_EQ(back.api_keys[0].expires_at, account.api_keys[0].expires_at);
    EXPECT_EQ(back.api_keys[0].revoked_at, account.api_keys[0].revoked_at);
    ASSERT_EQ(back.service_keys.size(), 2u);
    EXPECT_EQ(back.service_keys[0].roles, account.service_keys[0].roles);
}

TEST(AccountEvents, a_role_that_does_not_exist_is_refused) {
    std::string bytes = encode(MemberUpdated{account_id, {{2, 2}}, static_cast<Role>(5)});
    MemberUpdated back;
    EXPECT_FALSE(decode(bytes, back));
}

}  // namespace
}  // namespace rb::accounts
