// Random uses, facts, reservations, passing time and restarts over a few accounts with a pool above
// them, against a model that keeps every use in a list and adds up what an instant sees of it.
//
// What has to be equal: every answer (allowed, why not, what is left), the money, and at the end
// what the auditor counts from the journal alone. That a hard limit is never passed follows: the
// model lets nothing pass it.
//
// On the store in memory and on SQLite, with stops, starts from the journal alone and, on SQLite,
// starts from the files that a kill leaves. 20,000 operations in memory and 4,000 on SQLite are the
// default; RATEBOOK_OPERATIONS=1000000 runs that many on each, and rapidcheck tells its seed.
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "engine/test_engine.h"

namespace rb::engine {
namespace {

using namespace test;
using entitlements::Answer;

// Every account has the free plan; `top`, an agency, pools a day's use of all and buys packs beyond
// 250 that all have used, `left` buys packs beyond 90 of its own.
constexpr std::string_view catalog_of_uses = R"(catalog: 1
currencies: {USD: {}}
features:
  monthly: {kind: metered, meter: sent}
  daily: {kind: metered, meter: sent}
  hourly: {kind: metered, meter: sent}
  pooled: {kind: metered, meter: sent}
meters: {sent: {event: message.sent, aggregate: sum, value: count}}
price_groups: {7: {name: IM, meter: sent}}
families: {F: {name: F, free_for: account}, K: {name: K, anchor: {calendar: month}}, P: {name: P}, W: {name: W, anchor: {calendar: month}}}
plans:
  free: {family: F, default: true, fee: {USD: "0"}, entitlements: {monthly: {limit: 400, window: month}, daily: {limit: 60, window: day}, hourly: {limit: 30, window: {rolling: 1h}}}}
  packs: {family: K, fee: {USD: "0"}, packages: [{name: packs, price_groups: [7], size: 90, may_overrun: true, overrun_price: {USD: "1"}, overrun_resources: 10}]}
  pool: {family: P, fee: {USD: "0"}, entitlements: {pooled: {limit: 100, window: day, pooled: true}}}
  whole: {family: W, fee: {USD: "0"}, packages: [{name: whole, price_groups: [7], size: 250, may_overrun: true, overrun_price: {USD: "1"}, overrun_resources: 10}]}
)";

constexpr int operations_in_life = 200;

int lives_on(Where where) {
    const char* text = std::getenv("RATEBOOK_OPERATIONS");
    int wanted = text == nullptr ? 0 : std::atoi(text);
    if (wanted <= 0) wanted = where == Where::memory ? 20'000 : 4'000;
    return std::max(1, wanted / operations_in_life);
}

enum class Kind : int { nothing, consume, tell, reserve, commit, release, wait, pay, restart };

// Plain numbers, so that they shrink. What they mean depends on what there is when they are used.
struct Operation {
    Kind kind = Kind::nothing;
    int who = 0;
    int quantity = 1;
    int minutes = 0;
    int pick = 0;
    int id = 0;  // 0: none
};
void showValue(const Operation& o, std::ostream& out) {
    out << "{" << static_cast<int>(o.kind) << " who " << o.who << " quantity " << o.quantity
        << " minutes " << o.minutes << " pick " << o.pick << " id " << o.id << "}";
}

rc::Gen<Operation> operation() {
    auto number = [](int least, int beyond) { return rc::gen::inRange(least, beyond); };
    // Small numbers most of the time: minutes, now and then hours and days.
    auto minutes = rc::gen::weightedOneOf<int>(
        {{6, number(0, 20)}, {2, number(20, 600)}, {1, number(600, 4320)}});
    auto kind = rc::gen::weightedElement<Kind>({{1, Kind::nothing},
                                                {40, Kind::consume},
                                                {20, Kind::tell},
                                                {10, Kind::reserve},
                                                {8, Kind::commit},
                                                {4, Kind::release},
                                                {25, Kind::wait},
                                                {3, Kind::pay},
                                                {1, Kind::restart}});
    auto id = rc::gen::weightedOneOf<int>({{1, rc::gen::just(0)}, {2, number(1, 300)}});
    return rc::gen::construct<Operation>(kind, number(0, 4), number(1, 25), minutes, number(0, 100),
                                         id);
}

constexpr std::int64_t minute = 60'000'000;
constexpr std::int64_t day = 24 * 60 * minute;

struct Window {
    std::int64_t start = 0;
    std::int64_t end = 0;
    bool contains(std::int64_t t) const { return start <= t && t < end; }
};
Window day_of(Instant t) { return {t.us / day * day, t.us / day * day + day}; }
Window month_of(Instant t) {
    CivilDate date = Zone::utc().date_of(t);
    CivilDate next = add_days({date.year, date.month, 1}, 31);
    return {Zone::utc().midnight({date.year, date.month, 1}).us,
            Zone::utc().midnight({next.year, next.month, 1}).us};
}
// Sixty whole minutes, of which the one that runs is the last.
Window hour_before(Instant t) {
    std::int64_t end = t.us / minute * minute + minute;
    return {end - 60 * minute, end};
}

// What is expected of one use.
struct Verdict {
    bool allowed = true;
    bool over = false;
    std::optional<Fault> reason;
    std::int64_t left = INT64_MAX;  // of the tightest limit, before
    // At each level that pays: beyond the package, and the packs that this takes, a dollar each.
    std::map<int, std::int64_t> units, packs;
};

// A reservation.
struct Open {
    int who = 0;
    std::int64_t quantity = 0;
    Instant until;
    std::map<int, std::int64_t> units, dollars;  // of each level that pays
};
std::int64_t of(const std::map<int, std::int64_t>& levels, int who) {
    auto at = levels.find(who);
    return at == levels.end() ? 0 : at->second;
}

struct Model {
    struct Used {
        int who = 0;
        std::int64_t quantity = 0;
        std::int64_t at = 0;
    };
    // Who pays: of a package of so many units a month, for its own uses or for those of all.
    struct Payer {
        std::int64_t size = 0;
        std::optional<int> whose;
        std::map<std::int64_t, std::int64_t> packs;  // of a month, by its start
        std::int64_t available = 0;
        std::int64_t owed = 0;
    };
    static constexpr int top = 0, left = 1;

    std::vector<Used> uses;
    std::map<std::string, Open> reservations;
    std::set<std::pair<int, int>> ids;  // of whose uses
    std::map<int, Payer> payers{{top, {250, {}, {}}}, {left, {90, left, {}}}};

    std::int64_t used(const Window& window, std::optional<int> who) const {
        std::int64_t sum = 0;
        for (const Used& u : uses)
            if (window.contains(u.at) && (!who || *who == u.who)) sum += u.quantity;
        return sum;
    }
    std::int64_t held(std::optional<int> who) const {
        std::int64_t sum = 0;
        for (const auto& [id, r] : reservations)
            if (!who || *who == r.who) sum += r.quantity;
        return sum;
    }

    // Of a payer's package: what is not bought is held of it.
    std::int64_t held_of_package(int payer) const {
        std::int64_t sum = 0;
        for (const auto& [id, r] : reservations)
            if (!payers.at(payer).whose || payers.at(payer).whose == r.who)
                sum += r.quantity - of(r.units, payer);
        return sum;
    }

    // `excused`: of what is held, the reservation that this use settles, with its money back.
    Verdict judge(int who, std::int64_t quantity, Instant now, const Open& excused = {}) const {
        Verdict v;
        auto limit = [&](std::int64_t most, const Window& window, std::optional<int> whose) {
            std::int64_t rest = most - used(window, whose) - held(whose) + excused.quantity;
            v.left = std::min(v.left, std::max<std::int64_t>(0, rest));
            if (quantity <= rest || quantity == 0) return;
            v.over = true;
            refuse(v, Fault::allowance_is_used_up);
        };
        limit(400, month_of(now), who);
        limit(60, day_of(now), who);
        limit(30, hour_before(now), who);
        auto supply = [&](int at) {
            const Payer& payer = payers.at(at);
            Window month = month_of(now);
            auto bought = payer.packs.find(month.start);
            std::int64_t size =
                payer.size + (bought == payer.packs.end() ? 0 : 10 * bought->second);
            std::int64_t rest = size - used(month, payer.whose) - held_of_package(at) +
                                excused.quantity - of(excused.units, at);
            rest = std::max<std::int64_t>(0, rest);
            v.left = std::min(v.left, rest);
            if (quantity <= rest) return;
            v.units[at] = quantity - rest;
            v.packs[at] = (quantity - rest + 9) / 10;
            if (v.packs[at] <= payer.available + of(excused.dollars, at)) return;
            v.over = true;
            refuse(v, Fault::money_is_short);
        };
        if (who == left) supply(left);
        limit(100, day_of(now), std::nullopt);
        supply(top);
        return v;
    }
    static void refuse(Verdict& v, Fault fault) {
        v.allowed = false;
        if (!v.reason) v.reason = fault;
    }
    void count(int who, std::int64_t quantity, Instant at, const Verdict& v) {
        if (quantity > 0) uses.push_back({who, quantity, at.us});
        for (const auto& [who_pays, packs] : v.packs) {
            Payer& payer = payers.at(who_pays);
            payer.packs[month_of(at).start] += packs;
            std::int64_t paid = std::min(payer.available, packs);
            payer.available -= paid;
            payer.owed += packs - paid;
        }
    }
    void make(const std::string& id, const Open& open) {
        for (const auto& [who, dollars] : open.dollars) payers.at(who).available -= dollars;
        reservations[id] = open;
    }
    void give_back(const Open& open) {
        for (const auto& [who, dollars] : open.dollars) payers.at(who).available += dollars;
    }
    void end(const std::string& id) {
        give_back(reservations.at(id));
        reservations.erase(id);
    }
    void expire(Instant now) {
        std::erase_if(reservations, [&](const auto& item) {
            if (item.second.until > now) return false;
            give_back(item.second);
            return true;
        });
    }
};

class Life : public TestEngine {
public:
    explicit Life(Where where) : TestEngine(1, Threads::none, where), where_(where) {
        clock.set(at("2026-04-24T00:00:00Z"));  // most lives see a month end
        auto read = catalog_file::read(catalog_of_uses);
        RC_ASSERT(read.ok());
        give(catalog::ApplyCatalog{std::move(read.draft), {}});
        accounts::OpenAccount agency = opening("top");
        agency.kind = accounts::Kind::agency;
        accounts_.push_back(*AccountId::parse(give(agency)));
        accounts_.push_back(open_account("left", accounts_[0]));
        accounts_.push_back(open_account("right", accounts_[0]));
        accounts_.push_back(open_account("deep", accounts_[2]));
        RC_ASSERT(subscribe(accounts_[0], "pool").starts_with("sub_"));
        RC_ASSERT(subscribe(accounts_[0], "whole").starts_with("sub_"));
        RC_ASSERT(subscribe(accounts_[1], "packs").starts_with("sub_"));
        pay_in(Model::top, 10);
    }

    void live(const Operation& o) {
        switch (o.kind) {
            case Kind::nothing:
                break;
            case Kind::consume:
                consume(o);
                break;
            case Kind::tell:
                tell(o);
                break;
            case Kind::reserve:
                reserve(o);
                break;
            case Kind::commit:
                commit(o);
                break;
            case Kind::release:
                release(o);
                break;
            case Kind::wait:
                clock.advance(Duration::of_minutes(o.minutes));
                engine().run_timers();
                model_.expire(now());
                break;
            case Kind::pay:
                pay_in(Model::left, 1 + o.quantity / 5);
                pay_in(Model::top, o.quantity / 2);
                break;
            case Kind::restart:
                restart(o);
                break;
        }
        ask(o.who, 1 + o.pick % 20);
    }

    // From the journal alone, by a program that knows no rules.
    void audit() {
        auto report = testing::audit::run(store());
        RC_ASSERT(report.problem == "");
        for (const auto& part : report.partitions)
            for (const auto& [id, counted] : part.counted)
                engine().read(
                    id, accounts::Caller::platform(),
                    [&](const Reader& reader) -> Result<Rendered> {
                        auto differs = testing::audit::difference(
                            counted, reader.account(id)->usage, reader.now());
                        RC_ASSERT(differs.value_or("") == "");
                        differs =
                            testing::audit::difference(part.held, id, reader.account(id)->usage);
                        RC_ASSERT(differs.value_or("") == "");
                        return Rendered{};
                    },
                    [](Result<Rendered>&&) {});
        std::map<AccountId, std::int64_t> quantities;
        std::map<AccountId, std::uint64_t> rows;
        for (const auto& part : report.partitions)
            for (const auto& [key, sum] : part.usage) {
                quantities[key.first] += static_cast<std::int64_t>(sum.quantity);
                rows[key.first] += sum.rows;
            }
        std::map<AccountId, std::int64_t> expected;
        std::map<AccountId, std::uint64_t> expected_rows;
        for (const Model::Used& u : model_.uses) {
            expected[accounts_[static_cast<std::size_t>(u.who)]] += u.quantity;
            ++expected_rows[accounts_[static_cast<std::size_t>(u.who)]];
        }
        RC_ASSERT(quantities == expected);
        RC_ASSERT(rows == expected_rows);
    }

private:
    Instant now() { return clock.now(); }
    AccountId account(const Operation& o) const {
        return accounts_[static_cast<std::size_t>(o.who)];
    }
    static std::string id_text(int id) { return id == 0 ? "" : "e" + std::to_string(id); }

    void consume(const Operation& o) {
        bool is_known = o.id != 0 && model_.ids.contains({o.who, o.id});
        Verdict v = model_.judge(o.who, o.quantity, now());
        std::string id = id_text(o.id);
        Consumption use{{account(o), "monthly", o.quantity}, "test", id, {}};
        Answer answer;
        engine().consume(accounts::Caller::platform(), {&use, 1},
                         [&](Result<Answers>&& answers) { answer = answers->front().value(); });
        RC_ASSERT(answer.duplicate == is_known);
        if (is_known) return;
        RC_ASSERT(answer.allowed == v.allowed);
        RC_ASSERT(answer.reason == v.reason);
        RC_ASSERT(answer.counted == v.allowed);
        if (!v.allowed) return;
        if (o.id != 0) model_.ids.insert({o.who, o.id});
        model_.count(o.who, o.quantity, now(), v);
    }

    // Some are late; one of another month is of no packs that are there now.
    void tell(const Operation& o) {
        int id = o.id == 0 ? 1000 + next_id_++ : o.id;
        Instant at = o.pick % 3 == 0 ? Instant{now().us - o.minutes * minute} : now();
        std::string count = std::to_string(o.quantity);
        std::string text = id_text(id);
        Property property{"count", count, Property::Kind::number};
        UsageEvent event{account(o), "test", text, "message.sent", at, {&property, 1}};
        EventOutcome outcome;
        engine().ingest(accounts::Caller::platform(), {&event, 1},
                        [&](Result<std::vector<EventOutcome>>&& r) { outcome = r->front(); });
        bool is_new = model_.ids.insert({o.who, id}).second;
        RC_ASSERT(outcome.status ==
                  (is_new ? EventOutcome::Status::counted : EventOutcome::Status::duplicate));
        if (!is_new) return;
        Verdict v = model_.judge(o.who, o.quantity, now());
        if (at == now()) RC_ASSERT(outcome.over_limit == v.over);
        if (month_of(at).start != month_of(now()).start) v.packs.clear();
        model_.count(o.who, o.quantity, at, v);
    }

    ReservationReply settle(Command command) {
        ReservationReply reply;
        engine().execute(
            {accounts::Caller::platform(), std::move(command), {}, {}},
            [&](const Reader&, const Reply& r) {
                reply = std::get<ReservationReply>(r);
                return Rendered{};
            },
            [](Result<Rendered>&& r) { RC_ASSERT(r.has_value()); });
        return reply;
    }
    void reserve(const Operation& o) {
        Verdict v = model_.judge(o.who, o.quantity, now());
        Instant until = now() + Duration::of_minutes(o.minutes + 1);
        auto reply = settle(entitlements::Reserve{account(o), "monthly", o.quantity, until});
        RC_ASSERT(reply.answer.allowed == v.allowed);
        RC_ASSERT(reply.answer.reason == v.reason);
        if (!v.allowed) return;
        model_.make(reply.reservation.id.to_text(), {o.who, o.quantity, until, v.units, v.packs});
    }
    // Half of them settle another quantity than they had put aside.
    void commit(const Operation& o) {
        if (model_.reservations.empty()) return;
        auto [id, open] = picked(o);
        std::int64_t quantity = o.pick % 2 == 0 ? open.quantity : o.quantity - 1;
        Verdict v = model_.judge(open.who, quantity, now(), open);
        if (quantity <= open.quantity) v.allowed = true;
        auto reply = settle(entitlements::CommitReservation{
            accounts_[static_cast<std::size_t>(open.who)], *ReservationId::parse(id), quantity});
        RC_ASSERT(reply.answer.allowed == v.allowed);
        if (!v.allowed) return;
        model_.end(id);
        model_.count(open.who, quantity, now(), v);
    }
    void release(const Operation& o) {
        if (model_.reservations.empty()) return;
        auto [id, open] = picked(o);
        settle(entitlements::ReleaseReservation{accounts_[static_cast<std::size_t>(open.who)],
                                                *ReservationId::parse(id)});
        model_.end(id);
    }
    std::pair<std::string, Open> picked(const Operation& o) const {
        auto at = model_.reservations.begin();
        std::advance(at, o.pick % static_cast<int>(model_.reservations.size()));
        return *at;
    }

    void pay_in(int who, std::int64_t dollars) {
        if (dollars == 0) return;
        Model::Payer& payer = model_.payers.at(who);
        pay(accounts_[static_cast<std::size_t>(who)], dollars);
        payer.available += std::max<std::int64_t>(0, dollars - payer.owed);
        payer.owed = std::max<std::int64_t>(0, payer.owed - dollars);
    }
    void restart(const Operation& o) {
        auto before = engine().state_hashes();
        int way = o.pick % (where_ == Where::sqlite ? 3 : 2);
        if (way == 0)
            open();
        else if (way == 1)
            reopen_from_journal();
        else
            reopen_as_killed();
        RC_ASSERT(engine().state_hashes() == before);
    }

    // After every operation: what the model says of the next use, the engine says too.
    void ask(int who, std::int64_t quantity) {
        entitlements::Question question{accounts_[static_cast<std::size_t>(who)], "monthly",
                                        quantity};
        auto answer = engine().check(accounts::Caller::platform(), {&question, 1}).front();
        RC_ASSERT(answer.has_value());
        Verdict v = model_.judge(who, quantity, now());
        RC_ASSERT(answer->allowed == v.allowed);
        RC_ASSERT(answer->reason == v.reason);
        if (v.allowed) RC_ASSERT(answer->remaining == v.left);
        check_money(Model::left);
        check_money(Model::top);
    }
    void check_money(int who) {
        const AccountId payer = accounts_[static_cast<std::size_t>(who)];
        std::int64_t available = -1;
        std::int64_t held = -1;
        std::int64_t receivable = 1;
        engine().read(
            payer, accounts::Caller::platform(),
            [&](const Reader& reader) -> Result<Rendered> {
                const ledger::Wallet& wallet = reader.account(payer)->wallet;
                available = wallet.balance(ledger::Bucket::available);
                held = wallet.balance(ledger::Bucket::held);
                receivable = wallet.balance(ledger::Bucket::receivable);
                return Rendered{};
            },
            [](Result<Rendered>&&) {});
        std::int64_t dollars = 0;
        for (const auto& [id, open] : model_.reservations) dollars += of(open.dollars, who);
        RC_ASSERT(available == model_.payers.at(who).available * 1'000'000);
        RC_ASSERT(held == dollars * 1'000'000);
        RC_ASSERT(receivable == -model_.payers.at(who).owed * 1'000'000);
    }

    Where where_;
    std::vector<AccountId> accounts_;
    Model model_;
    int next_id_ = 0;
};

class UsageProperty : public ::testing::TestWithParam<Where> {};

TEST_P(UsageProperty, any_life_of_uses_is_answered_and_counted_as_a_plain_list_would) {
    auto parameters = rc::detail::configuration().testParams;
    parameters.maxSuccess = lives_on(GetParam());
    auto any_life = [where = GetParam()] {
        auto operations = *rc::gen::resize(
            operations_in_life,
            rc::gen::container<std::vector<Operation>>(operations_in_life, operation()));
        Life life(where);
        for (const Operation& o : operations) life.live(o);
        life.audit();
    };
    auto result = rc::detail::checkTestable(any_life, rc::detail::TestMetadata{}, parameters);
    rc::detail::printResultMessage(result, std::cerr);
    std::cerr << std::endl;
    EXPECT_TRUE(result.is<rc::detail::SuccessResult>());
}

INSTANTIATE_TEST_SUITE_P(Stores, UsageProperty, ::testing::Values(Where::memory, Where::sqlite),
                         [](const auto& instance) {
                             return instance.param == Where::memory ? "in_memory" : "in_sqlite";
                         });

}  // namespace
}  // namespace rb::engine
