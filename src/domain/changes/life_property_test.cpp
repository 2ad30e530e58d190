// Random lives of subscriptions: every rule, trials, arrears, seats, reservations, too little
// money, scheduled changes and withdrawals, over months. Nothing may stop the process, and after
// every step: what is held is held for a live subscription, what is deferred stands in a
// subscription's account, nothing that was refused has changed anything, and time goes on.
//
// 1,000 lives are the default; RC_PARAMS="max_success=100000" runs more.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

using rc::gen::inRange;
using subscriptions::Status;
using subscriptions::Subscription;

[[maybe_unused]] const int lives_by_default = setenv("RC_PARAMS", "max_success=1000", 0);

template <class E>
E any_of(int count) {
    return static_cast<E>(*inRange(0, count));
}

void any_rules(TestShop& shop) {
    using catalog::Direction;
    for (Direction direction :
         {Direction::up, Direction::down, Direction::same, Direction::cancel}) {
        if (*inRange(0, 5) == 0) continue;
        auto& rule = shop.rule(direction);
        rule.effective = any_of<catalog::Effective>(2);
        rule.proration = any_of<catalog::Proration>(5);
        rule.unused = any_of<catalog::Unused>(3);
        rule.reserve_next = any_of<catalog::ReserveNext>(3);
        rule.usage = any_of<catalog::UsageCarry>(2);
        rule.requires_fit = *inRange(0, 3) == 0;
    }
}

std::vector<PlanRef> any_plans(TestShop& shop) {
    std::vector<PlanRef> plans;
    int count = *inRange(2, 6);
    bool has_default = *inRange(0, 2) == 1;
    for (int i = 0; i < count; ++i) {
        std::string fee = std::to_string(*inRange(0, 60)) + "." + std::to_string(*inRange(1, 99));
        if (i == 0 && *inRange(0, 2) == 1) fee = "0";
        plans.push_back(shop.plan({"p" + std::to_string(i), fee, *inRange(0, 4)},
                                  [&](catalog::PlanHead& head, catalog::PlanVersion& v) {
                                      head.is_default = i == 0 && has_default;
                                      if (i > 1 && *inRange(0, 5) == 0)
                                          head.kind = catalog::PlanKind::add_on;
                                      v.timing = any_of<catalog::FeeTiming>(2);
                                      if (*inRange(0, 4) == 0) v.every = {PeriodUnit::week, 2};
                                      if (*inRange(0, 3) == 0) v.trial_days = *inRange(1, 40);
                                      v.trial_end = any_of<catalog::TrialEnd>(3);
                                      if (*inRange(0, 4) == 0)
                                          v.setup_fee = {{usd(), money("3.33")}};
                                      if (*inRange(0, 3) == 0)
                                          v.seats =
                                              catalog::SeatPricing{1, {{usd(), money("7.77")}}, {}};
                                      if (*inRange(0, 3) == 0)
                                          v.entitlements = {{"boxes", true, "", 2, false}};
                                  }));
    }
    return plans;
}

// Everything that a refusal leaves as it was.
std::string state_of(const TestShop& shop) {
    std::string state = encode(shop.subscriptions) + encode(shop.wallet);
    for (const TestShop::Agency& agency : shop.agencies) state += encode(agency.wallet);
    return state;
}

std::int64_t book_of(const TestShop& shop, AccountId seller, ledger::Bucket bucket) {
    auto found = shop.sellers_books.find({seller, bucket});
    return found == shop.sellers_books.end() ? 0 : found->second;
}

// Each level has sold to the one below what it has bought of the one above, and holds for it.
void check_sellers(const TestShop& shop) {
    std::int64_t deferred = 0;
    for (const Subscription& s : shop.subscriptions.items) {
        deferred += s.account.deferred.micros();
        RC_ASSERT(s.wholesale.empty() || s.wholesale.size() == shop.agencies.size());
        for (const auto& kept : s.wholesale) RC_ASSERT(kept.account == s.account);
    }
    auto earned = [&](AccountId seller, ledger::Bucket bucket) {
        return book_of(shop, seller, bucket);
    };
    for (std::size_t i = 0; i < shop.agencies.size(); ++i) {
        const TestShop::Agency& agency = shop.agencies[i];
        std::int64_t reserved = 0;
        for (const Subscription& s : shop.subscriptions.items)
            for (const auto& kept : s.wholesale)
                if (kept.payer == agency.account.id && kept.reservation)
                    reserved +=
                        ledger::find_hold(agency.wallet, kept.reservation->hold)->amount.micros();
        RC_ASSERT(agency.wallet.balance(ledger::Bucket::held) == reserved);
        bool is_last = i + 1 == shop.agencies.size();
        AccountId above = is_last ? AccountId{} : shop.agencies[i + 1].account.id;
        for (auto bucket : {ledger::Bucket::deferred_revenue, ledger::Bucket::revenue,
                            ledger::Bucket::tax_payable})
            RC_ASSERT(earned(agency.account.id, bucket) == earned(above, bucket));
        RC_ASSERT(earned(agency.account.id, ledger::Bucket::deferred_revenue) == deferred);
    }
}

void check(const TestShop& shop) {
    check_sellers(shop);
    std::int64_t reserved = 0;
    std::int64_t deferred = 0;
    for (const Subscription& s : shop.subscriptions.items) {
        if (s.reservation) {
            RC_ASSERT(s.is_live());
            const ledger::Hold* hold = ledger::find_hold(shop.wallet, s.reservation->hold);
            RC_ASSERT(hold != nullptr);
            RC_ASSERT(hold->amount <= s.reservation->fee + s.reservation->tax);
            RC_ASSERT(s.reservation->period_start == s.period.end);
            reserved += hold->amount.micros();
        }
        deferred += s.account.deferred.micros();
        for (const auto& kept : s.wholesale) deferred += kept.account.deferred.micros();
        RC_ASSERT(s.period.start < s.period.end);
        RC_ASSERT(!s.account.net_billed.is_negative());
        if (s.status == Status::past_due) RC_ASSERT(!s.account.accruals.empty());
        if (auto due = next_due(s)) RC_ASSERT(*due > shop.now);
    }
    RC_ASSERT(shop.wallet.balance(ledger::Bucket::held) == reserved);
    auto book = shop.books.find("deferred_revenue");
    RC_ASSERT((book == shop.books.end() ? 0 : book->second) == deferred);
    int bases = 0;
    for (const Subscription& s : shop.subscriptions.items)
        bases += s.is_live() && s.kind != catalog::PlanKind::add_on;
    RC_ASSERT(bases <= 1);
}

Ask any_ask(const TestShop& shop, const std::vector<PlanRef>& plans) {
    Ask ask;
    ask.plan = {
        plans[static_cast<std::size_t>(*inRange<int>(0, static_cast<int>(plans.size())))].plan, 0};
    std::vector<const Subscription*> live;
    for (const Subscription& s : shop.subscriptions.items)
        if (s.is_live()) live.push_back(&s);
    int kind = live.empty() ? 0 : *inRange(0, 8);
    ask.kind = kind < 2 ? QuoteKind::start : kind < 7 ? QuoteKind::change : QuoteKind::cancel;
    if (ask.kind != QuoteKind::start)
        ask.subscription =
            live[static_cast<std::size_t>(*inRange<int>(0, static_cast<int>(live.size())))]->id;
    if (ask.kind == QuoteKind::cancel) ask.plan = {};
    if (*inRange(0, 4) == 0) ask.quantity = *inRange(0, 5);
    if (*inRange(0, 5) == 0) ask.effective = any_of<catalog::Effective>(2);
    if (*inRange(0, 4) == 0) ask.skip_trial = true;
    ask.key = *inRange(0, 3) == 0 ? "k" : "";
    return ask;
}

void withdraw(TestShop& shop) {
    for (const Subscription& s : shop.subscriptions.items) {
        if (!s.pending || !s.is_live()) continue;
        IdSource ids = shop.ids();
        auto done = decide(shop.world(), WithdrawPending{shop.account.id, s.id}, ids);
        if (done) shop.apply(done->events);
        return;
    }
}

void act(TestShop& shop, const std::vector<PlanRef>& plans) {
    switch (*inRange(0, 9)) {
        case 0:
            shop.pay(std::to_string(*inRange(1, 100)));
            for (TestShop::Agency& agency : shop.agencies)
                if (*inRange(0, 3) > 0) shop.pay(agency, std::to_string(*inRange(1, 150)));
            shop.settle_debts();
            break;
        case 1:
            withdraw(shop);
            break;
        case 2:
            shop.go(shop.now + Duration::of_hours(*inRange(1, 24 * 50)));
            break;
        case 3:
            shop.gauges["boxes"] = *inRange(0, 5);
            break;
        case 4: {
            auto quote = shop.quote(any_ask(shop, plans));
            if (!quote) break;
            shop.go(shop.now + Duration::of_seconds(*inRange(0, 1000)));
            std::string before = state_of(shop);
            bool is_done = shop.execute(quote->id).has_value();
            RC_ASSERT(is_done || before == state_of(shop));
            break;
        }
        default: {
            std::string before = state_of(shop);
            Ask ask = any_ask(shop, plans);
            IdSource ids = shop.ids();
            auto quote = decide(shop.world(), MakeQuote{shop.account.id, ask}, ids);
            auto done = shop.change(ask);
            // A quote without blockers can be executed, one with blockers cannot.
            if (quote) RC_ASSERT(quote->reply.blockers.empty() == done.has_value());
            if (!quote) RC_ASSERT(!done);
            if (done) RC_ASSERT(quote->reply.lines == done->quote.lines);
            RC_ASSERT(done || before == state_of(shop));
        }
    }
}

// Whatever there is, closing the account ends it; only what was held comes back.
void close(TestShop& shop) {
    std::int64_t own =
        shop.wallet.balance(ledger::Bucket::available) + shop.wallet.balance(ledger::Bucket::held);
    std::size_t lines = shop.subscriptions.accrued.size();
    IdSource ids = shop.ids();
    shop.apply(end_all(shop.world(), ids));
    check(shop);
    for (const Subscription& s : shop.subscriptions.items) {
        RC_ASSERT(s.status == Status::ended);
        RC_ASSERT(next_due(s) == std::nullopt);
        RC_ASSERT(!s.reservation && !s.pending);
        RC_ASSERT(s.account.deferred.is_zero());
        for (const auto& kept : s.wholesale)
            RC_ASSERT(!kept.reservation && kept.account.deferred.is_zero());
    }
    RC_ASSERT(shop.wallet.balance(ledger::Bucket::available) == own);
    RC_ASSERT(shop.wallet.balance(ledger::Bucket::held) == 0);
    RC_ASSERT(shop.subscriptions.accrued.size() == lines);
    RC_ASSERT(end_all(shop.world(), ids).empty());
}

RC_GTEST_PROP(Lives, keep_their_books, ()) {
    TestShop shop;
    shop.zone(*inRange(0, 2) == 0 ? "UTC" : "Europe/Berlin");
    auto& family = shop.family("F");
    family.anchor = any_of<AnchorKind>(2);
    family.scale = any_of<catalog::Scale>(2);
    family.on_shortage = any_of<catalog::ShortagePolicy>(3);
    if (*inRange(0, 6) == 0) family.settlement = any_of<catalog::Settlement>(3);
    if (*inRange(0, 2) == 0) shop.tax("19");
    shop.catalog.settings.features["boxes"] = {"boxes", "", catalog::FeatureKind::limit, ""};
    if (*inRange(0, 3) == 0) shop.account.profile.credit_limit_micros = 20'000'000;
    int middle = *inRange(0, 3);
    for (int i = 0; i < middle; ++i) shop.agency();
    any_rules(shop);
    std::vector<PlanRef> plans = any_plans(shop);
    shop.now = Instant{*inRange<std::int64_t>(1'700'000'000, 1'760'000'000) * 1'000'000};
    int steps = *inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
        act(shop, plans);
        check(shop);
    }
    close(shop);
}

}  // namespace
}  // namespace rb::changes
