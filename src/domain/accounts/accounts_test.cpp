#include <gtest/gtest.h>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"

namespace rb::accounts {
namespace {

constexpr Instant day_one = Instant::of_seconds(1'775'001'600);
constexpr AccountId top_id{{1, 1}};
constexpr AccountId child_id{{1, 2}};
constexpr std::string_view public_pem =
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n";

OpenAccount opening() {
    OpenAccount command;
    command.id = top_id;
    command.name = "acme";
    command.number = 42;
    command.clock = ClockId{{8, 8}};
    command.wrapped_data_key = "wrapped";
    command.profile.currency = "EUR";
    return command;
}

OpenAccount opening_below() {
    OpenAccount command = opening();
    command.id = child_id;
    command.parent = top_id;
    command.name = "acme-child";
    command.clock = {};
    return command;
}

Account opened(const Account* parent, const OpenAccount& command) {
    Account account;
    auto event = decide(parent, command, day_one);
    if (!event)
        ADD_FAILURE() << event.error().detail;
    else
        accounts::apply(account, *event);
    return account;
}

Account open_account() { return opened(nullptr, opening()); }

std::string reply_of(const Result<Event>& result) {
    if (result) return "ok";
    std::string field = result.error().field;
    return std::string(enum_text(result.error().fault)) + (field.empty() ? "" : " ") + field;
}

std::string do_apply(Account& account, const Result<Event>& result) {
    if (result) accounts::apply(account, *result);
    return reply_of(result);
}

struct AccountTest : ::testing::Test {
    MemberId join(Role role, MemberStatus status = MemberStatus::active) {
        Member member;
        member.role = role;
        member.status = status;
        EXPECT_EQ(do_apply(account, decide(account, AddMember{top_id, member}, day_one, ids)),
                  "ok");
        return account.members.back().id;
    }
    ApiKeyId add_key(Role role, MemberId member = {}) {
        ApiKey key;
        key.id = ids.next<ApiKeyId>();
        key.role = role;
        key.member = member;
        EXPECT_EQ(do_apply(account, decide(account, AddApiKey{top_id, key}, day_one)), "ok");
        return key.id;
    }
    void set_status(Status status) {
        EXPECT_EQ(do_apply(account, decide(account, SetStatus{top_id, status}, {}, day_one)), "ok");
    }
    Account account = open_account();
    IdSource ids{day_one, {3, 3}};
};

TEST(Accounts, an_opened_account_is_the_top_of_its_tree) {
    Account account = open_account();
    EXPECT_EQ(account.id, top_id);
    EXPECT_EQ(account.top, top_id);
    EXPECT_TRUE(account.parent.is_nil());
    EXPECT_EQ(account.depth, 0);
    EXPECT_EQ(account.name, "acme");
    EXPECT_EQ(account.number, 42);
    EXPECT_EQ(account.created_at, day_one);
    EXPECT_EQ(account.clock, (ClockId{{8, 8}}));
    EXPECT_EQ(account.wrapped_data_key, "wrapped");
    EXPECT_EQ(account.status, Status::active);
}

TEST(Accounts, a_child_has_the_clock_of_its_tree_and_inherits_the_currency) {
    Account parent = open_account();
    OpenAccount command = opening_below();
    command.profile.currency = {};
    Account child = opened(&parent, command);
    EXPECT_EQ(child.parent, top_id);
    EXPECT_EQ(child.top, top_id);
    EXPECT_EQ(child.depth, 1);
    EXPECT_EQ(child.clock, parent.clock);
    EXPECT_EQ(child.profile.currency, Currency("EUR"));
    command.profile.currency = "USD";
    EXPECT_EQ(opened(&parent, command).profile.currency, Currency("USD"));
}

TEST(Accounts, a_name_is_a_lower_case_word_with_hyphens) {
    auto reply_to = [](std::string name) {
        OpenAccount command = opening();
        command.name = std::move(name);
        return reply_of(decide(nullptr, command, day_one));
    };
    for (const char* name : {"ab", "a-b", "a1", "acme-2-eu", "a--b"})
        EXPECT_EQ(reply_to(name), "ok") << name;
    EXPECT_EQ(reply_to(std::string(40, 'a')), "ok");
    for (const char* name : {"a", "1a", "-a", "a-", "Acme", "a_b", "a b", "a.b",
                             "\xc3\xa4"
                             "b"})
        EXPECT_EQ(reply_to(name), "field_is_invalid /name") << name;
    EXPECT_EQ(reply_to(std::string(41, 'a')), "field_is_invalid /name");
    EXPECT_EQ(reply_to(""), "field_is_missing /name");
}

TEST(Accounts, opening_below_refuses_in_a_fixed_order) {
    Account parent = open_account();
    OpenAccount command = opening_below();
    command.name = "A";
    parent.status = Status::closed;
    parent.depth = static_cast<std::int32_t>(limits::account_depth_max) - 1;
    command.clock = ClockId{{1, 9}};
    command.profile.locale = "";
    auto reply = [&] { return reply_of(decide(&parent, command, day_one)); };
    EXPECT_EQ(reply(), "field_is_invalid /name");
    command.name = "acme-child";
    EXPECT_EQ(reply(), "account_is_closed /parent");
    parent.status = Status::frozen;
    EXPECT_EQ(reply(), "account_is_frozen /parent");
    parent.status = Status::active;
    EXPECT_EQ(reply(), "account_tree_is_too_deep /parent");
    parent.depth = static_cast<std::int32_t>(limits::account_depth_max) - 2;
    EXPECT_EQ(reply(), "field_is_invalid /clock");
    command.clock = {};
    EXPECT_EQ(reply(), "field_is_invalid /locale");
    command.profile.locale = "en";
    EXPECT_EQ(reply(), "ok");
}

// One fault a row; the rows stand in the order in which faults are found.
TEST_F(AccountTest, a_profile_names_the_field_that_is_wrong) {
    struct Row {
        const char* reply;
        void (*spoil)(Profile&);
        void (*mend)(Profile&);
    };
    const Row rows[] = {
        {"field_is_invalid /display_name", [](Profile& p) { p.display_name.assign(201, 'x'); },
         [](Profile& p) { p.display_name = "Acme"; }},
        {"field_is_invalid /key", [](Profile& p) { p.key = "\xff"; },
         [](Profile& p) { p.key = "k-1"; }},
        {"field_is_missing /currency", [](Profile& p) { p.currency = {}; },
         [](Profile& p) { p.currency = "EUR"; }},
        {"field_is_invalid /locale", [](Profile& p) { p.locale = "e"; },
         [](Profile& p) { p.locale = "de-CH"; }},
        {"field_is_invalid /tax/country", [](Profile& p) { p.tax.country = "Germany"; },
         [](Profile& p) { p.tax.country = "DE"; }},
        {"field_is_invalid /tax/region", [](Profile& p) { p.tax.region = "by"; },
         [](Profile& p) { p.tax.region = "BY"; }},
        {"field_is_invalid /credit_limit", [](Profile& p) { p.credit_limit_micros = -1; },
         [](Profile& p) { p.credit_limit_micros = 5; }},
        {"field_is_invalid /notify_below", [](Profile& p) { p.notify_below_micros = INT64_MIN; },
         [](Profile& p) { p.notify_below_micros = -5; }},
        {"field_is_invalid /free_data", [](Profile& p) { p.free_data.assign(8193, 'x'); },
         [](Profile& p) { p.free_data = "{}"; }},
        {"field_is_invalid /cap/amount",
         [](Profile& p) { p.cap.amount = Amount::of_micros(1, "USD"); },
         [](Profile& p) { p.cap.amount = Amount::of_micros(1, "EUR"); }},
        {"field_is_invalid /email", [](Profile& p) { p.sealed["email"].assign(2001, 'x'); },
         [](Profile& p) { p.sealed["email"] = "ciphertext"; }},
    };
    UpdateProfile command{top_id, account.profile};
    for (const Row& row : rows) row.spoil(command.profile);
    for (const Row& row : rows) {
        EXPECT_EQ(reply_of(decide(account, command, {})), row.reply);
        row.mend(command.profile);
    }
    EXPECT_EQ(do_apply(account, decide(account, command, {})), "ok");
    EXPECT_EQ(account.profile, command.profile);
}

TEST_F(AccountTest, a_region_needs_its_country) {
    UpdateProfile command{top_id, account.profile};
    command.profile.tax.region = "CA";
    EXPECT_EQ(reply_of(decide(account, command, {})), "field_is_invalid /tax/country");
}

TEST_F(AccountTest, the_first_posting_fixes_the_currency) {
    UpdateProfile command{top_id, account.profile};
    command.profile.currency = "USD";
    EXPECT_EQ(reply_of(decide(account, command, "EUR")), "currency_is_fixed /currency");
    EXPECT_EQ(reply_of(decide(account, command, "USD")), "ok");
    EXPECT_EQ(reply_of(decide(account, command, {})), "ok");
}

TEST_F(AccountTest, a_spend_cap_is_in_the_currency_and_keeps_it) {
    const Currency currency = account.profile.currency;
    const Currency other = currency == Currency("EUR") ? Currency("USD") : Currency("EUR");
    auto cap = [](std::int64_t micros, Currency in) {
        return SpendCap{Amount::of_micros(micros, in), SpendWindow::calendar_day};
    };
    auto set = [&](std::optional<SpendCap> to) {
        return decide(account, SetSpendCap{top_id, to}, {top_id, Relation::self},
                      CapAuthority::own);
    };
    for (const SpendCap& wrong : {cap(1, other), cap(-1, currency)})
        EXPECT_EQ(reply_of(set(wrong)), "field_is_invalid /amount");
    EXPECT_EQ(do_apply(account, set(cap(0, currency))), "ok");
    EXPECT_EQ(account.spend_cap->amount, cap(0, currency).amount);
    EXPECT_EQ(account.spend_cap->author, top_id);
    Profile moved = account.profile;
    moved.currency = other;
    EXPECT_EQ(reply_of(decide(account, UpdateProfile{top_id, moved}, {})),
              "currency_is_fixed /currency");
    EXPECT_EQ(do_apply(account, set({})), "ok");
    EXPECT_FALSE(account.spend_cap);
}

TEST_F(AccountTest, a_cap_from_above_is_only_lowered_by_who_is_below) {
    const Currency currency = account.profile.currency;
    auto cap = [&](std::int64_t micros, SpendWindow window) {
        return SpendCap{Amount::of_micros(micros, currency), window, {}};
    };
    auto set = [&](std::optional<SpendCap> to, AccountId by, CapAuthority authority) {
        return do_apply(account, decide(account, SetSpendCap{top_id, to}, {by, {}}, authority));
    };
    const auto month = SpendWindow::calendar_month;
    EXPECT_EQ(set(cap(100, month), {}, CapAuthority::own), "ok");
    EXPECT_EQ(set(std::nullopt, top_id, CapAuthority::outranked), "role_is_too_low");
    EXPECT_EQ(set(cap(101, month), top_id, CapAuthority::outranked), "role_is_too_low");
    EXPECT_EQ(set(cap(5, SpendWindow::calendar_day), top_id, CapAuthority::outranked),
              "role_is_too_low");
    EXPECT_EQ(set(cap(40, month), top_id, CapAuthority::outranked), "ok");
    EXPECT_EQ(account.spend_cap->author, AccountId{});  // and so not raised again from below
    EXPECT_EQ(set(std::nullopt, {}, CapAuthority::own), "ok");
}

TEST_F(AccountTest, a_rate_is_a_trees_whole_number_within_bounds) {
    auto rate = [&](std::optional<std::int64_t> requests_per_second) {
        return decide(account, SetRequestRate{top_id, requests_per_second});
    };
    for (const std::int64_t wrong : {INT64_MIN, INT64_C(-1), INT64_C(0), INT64_C(1'000'001)}) {
        ASSERT_FALSE(rate(wrong)) << wrong;
        EXPECT_EQ(rate(wrong).error().field, "/requests_per_second");
        EXPECT_EQ(rate(wrong).error().fault, Fault::field_is_invalid);
    }
    for (const std::int64_t right : {1, 1'000'000}) {
        ASSERT_TRUE(rate(right)) << right;
        EXPECT_EQ(rate(right)->requests_per_second, right);
    }
    set_status(Status::closed);
    ASSERT_TRUE(rate({})) << "a closed tree can still be asked for";
    EXPECT_FALSE(rate({})->requests_per_second);
    account.parent = top_id;
    for (const std::optional<std::int64_t> any : {std::optional<std::int64_t>(), {0}, {5}}) {
        ASSERT_FALSE(rate(any)) << "below a top";
        EXPECT_EQ(rate(any).error().field, "/account");
    }
}

TEST_F(AccountTest, a_freeze_is_lifted_by_its_author_alone) {
    const Actor platform;
    const Actor seller{AccountId{{8, 8}}, Relation::seller};
    const Actor above{AccountId{{9, 9}}, Relation::ancestor};
    auto set = [&](Status status, const Actor& by) {
        return do_apply(account, decide(account, SetStatus{top_id, status}, by, day_one));
    };
    EXPECT_EQ(set(Status::frozen, platform), "ok");
    EXPECT_EQ(set(Status::active, seller), "role_is_too_low /status");
    EXPECT_EQ(set(Status::frozen, seller), "ok");
    EXPECT_EQ(set(Status::frozen, seller), "ok");  // one freeze of each
    EXPECT_EQ(account.freezes.size(), 2u);
    EXPECT_EQ(set(Status::active, platform), "ok");
    EXPECT_EQ(account.status, Status::frozen);
    EXPECT_EQ(set(Status::active, platform), "role_is_too_low /status");
    EXPECT_EQ(set(Status::active, seller), "ok");
    EXPECT_EQ(account.status, Status::active);
    EXPECT_EQ(set(Status::active, above), "ok") << "nothing to lift";
    // One for a debt is lifted by its payment, or by the seller's hand; others stay.
    EXPECT_FALSE(thaw_after_debt(account));
    apply(account, *freeze_for_debt(account, seller.account, day_one));
    EXPECT_FALSE(freeze_for_debt(account, seller.account, day_one));
    EXPECT_EQ(set(Status::frozen, platform), "ok");
    apply(account, *thaw_after_debt(account));
    EXPECT_EQ(account.status, Status::frozen);
    EXPECT_FALSE(thaw_after_debt(account));
    EXPECT_EQ(set(Status::active, platform), "ok");
    EXPECT_EQ(account.status, Status::active);
    apply(account, *freeze_for_debt(account, seller.account, day_one));
    EXPECT_EQ(set(Status::active, seller), "ok");
    EXPECT_EQ(account.status, Status::active);
    // From before authors were kept.
    apply(account, StatusSet{top_id, Status::frozen, {}, {}});
    EXPECT_EQ(set(Status::active, above), "role_is_too_low /status");
    EXPECT_EQ(set(Status::frozen, above), "ok");
    EXPECT_EQ(set(Status::active, above), "ok");
    EXPECT_EQ(account.status, Status::frozen);
    EXPECT_EQ(set(Status::active, seller), "ok");
    EXPECT_EQ(account.status, Status::active);
}

TEST_F(AccountTest, what_touches_an_owner_needs_an_owner) {
    const MemberId owner = join(Role::owner);
    const MemberId admin = join(Role::admin);
    const ApiKeyId owners = add_key(Role::admin, owner);
    const ApiKeyId of_role = add_key(Role::owner);
    const ApiKeyId admins = add_key(Role::admin, admin);
    auto revoke = [&](ApiKeyId key) { return right_for(account, RevokeApiKey{top_id, key}); };
    EXPECT_EQ(revoke(owners), Right::manage_owners);
    EXPECT_EQ(revoke(of_role), Right::manage_owners);
    EXPECT_EQ(revoke(admins), Right::revoke_key);
    auto update = [&](MemberId member, Role role) {
        return right_for(account, UpdateMember{top_id, member, role, {}});
    };
    EXPECT_EQ(update(owner, Role::user), Right::manage_owners);
    EXPECT_EQ(update(admin, Role::owner), Right::manage_owners);
    EXPECT_EQ(update(admin, Role::user), Right::manage_members);
    EXPECT_EQ(right_for(account, RemoveMember{top_id, owner}), Right::manage_owners);
    EXPECT_EQ(right_for(account, RemoveMember{top_id, admin}), Right::remove_members);
    ApiKey key;
    key.role = Role::user;
    key.member = owner;
    EXPECT_EQ(right_for(account, AddApiKey{top_id, key}), Right::manage_owners);
    key.member = admin;
    EXPECT_EQ(right_for(account, AddApiKey{top_id, key}), Right::make_key);
}

TEST_F(AccountTest, a_closing_can_be_undone_for_thirty_days_and_then_stays) {
    set_status(Status::frozen);
    EXPECT_EQ(must_be_active(account).error().fault, Fault::account_is_frozen);
    EXPECT_TRUE(must_not_be_closed(account).has_value());
    set_status(Status::active);
    EXPECT_TRUE(must_be_active(account).has_value());
    set_status(Status::closed);
    EXPECT_EQ(must_be_active(account).error().fault, Fault::account_is_closed);
    EXPECT_EQ(must_not_be_closed(account).error().fault, Fault::account_is_closed);
    const Instant over = *account.closed_at + Duration{limits::closing_undo_us};
    auto at = [&](Status status, Instant now) {
        return decide(account, SetStatus{top_id, status}, {}, now);
    };
    EXPECT_EQ(reply_of(at(Status::active, over)), "account_is_closed /status");
    EXPECT_EQ(reply_of(at(Status::frozen, day_one)), "account_is_closed /status");
    // Once more does not begin the thirty days anew.
    EXPECT_EQ(do_apply(account, at(Status::closed, over)), "ok");
    EXPECT_EQ(reply_of(at(Status::active, over)), "account_is_closed /status");
    EXPECT_EQ(do_apply(account, at(Status::active, over - Duration{1})), "ok");
    EXPECT_EQ(account.status, Status::active);
    EXPECT_FALSE(account.closed_at);
    // What was frozen is frozen again; one of before this was kept stays closed.
    set_status(Status::frozen);
    set_status(Status::closed);
    EXPECT_EQ(do_apply(account, at(Status::active, day_one)), "ok");
    EXPECT_EQ(account.status, Status::frozen);
    set_status(Status::closed);
    account.closed_at.reset();
    EXPECT_EQ(reply_of(at(Status::active, day_one)), "account_is_closed /status");
}

TEST_F(AccountTest, a_closed_account_takes_nothing_new_but_lets_things_go) {
    MemberId member = join(Role::admin);
    ApiKeyId key = add_key(Role::admin);
    set_status(Status::closed);
    EXPECT_EQ(reply_of(decide(account, UpdateProfile{top_id, account.profile}, {})),
              "account_is_closed");
    EXPECT_EQ(reply_of(decide(account, AddMember{top_id, {}}, day_one, ids)), "account_is_closed");
    EXPECT_EQ(
        reply_of(decide(account, UpdateMember{top_id, member, Role::user, MemberStatus::active})),
        "account_is_closed");
    ApiKey new_key;
    new_key.id = ApiKeyId{{9, 9}};
    EXPECT_EQ(reply_of(decide(account, AddApiKey{top_id, new_key}, day_one)), "account_is_closed");
    EXPECT_EQ(reply_of(decide(account, AddServiceKey{top_id, {}}, day_one)), "account_is_closed");
    EXPECT_EQ(do_apply(account, decide(account, RevokeApiKey{top_id, key}, day_one)), "ok");
    EXPECT_EQ(do_apply(account, decide(account, RemoveMember{top_id, member})), "ok");
}

TEST_F(AccountTest, members_are_counted_by_status) {
    join(Role::owner);
    join(Role::user);
    MemberId invited = join(Role::user, MemberStatus::invited);
    EXPECT_EQ(active_members(account), 2);
    EXPECT_EQ(invited_members(account), 1);
    UpdateMember accept{top_id, invited, Role::user, MemberStatus::active};
    EXPECT_EQ(do_apply(account, decide(account, accept)), "ok");
    EXPECT_EQ(active_members(account), 3);
    EXPECT_EQ(invited_members(account), 0);
    EXPECT_EQ(do_apply(account, decide(account, RemoveMember{top_id, invited})), "ok");
    EXPECT_EQ(active_members(account), 2);
    EXPECT_EQ(reply_of(decide(account, RemoveMember{top_id, invited})),
              "member_is_unknown /member");
    EXPECT_EQ(reply_of(decide(account, accept)), "member_is_unknown /member");
}

TEST_F(AccountTest, an_account_has_a_limit_of_members) {
    account.members.resize(limits::members_max);
    EXPECT_EQ(reply_of(decide(account, AddMember{top_id, {}}, day_one, ids)), "too_many");
}

TEST_F(AccountTest, members_keep_an_active_owner) {
    MemberId owner = join(Role::owner);
    MemberId second = join(Role::owner, MemberStatus::invited);
    UpdateMember demote{top_id, owner, Role::admin, MemberStatus::active};
    EXPECT_EQ(reply_of(decide(account, demote)), "field_is_invalid /role");
    EXPECT_EQ(reply_of(decide(account, RemoveMember{top_id, owner})), "field_is_invalid /member");
    UpdateMember accept{top_id, second, Role::owner, MemberStatus::active};
    EXPECT_EQ(do_apply(account, decide(account, accept)), "ok");
    EXPECT_EQ(do_apply(account, decide(account, demote)), "ok");
    EXPECT_EQ(do_apply(account, decide(account, RemoveMember{top_id, owner})), "ok");
    EXPECT_EQ(do_apply(account, decide(account, RemoveMember{top_id, second})), "ok");
    EXPECT_TRUE(account.members.empty());
}

TEST_F(AccountTest, a_key_is_added_and_revoked_once) {
    ApiKeyId id = add_key(Role::developer);
    ASSERT_NE(find_api_key(account, id), nullptr);
    EXPECT_EQ(find_api_key(account, id)->created_at, day_one);
    ApiKey same;
    same.id = id;
    EXPECT_EQ(reply_of(decide(account, AddApiKey{top_id, same}, day_one)), "key_is_taken /key");
    Instant later = day_one + Duration::of_days(1);
    EXPECT_EQ(do_apply(account, decide(account, RevokeApiKey{top_id, id}, later)), "ok");
    EXPECT_EQ(find_api_key(account, id)->revoked_at, later);
    EXPECT_EQ(reply_of(decide(account, RevokeApiKey{top_id, id}, later)), "key_is_unknown /key");
    EXPECT_EQ(find_api_key(account, ApiKeyId{{9, 9}}), nullptr);
}

TEST_F(AccountTest, adding_a_key_refuses_in_a_fixed_order) {
    MemberId developer = join(Role::developer);
    ApiKey key;
    key.id = add_key(Role::user);
    key.role = Role::admin;
    key.member = MemberId{{9, 9}};
    key.name.assign(limits::name_bytes_max + 1, 'x');
    key.expires_at = day_one;
    auto reply = [&] { return reply_of(decide(account, AddApiKey{top_id, key}, day_one)); };
    EXPECT_EQ(reply(), "field_is_invalid /name");
    key.name = "ci";
    EXPECT_EQ(reply(), "member_is_unknown /member");
    key.member = developer;
    EXPECT_EQ(reply(), "role_is_too_low /role");
    key.role = Role::developer;
    EXPECT_EQ(reply(), "instant_is_in_the_past /expires_at");
    key.expires_at = day_one + Duration::of_seconds(1);
    EXPECT_EQ(reply(), "key_is_taken /key");
    key.id = ApiKeyId{{9, 9}};
    EXPECT_EQ(reply(), "ok");
}

TEST_F(AccountTest, the_keys_of_a_member_follow_the_member) {
    join(Role::owner);
    MemberId admin = join(Role::admin);
    ApiKeyId high = add_key(Role::admin, admin);
    ApiKeyId low = add_key(Role::user, admin);
    ApiKeyId own = add_key(Role::admin);
    UpdateMember demote{top_id, admin, Role::developer, MemberStatus::active};
    EXPECT_EQ(do_apply(account, decide(account, demote)), "ok");
    EXPECT_EQ(find_api_key(account, high)->role, Role::developer);
    EXPECT_EQ(find_api_key(account, low)->role, Role::user);
    EXPECT_EQ(find_api_key(account, own)->role, Role::admin);
    EXPECT_EQ(do_apply(account, decide(account, RemoveMember{top_id, admin})), "ok");
    EXPECT_EQ(find_api_key(account, high), nullptr);
    EXPECT_EQ(find_api_key(account, low), nullptr);
    EXPECT_NE(find_api_key(account, own), nullptr);
}

TEST_F(AccountTest, revoked_keys_make_room_and_keys_in_force_do_not) {
    ApiKey key;
    key.id = ApiKeyId{{9, 9}};
    account.api_keys.resize(limits::api_keys_max);
    EXPECT_EQ(reply_of(decide(account, AddApiKey{top_id, key}, day_one)), "too_many");
    account.api_keys[5].revoked_at = day_one;
    EXPECT_EQ(do_apply(account, decide(account, AddApiKey{top_id, key}, day_one)), "ok");
    EXPECT_EQ(account.api_keys.size(), limits::api_keys_max);
    EXPECT_FALSE(account.api_keys[5].revoked_at.has_value());
    EXPECT_NE(find_api_key(account, key.id), nullptr);
}

TEST_F(AccountTest, a_service_key_is_the_public_half_only) {
    ServiceKey key;
    key.name.assign(limits::name_bytes_max + 1, 'x');
    key.public_key_pem = "-----BEGIN PRIVATE KEY-----";
    key.roles = {"reader", std::string(limits::key_bytes_max + 1, 'x')};
    auto reply = [&] { return reply_of(decide(account, AddServiceKey{top_id, key}, day_one)); };
    EXPECT_EQ(reply(), "field_is_missing /kid");
    key.kid = {4, 4};
    EXPECT_EQ(reply(), "field_is_invalid /name");
    key.name = "mail hook";
    EXPECT_EQ(reply(), "field_is_invalid /public_key_pem");
    key.public_key_pem = "MIIB";
    EXPECT_EQ(reply(), "field_is_invalid /public_key_pem");
    key.public_key_pem = "";
    EXPECT_EQ(reply(), "field_is_missing /public_key_pem");
    key.public_key_pem = public_pem;
    EXPECT_EQ(reply(), "field_is_invalid /roles/1");
    key.roles.pop_back();
    EXPECT_EQ(do_apply(account, decide(account, AddServiceKey{top_id, key}, day_one)), "ok");
    EXPECT_EQ(reply(), "key_is_taken /kid");
    EXPECT_EQ(find_service_key(account, {4, 4})->created_at, day_one);
    RevokeServiceKey revoke{top_id, {4, 4}};
    EXPECT_EQ(do_apply(account, decide(account, revoke, day_one)), "ok");
    EXPECT_TRUE(find_service_key(account, {4, 4})->revoked_at.has_value());
    EXPECT_EQ(reply_of(decide(account, revoke, day_one)), "key_is_unknown /kid");
    account.service_keys.assign(limits::service_keys_max, {});
    EXPECT_EQ(reply(), "too_many");
}

}  // namespace
}  // namespace rb::accounts
