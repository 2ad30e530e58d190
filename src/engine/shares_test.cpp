// One tree takes what it can of everything that trees have together; another goes on, and what the
// first may have is the same after a start, with a snapshot and from the journal alone.
#include "engine/share.h"

#include "base/enums.h"
#include "engine/test_engine.h"

namespace rb::engine {
namespace {

using namespace test;

constexpr std::string_view events_catalog = R"(catalog: 1
currencies: {USD: {}}
features: {messages: {kind: metered, meter: sent}}
meters:
  sent: {event: message.sent, aggregate: count}
  also: {event: message.sent, aggregate: count}
families: {F: {name: F}}
plans:
  free:
    family: F
    default: true
    fee: {USD: "0"}
    entitlements: {messages: {limit: 1000000, window: lifetime}}
)";

TEST(Share, one_tree_has_half_and_each_of_n_the_next_part_of_what_is_there) {
    for (int trees = 1; trees <= 9; ++trees) {
        std::vector<std::uint64_t> held(static_cast<std::size_t>(trees));
        Shared all{1'000, 0};
        for (bool moved = true; moved;) {
            moved = false;
            for (std::uint64_t& own : held)
                if (has_share(all, own)) ++own, ++all.held, moved = true;
        }
        for (std::uint64_t own : held)
            EXPECT_NEAR(static_cast<double>(own), 1'000.0 / (trees + 1), 1);
        EXPECT_TRUE(has_share(all, 0)) << "and there is room for one that has nothing";
    }
    EXPECT_FALSE(has_share({10, 10}, 0));
    EXPECT_FALSE(has_share({10, 11}, 0));
}

class EventIdShares : public ::testing::Test {
protected:
    void SetUp() override {
        auto read = catalog_file::read(events_catalog);
        ASSERT_TRUE(read.ok());
        ASSERT_EQ(t_.give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
        greedy_ = t_.open_account("greedy");
        child_ = t_.open_account("child", greedy_);
        quiet_ = t_.open_account("quiet");
    }
    // How many of so many new events are counted; the others are refused with this fault.
    int tell(AccountId account, int count, Fault otherwise = Fault::tree_is_full) {
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i) names.push_back("e" + std::to_string(next_++));
        std::vector<UsageEvent> events;
        for (const std::string& name : names)
            events.push_back({account, "test", name, "message.sent", {}, {}});
        int counted = 0;
        t_.engine().ingest(TestEngine::owner_of(account), events,
                           [&](Result<std::vector<EventOutcome>>&& outcomes) {
                               for (const EventOutcome& o : *outcomes)
                                   if (o.status == EventOutcome::Status::counted)
                                       ++counted;
                                   else
                                       EXPECT_EQ(o.refusal->fault, otherwise);
                           });
        return counted;
    }

    TestEngine t_{IdBudget{1'000, 100}, nullptr};
    AccountId greedy_, child_, quiet_;
    int next_ = 0;
};

TEST_F(EventIdShares, a_tree_that_takes_all_it_can_stops_no_other) {
    EXPECT_EQ(tell(greedy_, 300) + tell(child_, 700), 500) << "half, all its accounts together";
    EXPECT_EQ(tell(child_, 10), 0);
    EXPECT_EQ(tell(quiet_, 100), 100);
    EXPECT_EQ(tell(quiet_, 1'000), 150) << "250 of the 500 that were left";
    EXPECT_EQ(tell(t_.open_account("third"), 100), 100);
}

TEST_F(EventIdShares, what_a_tree_has_is_known_after_a_start) {
    EXPECT_EQ(tell(greedy_, 400), 400);
    t_.open();
    EXPECT_EQ(tell(child_, 400), 100);
    t_.reopen_from_journal();
    EXPECT_EQ(tell(greedy_, 10), 0);
    EXPECT_EQ(tell(quiet_, 100), 100);
    t_.expect_whole_journal();
}

TEST_F(EventIdShares, a_tree_has_its_share_again_when_the_days_are_over) {
    EXPECT_EQ(tell(greedy_, 1'000), 500);
    t_.clock.advance(Duration::of_days(36));
    EXPECT_EQ(tell(greedy_, 1'000), 500);
}

class Shares : public ::testing::Test {
protected:
    // How many of so many commands of the account itself, each with a key of its own, were taken.
    int command_often(AccountId account, int count, std::string* why = nullptr) {
        int taken = 0;
        for (int i = 0; i < count; ++i) {
            accounts::UpdateProfile command{account, {}};
            command.profile.currency = "USD";
            auto done =
                t_.answer({TestEngine::owner_of(account), std::move(command), next_key(), {}, {}});
            taken += done.has_value() ? 1 : 0;
            if (!done && why) *why = done.error().detail;
        }
        return taken;
    }
    IdempotencyKey next_key() { return {"k" + std::to_string(next_++), "op", Sha256::of("a")}; }
    void open_with(const std::function<void(Bounds&)>& change) {
        Bounds bounds;
        change(bounds);
        t_.open_with_bounds(bounds);
    }
    std::string add_key(AccountId account, std::string_view text) {
        accounts::ApiKey key;
        key.id = ApiKeyId{t_.engine().fresh_id()};
        key.role = accounts::Role::admin;
        key.hash = Sha256::of(text);
        return t_.give(accounts::AddApiKey{account, std::move(key)});
    }
    // The fault, where it is one.
    static std::string fault_in(const std::string& answer) {
        return parse_enum<Fault>(answer) ? answer : "";
    }
    bool opens(std::string_view key) {
        return t_.engine().authenticate(accounts::Surface::native, key).has_value();
    }

    TestEngine t_;
    AccountId greedy_ = t_.open_account("greedy");
    AccountId quiet_ = t_.open_account("quiet");
    int next_ = 0;
};

// 101 replies may be kept, and a tree may have no more than are left: 51 of them with 50 left.
TEST_F(Shares, kept_replies_of_one_tree_leave_room_for_those_of_others) {
    open_with([](Bounds& b) { b.replies = 101; });
    std::string why;
    EXPECT_EQ(command_often(greedy_, 100, &why), 51);
    EXPECT_EQ(why,
              "replies kept for idempotency keys: this tree of accounts holds 51 of 101, and 50 "
              "are left for all trees: it may hold no more than are left");
    EXPECT_EQ(command_often(quiet_, 20), 20);
    t_.open();
    EXPECT_EQ(command_often(greedy_, 5), 0);
    t_.reopen_from_journal();
    EXPECT_EQ(command_often(greedy_, 5), 0);
    EXPECT_EQ(command_often(quiet_, 3), 3);
    t_.clock.advance(Duration{limits::idempotency_lifetime_us});
    EXPECT_EQ(command_often(greedy_, 5), 5);
    while (command_often(greedy_, 1) == 1) {
    }
    auto paid = t_.answer({accounts::Caller::platform(),
                           ledger::RecordPayment{greedy_, usd(1), ""},
                           next_key(),
                           {},
                           {}});
    EXPECT_TRUE(paid) << "the platform's own command is taken all the same";
}

// A reply here is an id of some 30 characters and 256 bytes beside it.
TEST_F(Shares, kept_replies_count_by_their_bytes_too) {
    open_with([](Bounds& b) { b.reply_bytes = 10'000; });
    std::string why;
    const int kept = command_often(greedy_, 100, &why);
    EXPECT_GE(kept, 10);
    EXPECT_LE(kept, 20);
    EXPECT_TRUE(why.starts_with("bytes of replies kept for idempotency keys: ")) << why;
    EXPECT_EQ(command_often(quiet_, 5), 5);
}

TEST_F(Shares, things_of_one_tree_are_bounded_and_another_goes_on) {
    open_with([](Bounds& b) { b.things = 5; });
    std::string last;
    int opened = 0;
    AccountId parent = greedy_;
    for (int i = 0; i < 10; ++i) {
        last = t_.give(TestEngine::opening("c" + std::to_string(i), parent));
        if (auto id = AccountId::parse(last)) ++opened, parent = *id;
    }
    EXPECT_EQ(opened, 4) << "and the top itself";
    EXPECT_EQ(last, "tree_is_full");
    EXPECT_EQ(add_key(parent, "rb_other"), "tree_is_full");
    EXPECT_EQ(fault_in(t_.pay(greedy_, 1)), "") << "money that came is always booked";
    EXPECT_EQ(fault_in(t_.give(TestEngine::opening("child-of-quiet", quiet_))), "");
    t_.open();
    EXPECT_EQ(add_key(parent, "rb_other"), "tree_is_full");
    t_.reopen_from_journal();
    EXPECT_EQ(add_key(parent, "rb_other"), "tree_is_full");
    EXPECT_EQ(fault_in(add_key(quiet_, "rb_quiet")), "");
}

TEST_F(Shares, things_that_end_are_things_no_more) {
    open_with([](Bounds& b) { b.things = 3; });
    auto place = [&] { return t_.give(ledger::PlaceHold{greedy_, usd(1), "hold", {}}); };
    t_.pay(greedy_, 10);
    auto first = HoldId::parse(place());
    ASSERT_TRUE(first);
    EXPECT_EQ(fault_in(place()), "");
    EXPECT_EQ(place(), "tree_is_full");
    EXPECT_EQ(fault_in(t_.give(ledger::ReleaseHold{greedy_, *first})), "");
    EXPECT_EQ(fault_in(place()), "");
}

TEST_F(Shares, keys_of_a_tree_are_bounded_and_those_that_are_revoked_count_no_more) {
    open_with([](Bounds& b) { b.keys = 3; });
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(add_key(greedy_, "rb_" + std::to_string(i)));
    EXPECT_EQ(add_key(greedy_, "rb_3"), "tree_is_full");
    EXPECT_EQ(fault_in(add_key(quiet_, "rb_quiet")), "");
    EXPECT_TRUE(opens("rb_0"));
    for (int round = 0; round < 50; ++round) {
        t_.give(accounts::RevokeApiKey{greedy_, *ApiKeyId::parse(ids[0])});
        ids[0] = add_key(greedy_, "rb_again" + std::to_string(round));
        ASSERT_EQ(fault_in(ids[0]), "") << round;
    }
    EXPECT_FALSE(opens("rb_0"));
    EXPECT_TRUE(opens("rb_again49"));
    EXPECT_EQ(add_key(greedy_, "rb_3"), "tree_is_full");
    t_.open();
    EXPECT_EQ(add_key(greedy_, "rb_3"), "tree_is_full");
    t_.reopen_from_journal();
    EXPECT_EQ(add_key(greedy_, "rb_3"), "tree_is_full");
    EXPECT_TRUE(opens("rb_again49"));
}

}  // namespace
}  // namespace rb::engine
