// Rates of trees: what the engine tells who admits requests, over restarts and failed commits.
#include "engine/tree_rates.h"

#include <thread>

#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

accounts::SetRequestRate rate(AccountId account, std::optional<std::int64_t> per_second) {
    return {account, per_second};
}

TEST(TreeRates, one_is_found_from_when_it_is_set_until_it_is_taken_away) {
    TreeRates rates;
    const AccountId acme{{1, 1}}, beta{{1, 2}};
    EXPECT_EQ(rates.find(acme), std::nullopt);
    rates.set(beta, std::nullopt);
    rates.set(acme, 5);
    rates.set(acme, 6);
    EXPECT_EQ(rates.find(acme), 6);
    EXPECT_EQ(rates.find(beta), std::nullopt);
    rates.set(acme, std::nullopt);
    rates.set(acme, std::nullopt);
    EXPECT_EQ(rates.find(acme), std::nullopt);
    rates.set(beta, 7);
    EXPECT_EQ(rates.find(beta), 7);
}

TEST(TreeRates, threads_that_ask_see_what_was_set_before_they_began) {
    TreeRates rates;
    for (std::uint64_t i = 0; i < 1'000; ++i) rates.set(AccountId{{2, i}}, 1);
    std::vector<std::thread> readers;
    for (int t = 0; t < 3; ++t)
        readers.emplace_back([&] {
            for (std::uint64_t i = 0; i < 1'000; ++i) EXPECT_EQ(rates.find(AccountId{{2, i}}), 1);
        });
    for (std::uint64_t i = 0; i < 1'000; ++i) rates.set(AccountId{{3, i}}, 2);
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(rates.find(AccountId{{3, 999}}), 2);
}

class RatesKept : public ::testing::TestWithParam<Where> {
protected:
    std::optional<std::int64_t> told(AccountId top) { return t_.engine().tree_rates().find(top); }

    TestEngine t_{4, Threads::none, GetParam()};
    AccountId acme_ = t_.open_account("acme");
    AccountId beta_ = t_.open_account("beta");
    AccountId gamma_ = t_.open_account("gamma");
};

TEST_P(RatesKept, are_those_of_all_partitions_after_a_snapshot_and_from_the_journal) {
    EXPECT_EQ(t_.give(rate(acme_, 5)), acme_.to_text());
    EXPECT_EQ(t_.give(rate(beta_, 6)), beta_.to_text());
    EXPECT_EQ(t_.give(rate(gamma_, 7)), gamma_.to_text());
    EXPECT_EQ(t_.give(rate(gamma_, std::nullopt)), gamma_.to_text());
    const auto expect = [&](const char* when) {
        EXPECT_EQ(told(acme_), 5) << when;
        EXPECT_EQ(told(beta_), 6) << when;
        EXPECT_EQ(told(gamma_), std::nullopt) << when;
    };
    expect("at once");
    const auto before = t_.engine().state_hashes();
    t_.open();
    expect("from a snapshot");
    EXPECT_EQ(t_.engine().state_hashes(), before);
    t_.open();
    expect("from a snapshot of what came from one");
    t_.reopen_from_journal();
    expect("from the journal");
    EXPECT_EQ(t_.engine().state_hashes(), before);
    t_.open_with_awake_max(0);
    expect("while all accounts sleep");
    t_.expect_whole_journal();
}

INSTANTIATE_TEST_SUITE_P(, RatesKept, ::testing::Values(Where::memory, Where::sqlite),
                         [](const auto& place) {
                             return place.param == Where::memory ? "memory" : "sqlite";
                         });

TEST(RatesAfterAFailure, what_was_not_written_holds_for_nobody) {
    TestEngine t;
    const AccountId acme = t.open_account("acme");
    EXPECT_EQ(t.give(rate(acme, 5)), acme.to_text());
    t.faults->next = Append::not_written;
    t.faults->repeat = 1;
    t.faults->appends_until = 0;
    EXPECT_EQ(t.give(rate(acme, 9)), "store_is_full");
    EXPECT_EQ(t.engine().tree_rates().find(acme), 5);
    t.reopen_from_journal();
    EXPECT_EQ(t.engine().tree_rates().find(acme), 5);
}

}  // namespace
}  // namespace rb::engine::test
