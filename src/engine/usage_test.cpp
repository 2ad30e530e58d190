// Uses and facts through the engine: limits that hold, ids that count once, money that follows, and
// the same state from the journal alone.
#include <future>

#include "engine/test_engine.h"

namespace rb::engine {
namespace {

using namespace test;
using entitlements::Answer;

constexpr std::string_view usage_catalog = R"(catalog: 1
currencies: {USD: {}}
features:
  messages: {kind: metered, meter: sent}
  visitors: {kind: metered, meter: seen}
  seats: {kind: limit}
  sso: {kind: flag}
meters:
  sent: {event: message.sent, aggregate: sum, value: count, dimensions: [region]}
  seen: {event: page.seen, aggregate: unique, value: user}
price_groups:
  7: {name: IM, resource: IM_OVERRUN, meter: sent}
families: {F: {name: F, scale: micro}, P: {name: P, scale: micro}}
plans:
  free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 100, window: month}, visitors: {limit: 2, window: month}, seats: {limit: 3}, sso: true}}
  pack: {family: P, rank: 1, fee: {USD: "1"}, packages: [{name: small, price_groups: [7], size: 30, may_overrun: true, overrun_price: {USD: "0.5"}, overrun_resources: 10}]}
  pool: {family: P, rank: 2, fee: {USD: "1"}, entitlements: {messages: {limit: 10, window: month, pooled: true}}}
)";

class Shop : public TestEngine {
public:
    explicit Shop(std::uint32_t partitions = 1) : TestEngine(partitions) {
        auto read = catalog_file::read(usage_catalog);
        EXPECT_TRUE(read.ok()) << (read.findings.empty() ? "" : read.findings[0].detail);
        EXPECT_EQ(give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
    }
    Result<Answer> consume(AccountId account, std::int64_t quantity, std::string id = {},
                           std::string_view feature = "messages", std::string user = {}) {
        Property user_property{"user", user, Property::Kind::text};
        Consumption c{{account, feature, quantity}, "test", id, {}};
        if (!user.empty()) c.properties = {&user_property, 1};
        Result<Answers> out = refuse(Fault::store_is_stopped, "no answer came");
        engine().consume(accounts::Caller::platform(), {&c, 1},
                         [&](Result<Answers>&& r) { out = std::move(r); });
        if (!out) return std::unexpected(out.error());
        return std::move(out->front());
    }
    std::string use(AccountId account, std::int64_t quantity, std::string id = {},
                    std::string_view feature = "messages", std::string user = {}) {
        return word(consume(account, quantity, std::move(id), feature, std::move(user)));
    }
    static std::string word(const Result<Answer>& a) {
        if (!a) return std::string(enum_text(a.error().fault));
        if (!a->allowed) return std::string(enum_text(*a->reason));
        return a->duplicate ? "duplicate" : a->over_limit ? "over" : "yes";
    }
    Answer check(AccountId account, std::int64_t quantity = 1,
                 std::string_view feature = "messages") {
        entitlements::Question q{account, feature, quantity};
        auto answers = engine().check(accounts::Caller::platform(), {&q, 1});
        EXPECT_TRUE(answers.front().has_value());
        return answers.front().value_or(Answer{});
    }
    std::string tell(AccountId account, std::string id, std::string count,
                     std::optional<Instant> when = {}, std::string type = "message.sent") {
        Property p{"count", count, Property::Kind::number};
        UsageEvent e{account, "test", id, type, when, {&p, 1}};
        std::string out = "no answer came";
        engine().ingest(
            accounts::Caller::platform(), {&e, 1}, [&](Result<std::vector<EventOutcome>>&& r) {
                const EventOutcome& o = r->front();
                out = o.status == EventOutcome::Status::duplicate ? "duplicate"
                      : o.status == EventOutcome::Status::refused
                          ? std::string(enum_text(o.refusal->fault)) + " " + o.refusal->field
                      : o.over_limit ? "over"
                                     : "counted";
            });
        return out;
    }
    std::string reserve(AccountId account, std::int64_t quantity, Instant until) {
        return give(entitlements::Reserve{account, "messages", quantity, until});
    }
    // The book that the journal gives alone is the book that was served.
    void expect_same_from_journal() {
        auto before = engine().state_hashes();
        open();
        EXPECT_EQ(engine().state_hashes(), before);
        reopen_from_journal();
        EXPECT_EQ(engine().state_hashes(), before);
        expect_whole_journal();
    }
};

TEST(EngineUsage, a_hard_limit_is_reached_and_never_passed) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    EXPECT_EQ(shop.use(a, 99), "yes");
    EXPECT_EQ(shop.check(a).remaining, 1);
    EXPECT_EQ(shop.use(a, 2), "allowance_is_used_up");
    EXPECT_EQ(shop.use(a, 1), "yes");
    EXPECT_EQ(shop.use(a, 1), "allowance_is_used_up");
    EXPECT_FALSE(shop.check(a).allowed);
    shop.clock.set(at("2026-05-01T00:00:00Z"));
    EXPECT_EQ(shop.use(a, 100), "yes");
    shop.expect_same_from_journal();
    EXPECT_EQ(shop.use(a, 1), "allowance_is_used_up");
}

TEST(EngineUsage, an_id_counts_once_also_after_a_restart) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    AccountId other = shop.open_account("other");
    EXPECT_EQ(shop.use(a, 10, "e1"), "yes");
    EXPECT_EQ(shop.use(a, 10, "e1"), "duplicate");
    EXPECT_EQ(shop.tell(a, "e1", "5"), "duplicate");
    EXPECT_EQ(shop.use(other, 10, "e1"), "yes");  // another tree
    shop.open();
    EXPECT_EQ(shop.tell(a, "e1", "5"), "duplicate");
    shop.reopen_from_journal();
    EXPECT_EQ(shop.use(a, 10, "e1"), "duplicate");
    EXPECT_EQ(shop.check(a).used, 10);
    EXPECT_EQ(shop.use(a, 10), "yes");
    EXPECT_EQ(shop.use(a, 10), "yes");  // without an id nothing tells them apart
    EXPECT_EQ(shop.check(a).used, 30);
}

TEST(EngineUsage, a_refused_use_may_be_asked_again_with_its_id) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    EXPECT_EQ(shop.use(a, 101, "e1"), "allowance_is_used_up");
    EXPECT_EQ(shop.use(a, 100, "e1"), "yes");
}

TEST(EngineUsage, facts_are_counted_beyond_the_limit) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    EXPECT_EQ(shop.tell(a, "1", "90"), "counted");
    EXPECT_EQ(shop.tell(a, "2", "20"), "over");
    EXPECT_EQ(shop.check(a).used, 110);
    shop.expect_same_from_journal();
}

TEST(EngineUsage, bad_facts_are_refused_by_their_field) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    EXPECT_EQ(shop.tell({}, "1", "1"), "account_is_unknown /subject");
    EXPECT_EQ(shop.tell(a, "1", "1", {}, "no.such"), "meter_is_unknown /type");
    EXPECT_EQ(shop.tell(a, "1", "1.5"), "field_is_invalid /data/count");
    EXPECT_EQ(shop.tell(a, "1", "-1"), "field_is_invalid /data/count");
    EXPECT_EQ(shop.tell(a, "1", "1e3"), "over");
    EXPECT_EQ(shop.tell(a, "2", "1", at("2026-04-01T00:05:00.000001Z")),
              "instant_is_in_the_future /time");
    EXPECT_EQ(shop.tell(a, "2", "1", at("2026-04-01T00:05:00Z")), "over");
    EXPECT_EQ(shop.tell(a, "3", "1", at("2026-02-24T23:59:59Z")), "event_is_too_old /time");
    EXPECT_EQ(shop.tell(a, "3", "1", at("2026-02-25T00:00:00Z")), "counted");
    EXPECT_EQ(shop.check(a).used, 1001);  // the late one belongs to a month that is over
}

TEST(EngineUsage, packs_are_bought_when_they_are_needed_and_every_cent_is_booked) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    shop.pay(a, 3);
    ASSERT_TRUE(shop.subscribe(a, "pack").starts_with("sub_"));
    EXPECT_EQ(shop.available(a), 2);
    EXPECT_EQ(shop.use(a, 50), "yes");  // 30 + 2 packs of 10 at 0.5
    EXPECT_EQ(shop.available(a), 1);
    EXPECT_EQ(shop.use(a, 20), "yes");
    EXPECT_EQ(shop.available(a), 0);
    EXPECT_EQ(shop.use(a, 1), "money_is_short");
    EXPECT_EQ(shop.check(a).reason, Fault::money_is_short);
    EXPECT_EQ(shop.check(a, 31).reason, Fault::allowance_is_used_up);
    shop.expect_same_from_journal();
}

TEST(EngineUsage, a_pool_stops_the_accounts_below_it) {
    Shop shop;
    AccountId top = shop.open_account("top");
    AccountId left = shop.open_account("left", top);
    AccountId right = shop.open_account("right", top);
    shop.pay(top, 5);
    ASSERT_TRUE(shop.subscribe(top, "pool").starts_with("sub_"));
    EXPECT_EQ(shop.use(left, 6), "yes");
    EXPECT_EQ(shop.use(right, 3), "yes");
    EXPECT_EQ(shop.use(right, 2), "allowance_is_used_up");
    EXPECT_EQ(shop.use(top, 1), "yes");
    Answer answer = shop.check(left);
    EXPECT_FALSE(answer.allowed);
    EXPECT_EQ(answer.account, top);
    EXPECT_EQ(answer.limit, 10);
    EXPECT_EQ(answer.used, 10);
    shop.expect_same_from_journal();
}

TEST(EngineUsage, a_member_counts_once) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    EXPECT_EQ(shop.use(a, 1, "1", "visitors", "ann"), "yes");
    EXPECT_EQ(shop.use(a, 1, "2", "visitors", "ann"), "yes");
    EXPECT_EQ(shop.use(a, 1, "3", "visitors", "bob"), "yes");
    EXPECT_EQ(shop.use(a, 1, "4", "visitors", "cat"), "allowance_is_used_up");
    shop.expect_same_from_journal();
    EXPECT_EQ(shop.use(a, 1, "5", "visitors", "ann"), "yes");
    EXPECT_EQ(shop.use(a, 1, "6", "visitors", "cat"), "allowance_is_used_up");
}

TEST(EngineUsage, flags_and_counts_answer_too) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    EXPECT_TRUE(shop.check(a, 1, "sso").allowed);
    EXPECT_EQ(shop.check(a, 1, "seats").remaining, 3);
    EXPECT_EQ(shop.use(a, 2, {}, "seats"), "yes");
    EXPECT_EQ(shop.use(a, 2, {}, "seats"), "allowance_is_used_up");
    EXPECT_EQ(shop.use(a, 1, {}, "none"), "feature_is_unknown");
    EXPECT_EQ(shop.use(a, 0), "field_is_invalid");
}

TEST(EngineUsage, a_reservation_holds_until_it_is_settled_released_or_over) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    Instant soon = at("2026-04-01T01:00:00Z");
    auto first = ReservationId::parse(shop.reserve(a, 60, soon));
    EXPECT_EQ(shop.use(a, 41), "allowance_is_used_up");
    EXPECT_EQ(shop.use(a, 40), "yes");
    EXPECT_EQ(shop.check(a).held, 60);
    shop.expect_same_from_journal();
    ASSERT_TRUE(first);
    shop.give(entitlements::CommitReservation{a, *first, 50});
    EXPECT_EQ(shop.check(a).used, 90);
    EXPECT_EQ(shop.check(a).held, 0);
    EXPECT_EQ(shop.give(entitlements::CommitReservation{a, *first, 50}), "reservation_is_unknown");
    auto second = ReservationId::parse(shop.reserve(a, 10, soon));
    ASSERT_TRUE(second);
    EXPECT_EQ(shop.use(a, 1), "allowance_is_used_up");
    shop.give(entitlements::ReleaseReservation{a, *second});
    EXPECT_EQ(shop.use(a, 1), "yes");
    shop.reserve(a, 9, soon);
    EXPECT_EQ(shop.use(a, 1), "allowance_is_used_up");
    shop.clock.set(soon);
    shop.engine().run_timers();
    EXPECT_EQ(shop.use(a, 9), "yes");
    shop.expect_same_from_journal();
}

TEST(EngineUsage, a_reservation_holds_the_money_for_its_packs) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    shop.pay(a, 3);
    shop.subscribe(a, "pack");
    auto id = ReservationId::parse(shop.reserve(a, 50, at("2026-04-02T00:00:00Z")));  // 2 packs
    ASSERT_TRUE(id);
    EXPECT_EQ(shop.available(a), 1);
    shop.give(entitlements::CommitReservation{a, *id, 30});  // the package alone
    EXPECT_EQ(shop.available(a), 2);
    shop.expect_same_from_journal();
}

TEST(EngineUsage, packs_bought_in_several_partitions_by_one_call_are_entries_of_their_own) {
    Shop shop(4);
    std::vector<AccountId> accounts;
    for (int i = 0; i < 12; ++i) {
        accounts.push_back(shop.open_account("account" + std::to_string(i)));
        shop.pay(accounts.back(), 10);
        shop.subscribe(accounts.back(), "pack");
    }
    // Each is beyond its package of 30 by five, which is a pack.
    Property count{"count", "35", Property::Kind::number};
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < accounts.size(); ++i) ids.push_back("e" + std::to_string(i));
    std::vector<UsageEvent> events;
    std::vector<Consumption> uses;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        events.push_back({accounts[i], "test", ids[i], "message.sent", {}, {&count, 1}});
        uses.push_back({{accounts[i], "messages", 10}, "uses", ids[i], {}});
    }
    shop.engine().ingest(accounts::Caller::platform(), events, [](auto&& r) { EXPECT_TRUE(r); });
    shop.engine().consume(accounts::Caller::platform(), uses, [](auto&& r) { EXPECT_TRUE(r); });
    auto report = testing::audit::run(shop.store());
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.entries, 12U * 4);  // a payment, a fee, two packs
    shop.expect_same_from_journal();
}

TEST(EngineUsage, trees_of_several_partitions_are_counted_in_one_call) {
    Shop shop(4);
    std::vector<AccountId> accounts;
    for (int i = 0; i < 8; ++i) accounts.push_back(shop.open_account("acc" + std::to_string(i)));
    for (AccountId a : accounts) EXPECT_EQ(shop.use(a, 60, "x"), "yes");
    std::vector<UsageEvent> events;
    Property p{"count", "50", Property::Kind::number};
    for (AccountId a : accounts) events.push_back({a, "test", "y", "message.sent", {}, {&p, 1}});
    int over = 0;
    shop.engine().ingest(accounts::Caller::platform(), events,
                         [&](Result<std::vector<EventOutcome>>&& r) {
                             for (const EventOutcome& o : *r) over += o.over_limit;
                         });
    EXPECT_EQ(over, 8);
    shop.expect_same_from_journal();
}

TEST(EngineUsage, another_tree_looks_unknown) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    AccountId b = shop.open_account("bert");
    entitlements::Question q{b, "messages", 1};
    auto answers = shop.engine().check(TestEngine::owner_of(a), {&q, 1});
    EXPECT_EQ(answers.front().error().fault, Fault::account_is_unknown);
}

// Uses that a thread gathers in its turn.
class Together : public ::testing::Test {
protected:
    Together() { shop_.engine().flush_here(); }
    void ask(AccountId account, std::int64_t quantity, std::string id,
             accounts::Caller caller = accounts::Caller::platform()) {
        struct Kept {
            std::string id;
            Consumption use;
        };
        auto kept = std::make_unique<Kept>();
        kept->id = std::move(id);
        kept->use = {{account, "messages", quantity}, "test", kept->id, {}};
        std::span<const Consumption> uses(&kept->use, 1);
        std::size_t place = words_.size();
        words_.emplace_back();
        shop_.engine().consume_in_turn(
            caller, uses, [this, place, owned = std::move(kept)](Result<Answers>&& r) {
                words_[place] =
                    r ? Shop::word(r->front()) : std::string(enum_text(r.error().fault));
            });
    }

    Shop shop_;
    AccountId a_ = shop_.open_account("anna");
    AccountId b_ = shop_.open_account("bert");
    std::vector<std::string> words_;
};

TEST_F(Together, uses_of_one_turn_are_decided_in_their_order_when_it_ends) {
    ask(a_, 60, "1");
    ask(b_, 100, "1");
    ask(a_, 60, "2");
    ask(a_, 60, "1");
    ask(a_, 40, "3");
    EXPECT_EQ(words_, std::vector<std::string>(5)) << "nothing is answered before";
    shop_.engine().flush();
    EXPECT_EQ(words_,
              (std::vector<std::string>{"yes", "yes", "allowance_is_used_up", "duplicate", "yes"}));
    shop_.expect_same_from_journal();
}

TEST_F(Together, whatever_is_asked_next_sees_them) {
    ask(a_, 30, "1");
    EXPECT_EQ(shop_.check(a_).used, 30);
    EXPECT_EQ(words_.front(), "yes");
    ask(a_, 30, "2");
    EXPECT_EQ(shop_.use(a_, 30, "3"), "yes");
    EXPECT_EQ(words_.back(), "yes");
    EXPECT_EQ(shop_.check(a_).used, 90);
}

TEST_F(Together, each_has_a_caller_of_its_own) {
    ask(a_, 1, "1", TestEngine::owner_of(a_));
    ask(a_, 1, "2", TestEngine::owner_of(b_));
    ask(b_, 1, "3", TestEngine::owner_of(b_));
    shop_.engine().flush();
    EXPECT_EQ(words_, (std::vector<std::string>{"yes", "account_is_unknown", "yes"}));
}

TEST_F(Together, many_do_not_wait_for_the_end) {
    for (int i = 0; i < 1000; ++i) ask(a_, 1, std::to_string(i));
    EXPECT_EQ(words_.front(), "yes");
    shop_.engine().flush();
    EXPECT_EQ(std::ranges::count(words_, "yes"), 100);
    EXPECT_EQ(std::ranges::count(words_, "allowance_is_used_up"), 900);
}

TEST_F(Together, a_disk_that_is_full_refuses_them_all) {
    shop_.faults->next = Append::not_written;
    shop_.faults->repeat = 1;
    shop_.faults->appends_until = 0;
    ask(a_, 1, "1");
    ask(b_, 1, "1");
    shop_.engine().flush();
    EXPECT_EQ(words_, (std::vector<std::string>{"store_is_full", "store_is_full"}));
    EXPECT_EQ(shop_.check(a_).used, 0);
}

// Another engine may come to stand where the one that the thread flushed has been.
TEST(EngineTurn, who_flushed_an_engine_that_is_gone_flushes_no_other) {
    for (int round = 0; round < 20; ++round) {
        Shop().engine().flush_here();
        TestEngine other(1, Threads::own);
        std::promise<void> answered;
        other.engine().execute({accounts::Caller::platform(), TestEngine::opening("anna"), {}, {}},
                               TestEngine::print, [&](Result<Rendered>&& r) {
                                   EXPECT_TRUE(r);
                                   answered.set_value();
                               });
        ASSERT_EQ(answered.get_future().wait_for(std::chrono::seconds(20)),
                  std::future_status::ready);
    }
}

}  // namespace
}  // namespace rb::engine
