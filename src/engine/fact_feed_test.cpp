#include "engine/fact_feed.h"

#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

class Facts : public ::testing::Test {
protected:
    FactPage page(std::string after, std::size_t limit,
                  const accounts::Caller& caller = accounts::Caller::platform()) {
        FactPage out;
        t_.engine().facts(caller, std::move(after), limit, {}, [&](Result<FactPage>&& r) {
            ASSERT_TRUE(r) << r.error().detail;
            out = std::move(*r);
        });
        return out;
    }
    static std::vector<std::string> types(const FactPage& page) {
        std::vector<std::string> out;
        for (const Fact& fact : page.facts) out.push_back(fact.type);
        return out;
    }

    TestEngine t_;
    AccountId acme_ = t_.open_account("acme");
    AccountId other_ = t_.open_account("other");
};

TEST_F(Facts, come_in_the_order_of_their_partition_with_command_and_account) {
    t_.pay(acme_, 5);
    FactPage all = page("", 100);
    std::vector<std::string> of_trees;
    for (const Fact& fact : all.facts)
        if (fact.partition == first_tree_partition) of_trees.push_back(fact.type);
    EXPECT_EQ(of_trees,
              (std::vector<std::string>{"account_opened", "account_opened", "entry_posted"}));
    const Fact& last = all.facts.back();
    EXPECT_EQ(last.command, "record_payment");
    EXPECT_EQ(last.account, acme_);
    EXPECT_EQ(last.at, at("2026-04-01T00:00:00Z"));
    EXPECT_NE(last.data.find("\"available\""), std::string::npos);
}

TEST_F(Facts, pages_of_any_size_give_each_fact_once) {
    t_.pay(acme_, 5);
    t_.pay(other_, 6);
    FactPage all = page("", 100);
    ASSERT_GE(all.facts.size(), 6U);
    for (std::size_t limit = 1; limit <= 4; ++limit) {
        std::vector<std::pair<PartitionId, std::uint64_t>> seen;
        std::string cursor;
        for (;;) {
            FactPage some = page(cursor, limit);
            EXPECT_LE(some.facts.size(), limit);
            if (some.facts.empty()) break;
            for (const Fact& fact : some.facts) seen.push_back({fact.partition, fact.number});
            cursor = some.cursor;
        }
        std::vector<std::pair<PartitionId, std::uint64_t>> expected;
        for (const Fact& fact : all.facts) expected.push_back({fact.partition, fact.number});
        EXPECT_EQ(seen, expected) << limit;
    }
}

TEST_F(Facts, a_cursor_at_the_end_gives_what_comes_after_also_after_a_restart) {
    std::string cursor = page("", 100).cursor;
    EXPECT_TRUE(page(cursor, 100).facts.empty());
    t_.pay(acme_, 5);
    t_.reopen_from_journal();
    EXPECT_EQ(types(page(cursor, 100)), std::vector<std::string>{"entry_posted"});
}

TEST_F(Facts, a_caller_sees_his_own_subtree_only) {
    AccountId branch = t_.open_account("branch", acme_);
    t_.pay(branch, 1);
    t_.pay(other_, 2);
    FactPage own = page("", 100, TestEngine::owner_of(acme_));
    ASSERT_FALSE(own.facts.empty());
    for (const Fact& fact : own.facts) EXPECT_NE(fact.account, other_);
    FactPage below = page("", 100, TestEngine::owner_of(branch));
    ASSERT_FALSE(below.facts.empty());
    for (const Fact& fact : below.facts) EXPECT_EQ(fact.account, branch);
}

TEST_F(Facts, a_cursor_that_was_not_made_here_is_refused) {
    for (std::string cursor : {"nonsense", "MTsy", "LTE6MTowOw=="})  // ..., "1;2", "-1:1:0;"
        t_.engine().facts(accounts::Caller::platform(), cursor, 10, {}, [&](Result<FactPage>&& r) {
            ASSERT_FALSE(r) << cursor;
            EXPECT_EQ(r.error().fault, Fault::field_is_invalid);
            EXPECT_EQ(r.error().field, "/after");
        });
}

TEST_F(Facts, who_waits_is_answered_by_the_next_fact_of_his) {
    // A tree's own cursor: the platform's tells what all trees do.
    std::string cursor = page("", 100, TestEngine::owner_of(acme_)).cursor;
    std::vector<FactPage> answers;
    t_.engine().facts(TestEngine::owner_of(acme_), cursor, 10, Duration::of_seconds(30),
                      [&](Result<FactPage>&& r) { answers.push_back(std::move(*r)); });
    EXPECT_TRUE(answers.empty());
    t_.pay(other_, 1);
    EXPECT_TRUE(answers.empty());
    t_.pay(acme_, 1);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(types(answers[0]), std::vector<std::string>{"entry_posted"});
    EXPECT_TRUE(page(answers[0].cursor, 10, TestEngine::owner_of(acme_)).facts.empty());
}

TEST_F(Facts, who_has_waited_long_enough_gets_an_empty_page_and_his_place) {
    FactFeed feed(t_.store());
    std::vector<FactPage> answers;
    FactFeed::Request request;
    request.limit = 10;
    request.deadline_us = 1000;
    request.partitions = first_tree_partition + 1;
    request.visible = [](const Event&) { return false; };
    feed.ask(
        request, [&](Result<FactPage>&& r) { answers.push_back(std::move(*r)); },
        [](FactFeed::Work work) { work(); });
    feed.expire(999);
    EXPECT_TRUE(answers.empty());
    feed.expire(1000);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers[0].facts.empty());
    EXPECT_NE(answers[0].cursor, "");
    feed.expire(2000);
    feed.moved({});
    EXPECT_EQ(answers.size(), 1U);
}

// How often those who wait read the journal, while others commit a thousand times and they
// themselves twenty times between two ticks.
TEST_F(Facts, who_waits_looks_again_for_his_own_tree_and_once_a_tick) {
    FactFeed feed(t_.store(), FactFeed::Ticks::come);
    int looks = 0;
    FactFeed::Request request;
    request.limit = 10;
    request.deadline_us = 1'000'000;
    request.partitions = first_tree_partition + 1;
    request.visible = [](const Event&) { return false; };
    request.tree = acme_;
    feed.ask(
        request, [](Result<FactPage>&&) {},
        [&](FactFeed::Work work) {
            ++looks;
            work();
        });
    EXPECT_EQ(looks, 1);
    for (int i = 0; i < 1'000; ++i) feed.moved({other_});
    EXPECT_EQ(looks, 1);
    for (int i = 0; i < 20; ++i) feed.moved({other_, acme_});
    EXPECT_EQ(looks, 2) << "the first at once";
    feed.expire(1);
    EXPECT_EQ(looks, 3) << "the others together";
    feed.expire(2);
    EXPECT_EQ(looks, 3);
    feed.moved({acme_});
    EXPECT_EQ(looks, 4);
}

TEST_F(Facts, so_many_of_a_tree_may_wait_and_others_may_all_the_same) {
    std::size_t refused = 0, answered = 0;
    auto ask = [&](AccountId account) {
        const accounts::Caller caller = TestEngine::owner_of(account);
        t_.engine().facts(caller, page("", 100, caller).cursor, 10, Duration::of_seconds(30),
                          [&](Result<FactPage>&& r) {
                              ++answered;
                              if (r) return;
                              ++refused;
                              EXPECT_EQ(r.error().fault, Fault::tree_is_full);
                          });
    };
    AccountId child = t_.open_account("child", acme_);
    for (std::size_t i = 0; i < limits::tree_waiting_reads_max; ++i)
        ask(i % 2 == 0 ? acme_ : child);
    EXPECT_EQ(answered, 0U);
    ask(acme_);
    ask(child);
    EXPECT_EQ(refused, 2U);
    ask(other_);
    EXPECT_EQ(answered, 2U) << "the other one waits";
    t_.pay(child, 1);
    EXPECT_EQ(answered - refused, limits::tree_waiting_reads_max);
    t_.pay(other_, 1);
    EXPECT_EQ(answered - refused, limits::tree_waiting_reads_max + 1);
}

}  // namespace
}  // namespace rb::engine::test
