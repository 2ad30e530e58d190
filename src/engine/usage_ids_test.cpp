// Ids of events beyond memory, through the engine: whatever is in memory, on the disk or between,
// an event counts once, and a start finds out what it must know. On the store in memory and on
// SQLite.
#include <filesystem>

#include "engine/test_engine.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::engine {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr std::string_view ids_catalog = R"(catalog: 1
currencies: {USD: {}}
features: {messages: {kind: metered, meter: sent}}
meters: {sent: {event: message.sent, aggregate: count}}
families: {F: {name: F}}
plans: {free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 1000000, window: lifetime}}}}
)";

enum class Kind : std::uint8_t { memory, sqlite };

class UsageIds : public ::testing::TestWithParam<Kind> {
protected:
    static constexpr PartitionId trees = first_tree_partition;

    void SetUp() override { begin({10'000, 10}); }
    void TearDown() override {
        t_.reset();
        std::error_code ignored;
        for (const std::string& directory : directories_) fs::remove_all(directory, ignored);
    }
    void begin(const IdBudget& budget) {
        std::unique_ptr<Store> store;
        if (GetParam() == Kind::sqlite) store = open_sqlite(fresh_directory());
        t_ = std::make_unique<TestEngine>(budget, std::move(store));
        auto read = catalog_file::read(ids_catalog);
        ASSERT_TRUE(read.ok()) << (read.findings.empty() ? "" : read.findings[0].detail);
        ASSERT_EQ(t_->give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
        account_ = t_->open_account("anna");
    }
    std::string fresh_directory() {
        std::string directory = ::testing::TempDir() + "ratebook-XXXXXX";
        EXPECT_NE(::mkdtemp(directory.data()), nullptr);
        directories_.push_back(directory);
        return directory;
    }
    static std::unique_ptr<Store> open_sqlite(const std::string& directory) {
        auto opened = store::sqlite::open(directory, store::sqlite::Access::read_write);
        EXPECT_TRUE(opened) << opened.error();
        return opened ? std::move(*opened) : nullptr;
    }

    // Tells events by number; how many counted, were duplicates, were refused.
    struct Told {
        int counted = 0;
        int duplicates = 0;
        int refused = 0;
        bool operator==(const Told&) const = default;
    };
    Told tell(int from, int to) {
        std::vector<std::string> names;
        for (int n = from; n < to; ++n) names.push_back("e" + std::to_string(n));
        std::vector<UsageEvent> events;
        for (const std::string& name : names)
            events.push_back({account_, "test", name, "message.sent", {}, {}});
        Told told;
        t_->engine().ingest(accounts::Caller::platform(), events,
                            [&](Result<std::vector<EventOutcome>>&& outcomes) {
                                if (!outcomes) {
                                    told.refused = to - from;
                                    return;
                                }
                                for (const EventOutcome& o : *outcomes)
                                    ++(o.status == EventOutcome::Status::counted ? told.counted
                                       : o.status == EventOutcome::Status::duplicate
                                           ? told.duplicates
                                           : told.refused);
                            });
        return told;
    }
    bool consume_is_duplicate(int n) {
        std::string name = "e" + std::to_string(n);
        Consumption c{{account_, "messages", 1}, "test", name, {}};
        bool duplicate = false;
        t_->engine().consume(accounts::Caller::platform(), {&c, 1}, [&](Result<Answers>&& answers) {
            duplicate = answers && answers->front() && answers->front()->duplicate;
        });
        return duplicate;
    }
    std::int64_t used() {
        entitlements::Question q{account_, "messages", 1};
        return t_->engine().check(accounts::Caller::platform(), {&q, 1}).front()->used;
    }
    std::vector<std::uint64_t> runs() { return *t_->store().id_runs().list(trees); }
    void next_day() { t_->clock.advance(Duration::of_days(1)); }
    void expect_all_known(int count) {
        EXPECT_EQ(tell(0, count), (Told{0, count, 0}));
        EXPECT_EQ(used(), count);
    }

    std::vector<std::string> directories_;
    std::unique_ptr<TestEngine> t_;
    AccountId account_;
};

TEST_P(UsageIds, an_event_counts_once_wherever_its_id_is) {
    EXPECT_EQ(tell(0, 30), (Told{30, 0, 0}));
    next_day();
    EXPECT_EQ(tell(20, 60), (Told{30, 10, 0}));
    EXPECT_GE(runs().size(), 2u);
    expect_all_known(60);
    EXPECT_TRUE(consume_is_duplicate(3));
    EXPECT_TRUE(consume_is_duplicate(59));
    EXPECT_FALSE(consume_is_duplicate(60));
}

TEST_P(UsageIds, a_start_has_them_all_with_a_snapshot_and_from_the_journal_alone) {
    for (int today = 0; today < 4; ++today) {
        tell(today * 25, today * 25 + 25);
        next_day();
    }
    auto before = t_->engine().state_hashes();
    t_->open();
    EXPECT_EQ(t_->engine().state_hashes(), before);
    EXPECT_FALSE(runs().empty());
    expect_all_known(100);
    t_->reopen_from_journal();
    EXPECT_EQ(t_->engine().state_hashes(), before);
    expect_all_known(100);
    EXPECT_EQ(tell(100, 120), (Told{20, 0, 0}));
    t_->open();
    expect_all_known(120);
    t_->expect_whole_journal();
}

TEST_P(UsageIds, a_lost_run_leads_back_to_the_journal) {
    tell(0, 50);
    t_->open();
    ASSERT_FALSE(runs().empty());
    for (std::uint64_t number : runs()) ASSERT_TRUE(t_->store().id_runs().remove(trees, number));
    t_->open();
    expect_all_known(50);
    EXPECT_FALSE(runs().empty()) << "written anew";
    tell(50, 55);
    t_->open();
    expect_all_known(55);
}

TEST_P(UsageIds, a_damaged_run_leads_back_to_the_journal) {
    tell(0, 50);
    t_->open();
    ASSERT_FALSE(runs().empty());
    auto writer = t_->store().id_runs().create(trees, runs()[0]);
    ASSERT_TRUE((*writer)->append(std::string(5'000, 'x')));
    ASSERT_TRUE((*writer)->finish());
    t_->open();
    expect_all_known(50);
}

TEST_P(UsageIds, a_run_that_breaks_in_use_refuses_and_counts_nothing_twice) {
    EXPECT_EQ(tell(0, 50), (Told{50, 0, 0}));
    t_->open();
    auto numbers = runs();
    ASSERT_EQ(numbers.size(), 1u);
    auto file = t_->store().id_runs().open(trees, numbers[0]);
    std::string bytes((*file)->size(), '\0');
    ASSERT_TRUE((*file)->read(0, bytes));
    bytes[100] = static_cast<char>(bytes[100] ^ 1);
    auto writer = t_->store().id_runs().create(trees, numbers[0]);
    ASSERT_TRUE((*writer)->append(bytes));
    ASSERT_TRUE((*writer)->finish());
    t_->open();  // sees its size and its end alone
    EXPECT_EQ(tell(0, 50), (Told{0, 0, 50}));
    EXPECT_EQ(used(), 50);
    EXPECT_GE(tell(50, 60).counted, 9) << "what the filter knows to be new is not held up";
}

TEST_P(UsageIds, what_came_since_the_snapshot_is_known_after_a_kill) {
    tell(0, 30);
    t_->open();  // a snapshot that names runs
    next_day();
    tell(30, 90);
    if (GetParam() == Kind::memory) {
        // A failed sync stops the store: no snapshot is written at the end. The batch of this one
        // is written all the same, as may be.
        t_->faults->next = Append::sync_failed;
        t_->faults->appends_until = 0;
        tell(90, 91);
        t_->open();
    } else {
        std::string killed = fresh_directory();
        fs::copy(directories_[0], killed, fs::copy_options::recursive);
        tell(90, 91);
        t_->open_after_kill(open_sqlite(killed));
        EXPECT_EQ(tell(90, 91), (Told{1, 0, 0}));
    }
    expect_all_known(91);
}

TEST_P(UsageIds, runs_go_when_their_day_is_over_and_may_be_missed_by_no_start) {
    for (int today = 0; today < 4; ++today) {
        tell(today * 20, today * 20 + 20);
        next_day();
    }
    t_->open();
    std::size_t before = runs().size();
    ASSERT_GE(before, 4u);
    t_->clock.advance(Duration::of_days(33));  // the first two days are over
    EXPECT_EQ(tell(80, 81), (Told{1, 0, 0}));
    EXPECT_LT(runs().size(), before);
    EXPECT_EQ(tell(60, 80), (Told{0, 20, 0}));
    if (GetParam() == Kind::sqlite) {
        std::string killed = fresh_directory();
        fs::copy(directories_[0], killed, fs::copy_options::recursive);
        t_->open_after_kill(open_sqlite(killed));
        EXPECT_EQ(tell(60, 81), (Told{0, 21, 0}));
    }
    EXPECT_EQ(tell(0, 20), (Told{20, 0, 0})) << "forgotten";
}

TEST_P(UsageIds, the_budget_of_all_is_kept_over_memory_and_disk) {
    // Each tree may have what is left: 20 of 40, 10 of 20, 5 of 10, 3 of 5, 1 of 2 and the last.
    begin({40, 10});
    const AccountId first = account_;
    for (int number = 0; const int has : {20, 10, 5, 3, 1, 1, 0}) {
        if (number++ > 0) account_ = t_->open_account("tree-" + std::to_string(number));
        EXPECT_EQ(tell(0, 60), (Told{has, 0, 60 - has}));
        EXPECT_EQ(tell(0, 60), (Told{0, has, 60 - has}));
        t_->open();
        EXPECT_EQ(tell(0, 60), (Told{0, has, 60 - has}));
    }
    t_->clock.advance(Duration::of_days(36));
    account_ = first;
    EXPECT_EQ(tell(40, 60), (Told{20, 0, 0}));
    EXPECT_EQ(used(), 40);
}

TEST_P(UsageIds, a_batch_that_is_not_written_leaves_no_id_behind) {
    begin({10'000, 0});  // all ids move at once
    tell(0, 20);
    if (GetParam() == Kind::sqlite) return expect_all_known(20);
    t_->faults->next = Append::not_written;
    t_->faults->appends_until = 0;
    EXPECT_EQ(tell(10, 40), (Told{0, 0, 30}));
    EXPECT_EQ(tell(10, 40), (Told{20, 10, 0}));
    expect_all_known(40);
}

TEST_P(UsageIds, a_disk_without_space_for_runs_stops_nothing) {
    if (GetParam() == Kind::sqlite) return;  // store/sqlite/fault_test.cpp fills a real one
    t_->faults->run_writes_until = 0;
    EXPECT_EQ(tell(0, 50), (Told{50, 0, 0}));
    EXPECT_EQ(tell(0, 60), (Told{10, 50, 0}));
    EXPECT_TRUE(runs().empty());
    t_->open();
    expect_all_known(60);
    t_->faults->run_writes_until = -1;
    EXPECT_EQ(tell(60, 61), (Told{1, 0, 0}));
    EXPECT_FALSE(runs().empty());
    expect_all_known(61);
}

INSTANTIATE_TEST_SUITE_P(Stores, UsageIds, ::testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& instance) {
                             return instance.param == Kind::memory ? "in_memory" : "in_sqlite";
                         });

}  // namespace
}  // namespace rb::engine
