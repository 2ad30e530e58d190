// A decision or a timer that would break an invariant holds back its own part of a tree, and
// nothing else. A journal from before a rule was checked stands in for a fault that nobody knows.
#include "engine/quarantine.h"

#include "base/check.h"
#include "engine/test_broken.h"
#include "engine/test_engine.h"

namespace rb::engine {
namespace {

using test::append;
using test::baseless_reservation;
using test::TestEngine;
using test::uuid_of;

class QuarantineTest : public ::testing::Test {
protected:
    QuarantineTest() { engine.apply_catalog(); }

    AccountId open_agency(const std::string& name) {
        accounts::OpenAccount open = TestEngine::opening(name);
        open.kind = accounts::Kind::agency;
        return AccountId::parse(engine.give(open)).value_or(AccountId{});
    }
    void break_timer_of(AccountId account, std::uint64_t n, Instant due) {
        Instant now = engine.engine().now();
        engine.reopen_from_journal();
        append(engine.store(), now, {baseless_reservation(account, n, due)});
        engine.reopen_from_journal();
    }
    std::set<AccountId> roots() {
        std::set<AccountId> out;
        for (const Quarantine& q : engine.engine().quarantines()) out.insert(q.root);
        return out;
    }
    std::string release(AccountId root, const accounts::Caller& caller) {
        std::string text = "no answer";
        engine.engine().release_quarantine(caller, {}, root, [&](Result<void> done) {
            text = done ? "released" : std::string(enum_text(done.error().fault));
        });
        return text;
    }
    std::string release(AccountId root) { return release(root, accounts::Caller::platform()); }
    void expect_same_after_a_start() {
        auto before = engine.engine().state_hashes();
        engine.open();
        EXPECT_EQ(engine.engine().state_hashes(), before);
        engine.reopen_from_journal();
        EXPECT_EQ(engine.engine().state_hashes(), before);
    }

    static constexpr auto held_back = "account_is_quarantined";
    TestEngine engine;
};

TEST_F(QuarantineTest, a_timer_that_would_break_holds_back_its_tree_alone) {
    AccountId acme = engine.open_account("acme");
    AccountId child = engine.open_account("acme-child", acme);
    AccountId other = engine.open_account("other");
    Instant due = engine.engine().now() + Duration::of_hours(1);
    break_timer_of(child, 1, due);
    EXPECT_TRUE(roots().empty());
    EXPECT_NE(engine.pay(acme, 5), held_back);

    engine.clock.advance(Duration::of_hours(2));
    engine.engine().run_timers();
    EXPECT_EQ(roots(), std::set{acme});
    EXPECT_EQ(engine.pay(acme, 5), held_back);
    EXPECT_EQ(engine.pay(child, 5), held_back);
    EXPECT_EQ(engine.give(TestEngine::opening("acme-second", acme)), held_back);
    EXPECT_NE(engine.pay(other, 5), held_back);
    EXPECT_EQ(engine.available(other), 5);
    EXPECT_EQ(engine.engine().status().quarantines, 1U);
    const Quarantine q = engine.engine().quarantines().front();
    EXPECT_EQ(q.command, "timer");
    EXPECT_EQ(q.about, child);
    EXPECT_FALSE(q.rule.empty());
    expect_same_after_a_start();
    EXPECT_EQ(engine.pay(acme, 5), held_back);
}

TEST_F(QuarantineTest, a_command_that_would_break_changes_nothing) {
    AccountId acme = engine.open_account("acme");
    engine.pay(acme, 7);
    break_timer_of(acme, 1, engine.engine().now() + Duration::of_hours(1));
    EXPECT_EQ(engine.give(entitlements::ReleaseReservation{acme, ReservationId{uuid_of(1)}}),
              held_back);
    EXPECT_EQ(roots(), std::set{acme});
    EXPECT_EQ(engine.engine().quarantines().front().command, "release_reservation");
    // Nothing of the command stands in the journal.
    EXPECT_EQ(release(acme), "released");
    EXPECT_EQ(engine.available(acme), 7);
}

TEST_F(QuarantineTest, what_is_released_is_served_until_it_breaks_again) {
    AccountId acme = engine.open_account("acme");
    break_timer_of(acme, 1, engine.engine().now() + Duration::of_hours(1));
    engine.clock.advance(Duration::of_hours(2));
    EXPECT_EQ(engine.pay(acme, 1), held_back);  // its timers fire before any command of its
    EXPECT_EQ(release(AccountId{uuid_of(77)}), "quarantine_is_unknown");
    EXPECT_EQ(release(acme, TestEngine::owner_of(acme)), "role_is_too_low");
    EXPECT_EQ(release(acme), "released");
    EXPECT_TRUE(roots().empty());
    EXPECT_EQ(engine.pay(acme, 1), held_back);
    EXPECT_EQ(roots(), std::set{acme});
    expect_same_after_a_start();
}

TEST_F(QuarantineTest, a_buyer_takes_no_service_from_its_agency) {
    AccountId agency = open_agency("agency");
    AccountId buyer = engine.open_account("buyer", agency);
    AccountId branch = engine.open_account("branch", buyer);
    AccountId second = engine.open_account("second", agency);
    break_timer_of(branch, 1, engine.engine().now() + Duration::of_hours(1));
    engine.clock.advance(Duration::of_hours(2));
    engine.engine().run_timers();
    EXPECT_EQ(roots(), std::set{buyer});
    EXPECT_EQ(engine.pay(branch, 1), held_back);
    EXPECT_EQ(engine.pay(buyer, 1), held_back);
    EXPECT_NE(engine.pay(second, 1), held_back);
    EXPECT_NE(engine.pay(agency, 1), held_back);
    expect_same_after_a_start();

    // The agency's own fault holds back all that is its.
    break_timer_of(agency, 2, engine.engine().now() + Duration::of_hours(1));
    engine.clock.advance(Duration::of_hours(2));
    engine.engine().run_timers();
    EXPECT_EQ(roots(), (std::set{agency, buyer}));
    EXPECT_EQ(engine.pay(second, 1), held_back);
    EXPECT_EQ(release(agency), "released");
    EXPECT_EQ(engine.pay(buyer, 1), held_back);
}

TEST_F(QuarantineTest, others_timers_of_the_tree_go_on) {
    AccountId agency = open_agency("agency");
    AccountId buyer = engine.open_account("buyer", agency);
    AccountId second = engine.open_account("second", agency);
    engine.pay(agency, 100);  // it buys of the platform what it sells
    engine.pay(second, 100);
    engine.subscribe(second, "basic");
    break_timer_of(buyer, 1, engine.engine().now() + Duration::of_hours(1));
    engine.clock.advance(Duration::of_hours(24 * 31));
    engine.engine().run_timers();
    EXPECT_EQ(roots(), std::set{buyer});
    EXPECT_EQ(engine.available(second), 40);  // 100 - 30 - 30
    expect_same_after_a_start();
}

TEST(Quarantine, what_would_break_the_directory_is_refused_alone) {
    Partition directory(directory_partition);
    std::string answer;
    auto done = [&answer](Result<void> outcome) {
        answer = outcome ? "done" : std::string(enum_text(outcome.error().fault));
    };
    directory.submit_step(
        "reserve_account", {test::at("2026-04-01T00:00:00Z"), uuid_of(1)},
        [](const Book& book) -> Result<std::vector<Event>> {
            RB_CHECK(book.directory.next_number < 0, "a rule that is broken");
            return std::vector<Event>{};
        },
        done);
    EXPECT_EQ(answer, "invariant_would_break");
    EXPECT_FALSE(directory.has_pending());
    directory.submit_step(
        "reserve_account", {test::at("2026-04-01T00:00:00Z"), uuid_of(1)},
        [](const Book&) -> Result<std::vector<Event>> { return std::vector<Event>{}; }, done);
    EXPECT_EQ(answer, "done");
}

}  // namespace
}  // namespace rb::engine
