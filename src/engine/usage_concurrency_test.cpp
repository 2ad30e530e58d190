// Many at once over an engine with threads of its own: as many uses pass as there is room for, and
// not one more; an id counts once. On the store in memory and on SQLite, and the journal alone
// gives the same book.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <latch>
#include <mutex>
#include <thread>

#include "engine/test_engine.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::engine {
namespace {

using namespace test;
using entitlements::Answer;

constexpr int clients = 64;

constexpr std::string_view crowd_catalog = R"(catalog: 1
currencies: {USD: {}}
features:
  messages: {kind: metered, meter: sent}
  calls: {kind: metered, meter: made}
  calls_of_all: {kind: metered, meter: made}
meters:
  sent: {event: message.sent, aggregate: sum, value: count}
  made: {event: call.made, aggregate: count, entity_property: seat}
price_groups:
  7: {name: IM, resource: IM_OVERRUN, meter: sent}
families: {F: {name: F, scale: micro, free_for: account}, P: {name: P, scale: micro}, W: {name: W, scale: micro}}
plans:
  free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 100, window: month}, calls: {limit: 20, window: day, per: entity}, calls_of_all: {limit: 50, window: month}}}
  pack: {family: P, rank: 1, fee: {USD: "1"}, packages: [{name: small, price_groups: [7], size: 30, may_overrun: true, overrun_price: {USD: "0.5"}, overrun_resources: 10}]}
  pool: {family: P, rank: 2, fee: {USD: "1"}, entitlements: {messages: {limit: 10, window: month, pooled: true}}}
  whole: {family: W, fee: {USD: "1"}, packages: [{name: whole, price_groups: [7], size: 240, may_overrun: true, overrun_price: {USD: "0.3"}, overrun_resources: 10}]}
)";

enum class Kind : std::uint8_t { memory, sqlite };

// What the threads were answered.
struct Tally {
    int passed = 0;
    int duplicates = 0;
    std::vector<Fault> refusals;  // of those that did not pass
    bool refused_only_by(Fault fault) const {
        return std::ranges::all_of(refusals, [fault](Fault f) { return f == fault; });
    }
};

class UsageCrowd : public ::testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        if (GetParam() == Kind::sqlite) {
            directory_ = ::testing::TempDir() + "ratebook-XXXXXX";
            ASSERT_NE(::mkdtemp(directory_.data()), nullptr);
            auto opened = store::sqlite::open(directory_, store::sqlite::Access::read_write);
            ASSERT_TRUE(opened) << opened.error();
            store_ = std::move(*opened);
        } else {
            store_ = store::memory::make();
        }
        open();
        auto read = catalog_file::read(crowd_catalog);
        ASSERT_TRUE(read.ok());
        ASSERT_EQ(give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
        anna_ = open_account("anna");
    }
    void TearDown() override {
        engine_.reset();
        store_.reset();
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    }

    void open() {
        engine_.reset();
        auto opened = Engine::open(*store_, vault_, clock_, entropy_, {Threads::own, 1, ids_});
        ASSERT_TRUE(opened) << opened.error();
        engine_ = std::move(*opened);
    }
    std::string give(Command command) {
        std::promise<std::string> reply;
        engine_->execute({accounts::Caller::platform(), std::move(command), {}, {}},
                         TestEngine::print,
                         [&](Result<Rendered>&& r) { reply.set_value(TestEngine::text(r)); });
        return reply.get_future().get();
    }
    AccountId open_account(const std::string& name, AccountId parent = {}) {
        auto id = AccountId::parse(give(TestEngine::opening(name, parent)));
        EXPECT_TRUE(id) << name;
        return id.value_or(AccountId{});
    }
    void pay_and_subscribe(AccountId account, std::int64_t major, std::string_view plan) {
        give(ledger::RecordPayment{account, usd(major), ""});
        changes::Ask ask;
        ask.plan.plan = engine_->catalog()->plans.find_key(plan)->head.id;
        ASSERT_TRUE(give(changes::Change{account, ask}).starts_with("sub_"));
    }
    std::int64_t available_micros(AccountId account) {
        std::promise<std::int64_t> micros;
        engine_->read(
            account, accounts::Caller::platform(),
            [&](const Reader& reader) -> Result<Rendered> {
                micros.set_value(reader.account(account)->wallet.available().micros());
                return Rendered{};
            },
            [](Result<Rendered>&&) {});
        return micros.get_future().get();
    }
    Answer check(AccountId account) {
        entitlements::Question q{account, "messages", 1};
        return engine_->check(accounts::Caller::platform(), {&q, 1}).front().value_or(Answer{});
    }
    Result<Answer> consume(AccountId account, std::int64_t quantity, std::string_view id = {}) {
        return consume_as({account, "messages", quantity}, id);
    }
    Result<Answer> consume_as(const entitlements::Question& question, std::string_view id = {}) {
        Consumption c{question, "crowd", id, {}};
        std::promise<Result<Answer>> reply;
        engine_->consume(accounts::Caller::platform(), {&c, 1}, [&](Result<Answers>&& answers) {
            reply.set_value(answers ? std::move(answers->front())
                                    : Result<Answer>(std::unexpected(answers.error())));
        });
        return reply.get_future().get();
    }
    EventOutcome tell(AccountId account, std::string_view id) {
        Property p{"count", "1", Property::Kind::number};
        UsageEvent e{account, "crowd", id, "message.sent", {}, {&p, 1}};
        std::promise<EventOutcome> reply;
        engine_->ingest(accounts::Caller::platform(), {&e, 1},
                        [&](Result<std::vector<EventOutcome>>&& outcomes) {
                            reply.set_value(outcomes ? std::move(outcomes->front())
                                                     : EventOutcome{EventOutcome::Status::refused,
                                                                    false, outcomes.error()});
                        });
        return reply.get_future().get();
    }
    ReservationReply reserve(AccountId account, std::int64_t quantity, Instant until) {
        return settle(entitlements::Reserve{account, "messages", quantity, until});
    }
    // Of reserve, commit and release; a refusal has its fault as the answer's reason.
    ReservationReply settle(Command command) {
        std::promise<ReservationReply> promise;
        ReservationReply seen;
        engine_->execute(
            {accounts::Caller::platform(), std::move(command), {}, {}},
            [&seen](const Reader&, const Reply& reply) {
                seen = std::get<ReservationReply>(reply);
                return Rendered{};
            },
            [&](Result<Rendered>&& r) {
                ReservationReply out;
                if (r)
                    out = seen;
                else
                    out.answer.reason = r.error().fault;
                promise.set_value(std::move(out));
            });
        return promise.get_future().get();
    }

    // All threads begin together; each asks `times` times.
    template <class Ask>
    Tally crowd(int times, Ask ask) {
        std::latch start(clients);
        std::vector<std::future<Tally>> parts;
        for (int n = 0; n < clients; ++n)
            parts.push_back(std::async(std::launch::async, [&, n] {
                Tally mine;
                start.arrive_and_wait();
                for (int i = 0; i < times; ++i) ask(n, mine);
                return mine;
            }));
        Tally all;
        for (auto& part : parts) {
            Tally mine = part.get();
            all.passed += mine.passed;
            all.duplicates += mine.duplicates;
            all.refusals.insert(all.refusals.end(), mine.refusals.begin(), mine.refusals.end());
        }
        return all;
    }
    static void note(const Result<Answer>& answer, Tally& tally) {
        if (!answer)
            tally.refusals.push_back(answer.error().fault);
        else if (answer->duplicate)
            ++tally.duplicates;
        else if (answer->counted)
            ++tally.passed;
        else
            tally.refusals.push_back(answer->reason.value_or(Fault::field_is_invalid));
    }
    Tally crowd_of_uses(AccountId account, int times = 1) {
        return crowd(times, [this, account](int, Tally& t) { note(consume(account, 1), t); });
    }
    // The book that the journal gives alone is the book that was served.
    void expect_same_from_journal() {
        engine_->stop();
        auto before = engine_->state_hashes();
        auto report = testing::audit::run(*store_);
        EXPECT_EQ(report.problem, "");
        engine_.reset();
        ASSERT_TRUE(store_->views().clear());
        open();
        EXPECT_EQ(engine_->state_hashes(), before);
    }

    testing::SimClock clock_{at("2026-04-01T00:00:00Z")};
    testing::ClearVault vault_;
    testing::SimEntropy entropy_;
    IdBudget ids_;
    std::string directory_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Engine> engine_;
    AccountId anna_;
};

TEST_P(UsageCrowd, one_of_many_gets_the_last_unit) {
    ASSERT_TRUE(consume(anna_, 99)->counted);
    Tally tally = crowd_of_uses(anna_);
    EXPECT_EQ(tally.passed, 1);
    EXPECT_EQ(tally.refusals.size(), clients - 1u);
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    EXPECT_EQ(check(anna_).used, 100);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, 100);
}

TEST_P(UsageCrowd, an_empty_allowance_is_filled_and_never_passed) {
    Tally tally = crowd_of_uses(anna_, 3);
    EXPECT_EQ(tally.passed, 100);
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, 100);
    EXPECT_FALSE(check(anna_).allowed);
}

TEST_P(UsageCrowd, one_of_many_reserves_the_last_unit) {
    ASSERT_TRUE(consume(anna_, 99)->counted);
    Tally tally = crowd(1, [this](int, Tally& mine) {
        ReservationReply reply = reserve(anna_, 1, at("2026-04-01T01:00:00Z"));
        if (reply.answer.allowed)
            ++mine.passed;
        else
            mine.refusals.push_back(*reply.answer.reason);
    });
    EXPECT_EQ(tally.passed, 1);
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    EXPECT_EQ(check(anna_).held, 1);
    EXPECT_FALSE(check(anna_).allowed);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).held, 1);
}

TEST_P(UsageCrowd, what_expires_is_used_by_others_once) {
    ASSERT_TRUE(reserve(anna_, 50, at("2026-04-01T01:00:00Z")).answer.allowed);
    Tally before = crowd_of_uses(anna_);
    EXPECT_EQ(before.passed, 50);
    // The expiry falls into the middle of the rush.
    Tally during = crowd(4, [this](int n, Tally& mine) {
        if (n == clients / 2) clock_.set(at("2026-04-01T01:00:00Z"));
        note(consume(anna_, 1), mine);
    });
    Tally after = crowd_of_uses(anna_);
    EXPECT_EQ(before.passed + during.passed + after.passed, 100);
    EXPECT_EQ(check(anna_).used, 100);
    EXPECT_EQ(check(anna_).held, 0);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, 100);
}

TEST_P(UsageCrowd, a_reservation_ends_once_however_many_end_it) {
    ReservationReply made = reserve(anna_, 60, at("2026-04-01T01:00:00Z"));
    ASSERT_TRUE(made.answer.allowed);
    std::atomic<int> committed = 0, released = 0;
    Tally tally = crowd(1, [&](int n, Tally& mine) {
        const bool is_commit = n % 2 == 0;
        Command end = is_commit
                          ? Command(entitlements::CommitReservation{anna_, made.reservation.id, 7})
                          : Command(entitlements::ReleaseReservation{anna_, made.reservation.id});
        ReservationReply reply = settle(std::move(end));
        if (reply.answer.reason) return mine.refusals.push_back(*reply.answer.reason);
        ++mine.passed;
        ++(is_commit ? committed : released);
    });
    EXPECT_EQ(tally.passed, 1);
    EXPECT_TRUE(std::ranges::all_of(tally.refusals, [](Fault f) {
        return f == Fault::reservation_is_unknown || f == Fault::reservation_is_settled;
    }));
    EXPECT_EQ(check(anna_).used, committed * 7);
    EXPECT_EQ(check(anna_).held, 0);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, committed * 7);
}

TEST_P(UsageCrowd, uses_and_reservations_together_stay_within_the_limit) {
    Tally tally = crowd(4, [this](int n, Tally& mine) {
        if (n % 2 == 0) return note(consume(anna_, 1), mine);
        ReservationReply made = reserve(anna_, 3, at("2026-04-01T01:00:00Z"));
        if (!made.answer.allowed) return mine.refusals.push_back(*made.answer.reason);
        const std::int64_t used = n % 3;
        Command end =
            used == 0 ? Command(entitlements::ReleaseReservation{anna_, made.reservation.id})
                      : Command(entitlements::CommitReservation{anna_, made.reservation.id, used});
        EXPECT_EQ(settle(std::move(end)).answer.reason, std::nullopt);
        mine.passed += static_cast<int>(used);
    });
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    EXPECT_LE(tally.passed, 100);
    EXPECT_EQ(check(anna_).used, tally.passed);
    EXPECT_EQ(check(anna_).held, 0);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, tally.passed);
}

TEST_P(UsageCrowd, a_pool_above_several_accounts_is_never_passed) {
    AccountId top = open_account("top");
    std::vector<AccountId> below;
    for (int i = 0; i < 8; ++i) below.push_back(open_account("below" + std::to_string(i), top));
    pay_and_subscribe(top, 5, "pool");
    Tally tally = crowd(1, [&](int n, Tally& mine) {
        note(consume(below[static_cast<std::size_t>(n) % below.size()], 1), mine);
    });
    EXPECT_EQ(tally.passed, 10);
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    EXPECT_EQ(check(below.front()).account, top);
    EXPECT_EQ(check(below.front()).used, 10);
    expect_same_from_journal();
    EXPECT_EQ(check(below.back()).used, 10);
}

TEST_P(UsageCrowd, one_of_many_buys_the_last_pack) {
    pay_and_subscribe(anna_, 2, "pack");  // a package of 30, then 1 dollar for two packs of 10
    ASSERT_TRUE(consume(anna_, 40)->counted);
    EXPECT_EQ(available_micros(anna_), 500'000);
    // Only a pack has room for six, and after that one there is room for no other six.
    Tally tally = crowd(1, [this](int, Tally& mine) { note(consume(anna_, 6), mine); });
    EXPECT_EQ(tally.passed, 1);
    EXPECT_TRUE(tally.refused_only_by(Fault::money_is_short));
    EXPECT_EQ(available_micros(anna_), 0);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, 46);
}

TEST_P(UsageCrowd, one_of_many_reserves_the_last_money_of_an_agency) {
    auto opening = TestEngine::opening("agency");
    opening.kind = accounts::Kind::agency;
    const AccountId agency = *AccountId::parse(give(opening));
    // 240 for all below, a dollar for each of eight shops' plans, then 1 for three packs of 10.
    pay_and_subscribe(agency, 2 + 8, "whole");
    std::vector<AccountId> shops;
    for (int i = 0; i < 8; ++i) {
        shops.push_back(open_account("shop" + std::to_string(i), agency));
        pay_and_subscribe(shops.back(), 11, "pack");  // a package of 30, then 10 dollars
        ASSERT_TRUE(consume(shops.back(), 30)->counted);
    }
    // Whoever reserves ten needs a pack of its own for 0.5 and one of the agency's three for 0.3.
    std::mutex mutex;
    std::vector<std::pair<AccountId, ReservationId>> made;
    auto rush = [&](std::int64_t quantity) {
        return crowd(1, [&, quantity](int n, Tally& mine) {
            const AccountId shop = shops[static_cast<std::size_t>(n) % shops.size()];
            ReservationReply reply = reserve(shop, quantity, clock_.now() + Duration::of_hours(1));
            if (!reply.answer.allowed) return mine.refusals.push_back(*reply.answer.reason);
            ++mine.passed;
            std::lock_guard lock(mutex);
            made.emplace_back(shop, reply.reservation.id);
        });
    };
    auto in_the_shops = [&] {
        std::int64_t sum = 0;
        for (AccountId shop : shops) sum += available_micros(shop);
        return sum;
    };
    Tally of_packs = rush(10);
    EXPECT_EQ(of_packs.passed, 3);
    EXPECT_TRUE(of_packs.refused_only_by(Fault::money_is_short));
    EXPECT_EQ(available_micros(agency), 100'000);
    EXPECT_EQ(in_the_shops(), 80'000'000 - 3 * 500'000);
    // All is over, and back; what is left of the agency's dollar is for one who needs three packs.
    clock_.set(at("2026-04-01T01:00:00Z"));
    made.clear();
    Tally of_all = rush(30);
    EXPECT_EQ(of_all.passed, 1);
    EXPECT_TRUE(of_all.refused_only_by(Fault::money_is_short));
    EXPECT_EQ(available_micros(agency), 100'000);
    EXPECT_EQ(in_the_shops(), 80'000'000 - 3 * 500'000);
    expect_same_from_journal();
    ASSERT_EQ(made.size(), 1u);
    // Many settle it at once.
    Tally settled = crowd(1, [&](int, Tally& mine) {
        ReservationReply reply =
            settle(entitlements::CommitReservation{made[0].first, made[0].second, 11});
        if (reply.answer.reason) return mine.refusals.push_back(*reply.answer.reason);
        ++mine.passed;
    });
    EXPECT_EQ(settled.passed, 1);
    EXPECT_EQ(available_micros(agency), 1'000'000 - 2 * 300'000);  // two packs at each level
    EXPECT_EQ(in_the_shops(), 80'000'000 - 2 * 500'000);
    expect_same_from_journal();
}

TEST_P(UsageCrowd, as_many_packs_are_bought_as_the_balance_pays) {
    pay_and_subscribe(anna_, 3, "pack");
    Tally tally = crowd_of_uses(anna_, 2);
    EXPECT_EQ(tally.passed, 70);  // a package of 30 and four packs of 10
    EXPECT_TRUE(tally.refused_only_by(Fault::money_is_short));
    EXPECT_EQ(available_micros(anna_), 0);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, 70);
}

TEST_P(UsageCrowd, one_of_many_gets_the_last_unit_of_a_seat) {
    auto call = [this](std::string_view seat, std::int64_t quantity) {
        return consume_as({anna_, "calls", quantity, seat});
    };
    ASSERT_TRUE(call("first", 19)->counted);
    Tally tally = crowd(1, [&](int, Tally& mine) { note(call("first", 1), mine); });
    EXPECT_EQ(tally.passed, 1);
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    // 20 of 50 are used; the others' seats have room for 20 each, the account for 30 of all.
    tally = crowd(1, [&](int n, Tally& mine) { note(call(n % 2 == 0 ? "even" : "odd", 1), mine); });
    EXPECT_EQ(tally.passed, 30);
    EXPECT_TRUE(tally.refused_only_by(Fault::allowance_is_used_up));
    expect_same_from_journal();
    EXPECT_EQ(call("new", 1)->used, 50);
    EXPECT_EQ(call("first", 1)->used, 20);
}

TEST_P(UsageCrowd, a_spend_cap_is_never_passed) {
    pay_and_subscribe(anna_, 10, "pack");  // of which 1 dollar is the fee
    accounts::SpendCap cap{usd(1), accounts::SpendWindow::calendar_month};
    ASSERT_EQ(give(accounts::SetSpendCap{anna_, cap}), anna_.to_text());
    Tally tally = crowd_of_uses(anna_, 2);
    EXPECT_EQ(tally.passed, 50);  // a package of 30 and two packs of 10, half a dollar each
    EXPECT_TRUE(tally.refused_only_by(Fault::spend_cap_is_reached));
    EXPECT_EQ(available_micros(anna_), 8'000'000);
    expect_same_from_journal();
    EXPECT_EQ(consume(anna_, 1)->reason, Fault::spend_cap_is_reached);
}

TEST_P(UsageCrowd, an_id_counts_once_however_many_use_it) {
    Tally tally = crowd(2, [this](int, Tally& mine) { note(consume(anna_, 1, "same"), mine); });
    EXPECT_EQ(tally.passed, 1);
    EXPECT_EQ(tally.duplicates, 2 * clients - 1);
    EXPECT_EQ(check(anna_).used, 1);
    expect_same_from_journal();
    EXPECT_TRUE(consume(anna_, 1, "same")->duplicate);
    EXPECT_EQ(check(anna_).used, 1);
}

TEST_P(UsageCrowd, a_fact_counts_once_however_many_tell_it) {
    Tally tally = crowd(2, [this](int n, Tally& mine) {
        // Every second one consumes under the same id: uses and facts share their ids.
        if (n % 2 == 0) return note(consume(anna_, 1, "same"), mine);
        EventOutcome outcome = tell(anna_, "same");
        if (outcome.status == EventOutcome::Status::refused)
            return mine.refusals.push_back(outcome.refusal->fault);
        ++(outcome.status == EventOutcome::Status::counted ? mine.passed : mine.duplicates);
    });
    EXPECT_EQ(tally.passed, 1);
    EXPECT_EQ(tally.duplicates, 2 * clients - 1);
    EXPECT_TRUE(tally.refusals.empty());
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, 1);
}

TEST_P(UsageCrowd, facts_of_many_are_all_counted) {
    constexpr int times = 20;
    std::array<std::atomic<int>, clients> next{};
    Tally tally = crowd(times, [&](int n, Tally& mine) {
        const int number = next[static_cast<std::size_t>(n)]++;
        // Neighbours tell each fact, too.
        for (int teller : {n, (n + 1) % clients}) {
            EventOutcome outcome =
                tell(anna_, std::to_string(teller) + "-" + std::to_string(number));
            ++(outcome.status == EventOutcome::Status::counted ? mine.passed : mine.duplicates);
        }
    });
    EXPECT_EQ(tally.passed, clients * times);
    EXPECT_EQ(tally.duplicates, clients * times);
    EXPECT_EQ(check(anna_).used, clients * times);
    expect_same_from_journal();
    EXPECT_EQ(check(anna_).used, clients * times);
}

// Ids leave the memory on a thread of its own while 64 others tell them again.
TEST_P(UsageCrowd, an_id_counts_once_while_ids_move_to_the_disk) {
    ids_ = {1'000'000, 25};
    open();
    constexpr int times = 40;
    std::atomic<std::size_t> runs_seen{0};
    for (int round = 0; round < 3; ++round) {
        Tally tally =
            crowd(times, [&, next = std::make_shared<std::atomic<int>>(0)](int, Tally& mine) {
                // Each id is told by many, some at once, some when it has moved.
                std::string id = std::to_string(next->fetch_add(1) % (clients * times / 4));
                ++(tell(anna_, id).status == EventOutcome::Status::counted ? mine.passed
                                                                           : mine.duplicates);
            });
        EXPECT_EQ(tally.passed, round == 0 ? clients * times / 4 : 0);
        for (int looks = 0; looks < 100 && store_->id_runs().list(first_tree_partition)->empty();
             ++looks)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        runs_seen += store_->id_runs().list(first_tree_partition)->size();
    }
    EXPECT_GT(runs_seen, 0u);
    EXPECT_EQ(check(anna_).used, clients * times / 4);
    open();
    Tally again = crowd(10, [&, next = std::make_shared<std::atomic<int>>(0)](int, Tally& mine) {
        ++(tell(anna_, std::to_string(next->fetch_add(1))).status == EventOutcome::Status::counted
               ? mine.passed
               : mine.duplicates);
    });
    EXPECT_EQ(again.passed, 0);
    EXPECT_EQ(again.duplicates, clients * 10);
    expect_same_from_journal();
}

INSTANTIATE_TEST_SUITE_P(Stores, UsageCrowd, ::testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& instance) {
                             return instance.param == Kind::memory ? "in_memory" : "in_sqlite";
                         });

}  // namespace
}  // namespace rb::engine
