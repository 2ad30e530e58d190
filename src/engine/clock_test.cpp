#include "engine/test_engine.h"
#include "engine/wall.h"

namespace rb::engine::test {
namespace {

constexpr Duration hour = Duration::of_hours(1);

// Wall and monotonic readings that are set apart.
class TwoHands : public Clock {
public:
    Instant now() override { return wall; }
    std::int64_t monotonic_us() override { return monotonic; }
    void pass(Duration d) {
        wall = wall + d;
        monotonic += d.us;
    }
    Instant wall = at("2026-04-01T00:00:00Z");
    std::int64_t monotonic = 5;
};

TEST(Wall, time_that_passes_on_both_hands_is_believed_however_long) {
    TwoHands hands;
    WallClock clock(hands);
    hands.pass(Duration::of_days(400));
    EXPECT_EQ(clock.now(), hands.wall);
    EXPECT_FALSE(clock.jumped());
}

TEST(Wall, a_correction_of_up_to_an_hour_is_followed) {
    TwoHands hands;
    WallClock clock(hands);
    hands.wall = hands.wall + hour;
    EXPECT_EQ(clock.now(), hands.wall);
    hands.wall = hands.wall - Duration::of_days(1);
    EXPECT_EQ(clock.now(), hands.wall);
    EXPECT_FALSE(clock.jumped());
}

TEST(Wall, a_jump_of_more_than_an_hour_is_not_believed_and_time_goes_on) {
    TwoHands hands;
    WallClock clock(hands);
    Instant before = hands.wall;
    hands.wall = hands.wall + hour + Duration{1};
    EXPECT_EQ(clock.now(), before);
    EXPECT_TRUE(clock.jumped());
    hands.pass(Duration::of_minutes(10));
    EXPECT_EQ(clock.now(), before + Duration::of_minutes(10));
}

TEST(WallOfEngine, a_jump_pauses_timers_until_a_restart) {
    TwoHands hands;
    testing::ClearVault vault;
    testing::SimEntropy entropy;
    auto store = store::memory::make();
    auto engine = Engine::open(*store, vault, hands, entropy, {Threads::none, 1});
    ASSERT_TRUE(engine);
    hands.wall = at("2027-01-01T00:00:00Z");
    (*engine)->run_timers();
    EXPECT_TRUE((*engine)->status().clock_jumped);
    EXPECT_EQ((*engine)->now(), at("2026-04-01T00:00:00Z"));
    engine->reset();
    engine = Engine::open(*store, vault, hands, entropy, {Threads::none, 1});
    ASSERT_TRUE(engine);
    EXPECT_FALSE((*engine)->status().clock_jumped);
    EXPECT_EQ((*engine)->now(), hands.wall);
}

TEST(WallOfEngine, a_tree_does_not_go_back_when_the_wall_does) {
    TestEngine t;
    AccountId acme = t.open_account("acme");
    t.clock.set(at("2026-04-02T00:00:00Z"));
    t.pay(acme, 1);
    t.clock.set(at("2026-04-01T12:00:00Z"));
    t.pay(acme, 1);
    std::vector<Instant> instants;
    t.engine().entries(accounts::Caller::platform(), {acme, {}, 10}, [&](auto&& rows) {
        ASSERT_TRUE(rows);
        for (const EntryRow& row : *rows) instants.push_back(row.entry.at);
    });
    EXPECT_EQ(instants,
              (std::vector<Instant>{at("2026-04-02T00:00:00Z"), at("2026-04-02T00:00:00Z")}));
}

class TestClocks : public ::testing::Test {
protected:
    TestClocks() {
        t_.apply_catalog();
        clock_ = ClockId{t_.engine().fresh_id()};
        EXPECT_EQ(t_.give(MakeClock{clock_, "c", at("2026-01-01T00:00:00Z")}), clock_.to_text());
        acme_ = t_.open_account("acme", {}, clock_);
        t_.pay(acme_, 1000);
        t_.subscribe(acme_, "basic");
    }
    std::string advance(std::string_view to) { return t_.give(AdvanceClock{clock_, at(to)}); }
    Instant now() {
        Instant out;
        t_.engine().read_clock(
            clock_, accounts::Caller::platform(),
            [&](const Reader& reader) -> Result<Rendered> {
                out = reader.clock(clock_)->now;
                return Rendered{};
            },
            [](Result<Rendered>&&) {});
        return out;
    }

    TestEngine t_;
    ClockId clock_;
    AccountId acme_;
};

TEST_F(TestClocks, a_tree_lives_by_its_clock_alone) {
    EXPECT_EQ(t_.available(acme_), 970);
    t_.clock.set(at("2026-12-01T00:00:00Z"));
    t_.engine().run_timers();
    EXPECT_EQ(t_.available(acme_), 970);
    EXPECT_EQ(advance("2026-02-01T00:00:00Z"), clock_.to_text());
    EXPECT_EQ(t_.available(acme_), 940);
    EXPECT_EQ(now(), at("2026-02-01T00:00:00Z"));
}

TEST_F(TestClocks, a_clock_moves_forward_only_and_for_the_platform_only) {
    EXPECT_EQ(advance("2026-01-01T00:00:00Z"), "clock_moves_forward_only");
    EXPECT_EQ(advance("2025-12-31T00:00:00Z"), "clock_moves_forward_only");
    EXPECT_EQ(
        t_.give(AdvanceClock{clock_, at("2026-02-01T00:00:00Z")}, TestEngine::owner_of(acme_)),
        "role_is_too_low");
    EXPECT_EQ(t_.give(AdvanceClock{ClockId{{9, 9}}, at("2026-02-01T00:00:00Z")}),
              "clock_is_unknown");
    EXPECT_EQ(t_.give(MakeClock{clock_, "c", at("2026-01-01T00:00:00Z")}), "key_is_taken");
    EXPECT_EQ(t_.give(TestEngine::opening("b", {}, ClockId{{9, 9}})), "clock_is_unknown");
}

TEST_F(TestClocks, an_account_below_lives_by_the_clock_of_its_tree) {
    AccountId branch = t_.open_account("branch", acme_);
    t_.pay(branch, 100);
    t_.subscribe(branch, "basic");
    advance("2026-03-15T00:00:00Z");
    EXPECT_EQ(t_.available(branch), 10);
    EXPECT_EQ(t_.available(acme_), 910);
}

TEST_F(TestClocks, an_advance_in_two_steps_comes_to_the_same_as_in_one) {
    advance("2026-02-10T00:00:00Z");
    advance("2026-05-01T00:00:00Z");
    std::int64_t stepwise = t_.available(acme_);
    EXPECT_EQ(stepwise, 1000 - 5 * 30);
    t_.reopen_from_journal();
    EXPECT_EQ(t_.available(acme_), stepwise);
    t_.expect_whole_journal();
}

TEST_F(TestClocks, an_advance_that_the_store_interrupts_goes_on_afterwards) {
    t_.faults->next = Append::not_written;
    t_.faults->appends_until = 1;  // the command is durable, what it fires is not
    advance("2026-05-01T00:00:00Z");
    EXPECT_EQ(now(), at("2026-01-01T00:00:00Z"));
    t_.open();
    EXPECT_EQ(t_.available(acme_), 1000 - 5 * 30);
    EXPECT_EQ(now(), at("2026-05-01T00:00:00Z"));
    t_.expect_whole_journal();
}

}  // namespace
}  // namespace rb::engine::test
