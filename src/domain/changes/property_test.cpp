// Chains of changes within one period, from the vectors of the oracle and at random. The laws: the
// lines of a period add up to its rounded exact cost; going there and back at one instant costs
// nothing; no credit exceeds what was billed; a quote costs what doing it at once would have cost.
//
// 1,000 chains a law are the default; RC_PARAMS="max_success=100000" runs more.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "base/limits.h"
#include "domain/changes/test_shop.h"
#include "testing/vectors.h"

namespace rb::changes {
namespace {

using catalog::Direction;
using catalog::Proration;
using subscriptions::LineKind;
using testing::VectorRow;
using testing::VectorTable;

// Before any property runs; what the caller has set stays.
[[maybe_unused]] const int chains_by_default = setenv("RC_PARAMS", "max_success=1000", 0);

std::string to_text(std::int64_t minor) { return Decimal::of(minor, 2).to_text(); }

Amount sum_of_kind(const Quote& quote, LineKind kind) {
    Amount sum = money("0");
    for (const auto& line : quote.lines)
        if (line.kind == kind) sum += line.net;
    return sum;
}

struct Step {
    Instant at;
    std::int64_t minor = 0;
};

std::vector<Step> steps_of(const VectorRow& row) {
    std::vector<Step> steps;
    for (const std::string& word : row.words("steps")) {
        std::size_t equals = word.find('=');
        steps.push_back({at(word.substr(0, equals)), std::stoll(word.substr(equals + 1))});
    }
    return steps;
}

TEST(RepeatedChanges, agree_with_the_vectors) {
    std::size_t rows = 0;
    for (const VectorRow& row :
         VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/repeated_changes.vec")) {
        SCOPED_TRACE(row.where());
        TestShop shop;
        shop.zone(row.text("zone"));
        shop.rule(Direction::any);
        Instant start = at(row.text("period_start"));
        bool is_first = shop.account.profile.zone.date_of(start).day == 1;
        shop.family("F").anchor = is_first ? AnchorKind::calendar : AnchorKind::anniversary;
        shop.now = start;
        shop.pay("1000000");
        std::vector<Step> steps = steps_of(row);
        auto credits = row.integers("credit_lines");
        auto charges = row.integers("charge_lines");
        ASSERT_EQ(credits.size(), steps.size());
        for (std::size_t i = 0; i < steps.size(); ++i) {
            PlanRef plan = shop.plan(
                {"p" + std::to_string(i), to_text(steps[i].minor), static_cast<std::int32_t>(i)});
            shop.go(steps[i].at);
            Quote quote = i == 0 ? shop.start(plan).quote : shop.move(plan).quote;
            EXPECT_EQ(sum_of_kind(quote, LineKind::credit), money(to_text(credits[i]))) << i;
            EXPECT_EQ(sum_of_kind(quote, LineKind::charge), money(to_text(charges[i]))) << i;
        }
        EXPECT_EQ(shop.base().period, (Period{start, at(row.text("period_end"))}));
        EXPECT_EQ(shop.base().account.net_billed, money(to_text(row.integer("total_minor"))));
        rating::Precise exact =
            rating::exact_net(subscriptions::due_at(shop.base().account, shop.now));
        EXPECT_EQ(exact, rating::Precise::of(row.ratio("exact_total") * Ratio(10'000)));
        ++rows;
    }
    EXPECT_GE(rows, 15U);
}

// --- at random
// --------------------------------------------------------------------------------------

struct Chain {
    TestShop shop;
    std::vector<PlanRef> plans;
    std::vector<Step> steps;  // at, and which plan
    Proration mode = Proration::second;
    rating::Tax tax;
};

std::ostream& operator<<(std::ostream& out, const Chain& chain) {
    out << enum_text(chain.mode) << " " << chain.shop.account.profile.zone.id();
    for (const Step& step : chain.steps) out << " " << step.at.to_text() << "=" << step.minor;
    return out;
}

Chain any_chain() {
    using rc::gen::inRange;
    const char* zones[] = {"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"};
    Chain chain;
    TestShop& shop = chain.shop;
    shop.zone(zones[*inRange(0, 4)]);
    chain.mode = static_cast<Proration>(*inRange(0, 3));
    shop.rule(Direction::any).proration = chain.mode;
    shop.rule(Direction::cancel).proration = chain.mode;
    auto& family = shop.family("F");
    family.anchor = static_cast<AnchorKind>(*inRange(0, 2));
    family.scale = static_cast<catalog::Scale>(*inRange(0, 2));
    shop.catalog.settings.rounding = static_cast<Rounding>(*inRange(0, 2));
    if (*inRange(0, 2) == 1) {
        chain.tax = {Decimal::of(*inRange(1, 300000), 4),
                     static_cast<catalog::TaxMode>(*inRange(0, 2))};
        shop.tax(chain.tax.percent.to_text(), chain.tax.mode);
    }
    BillingPeriod every{*rc::gen::element(PeriodUnit::month, PeriodUnit::week, PeriodUnit::year),
                        static_cast<std::uint16_t>(*inRange(1, 4))};
    // From the default plan the rule speaks of starts too.
    shop.plan({"default", "0", -1}, [&](catalog::PlanHead& head, catalog::PlanVersion& v) {
        head.is_default = true;
        v.every = every;
    });
    int count = *inRange(2, 5);
    for (int i = 0; i < count; ++i)
        chain.plans.push_back(
            shop.plan({"p" + std::to_string(i), to_text(*inRange<std::int64_t>(0, 100'000)), i},
                      [&](catalog::PlanHead&, catalog::PlanVersion& v) { v.every = every; }));
    shop.now = Instant{*inRange<std::int64_t>(1'700'000'000, 1'800'000'000) * 1'000'000};
    shop.pay("1000000000");
    return chain;
}

// Starts with the first plan and fixes the instants of the rest, within the period.
void plan_steps(Chain& chain, int count) {
    TestShop& shop = chain.shop;
    shop.start(chain.plans[0]);
    chain.steps.push_back({shop.now, 0});
    std::int64_t left = (shop.base().period.end - shop.now).us;
    std::vector<std::int64_t> offsets;
    for (int i = 0; i < count; ++i) offsets.push_back(*rc::gen::inRange<std::int64_t>(0, left));
    std::ranges::sort(offsets);
    auto plans = static_cast<std::int64_t>(chain.plans.size());
    for (std::int64_t offset : offsets) {
        std::int64_t to = *rc::gen::inRange<std::int64_t>(0, plans);
        if (to == chain.steps.back().minor) to = (to + 1) % plans;
        chain.steps.push_back({chain.steps.front().at + Duration{offset}, to});
    }
}

// The exact cost of the chain, from the steps alone.
rating::Components naive_cost(const Chain& chain) {
    const TestShop& shop = chain.shop;
    Period period = shop.base().period;
    std::vector<rating::Stretch> stretches;
    for (std::size_t i = 0; i < chain.steps.size(); ++i) {
        const Step& step = chain.steps[i];
        Instant end = i + 1 < chain.steps.size() ? chain.steps[i + 1].at : period.end;
        PlanRef plan = chain.plans[static_cast<std::size_t>(step.minor)];
        Amount price = shop.catalog.plans.find(plan)->fee.at(usd());
        rating::Share share =
            rating::share_between(chain.mode, period, step.at, end, shop.account.profile.zone);
        stretches.push_back({price, share, chain.tax});
    }
    std::int64_t step = shop.catalog.step_micros(*shop.catalog.family("F"), usd());
    return rating::components(stretches, step, shop.catalog.settings.rounding, usd());
}

RC_GTEST_PROP(Chains, lines_add_up_to_the_rounded_exact_cost, ()) {
    Chain chain = any_chain();
    TestShop& shop = chain.shop;
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    plan_steps(chain, *rc::gen::inRange(0, 9));
    rating::Components billed{shop.base().account.net_billed, shop.base().account.tax_billed};
    for (std::size_t i = 1; i < chain.steps.size(); ++i) {
        shop.go(chain.steps[i].at);
        Quote quote = shop.move(chain.plans[static_cast<std::size_t>(chain.steps[i].minor)]).quote;
        for (const auto& line : quote.lines) {
            if (line.kind == LineKind::credit) {
                RC_ASSERT(-line.net <= billed.net);
                RC_ASSERT(-line.tax <= billed.tax);
                RC_ASSERT(!line.net.is_positive());
            } else {
                RC_ASSERT(!line.net.is_negative());
            }
            billed = billed + rating::Components{line.net, line.tax};
        }
    }
    RC_LOG() << chain;
    RC_ASSERT(billed == naive_cost(chain));
    RC_ASSERT(before - shop.wallet.balance(ledger::Bucket::available) == billed.total().micros());
    RC_ASSERT(shop.base().account.deferred == billed.net);
}

RC_GTEST_PROP(Chains, there_and_back_costs_nothing, ()) {
    Chain chain = any_chain();
    TestShop& shop = chain.shop;
    plan_steps(chain, 1);
    shop.go(chain.steps[1].at);
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    for (std::size_t i = 1; i < chain.plans.size(); ++i) shop.move(chain.plans[i]);
    shop.move(chain.plans[0]);
    RC_ASSERT(shop.wallet.balance(ledger::Bucket::available) == before);
}

// Rules of every mode may meet in a chain. The last one decides what is left: `none` leaves what
// was changed before, and `full` rewrites the period, so each of these comes only where it undoes
// itself.
RC_GTEST_PROP(Chains, there_and_back_costs_nothing_under_any_mix_of_rules, ()) {
    Chain chain = any_chain();
    TestShop& shop = chain.shop;
    plan_steps(chain, 1);
    // On the 31st a month of thirty days is over: nobody has paid for anything yet.
    RC_PRE(!subscriptions::share_of(shop.base().account, shop.base().period).is_zero());
    shop.go(chain.steps[1].at);
    auto& rule = shop.catalog.settings.changes.front();
    // A past of its own mode and without proration, which is paid for by the plan before.
    if (*rc::gen::inRange(0, 2) == 1) {
        rule.proration = Proration::none;
        shop.move(chain.plans.back());
        rule.proration = *rc::gen::element(Proration::second, Proration::day);
        shop.move(chain.plans[0]);
    }
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    Amount deferred = shop.base().account.deferred;
    bool is_full = *rc::gen::inRange(0, 4) == 0;
    auto any_mode = [&] {
        if (is_full) return *rc::gen::element(Proration::full, Proration::none);
        return *rc::gen::element(Proration::second, Proration::day, Proration::thirty_day,
                                 Proration::none);
    };
    int count = *rc::gen::inRange(1, 8);
    std::size_t last = 0;
    for (int i = 0; i < count; ++i) {
        auto to = static_cast<std::size_t>(
            *rc::gen::inRange<int>(0, static_cast<int>(chain.plans.size())));
        if (to == last) continue;
        rule.proration = any_mode();
        shop.move(chain.plans[to]);
        last = to;
    }
    rule.proration =
        is_full ? Proration::full
                : *rc::gen::element(Proration::second, Proration::day, Proration::thirty_day);
    if (last == 0) shop.move(chain.plans[1]);
    shop.move(chain.plans[0]);
    RC_ASSERT(shop.wallet.balance(ledger::Bucket::available) == before);
    RC_ASSERT(shop.base().account.deferred == deferred);
}

RC_GTEST_PROP(Chains, of_mixed_rules_add_up_to_one_period, ()) {
    Chain chain = any_chain();
    TestShop& shop = chain.shop;
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    plan_steps(chain, *rc::gen::inRange(1, 9));
    Ratio share = subscriptions::share_of(shop.base().account, shop.base().period);
    RC_PRE(!share.is_zero());
    rating::Components billed{shop.base().account.net_billed, shop.base().account.tax_billed};
    for (std::size_t i = 1; i < chain.steps.size(); ++i) {
        shop.go(chain.steps[i].at);
        shop.catalog.settings.changes.front().proration =
            static_cast<Proration>(*rc::gen::inRange(0, 5));
        Quote quote = shop.move(chain.plans[static_cast<std::size_t>(chain.steps[i].minor)]).quote;
        for (const auto& line : quote.lines) {
            if (line.kind == LineKind::credit) RC_ASSERT(-line.net <= billed.net);
            billed = billed + rating::Components{line.net, line.tax};
        }
        RC_ASSERT(subscriptions::share_of(shop.base().account, shop.base().period) == share);
    }
    RC_ASSERT(before - shop.wallet.balance(ledger::Bucket::available) == billed.total().micros());
    RC_ASSERT(shop.base().account.deferred == billed.net);
}

// Everything is journaled with the whole subscription, so it may not grow with each change.
TEST(Chains, of_five_thousand_changes_stay_small_and_cost_what_they_cost) {
    TestShop shop;
    shop.now = at("2025-05-01");
    shop.family("F").anchor = AnchorKind::calendar;
    shop.rule(Direction::any);
    PlanRef plans[] = {shop.plan({"a", "31.41"}), shop.plan({"b", "271.82", 1})};
    shop.tax("19");
    shop.pay("1000000");
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    shop.start(plans[0]);
    std::size_t bytes_max = 0;
    std::vector<rating::Stretch> stretches;
    Instant since = shop.now;
    for (int i = 1; i <= 5'000; ++i) {
        shop.now = at("2025-05-01") + Duration::of_seconds(i * 500);
        Period period = shop.base().period;
        rating::Tax tax{decimal("19"), catalog::TaxMode::exclusive};
        auto past = rating::share_between(Proration::second, period, since, shop.now, {});
        Amount price = shop.catalog.plans.find(shop.base().plan)->fee.at(usd());
        stretches.push_back({price, past, tax});
        since = shop.now;
        shop.move(plans[i % 2]);
        bytes_max = std::max(bytes_max, encode(shop.base()).size());
        if (i < 5'000) continue;
        price = shop.catalog.plans.find(plans[0])->fee.at(usd());
        past = rating::share_between(Proration::second, period, since, period.end, {});
        stretches.push_back({price, past, tax});
    }
    EXPECT_LE(shop.base().account.accruals.size(), 4U);
    EXPECT_LT(bytes_max, 1'000U);
    auto cost = rating::components(stretches, 10'000, Rounding::half_up, usd());
    EXPECT_EQ(shop.base().account.net_billed, cost.net);
    EXPECT_EQ(shop.base().account.tax_billed, cost.tax);
    EXPECT_EQ(before - shop.wallet.balance(ledger::Bucket::available), cost.total().micros());
    EXPECT_EQ(shop.base().account.deferred, cost.net);
}

TEST(Chains, without_proration_do_not_grow_either) {
    TestShop shop;
    shop.now = at("2025-05-10");
    shop.family("F").anchor = AnchorKind::calendar;
    shop.rule(Direction::any).proration = Proration::none;
    PlanRef plans[] = {shop.plan({"a", "31"}), shop.plan({"b", "62", 1})};
    shop.pay("100");
    shop.start(plans[0]);
    for (int i = 1; i <= 1'000; ++i) shop.move(plans[i % 2]);
    EXPECT_EQ(shop.base().account.accruals.size(), 2U);
    EXPECT_EQ(shop.purse(), "available 78");
}

TEST(Chains, of_many_prices_have_a_limit) {
    TestShop shop;
    shop.now = at("2025-01-01");
    shop.rule(Direction::any);
    PlanRef plan = shop.plan({"a", "1"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.every = {PeriodUnit::year, 1};
        v.seats = catalog::SeatPricing{0, {{usd(), money("1")}}, {}};
    });
    shop.pay("1000000");
    shop.start(plan);
    std::string fault = "ok";
    int changes = 0;
    while (fault == "ok" && changes < 1'000) {
        shop.now = shop.now + Duration::of_hours(1);
        Ask ask = shop.ask_change(plan);
        ask.quantity = ++changes + 1;
        fault = shop.fault(ask);
    }
    EXPECT_EQ(fault, "too_many");
    EXPECT_EQ(changes, 366);
    EXPECT_EQ(shop.base().account.accruals.size(), limits::period_stretches_max);
}

RC_GTEST_PROP(Chains, cancelling_gives_back_no_more_than_was_paid_and_recognizes_the_rest, ()) {
    Chain chain = any_chain();
    TestShop& shop = chain.shop;
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    plan_steps(chain, *rc::gen::inRange(0, 5));
    for (std::size_t i = 1; i < chain.steps.size(); ++i) {
        shop.go(chain.steps[i].at);
        shop.move(chain.plans[static_cast<std::size_t>(chain.steps[i].minor)]);
    }
    shop.cancel();
    std::int64_t paid = before - shop.wallet.balance(ledger::Bucket::available);
    RC_ASSERT(paid >= 0);
    RC_ASSERT(shop.books["deferred_revenue"] == 0);
    RC_ASSERT(shop.books["revenue"] + shop.books["tax_payable"] == paid);
}

RC_GTEST_PROP(Chains, a_quote_costs_what_doing_it_at_once_would, ()) {
    Chain chain = any_chain();
    plan_steps(chain, *rc::gen::inRange(1, 5));
    TestShop quoted = chain.shop;
    TestShop& direct = chain.shop;
    for (std::size_t i = 1; i < chain.steps.size(); ++i) {
        Instant when = chain.steps[i].at;
        PlanRef to = chain.plans[static_cast<std::size_t>(chain.steps[i].minor)];
        direct.go(when);
        quoted.go(when);
        Outcome at_once = direct.move(to);
        auto quote = quoted.quote(quoted.ask_change(to));
        RC_ASSERT(quote.has_value());
        RC_ASSERT(quote->blockers.empty());
        Duration wait{*rc::gen::inRange<std::int64_t>(
            0, std::max<std::int64_t>(1, (quote->expires_at - when).us))};
        // The next change is priced at its own instant; here only the execution is late.
        quoted.now = when + wait;
        Outcome later = quoted.must(quoted.execute(quote->id));
        quoted.now = when;
        RC_ASSERT(later.quote.lines == at_once.quote.lines);
        RC_ASSERT(quoted.purse() == direct.purse());
    }
}

RC_GTEST_PROP(Chains, the_books_of_whole_periods_balance, ()) {
    Chain chain = any_chain();
    TestShop& shop = chain.shop;
    std::int64_t before = shop.wallet.balance(ledger::Bucket::available);
    plan_steps(chain, *rc::gen::inRange(0, 4));
    for (std::size_t i = 1; i < chain.steps.size(); ++i) {
        shop.go(chain.steps[i].at);
        shop.move(chain.plans[static_cast<std::size_t>(chain.steps[i].minor)]);
    }
    for (int i = 0; i < 3; ++i) shop.go(shop.base().period.end);
    std::int64_t paid = before - shop.wallet.balance(ledger::Bucket::available);
    RC_ASSERT(shop.books["deferred_revenue"] == shop.base().account.deferred.micros());
    RC_ASSERT(shop.books["deferred_revenue"] + shop.books["revenue"] + shop.books["tax_payable"] ==
              paid);
}

}  // namespace
}  // namespace rb::changes
