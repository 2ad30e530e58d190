#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

// A bit of everything that the journal can hold.
AccountId live_a_little(TestEngine& t) {
    t.apply_catalog();
    AccountId acme = t.open_account("acme");
    t.open_account("branch", acme);
    t.pay(acme, 500);
    std::string sub = t.subscribe(acme, "basic");
    changes::Ask ask;
    ask.kind = changes::QuoteKind::change;
    ask.subscription = *SubscriptionId::parse(sub);
    ask.plan.plan = t.engine().catalog()->plans.find_key("pro")->head.id;
    EXPECT_EQ(t.give(changes::MakeQuote{acme, ask}).substr(0, 4), "quo_");
    t.give(ledger::PlaceHold{acme, usd(7), "hold", at("2026-04-20T00:00:00Z")});
    t.give(ledger::GrantCredit{acme, ledger::GrantKind::promotional, usd(9), 0,
                               at("2026-05-20T00:00:00Z"), "gift"});
    t.give(metering::SetGauge{acme, "mailboxes", 3, {}});
    accounts::AddMember member{acme, {}};
    t.give(member);
    t.clock.set(at("2026-06-15T00:00:00Z"));
    t.engine().run_timers();
    return acme;
}

TEST(Replay, an_engine_over_the_same_store_has_the_same_state) {
    for (std::uint32_t partitions : {1U, 4U}) {
        TestEngine t(partitions);
        AccountId acme = live_a_little(t);
        auto before = t.engine().state_hashes();
        EXPECT_EQ(before.size(), first_tree_partition + partitions);
        t.open();
        EXPECT_EQ(t.engine().state_hashes(), before);
        t.reopen_from_journal();
        EXPECT_EQ(t.engine().state_hashes(), before);
        EXPECT_EQ(t.available(acme), 500 - 30 - 30 + 9 - 30);
        t.expect_whole_journal();
    }
}

TEST(Replay, an_engine_goes_on_after_a_restart_as_one_that_was_never_stopped) {
    TestEngine steady;
    TestEngine restarted;
    AccountId a = live_a_little(steady);
    AccountId b = live_a_little(restarted);
    restarted.reopen_from_journal();
    steady.pay(a, 1);
    restarted.pay(b, 1);
    for (TestEngine* t : {&steady, &restarted}) {
        t->clock.set(at("2026-09-01T00:00:00Z"));
        t->engine().run_timers();
    }
    EXPECT_EQ(steady.engine().state_hashes(), restarted.engine().state_hashes());
}

TEST(Replay, the_number_of_partitions_is_fixed_when_the_store_is_made) {
    auto store = store::memory::make();
    testing::SimClock clock(at("2026-04-01T00:00:00Z"));
    testing::ClearVault vault;
    testing::SimEntropy entropy;
    auto first = Engine::open(*store, vault, clock, entropy, {Threads::none, 3});
    ASSERT_TRUE(first);
    EXPECT_EQ((*first)->state_hashes().size(), first_tree_partition + 3U);
    first->reset();
    auto second = Engine::open(*store, vault, clock, entropy, {Threads::none, 8});
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->state_hashes().size(), first_tree_partition + 3U);
}

TEST(Replay, a_journal_that_was_changed_is_refused_with_its_place) {
    TestEngine t;
    AccountId acme = live_a_little(t);
    t.pay(acme, 1);
    t.engine().stop();
    ASSERT_TRUE(t.store().views().clear());
    // The same batches in a store of its own, one of them with a flipped bit.
    for (PartitionId spoiled : {catalog_partition, directory_partition, first_tree_partition}) {
        auto copy = store::memory::make();
        ASSERT_TRUE(copy->journal().set_meta("partitions", "1"));
        for (PartitionId id = 0; id <= first_tree_partition; ++id) {
            std::vector<StoredBatch> batches;
            auto read =
                t.store().journal().read(id, 1, [&](std::uint64_t seq, std::string_view body) {
                    batches.push_back({id, seq, 1, std::string(body)});
                    return true;
                });
            ASSERT_TRUE(read);
            if (id == spoiled) batches.front().body[batches.front().body.size() / 2] ^= 1;
            ASSERT_EQ(copy->journal().append(batches), Append::ok);
        }
        testing::SimEntropy entropy;
        auto opened = Engine::open(*copy, t.vault, t.clock, entropy, {Threads::none, 1});
        ASSERT_FALSE(opened);
        EXPECT_TRUE(opened.error().starts_with("batch 1 of partition " + std::to_string(spoiled)))
            << opened.error();
    }
}

TEST(Replay, a_batch_that_is_missing_is_noticed) {
    TestEngine t;
    AccountId acme = live_a_little(t);
    t.pay(acme, 1);
    t.engine().stop();
    auto copy = store::memory::make();
    ASSERT_TRUE(copy->journal().set_meta("partitions", "1"));
    std::vector<StoredBatch> batches;
    auto read = t.store().journal().read(
        first_tree_partition, 1, [&](std::uint64_t seq, std::string_view body) {
            if (seq != 2)
                batches.push_back({first_tree_partition, batches.size() + 1, 1, std::string(body)});
            return true;
        });
    ASSERT_TRUE(read);
    ASSERT_EQ(copy->journal().append(batches), Append::ok);
    testing::SimEntropy entropy;
    auto opened = Engine::open(*copy, t.vault, t.clock, entropy, {Threads::none, 1});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), "batch 2 of partition 2 does not follow the one before it");
}

}  // namespace
}  // namespace rb::engine::test
