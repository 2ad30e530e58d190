#include <latch>
#include <mutex>
#include <thread>

#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

class CommitFailure : public ::testing::Test {
protected:
    void fail(Append with, int after = 0, int times = 1) {
        t_.faults->next = with;
        t_.faults->repeat = times;
        t_.faults->appends_until = after;
    }

    TestEngine t_;
    AccountId acme_ = t_.open_account("acme");
};

TEST_F(CommitFailure, what_was_not_written_is_refused_and_undone) {
    t_.pay(acme_, 10);
    auto before = t_.engine().state_hashes();
    fail(Append::not_written);
    EXPECT_EQ(t_.pay(acme_, 5), "store_is_full");
    EXPECT_TRUE(t_.engine().status().store_full);
    EXPECT_TRUE(t_.engine().status().serving);
    EXPECT_EQ(t_.engine().state_hashes(), before);
    EXPECT_EQ(t_.available(acme_), 10);
}

TEST_F(CommitFailure, serving_resumes_when_there_is_space_again) {
    fail(Append::not_written, 0, 3);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(t_.pay(acme_, 5), "store_is_full");
    EXPECT_EQ(t_.pay(acme_, 7).substr(0, 4), "ent_");
    EXPECT_FALSE(t_.engine().status().store_full);
    EXPECT_EQ(t_.available(acme_), 7);
    t_.reopen_from_journal();
    EXPECT_EQ(t_.available(acme_), 7);
    t_.expect_whole_journal();
}

TEST_F(CommitFailure, an_unknown_outcome_is_read_back) {
    fail(Append::unknown);  // the store has written this one
    EXPECT_EQ(t_.pay(acme_, 5).substr(0, 4), "ent_");
    fail(Append::unknown);  // and not this one
    EXPECT_EQ(t_.pay(acme_, 6), "store_is_full");
    EXPECT_EQ(t_.available(acme_), 5);
    EXPECT_EQ(t_.pay(acme_, 7).substr(0, 4), "ent_");
    EXPECT_EQ(t_.available(acme_), 12);
    t_.expect_whole_journal();
}

TEST_F(CommitFailure, a_store_that_another_has_taken_over_is_served_no_more) {
    t_.pay(acme_, 10);
    fail(Append::fenced);
    EXPECT_EQ(t_.pay(acme_, 5), "store_is_stopped");
    EXPECT_FALSE(t_.engine().status().serving);
    EXPECT_NE(t_.engine().status().failure, "");
    EXPECT_EQ(t_.pay(acme_, 5), "store_is_stopped");
    EXPECT_EQ(t_.give(TestEngine::opening("beta")), "store_is_stopped");
    t_.open();
    EXPECT_EQ(t_.available(acme_), 10);
}

TEST_F(CommitFailure, a_failed_sync_is_never_tried_again) {
    fail(Append::sync_failed);
    EXPECT_EQ(t_.pay(acme_, 5), "store_is_stopped");
    EXPECT_EQ(t_.pay(acme_, 5), "store_is_stopped");
    EXPECT_FALSE(t_.engine().status().serving);
    // The first one was written all the same: a client that asks again learns it.
    t_.open();
    EXPECT_EQ(t_.available(acme_), 5);
}

TEST_F(CommitFailure, a_catalog_that_was_not_written_is_not_served) {
    t_.apply_catalog();
    std::string dearer(catalog_text);
    dearer.replace(dearer.find("30"), 2, "31");
    auto read = catalog_file::read(dearer);
    ASSERT_TRUE(read.ok());
    fail(Append::not_written);
    EXPECT_EQ(t_.give(catalog::ApplyCatalog{read.draft, {}}), "store_is_full");
    EXPECT_EQ(t_.engine().catalog()->version, 1);
    t_.pay(acme_, 30);
    t_.subscribe(acme_, "basic");
    EXPECT_EQ(t_.available(acme_), 0);
}

TEST_F(CommitFailure, a_timer_whose_commit_failed_fires_again) {
    t_.apply_catalog();
    t_.pay(acme_, 60);
    t_.subscribe(acme_, "basic");
    t_.clock.set(at("2026-05-01T00:00:00Z"));
    fail(Append::not_written);
    t_.engine().run_timers();
    t_.engine().run_timers();
    EXPECT_EQ(t_.available(acme_), 0);
    t_.reopen_from_journal();
    EXPECT_EQ(t_.available(acme_), 0);
    t_.expect_whole_journal();
}

// Group commit with threads of its own: many clients, fewer commits than commands, no reply that is
// lost.
TEST(GroupCommit, every_reply_of_many_clients_is_durable) {
    constexpr int clients = 8;
    constexpr int payments = 100;
    TestEngine t(2, Threads::own);
    std::vector<AccountId> accounts;
    std::mutex mutex;
    for (int i = 0; i < clients; ++i) {
        std::latch opened(1);
        t.engine().execute(
            {accounts::Caller::platform(), TestEngine::opening("a" + std::to_string(i)), {}, {}},
            TestEngine::print, [&](Result<Rendered>&& r) {
                accounts.push_back(*AccountId::parse(TestEngine::text(r)));
                opened.count_down();
            });
        opened.wait();
    }
    std::latch done(clients * payments);
    int accepted = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < clients; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < payments; ++n)
                t.engine().execute(
                    {accounts::Caller::platform(),
                     ledger::RecordPayment{accounts[static_cast<std::size_t>(i)], usd(1), ""},
                     {},
                     {}},
                    TestEngine::print, [&](Result<Rendered>&& r) {
                        {
                            std::lock_guard lock(mutex);
                            accepted += r ? 1 : 0;
                        }
                        done.count_down();
                    });
        });
    done.wait();
    threads.clear();
    EXPECT_EQ(accepted, clients * payments);
    t.engine().stop();
    auto report = testing::audit::run(t.store());
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.entries, static_cast<std::uint64_t>(clients * payments));
}

// With failures under way the journal holds exactly what was accepted.
TEST(GroupCommit, what_was_refused_for_space_is_not_in_the_journal) {
    constexpr int payments = 300;
    TestEngine t(1, Threads::own);
    AccountId acme;
    std::latch opened(1);
    t.engine().execute({accounts::Caller::platform(), TestEngine::opening("acme"), {}, {}},
                       TestEngine::print, [&](Result<Rendered>&& r) {
                           acme = *AccountId::parse(TestEngine::text(r));
                           opened.count_down();
                       });
    opened.wait();
    std::mutex mutex;
    std::uint64_t accepted = 0;
    std::latch done(payments);
    for (int n = 0; n < payments; ++n) {
        if (n % 50 == 10) {
            t.faults->next = Append::not_written;
            t.faults->appends_until = 1;
        }
        t.engine().execute(
            {accounts::Caller::platform(), ledger::RecordPayment{acme, usd(1), ""}, {}, {}},
            TestEngine::print, [&](Result<Rendered>&& r) {
                {
                    std::lock_guard lock(mutex);
                    accepted += r ? 1 : 0;
                }
                done.count_down();
            });
    }
    done.wait();
    t.engine().stop();
    auto report = testing::audit::run(t.store());
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.entries, accepted);
}

}  // namespace
}  // namespace rb::engine::test
