#include "engine/directory.h"

#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

using accounts::Surface;

TEST(DirectoryTest, a_name_belongs_to_one_account) {
    TestEngine t;
    AccountId acme = t.open_account("acme");
    EXPECT_EQ(t.give(TestEngine::opening("acme")), "name_is_taken");
    EXPECT_EQ(t.give(TestEngine::opening("acme", acme)), "name_is_taken");
    EXPECT_EQ(t.engine().account_named("acme"), acme);
    EXPECT_EQ(t.engine().account_named("acm"), std::nullopt);
}

TEST(DirectoryTest, numbers_ascend_and_may_be_chosen_once) {
    TestEngine t;
    AccountId first = t.open_account("first");
    auto chosen = TestEngine::opening("chosen");
    chosen.number = 2'000'000;
    ASSERT_EQ(t.give(chosen).substr(0, 4), "acc_");
    AccountId next = t.open_account("next");
    EXPECT_EQ(t.engine().account_numbered(1'000'001), first);
    EXPECT_EQ(t.engine().account_numbered(1'000'002), next);  // the lowest that is free
    auto again = TestEngine::opening("again");
    again.number = 2'000'000;
    EXPECT_EQ(t.give(again), "name_is_taken");
    again.number = -1;
    EXPECT_EQ(t.give(again), "field_is_invalid");
    again.number = account_number_max + 1;
    EXPECT_EQ(t.give(again), "field_is_invalid");
}

TEST(DirectoryTest, a_number_that_was_chosen_leaves_the_others) {
    TestEngine t;
    auto chosen = TestEngine::opening("last");
    chosen.number = account_number_max;
    AccountId last = *AccountId::parse(t.give(chosen));
    chosen = TestEngine::opening("near");
    chosen.number = 1'000'002;
    t.give(chosen);
    AccountId first = t.open_account("first");
    AccountId second = t.open_account("second");
    t.open();
    AccountId third = t.open_account("third");
    t.reopen_from_journal();
    AccountId fourth = t.open_account("fourth");
    EXPECT_EQ(t.engine().account_numbered(account_number_max), last);
    EXPECT_EQ(t.engine().account_numbered(1'000'001), first);
    EXPECT_EQ(t.engine().account_numbered(1'000'003), second);
    EXPECT_EQ(t.engine().account_numbered(1'000'004), third);
    EXPECT_EQ(t.engine().account_numbered(1'000'005), fourth);
}

TEST(DirectoryTest, without_a_number_that_is_left_an_opening_is_refused) {
    Directory directory;
    directory.next_number = account_number_max + 1;
    const AccountId id{{1, 1}};
    AccountReserved wanted{id, id, 2, "acme", 0, "", {}, NameReach::tree};
    auto events = reserve_account(directory, wanted, {});
    ASSERT_FALSE(events);
    EXPECT_EQ(events.error().fault, Fault::field_is_invalid);
    EXPECT_EQ(events.error().field, "/number");
}

TEST(DirectoryTest, only_the_platform_chooses_a_number) {
    TestEngine t;
    AccountId acme = t.open_account("acme");
    auto before = t.engine().state_hashes();
    auto child = TestEngine::opening("child", acme);
    for (std::int64_t number : {std::int64_t{1'000'001}, std::int64_t{7}, account_number_max}) {
        child.number = number;  // taken, free, the last: all in the same words
        EXPECT_EQ(t.give(child, TestEngine::owner_of(acme)), "role_is_too_low");
    }
    EXPECT_EQ(t.engine().state_hashes(), before);
    child.number = 7;
    EXPECT_EQ(t.give(child).substr(0, 4), "acc_");
}

TEST(DirectoryTest, an_e_mail_belongs_to_one_top_and_to_one_account_of_a_tree) {
    TestEngine t;
    auto platform = accounts::Caller::platform();
    EXPECT_EQ(t.give(TestEngine::opening("anna"), platform, {}, "fp:x").substr(0, 4), "acc_");
    EXPECT_EQ(t.give(TestEngine::opening("berta"), platform, {}, "fp:x"), "email_is_taken");
    AccountId berta = *AccountId::parse(t.give(TestEngine::opening("berta"), platform, {}, "fp:y"));
    auto owner = TestEngine::owner_of(berta);
    auto child = [&](const std::string& name, const std::string& fingerprint) {
        return t.give(TestEngine::opening(name, berta), owner, {}, fingerprint).substr(0, 5);
    };
    EXPECT_EQ(child("one", "fp:x").substr(0, 4), "acc_");  // another tree's is not told
    EXPECT_EQ(child("two", "fp:x"), "email");
    EXPECT_EQ(child("three", "fp:y"), "email");  // its top's
}

TEST(DirectoryTest, a_refused_opening_leaves_its_name_free_at_once) {
    TestEngine t;
    AccountId acme = t.open_account("acme");
    accounts::Caller user = TestEngine::owner_of(acme);
    user.role = accounts::Role::user;
    auto before = t.engine().state_hashes();
    EXPECT_EQ(t.give(TestEngine::opening("branch", acme), user), "role_is_too_low");
    EXPECT_EQ(t.engine().state_hashes(), before);
    EXPECT_EQ(t.give(TestEngine::opening("branch", acme)).substr(0, 4), "acc_");
}

TEST(DirectoryTest,
     a_reservation_gives_way_when_its_account_is_abandoned_and_never_once_it_is_confirmed) {
    Directory directory;
    AccountReserved left{AccountId{{1, 1}}, AccountId{{1, 1}}, 2, "acme", 7, "fp:x", {}};
    directory.accounts.put({left.account, left.top, 2, left.name, 7, "fp:x", {}, false});

    const AccountId id{{2, 2}};
    auto reserve = [&](AccountReserved wanted,
                       const std::set<AccountId>& abandoned) -> std::string {
        auto events = reserve_account(directory, wanted, abandoned);
        if (!events) return std::string(enum_text(events.error().fault));
        std::string text;
        for (const Event& event : *events) text += std::string(kind_name(event)) + " ";
        return text + std::to_string(wanted.number);
    };
    AccountReserved by_name{id, id, 2, "acme", 0, "", {}};
    AccountReserved by_number{id, id, 2, "beta", 7, "", {}};
    AccountReserved by_email{id, id, 2, "beta", 0, "fp:x", {}};
    EXPECT_EQ(reserve(by_name, {}), "name_is_taken");
    EXPECT_EQ(reserve(by_number, {}), "name_is_taken");
    EXPECT_EQ(reserve(by_email, {}), "email_is_taken");
    EXPECT_EQ(reserve(by_name, {left.account}), "account_lapsed account_reserved 1000001");
    EXPECT_EQ(reserve(by_number, {left.account}), "account_lapsed account_reserved 7");
    EXPECT_EQ(reserve(by_email, {left.account}), "account_lapsed account_reserved 1000001");

    directory.accounts.confirm(left.account);
    EXPECT_EQ(reserve(by_name, {left.account}), "name_is_taken");
}

TEST(DirectoryTest, a_table_finds_each_account_by_all_that_is_unique) {
    DirectoryTable table;
    constexpr std::uint64_t count = 40'000;  // several chunks
    auto name = [](std::uint64_t i) { return "account-" + std::to_string(i); };
    for (std::uint64_t i = 1; i <= count; ++i) {
        AccountId id{{i, i}};
        AccountId top = i % 2 == 0 ? id : AccountId{{i - 1, i - 1}};
        std::string email = i % 3 == 0 ? "fp:" + name(i) : "";
        auto reach = i % 5 == 0 ? NameReach::tree : NameReach::everywhere;
        table.put({id, top, static_cast<std::uint32_t>(i % 5), name(i),
                   static_cast<std::int64_t>(i), email, Instant{7}, false, reach});
        if (i % 4 == 0) table.confirm(id);
        if (i % 7 == 0) table.drop(id);
    }
    EXPECT_EQ(table.size(), count - count / 7);
    for (std::uint64_t i = 1; i <= count; ++i) {
        const AccountId id{{i, i}};
        auto entry = table.find(id);
        auto holder = entry ? std::optional(id) : std::nullopt;
        ASSERT_EQ(entry.has_value(), i % 7 != 0) << i;
        const bool is_top = i % 2 == 0;
        const AccountId above = is_top ? AccountId{} : AccountId{{i - 1, i - 1}};
        ASSERT_EQ(table.child_named(name(i)).child,
                  !above.is_nil() && i % 5 != 0 ? holder : std::nullopt);
        ASSERT_EQ(table.top_named(name(i)), above.is_nil() ? holder : std::nullopt);
        ASSERT_EQ(table.named_in(above, name(i)), holder);
        ASSERT_EQ(table.named_in(id, name(i)), is_top ? holder : std::nullopt);
        ASSERT_EQ(table.numbered(static_cast<std::int64_t>(i)), holder);
        ASSERT_EQ(table.with_email(above, "fp:" + name(i)), i % 3 == 0 ? holder : std::nullopt);
        if (!entry) continue;
        ASSERT_EQ(entry->account, id);
        ASSERT_EQ(entry->top.uuid.high, i % 2 == 0 ? i : i - 1);
        ASSERT_EQ(entry->partition, i % 5);
        ASSERT_EQ(entry->name, name(i));
        ASSERT_EQ(entry->number, static_cast<std::int64_t>(i));
        ASSERT_EQ(entry->email_fingerprint, i % 3 == 0 ? "fp:" + name(i) : "");
        ASSERT_EQ(entry->until, Instant{7});
        ASSERT_EQ(entry->confirmed, i % 4 == 0);
    }
    EXPECT_EQ(table.with_email({}, ""), std::nullopt);
}

TEST(DirectoryTest, a_name_that_lapsed_belongs_to_whoever_took_it_next) {
    DirectoryTable table;
    const AccountId first{{1, 1}};
    const AccountId second{{2, 2}};
    table.put({first, first, 2, "acme", 7, "fp:x", {}, false});
    table.drop(first);
    table.put({second, second, 2, "acme", 7, "fp:x", {}, false});
    table.drop(first);
    EXPECT_EQ(table.top_named("acme"), second);
    EXPECT_EQ(table.numbered(7), second);
    EXPECT_EQ(table.with_email({}, "fp:x"), second);
}

// The process ends between the reservation and the opening, or between the opening and its
// confirmation.
TEST(DirectoryTest, a_restart_settles_what_an_interrupted_opening_left) {
    for (int appends : {1, 2}) {
        TestEngine t;
        t.faults->next = Append::fenced;
        t.faults->appends_until = appends;
        t.give(TestEngine::opening("acme"));
        ASSERT_FALSE(t.engine().status().serving);
        t.open();
        bool was_opened = appends == 2;
        auto named = t.engine().account_named("acme");
        EXPECT_EQ(named && t.engine().exists(*named), was_opened) << appends;
        EXPECT_EQ(t.give(TestEngine::opening("acme")).substr(0, 4), was_opened ? "name" : "acc_");
        t.expect_whole_journal();
    }
}

class Keys : public ::testing::Test {
protected:
    ApiKeyId add(const std::string& text, std::optional<Instant> expires = {},
                 accounts::Role role = accounts::Role::admin) {
        accounts::AddApiKey add{acme_, {}};
        add.key.id = ApiKeyId{t_.engine().fresh_id()};
        add.key.hash = Sha256::of(text);
        add.key.role = role;
        add.key.expires_at = expires;
        EXPECT_EQ(t_.give(add, TestEngine::owner_of(acme_)), add.key.id.to_text());
        return add.key.id;
    }
    std::string who(Surface surface, std::string_view text) {
        auto principal = t_.engine().authenticate(surface, text);
        if (!principal) return std::string(enum_text(principal.error().fault));
        return std::string(enum_text(principal->caller.role)) + " of " +
               principal->caller.account.to_text();
    }

    TestEngine t_;
    AccountId acme_ = t_.open_account("acme");
};

TEST_F(Keys, a_key_leads_to_its_account_on_its_surface_only) {
    add("text");
    EXPECT_EQ(who(Surface::native, "text"), "admin of " + acme_.to_text());
    EXPECT_EQ(who(Surface::platform, "text"), "caller_is_unknown");
    EXPECT_EQ(who(Surface::native, "texts"), "caller_is_unknown");
    t_.reopen_from_journal();
    EXPECT_EQ(who(Surface::native, "text"), "admin of " + acme_.to_text());
}

TEST_F(Keys, a_revoked_key_and_a_closed_account_open_nothing) {
    ApiKeyId first = add("one");
    add("two");
    EXPECT_EQ(t_.give(accounts::RevokeApiKey{acme_, first}), first.to_text());
    EXPECT_EQ(who(Surface::native, "one"), "caller_is_unknown");
    EXPECT_EQ(who(Surface::native, "two"), "admin of " + acme_.to_text());
    t_.give(accounts::SetStatus{acme_, accounts::Status::closed});
    EXPECT_EQ(who(Surface::native, "two"), "caller_is_unknown");
}

TEST_F(Keys, a_key_expires_at_its_instant) {
    add("text", at("2026-05-01T00:00:00Z"));
    t_.clock.set(at("2026-04-30T23:59:59.999999Z"));
    EXPECT_EQ(who(Surface::native, "text"), "admin of " + acme_.to_text());
    t_.clock.set(at("2026-05-01T00:00:00Z"));
    EXPECT_EQ(who(Surface::native, "text"), "credentials_expired");
}

TEST_F(Keys, a_key_has_no_higher_role_than_its_maker) {
    accounts::AddApiKey add{acme_, {}};
    add.key.id = ApiKeyId{t_.engine().fresh_id()};
    add.key.hash = Sha256::of("text");
    add.key.role = accounts::Role::owner;
    accounts::Caller admin = TestEngine::owner_of(acme_);
    admin.role = accounts::Role::admin;
    EXPECT_EQ(t_.give(add, admin), "role_is_too_low");
    EXPECT_EQ(who(Surface::native, "text"), "caller_is_unknown");
}

TEST_F(Keys, a_store_from_before_rights_says_once_how_many_keys_lost_one) {
    EXPECT_FALSE(t_.engine().keys_narrowed());
    add("admins");
    add("told", {}, accounts::Role::user);
    ASSERT_TRUE(t_.store().journal().set_meta("key_rights", "0"));  // as one that never heard of it
    t_.reopen_from_journal();
    EXPECT_EQ(t_.engine().keys_narrowed(), 1);
    t_.reopen_from_journal();
    EXPECT_FALSE(t_.engine().keys_narrowed());
}

TEST_F(Keys, a_root_key_is_the_platform_itself) {
    EXPECT_FALSE(t_.engine().has_root_key());
    t_.engine().add_root_key("root", [](Result<void> done) { EXPECT_TRUE(done); });
    EXPECT_TRUE(t_.engine().has_root_key());
    auto principal = t_.engine().authenticate(Surface::native, "root");
    ASSERT_TRUE(principal);
    EXPECT_TRUE(principal->caller.is_platform());
    EXPECT_FALSE(t_.engine().authenticate(Surface::agency, "root"));
    t_.reopen_from_journal();
    EXPECT_TRUE(t_.engine().authenticate(Surface::native, "root"));
}

TEST_F(Keys, another_trees_account_looks_as_if_it_did_not_exist) {
    AccountId other = t_.open_account("other");
    auto caller = TestEngine::owner_of(other);
    accounts::AddApiKey add{acme_, {}};
    add.key.id = ApiKeyId{t_.engine().fresh_id()};
    add.key.hash = Sha256::of("text");
    EXPECT_EQ(t_.give(add, caller), "account_is_unknown");
    EXPECT_EQ(t_.give(accounts::SetStatus{acme_, accounts::Status::frozen}, caller),
              "account_is_unknown");
    EXPECT_EQ(t_.give(TestEngine::opening("sub", acme_), caller), "account_is_unknown");
    EXPECT_EQ(who(Surface::native, "text"), "caller_is_unknown");
}

}  // namespace
}  // namespace rb::engine::test
