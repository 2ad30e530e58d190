#include "engine/accounts_table.h"

#include "base/codec.h"
#include "engine/book.h"
#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

AccountId id_of(std::uint64_t number) { return AccountId{{7, number}}; }

// A tree of its own, as an event makes it.
AccountRecord& open(Book& book, AccountId id, AccountId parent = {}, std::string key = {}) {
    accounts::Account account;
    account.id = id;
    account.parent = parent;
    account.top = parent.is_nil() ? id : parent;
    account.name = "account-" + std::to_string(id.uuid.low);
    account.number = static_cast<std::int64_t>(id.uuid.low);
    account.created_at = at("2026-04-01T00:00:00Z");
    account.wrapped_data_key = std::string(73, 'k');
    account.profile.currency = "USD";
    account.profile.key = std::move(key);
    apply(book, accounts::AccountOpened{account}, ++book.event_count, account.created_at);
    return *book.find(id);
}

void tidy(const Book& book, int times = 1) {
    for (int i = 0; i < times; ++i) book.accounts.tidy();
}

TEST(AccountsTableTest, accounts_beyond_the_number_sleep_and_wake_as_they_were) {
    Book book;
    constexpr std::uint64_t count = 1'000;
    std::vector<std::string> before;
    for (std::uint64_t i = 1; i <= count; ++i) before.push_back(encode(open(book, id_of(i))));
    EXPECT_EQ(book.accounts.awake(), count);
    std::string state = canonical_state(book);

    book.accounts.set_awake_max(10);
    tidy(book, 100);
    EXPECT_EQ(book.accounts.awake(), 10U);
    EXPECT_EQ(book.accounts.size(), count);
    EXPECT_EQ(canonical_state(book), state);
    EXPECT_EQ(book.accounts.awake(), 10U) << "looking at the state wakes nobody";

    for (std::uint64_t i = 1; i <= count; ++i) {
        AccountRecord* record = book.find(id_of(i));
        ASSERT_NE(record, nullptr);
        ASSERT_EQ(encode(*record), before[i - 1]);
        ASSERT_EQ(book.tree_of(*record)->top, id_of(i));
    }
    EXPECT_EQ(book.accounts.awake(), count);
    EXPECT_EQ(book.find(id_of(count + 1)), nullptr);
}

TEST(AccountsTableTest, what_is_asked_again_and_again_stays_awake) {
    Book book;
    for (std::uint64_t i = 1; i <= 300; ++i) open(book, id_of(i));
    book.accounts.set_awake_max(20);
    // Lost when it sleeps: it follows from the catalog.
    auto is_warm = [&] {
        TermsCache::Stamp stamp;
        return book.find(id_of(150))
                   ->terms.find({Name("m"), entitlements::Level::asked, {}}, stamp, Instant{0}) !=
               nullptr;
    };
    TermsCache::Entry entry;
    entry.meter = Name("m");
    entry.terms.valid_until = Instant{1};
    book.find(id_of(150))->terms.put(std::move(entry));
    for (std::uint64_t round = 0; round < 2'000; ++round) {
        tidy(book);
        book.find(id_of(1 + round % 300));
        ASSERT_TRUE(is_warm()) << round;
    }
    EXPECT_LT(book.accounts.awake(), 40U);
    book.accounts.set_awake_max(0);
    tidy(book, 10);
    EXPECT_EQ(book.accounts.awake(), 0U);
    EXPECT_FALSE(is_warm());
}

TEST(AccountsTableTest, a_caller_that_wakes_many_each_time_does_not_fill_the_memory) {
    Book book;
    constexpr std::uint64_t count = 20'000, a_call = 1'000;
    for (std::uint64_t i = 1; i <= count; ++i) {
        open(book, id_of(i));
        tidy(book);
    }
    book.accounts.set_awake_max(100);
    tidy(book, 200);
    ASSERT_EQ(book.accounts.awake(), 100U);
    std::size_t most = 0;
    for (std::uint64_t call = 0; call < 60; ++call) {
        tidy(book);
        for (std::uint64_t i = 0; i < a_call; ++i)
            book.find(id_of(1 + (call * a_call + i) % count));
        most = std::max(most, book.accounts.awake());
    }
    // All that a call wakes was asked, so it takes the hand a second look.
    EXPECT_LT(most, 100 + 2 * a_call);
}

TEST(AccountsTableTest, a_pointer_holds_until_the_accounts_are_tidied) {
    Book book;
    book.accounts.set_awake_max(0);
    for (std::uint64_t i = 1; i <= 100; ++i) open(book, id_of(i));
    tidy(book);
    AccountRecord* first = book.find(id_of(1));
    for (std::uint64_t i = 2; i <= 100; ++i) book.find(id_of(i));
    EXPECT_EQ(book.find(id_of(1)), first);
    EXPECT_EQ(book.accounts.awake(), 100U);
}

TEST(AccountsTableTest, a_tree_of_one_account_sleeps_with_it) {
    Book book;
    open(book, id_of(1), {}, "mine");
    open(book, id_of(2));
    open(book, id_of(3), id_of(2));
    book.tree_of(id_of(1))->now = at("2026-04-05T00:00:00Z");
    book.accounts.set_awake_max(0);
    tidy(book);
    std::vector<AccountId> awake;
    book.accounts.for_each_tree_awake([&](const Tree& tree) { awake.push_back(tree.top); });
    EXPECT_EQ(awake, std::vector<AccountId>{id_of(2)});
    EXPECT_EQ(book.tops, (std::vector<AccountId>{id_of(1), id_of(2)}));

    const Tree* tree = book.accounts.tree(id_of(1));
    ASSERT_NE(tree, nullptr);
    EXPECT_EQ(tree->now, at("2026-04-05T00:00:00Z"));
    ASSERT_EQ(tree->keys.count("mine"), 1u);
    EXPECT_EQ(tree->keys.find("mine")->second.account, id_of(1));
    EXPECT_EQ(book.accounts.tree(id_of(3)), nullptr) << "it begins no tree";
    EXPECT_EQ(book.accounts.tree(id_of(4)), nullptr);
}

TEST(AccountsTableTest, a_child_finds_the_tree_of_a_parent_that_slept) {
    Book book;
    book.accounts.set_awake_max(0);
    open(book, id_of(1), {}, "mine");
    tidy(book);
    open(book, id_of(2), id_of(1), "yours");
    const Tree* tree = book.tree_of(id_of(2));
    EXPECT_EQ(tree->keys.size(), 2U);
    tidy(book);
    EXPECT_EQ(book.accounts.awake(), 0U);
    EXPECT_EQ(book.tree_of(id_of(1)), tree) << "a tree of several accounts stays";
    EXPECT_TRUE(book.is_within(id_of(2), id_of(1)));
    EXPECT_EQ(book.find(id_of(1))->children, std::vector<AccountId>{id_of(2)});
}

// Most of the limit is for the places in tables; bench/scale.py measures the whole.
TEST(AccountsTableTest, the_form_of_an_idle_account_takes_half_of_what_it_may_cost) {
    Book book;
    open(book, id_of(1));
    book.accounts.for_each_form([](AccountId, std::string_view form) {
        EXPECT_LE(form.size(), limits::idle_account_bytes_max / 2);
        return true;
    });
}

// Timers, holds, grants, quotes, plans of an agency, members: everything that the journal can hold
// passes through sleep, and through snapshots of sleepers and of those awake.
TEST(AccountsTableTest, an_engine_whose_accounts_all_sleep_is_the_same_engine) {
    auto live = [](TestEngine& t) {
        t.apply_catalog();
        AccountId acme = t.open_account("acme");
        AccountId branch = t.open_account("branch", acme);
        AccountId lone = t.open_account("lone");
        for (AccountId account : {acme, branch, lone}) {
            t.pay(account, 500);
            t.subscribe(account, "basic");
        }
        t.give(ledger::PlaceHold{lone, usd(7), "hold", at("2026-04-20T00:00:00Z")});
        t.give(ledger::GrantCredit{branch, ledger::GrantKind::promotional, usd(9), 0,
                                   at("2026-05-20T00:00:00Z"), "gift"});
        t.give(metering::SetGauge{lone, "mailboxes", 3, {}});
        t.clock.set(at("2026-06-15T00:00:00Z"));
        t.engine().run_timers();
        t.pay(lone, 1);
        return lone;
    };
    TestEngine usual;
    TestEngine asleep;
    asleep.open_with_awake_max(0);
    AccountId lone = live(usual);
    EXPECT_EQ(live(asleep), lone);
    auto state = usual.engine().state_hashes();
    EXPECT_EQ(asleep.engine().state_hashes(), state);
    for (std::size_t awake_max : {std::size_t{0}, limits::accounts_awake_max}) {
        for (TestEngine* t : {&usual, &asleep}) {
            t->open_with_awake_max(awake_max);
            EXPECT_EQ(t->engine().state_hashes(), state);
            t->reopen_from_journal();
            EXPECT_EQ(t->engine().state_hashes(), state);
            // April to June were paid; the hold lapsed.
            EXPECT_EQ(t->available(lone), 500 - 3 * 30 + 1);
        }
    }
    for (TestEngine* t : {&usual, &asleep}) {
        t->open();
        t->clock.set(at("2026-07-15T00:00:00Z"));
        t->engine().run_timers();
        EXPECT_EQ(t->available(lone), 500 - 4 * 30 + 1);
        t->expect_whole_journal();
    }
    EXPECT_EQ(usual.engine().state_hashes(), asleep.engine().state_hashes());
}

TEST(AccountsTableTest, forms_that_were_spoiled_in_a_snapshot_are_not_taken) {
    TestEngine t;
    t.apply_catalog();
    AccountId acme = t.open_account("acme");
    t.pay(acme, 500);
    auto state = t.engine().state_hashes();
    t.engine().stop();
    std::vector<SnapshotRecord> spoiled;
    ASSERT_TRUE(
        t.store().views().read_snapshot(first_tree_partition, [&](const SnapshotRecord& record) {
            if (record.key.starts_with("accounts/")) spoiled.push_back(record);
            return true;
        }));
    ASSERT_EQ(spoiled.size(), 1U);
    std::size_t place = spoiled[0].body.find("acme");
    ASSERT_NE(place, std::string::npos);
    spoiled[0].body[place] = 'u';
    ASSERT_TRUE(t.store().views().put_snapshot(first_tree_partition, spoiled));
    t.open();
    EXPECT_EQ(t.engine().state_hashes(), state);
}

}  // namespace
}  // namespace rb::engine::test
