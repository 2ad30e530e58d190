// Who is meant by a text: keys, names, aliases, and what stands in whose way.
#include <gtest/gtest.h>

#include "engine/directory.h"
#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

using accounts::Caller;

class Names : public ::testing::Test {
protected:
    std::string open(const std::string& name, AccountId parent, const std::string& key,
                     const Caller& caller = Caller::platform()) {
        auto command = TestEngine::opening(name, parent);
        command.profile.key = key;
        return t_.give(command, caller);
    }
    AccountId opened(const std::string& name, AccountId parent = {}, const std::string& key = {},
                     const Caller& caller = Caller::platform()) {
        auto text = open(name, parent, key, caller);
        auto id = AccountId::parse(text);
        EXPECT_TRUE(id) << name << ": " << text;
        return id.value_or(AccountId{});
    }
    std::string set_key(AccountId account, const std::string& key, const Caller& caller) {
        accounts::UpdateProfile update{account, {}};
        Envelope envelope{caller, update, {}, {}, {}};
        envelope.prepare = [&](const Reader& reader, Command& c) -> Result<void> {
            auto& profile = std::get<accounts::UpdateProfile>(c).profile;
            profile = reader.account(account)->account.profile;
            profile.key = key;
            return {};
        };
        auto answer = t_.answer(std::move(envelope));
        return answer ? "ok" : std::string(enum_text(answer.error().fault));
    }
    std::string meant(const Caller& caller, std::string_view reference) {
        auto id = t_.engine().resolve(caller, reference);
        if (!id) return std::string(enum_text(id.error().fault));
        for (const auto& [name, known] : names_)
            if (known == *id) return name;
        return id->to_text();
    }
    static Caller owner(AccountId account) { return TestEngine::owner_of(account); }

    TestEngine t_{3};
    const Caller platform_ = Caller::platform();
    std::map<std::string, AccountId> names_;
};

TEST_F(Names, a_strangers_child_of_the_same_name_does_not_take_the_place_of_a_key) {
    AccountId agency = names_["agency"] = opened("agency");
    AccountId client = names_["client"] = opened("client", agency, "cust-42", owner(agency));
    AccountId stranger = names_["stranger"] = opened("stranger");
    names_["attacker"] = opened("cust-42", stranger, {}, owner(stranger));

    EXPECT_EQ(meant(owner(agency), "cust-42"), "client");
    EXPECT_EQ(meant(owner(agency), "key:cust-42"), "client");
    EXPECT_EQ(meant(owner(stranger), "cust-42"), "attacker");
    EXPECT_EQ(meant(owner(stranger), "key:cust-42"), "account_is_unknown");
    EXPECT_EQ(meant(platform_, "cust-42"), "account_is_unknown");
    // Within the agency's own tree nobody may take the text as a name.
    EXPECT_EQ(open("cust-42", client, {}, owner(client)), "name_is_taken");
}

TEST_F(Names, whoever_was_first_a_sub_account_does_not_stand_in_the_way_of_its_sellers_keys) {
    AccountId agency = names_["agency"] = opened("agency");
    AccountId rival = names_["rival"] = opened("rival", agency, {}, owner(agency));
    names_["keyed"] = opened("grand-1", rival, "cust-1", owner(rival));
    names_["named"] = opened("cust-2", rival, {}, owner(rival));

    names_["one"] = opened("one", agency, "cust-1", owner(agency));
    names_["two"] = opened("two", agency, "cust-2", owner(agency));
    for (int restart = 0; restart < 3; ++restart) {
        EXPECT_EQ(meant(owner(agency), "cust-1"), "one");
        EXPECT_EQ(meant(owner(agency), "cust-2"), "two");
        EXPECT_EQ(meant(owner(agency), "key:cust-2"), "two");
        EXPECT_EQ(meant(owner(rival), "cust-1"), "keyed");
        EXPECT_EQ(meant(owner(rival), "cust-2"), "named");
        EXPECT_EQ(meant(owner(rival), "key:cust-2"), "account_is_unknown");
        restart == 0 ? t_.open() : t_.reopen_from_journal();
    }
    EXPECT_TRUE(t_.engine().clashing_keys().empty());
}

TEST_F(Names, a_bare_reference_is_an_id_then_a_key_then_a_name) {
    AccountId top = names_["top"] = opened("top", {}, "platforms-own");
    AccountId a = names_["a"] = opened("aa", top, "kk", owner(top));
    AccountId b = names_["b"] = opened("bb", top, {}, owner(top));
    EXPECT_EQ(meant(owner(top), a.to_text()), "a");
    EXPECT_EQ(meant(owner(top), "kk"), "a");
    EXPECT_EQ(meant(owner(top), "aa"), "a");
    EXPECT_EQ(meant(owner(top), "bb"), "b");
    EXPECT_EQ(meant(owner(top), "top"), "top");
    EXPECT_EQ(meant(owner(top), "key:aa"), "account_is_unknown");
    EXPECT_EQ(meant(owner(top), "key:" + a.to_text()), "account_is_unknown");
    EXPECT_EQ(meant(owner(top), ""), "account_is_unknown");
    EXPECT_EQ(meant(owner(top), "key:"), "account_is_unknown");
    // What is outside looks as if it did not exist; what is inside is found by a key from above.
    EXPECT_EQ(meant(owner(a), "bb"), "account_is_unknown");
    EXPECT_EQ(meant(owner(a), b.to_text()), "account_is_unknown");
    EXPECT_EQ(meant(owner(a), "kk"), "a");
    EXPECT_EQ(meant(owner(b), "kk"), "account_is_unknown");
    EXPECT_EQ(meant(owner(top), "platforms-own"), "top");
    // The platform's are ids and names of tops.
    EXPECT_EQ(meant(platform_, "top"), "top");
    EXPECT_EQ(meant(platform_, b.to_text()), "b");
    EXPECT_EQ(meant(platform_, "bb"), "account_is_unknown");
    EXPECT_EQ(meant(platform_, "kk"), "account_is_unknown");
    EXPECT_EQ(meant(platform_, "key:platforms-own"), "account_is_unknown");
}

TEST_F(Names, keys_that_could_be_taken_for_something_else_are_refused) {
    AccountId top = opened("top");
    AccountId a = opened("aa", top, "aa", owner(top));  // its own name
    AccountId b = opened("bb", top, {}, owner(top));
    auto open_with = [&](const std::string& key) { return open("cc", top, key, owner(top)); };
    EXPECT_EQ(open_with(a.to_text()), "field_is_invalid");
    EXPECT_EQ(open_with("acc_1"), "field_is_invalid");
    EXPECT_EQ(open_with("key:x"), "field_is_invalid");
    EXPECT_EQ(open_with("bb"), "key_is_taken");
    EXPECT_EQ(open_with("aa"), "key_is_taken");
    EXPECT_EQ(open_with("top"), "key_is_taken");
    EXPECT_EQ(set_key(b, "aa", owner(top)), "key_is_taken");
    EXPECT_EQ(set_key(b, "bb", owner(top)), "ok");
    EXPECT_EQ(set_key(b, "k-1", owner(top)), "ok");
    EXPECT_EQ(set_key(b, "acc_x", owner(top)), "field_is_invalid");
    EXPECT_EQ(set_key(b, "", owner(top)), "ok");
    EXPECT_EQ(open("k-1", top, {}, owner(top)).substr(0, 4), "acc_");
    EXPECT_EQ(set_key(b, "k-1", owner(top)), "key_is_taken");
    // Of tops the platform alone gives keys.
    EXPECT_EQ(open("second", {}, "top"), "key_is_taken");
    EXPECT_EQ(open("second", {}, "second").substr(0, 4), "acc_");
}

TEST_F(Names, a_key_is_given_from_above) {
    AccountId top = names_["top"] = opened("top");
    AccountId middle = names_["middle"] = opened("middle", top, "m", owner(top));
    AccountId low = names_["low"] = opened("low", middle, "l", owner(middle));
    EXPECT_EQ(set_key(middle, "other", owner(middle)), "role_is_too_low");
    EXPECT_EQ(set_key(middle, "", owner(middle)), "role_is_too_low");
    EXPECT_EQ(set_key(middle, "m", owner(middle)), "ok");  // says nothing new
    EXPECT_EQ(set_key(top, "mine", owner(top)), "role_is_too_low");
    EXPECT_EQ(set_key(low, "l2", owner(middle)), "ok");
    EXPECT_EQ(meant(owner(middle), "l2"), "low");
    EXPECT_EQ(meant(owner(top), "l2"), "account_is_unknown");
    // The top's key stands above the middle's, who cannot take it away.
    EXPECT_EQ(set_key(low, "of-top", owner(top)), "ok");
    EXPECT_EQ(meant(owner(top), "of-top"), "low");
    EXPECT_EQ(set_key(low, "l3", owner(middle)), "role_is_too_low");
    // What the platform gives to a child belongs to its tree's top.
    EXPECT_EQ(set_key(low, "of-platform", platform_), "ok");
    EXPECT_EQ(meant(owner(top), "of-platform"), "low");
    EXPECT_EQ(set_key(low, "l3", owner(top)), "ok");
    EXPECT_EQ(set_key(top, "t", platform_), "ok");
}

TEST_F(Names, a_childs_name_is_its_trees_own_and_a_tops_is_the_platforms_to_give) {
    AccountId x = opened("xx"), y = opened("yy");
    AccountId bx = names_["bx"] = opened("bigcorp", x, {}, owner(x));
    AccountId by = names_["by"] = opened("bigcorp", y, {}, owner(y));
    EXPECT_EQ(open("bigcorp", x, {}, owner(x)), "name_is_taken");
    EXPECT_EQ(open("xx", x, {}, owner(x)), "name_is_taken");
    names_["big"] = opened("bigcorp");
    EXPECT_EQ(open("bigcorp", {}, {}), "name_is_taken");
    for (int restart = 0; restart < 3; ++restart) {
        EXPECT_EQ(meant(platform_, "bigcorp"), "big");
        EXPECT_EQ(meant(owner(x), "bigcorp"), "bx");
        EXPECT_EQ(meant(owner(y), "bigcorp"), "by");
        restart == 0 ? t_.open() : t_.reopen_from_journal();
    }
    EXPECT_EQ(meant(owner(bx), "bigcorp"), "bx");
    EXPECT_EQ(meant(owner(by), "xx"), "account_is_unknown");
}

TEST_F(Names, the_platform_finds_a_child_by_the_name_that_it_gave_alone) {
    AccountId x = opened("xx"), y = opened("yy"), z = opened("zz");
    opened("south", z, {}, owner(z));
    EXPECT_EQ(meant(platform_, "south"), "account_is_unknown");
    names_["sx"] = opened("south", x);
    EXPECT_EQ(meant(platform_, "south"), "sx");
    EXPECT_EQ(t_.engine().account_named("south"), std::nullopt);
    AccountId sy = names_["sy"] = opened("south", y);
    for (int restart = 0; restart < 3; ++restart) {
        EXPECT_EQ(meant(platform_, "south"), "reference_is_ambiguous");
        EXPECT_EQ(meant(owner(x), "south"), "sx");
        EXPECT_EQ(meant(owner(y), "south"), "sy");
        restart == 0 ? t_.open() : t_.reopen_from_journal();
    }
    t_.give(accounts::GrantAlias{sy, "south"});
    EXPECT_EQ(meant(platform_, "south"), "sy");
}

TEST_F(Names, an_alias_is_unique_everywhere_and_granted_by_the_platform) {
    AccountId x = opened("xx"), y = opened("yy");
    AccountId a = names_["a"] = opened("north", x, {}, owner(x));
    AccountId b = names_["b"] = opened("north", y, {}, owner(y));
    auto grant = [&](AccountId account, const std::string& alias, const Caller& caller) {
        auto text = t_.give(accounts::GrantAlias{account, alias}, caller);
        return text == account.to_text() ? "ok" : text;
    };
    EXPECT_EQ(grant(a, "north", owner(x)), "role_is_too_low");
    EXPECT_EQ(grant(a, "north", platform_), "ok");
    EXPECT_EQ(grant(a, "north", platform_), "ok");
    EXPECT_EQ(grant(b, "north", platform_), "name_is_taken");
    EXPECT_EQ(grant(b, "xx", platform_), "name_is_taken");
    EXPECT_EQ(grant(b, "B", platform_), "field_is_invalid");
    EXPECT_EQ(grant(AccountId{{1, 2}}, "b2", platform_), "account_is_unknown");
    EXPECT_EQ(grant(b, "north-y", platform_), "ok");
    EXPECT_EQ(open("north", {}, {}), "name_is_taken");
    EXPECT_EQ(open("north-y", y, {}, owner(y)), "name_is_taken");
    EXPECT_EQ(open("north-y", x, {}, owner(x)).substr(0, 4), "acc_");
    for (int restart = 0; restart < 3; ++restart) {
        EXPECT_EQ(meant(platform_, "north"), "a");
        EXPECT_EQ(meant(platform_, "north-y"), "b");
        EXPECT_EQ(meant(owner(y), "north-y"), "b");
        EXPECT_EQ(t_.engine().account_named("north"), a);
        EXPECT_EQ(t_.engine().alias_of(b), "north-y");
        EXPECT_EQ(t_.engine().alias_of(x), "");
        restart == 0 ? t_.open() : t_.reopen_from_journal();
    }
    EXPECT_EQ(grant(b, "north-why", platform_), "ok");
    EXPECT_EQ(meant(platform_, "north-y"), "account_is_unknown");
    EXPECT_EQ(grant(a, "", platform_), "ok");
    EXPECT_EQ(t_.engine().alias_of(a), "");
    EXPECT_EQ(meant(platform_, "north"), "account_is_unknown");
    EXPECT_EQ(open("north", {}, {}).substr(0, 4), "acc_");
}

// A journal as the version before wrote it: names unique everywhere, keys without givers.
class OldStore : public Names {
protected:
    OldStore() {
        top_ = names_["top"] = id(1);
        stranger_ = names_["stranger"] = id(2);
        std::vector<Event> directory;
        std::vector<Event> trees;
        auto old = [&](std::uint64_t n, AccountId parent, const std::string& name,
                       const std::string& key) {
            accounts::Account a;
            a.id = id(n);
            a.parent = parent;
            a.top = parent.is_nil() ? a.id : parent == stranger_ ? stranger_ : top_;
            a.depth = parent.is_nil() ? 0 : parent == a.top ? 1 : 2;
            a.name = name;
            a.number = static_cast<std::int64_t>(1'000'000 + n);
            a.created_at = t_.clock.now();
            a.wrapped_data_key = "key";
            a.profile.currency = "USD";
            a.profile.key = key;
            directory.push_back(AccountReserved{a.id, a.top, 2, name, a.number, "", {}});
            directory.push_back(AccountConfirmed{a.id});
            trees.push_back(accounts::AccountOpened{a});
        };
        old(1, {}, "top", "");
        old(2, {}, "stranger", "");
        old(3, top_, "client", "cust-1");  // its key came before the name
        old(4, top_, "rival", "");
        old(5, id(4), "cust-1", "");
        old(6, id(4), "cust-2", "");  // its name came before the key
        old(7, top_, "other", "cust-2");
        old(8, stranger_, "cust-3", "");  // another tree's is nobody's business
        old(9, top_, "third", "cust-3");
        old(10, top_, "fourth", id(8).to_text());
        for (std::uint64_t n = 3; n <= 10; ++n) names_[std::to_string(n)] = id(n);
        append(directory_partition, directory);
        append(first_tree_partition, trees);
        t_.reopen_from_journal();
    }
    static AccountId id(std::uint64_t n) { return {Uuid::v7(1'770'000'000'000 + n, 1, n)}; }
    void append(PartitionId partition, const std::vector<Event>& events);

    AccountId top_, stranger_;
};

void OldStore::append(PartitionId partition, const std::vector<Event>& events) {
    Record record;
    record.at = t_.clock.now();
    record.command = "before";
    for (const Event& event : events) {
        RawEvent& raw = record.events.emplace_back();
        raw.kind = kind_number(event);
        encode_event(raw.bytes, event);
    }
    BatchHeader header{partition, 1, 1, 0, {}, 1};
    std::string records;
    encode_record(records, record);
    const StoredBatch batch{partition, 1, 0, seal_batch(header, records)};
    ASSERT_EQ(t_.store().journal().append({&batch, 1}), Append::ok);
}

TEST_F(OldStore, goes_on_and_tells_what_clashes) {
    for (int restart = 0; restart < 3; ++restart) {
        // Whoever was there first keeps the bare text.
        EXPECT_EQ(meant(owner(top_), "cust-1"), "3");
        EXPECT_EQ(meant(owner(id(4)), "cust-1"), "reference_is_ambiguous");
        EXPECT_EQ(meant(owner(top_), "cust-2"), "6");
        EXPECT_EQ(meant(owner(id(7)), "cust-2"), "reference_is_ambiguous");
        EXPECT_EQ(meant(owner(id(4)), "cust-2"), "6");
        // A key is always meant by "key:".
        EXPECT_EQ(meant(owner(top_), "key:cust-1"), "3");
        EXPECT_EQ(meant(owner(top_), "key:cust-2"), "7");
        EXPECT_EQ(meant(owner(id(7)), "key:cust-2"), "7");
        EXPECT_EQ(meant(owner(id(4)), "key:cust-1"), "account_is_unknown");
        // The attack: a stranger's child has the name.
        EXPECT_EQ(meant(owner(top_), "cust-3"), "9");
        EXPECT_EQ(meant(owner(stranger_), "cust-3"), "8");
        EXPECT_EQ(meant(platform_, "cust-3"), "8");  // unique everywhere when it was given
        EXPECT_EQ(meant(owner(top_), id(8).to_text()), "account_is_unknown");
        EXPECT_EQ(meant(owner(top_), "key:" + id(8).to_text()), "10");
        std::string clashes;
        for (const ClashingKey& c : t_.engine().clashing_keys())
            clashes += c.key.substr(0, 6) + " ";
        EXPECT_EQ(clashes, "cust-1 cust-2 acc_01 ");
        if (restart == 0) t_.open();
        if (restart == 1) t_.open_with_awake_max(0);
    }
}

TEST_F(OldStore, is_unambiguous_again_once_a_key_is_changed) {
    EXPECT_EQ(set_key(id(7), "cust-77", owner(id(7))), "role_is_too_low");
    EXPECT_EQ(set_key(id(7), "cust-1", owner(top_)), "key_is_taken");
    EXPECT_EQ(set_key(id(7), "cust-77", owner(top_)), "ok");
    EXPECT_EQ(set_key(id(3), "cust-11", owner(top_)), "ok");
    EXPECT_EQ(set_key(id(10), "ten", owner(top_)), "ok");
    EXPECT_EQ(meant(owner(top_), "cust-1"), "5");
    EXPECT_EQ(meant(owner(top_), "cust-11"), "3");
    EXPECT_EQ(meant(owner(top_), "cust-2"), "6");
    EXPECT_EQ(meant(owner(top_), "cust-77"), "7");
    EXPECT_TRUE(t_.engine().clashing_keys().empty());
    // The platform takes a name back for a top of its own.
    names_["new"] = opened("cust-3");
    EXPECT_EQ(meant(platform_, "cust-3"), "new");
    EXPECT_EQ(meant(owner(stranger_), "cust-3"), "8");
}

}  // namespace
}  // namespace rb::engine::test
