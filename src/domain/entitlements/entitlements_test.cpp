// Uses against plans, with the derivation of each amount beside it.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/entitlements/decide.h"
#include "domain/ledger/decide.h"

namespace rb::entitlements {
namespace {

using catalog::Aggregation;
using catalog::WindowKind;
using metering::Scope;

Instant at(std::string_view text) { return *Instant::parse(text); }
Amount usd(std::string_view text) { return *Amount::parse(text, "USD"); }

constexpr AccountId account_id{{1, 1}};
constexpr Currency dollar = "USD";

// One account on one plan of one family, with a meter `m` behind the feature `messages` and the
// price group 7.
struct UseTest : ::testing::Test {
    UseTest() {
        catalog.settings.currencies[dollar] = 2;
        catalog.settings.base_currency = "USD";
        catalog.settings.meters["m"] = {Name("m"), "message.sent", aggregation, "", {}, {}, {}};
        catalog.settings.features["messages"] = {"messages", "", catalog::FeatureKind::metered,
                                                 "m"};
        catalog.settings.price_groups[7] = {7, "IM", "im", "m", {{dollar, *Decimal::parse("0.01")}},
                                            1, 1};
        family.key = "F";
        family.scale = catalog::Scale::micro;
        plan.head.key = "p";
        plan.head.family = "F";
        account.id = account_id;
        account.profile.currency = "USD";
        wallet.currency = "USD";
    }

    void pay_in(std::string_view amount) {
        ledger::RecordPayment payment{account_id, usd(amount), "r"};
        auto posted = ledger::pay_in(wallet, {account_id, "USD", 0, now}, payment, {}, ids);
        ASSERT_TRUE(posted) << posted.error().detail;
        ledger::apply(wallet, account_id, ledger::Event(*posted));
    }
    void limit(std::int64_t number, WindowKind window = WindowKind::month) {
        catalog::Entitlement e;
        e.feature = "messages";
        e.limit = number;
        e.window = window;
        version.entitlements.push_back(e);
    }
    void package(std::int64_t size, std::string_view overrun_price = "", std::int64_t pack = 0) {
        catalog::Package p;
        p.name = "pack";
        p.price_groups = {7};
        p.size = size;
        p.may_overrun = !overrun_price.empty();
        if (p.may_overrun) p.overrun_price = {{dollar, usd(overrun_price)}};
        p.overrun_resources = pack;
        version.packages.push_back(p);
    }
    Terms terms() {
        Holding holding{&family, &plan, &version, nullptr};
        return terms_of(catalog, {&holding, 1}, account, Name("m"), Level::asked, now);
    }
    // Decides, and where something follows puts it into place and counts. "yes 3" or the fault.
    std::string use(std::int64_t quantity, Purpose purpose = Purpose::consume, Uuid member = {}) {
        Terms t = terms();
        Party party{&account, &usage, &wallet, &t, Scope::own};
        Act act{{Name("m"), aggregation, quantity, member, now}, purpose, now};
        auto decided = decide(catalog, {&party, 1}, act, ids);
        if (!decided) return std::string(enum_text(decided.error().fault));
        last = decided->answer;
        if (!last.allowed) return std::string(enum_text(*last.reason));
        if (purpose == Purpose::ask) return "yes";
        for (const Event& event : decided->events) put(event);
        metering::count(usage, act.use, Scope::own);
        return last.over_limit ? "over" : "yes";
    }
    void put(const Event& event) {
        std::visit(
            [this]<class E>(const E& e) {
                if constexpr (requires { ledger::Event(e); })
                    ledger::apply(wallet, account_id, ledger::Event(e));
                else if constexpr (requires { metering::apply(usage, e); })
                    metering::apply(usage, e);
                else if constexpr (std::is_same_v<E, metering::ThresholdPassed>)
                    passed.push_back(e.percent);
            },
            event);
    }
    std::string available() const {
        return Amount::of_micros(wallet.balance(ledger::Bucket::available), "USD").to_text();
    }

    Aggregation aggregation = Aggregation::count;
    catalog::Catalog catalog;
    catalog::Family family;
    catalog::Plan plan;
    catalog::PlanVersion version;
    accounts::Account account;
    metering::Usage usage;
    ledger::Wallet wallet;
    Instant now = at("2026-05-10T12:00:00Z");
    IdSource ids{now, {3, 4}};
    Answer last;
    std::vector<std::int32_t> passed;
};

TEST_F(UseTest, what_no_plan_gives_is_refused_and_as_a_fact_counted_over_the_limit) {
    EXPECT_EQ(use(1), "feature_is_not_in_plan");
    EXPECT_EQ(use(1, Purpose::fact), "over");
}

TEST_F(UseTest, a_hard_limit_is_reached_and_never_passed) {
    limit(100);
    EXPECT_EQ(use(99), "yes");
    EXPECT_EQ(use(2), "allowance_is_used_up");
    EXPECT_EQ(last.limit, 100);
    EXPECT_EQ(last.used, 99);
    EXPECT_EQ(last.remaining, 1);
    EXPECT_EQ(last.resets_at, at("2026-06-01T00:00:00Z"));
    EXPECT_EQ(use(1), "yes");
    EXPECT_EQ(use(1, Purpose::ask), "allowance_is_used_up");
    EXPECT_EQ(use(5, Purpose::fact), "over");
}

TEST_F(UseTest, a_window_begins_anew_at_its_end) {
    limit(3, WindowKind::day);
    EXPECT_EQ(use(3), "yes");
    EXPECT_EQ(use(1), "allowance_is_used_up");
    now = at("2026-05-10T23:59:59.999999Z");
    EXPECT_EQ(use(1), "allowance_is_used_up");
    now = at("2026-05-11T00:00:00Z");
    EXPECT_EQ(use(3), "yes");
}

TEST_F(UseTest, a_rolling_window_forgets_step_by_step) {
    limit(10, WindowKind::rolling);
    version.entitlements[0].rolling = Duration::of_hours(1);  // 60 steps of a minute
    EXPECT_EQ(use(6), "yes");
    now = now + Duration::of_minutes(30);
    EXPECT_EQ(use(4), "yes");
    EXPECT_EQ(use(1), "allowance_is_used_up");
    now = now + Duration::of_minutes(29);
    EXPECT_EQ(use(1), "allowance_is_used_up");
    now = now + Duration::of_minutes(1);  // an hour after the first: its 6 have left
    EXPECT_EQ(use(7), "allowance_is_used_up");
    EXPECT_EQ(use(6), "yes");
}

TEST_F(UseTest, a_soft_limit_warns_and_thresholds_are_told_once) {
    limit(100);
    version.entitlements[0].soft = true;
    version.entitlements[0].thresholds = {80, 100, 150};
    EXPECT_EQ(use(79), "yes");
    EXPECT_TRUE(passed.empty());
    EXPECT_EQ(use(1), "yes");
    EXPECT_EQ(use(19), "yes");
    EXPECT_EQ(use(51), "over");
    EXPECT_EQ(passed, (std::vector<std::int32_t>{80, 100, 150}));
    EXPECT_EQ(use(1), "over");
    EXPECT_EQ(passed.size(), 3u);
}

TEST_F(UseTest, a_package_without_overrun_stops) {
    package(50);
    EXPECT_EQ(use(50), "yes");
    EXPECT_EQ(use(1), "package_is_used_up");
    EXPECT_EQ(last.remaining, 0);
    EXPECT_EQ(use(3, Purpose::fact), "over");
}

TEST_F(UseTest, packs_are_bought_at_the_moment_they_are_needed) {
    package(50, "0.04", 100);
    pay_in("1");
    EXPECT_EQ(use(50), "yes");
    EXPECT_EQ(available(), "1");
    EXPECT_EQ(use(1, Purpose::ask), "yes");
    EXPECT_EQ(last.next_unit_price, usd("0.04"));
    EXPECT_EQ(use(1), "yes");  // 1 pack: 0.04
    EXPECT_EQ(available(), "0.96");
    EXPECT_EQ(use(99), "yes");  // the rest of it
    EXPECT_EQ(available(), "0.96");
    EXPECT_EQ(use(250), "yes");  // 3 packs: 0.12, 50 units are left
    EXPECT_EQ(available(), "0.84");
    EXPECT_EQ(use(50), "yes");
    EXPECT_EQ(available(), "0.84");
    EXPECT_EQ(usage.draws.at(0).packs, 4);
}

TEST_F(UseTest, packs_that_cannot_be_paid_stop_a_use_and_leave_a_fact_owed) {
    package(0, "0.04", 100);
    pay_in("0.05");
    EXPECT_EQ(use(101), "money_is_short");  // 2 packs: 0.08
    EXPECT_EQ(available(), "0.05");
    EXPECT_TRUE(usage.draws.empty());
    EXPECT_EQ(use(101, Purpose::fact), "over");
    EXPECT_EQ(available(), "0");
    EXPECT_EQ(wallet.balance(ledger::Bucket::receivable), -30'000);  // 0.08 - 0.05
}

TEST_F(UseTest, single_units_are_charged_in_whole_quanta) {
    version.price_groups = {7};
    catalog.settings.price_groups[7].quantum = 60;
    catalog.settings.price_groups[7].num_resources = 60;
    pay_in("1");
    EXPECT_EQ(use(61), "yes");  // ceil(61/60) * 60 / 60 * 0.01 = 0.02
    EXPECT_EQ(available(), "0.98");
    EXPECT_EQ(use(60), "yes");
    EXPECT_EQ(available(), "0.97");
}

TEST_F(UseTest, tax_is_taken_with_a_pack) {
    package(0, "0.04", 100);
    family.tax = "standard";
    account.profile.tax.country = "RU";
    catalog.settings.tax_rates = {
        {"standard", "RU", "", *Decimal::parse("20"), catalog::TaxMode::exclusive, {2019, 1, 1}}};
    pay_in("1");
    EXPECT_EQ(use(1), "yes");
    EXPECT_EQ(available(), "0.952");  // 0.04 + 20 % = 0.048
}

TEST_F(UseTest, what_is_unused_rolls_over_into_the_period_that_follows) {
    package(50);
    version.packages[0].rolls_over = true;
    EXPECT_EQ(use(20), "yes");
    now = at("2026-06-01T00:00:00Z");
    EXPECT_EQ(use(80), "yes");  // 30 + 50
    EXPECT_EQ(use(1), "package_is_used_up");
}

TEST_F(UseTest, a_member_counts_once_in_its_window) {
    aggregation = Aggregation::unique;
    catalog.settings.meters["m"].aggregation = aggregation;
    limit(2);
    EXPECT_EQ(use(1, Purpose::consume, {1, 1}), "yes");
    EXPECT_EQ(use(1, Purpose::consume, {1, 2}), "yes");
    EXPECT_EQ(use(1, Purpose::consume, {1, 1}), "yes");
    EXPECT_EQ(use(1, Purpose::consume, {1, 3}), "allowance_is_used_up");
    now = at("2026-06-01T00:00:00Z");
    EXPECT_EQ(use(1, Purpose::consume, {1, 3}), "yes");
}

TEST_F(UseTest, a_package_of_members_is_drawn_once_a_member) {
    aggregation = Aggregation::unique;
    catalog.settings.meters["m"].aggregation = aggregation;
    package(2);
    EXPECT_EQ(use(1, Purpose::consume, {1, 1}), "yes");
    EXPECT_EQ(use(1, Purpose::consume, {1, 1}), "yes");
    EXPECT_EQ(usage.draws.at(0).used, 1);
    EXPECT_EQ(use(1, Purpose::consume, {1, 2}), "yes");
    EXPECT_EQ(use(1, Purpose::consume, {1, 3}), "package_is_used_up");
}

constexpr std::int64_t sum_max = limits::quantity_sum_max;
constexpr std::int64_t largest = limits::quantity_max;

TEST_F(UseTest, a_sum_that_would_leave_its_range_is_refused_for_facts_too) {
    aggregation = Aggregation::sum;
    catalog.settings.meters["m"].aggregation = aggregation;
    for (WindowKind window : {WindowKind::month, WindowKind::lifetime, WindowKind::rolling}) {
        version.entitlements.clear();
        usage = {};
        limit(1, window);  // soft: nothing else would stop
        version.entitlements[0].soft = true;
        version.entitlements[0].rolling = Duration::of_hours(window == WindowKind::rolling ? 1 : 0);
        EXPECT_EQ(use(1), "yes");
        metering::Counter& counter = usage.counters.front();
        std::int64_t& value = counter.steps.empty()
                                  ? counter.value
                                  : counter.steps[metering::place_of_step(counter.step)];
        value = sum_max - largest;
        EXPECT_EQ(use(largest, Purpose::fact), "over");
        for (Purpose purpose : {Purpose::consume, Purpose::fact, Purpose::ask})
            EXPECT_EQ(use(1, purpose), "quantity_exceeds_limit");
        EXPECT_EQ(value, sum_max);
        value = -sum_max;
        EXPECT_EQ(use(-1, Purpose::fact), "quantity_exceeds_limit");  // a correction
        EXPECT_EQ(use(1, Purpose::fact), "yes");
    }
}

TEST_F(UseTest, a_counter_without_a_limit_is_bounded_too) {
    limit(1);
    version.entitlements[0].limit.reset();
    EXPECT_EQ(use(1), "yes");
    usage.counters.front().value = sum_max;
    EXPECT_EQ(use(1), "quantity_exceeds_limit");
    EXPECT_EQ(use(1, Purpose::fact), "quantity_exceeds_limit");
}

TEST_F(UseTest, packs_for_nothing_are_bought_up_to_the_largest_sum) {
    package(10, "0", 1000);
    EXPECT_EQ(use(largest), "yes");  // 10^15 - 10, in packs of 1000
    EXPECT_EQ(usage.draws.front().left(), 10);
    for (int i = 1; i < 3'999; ++i) ASSERT_EQ(use(largest), "yes");
    EXPECT_EQ(usage.draws.front().used, sum_max - largest);
    EXPECT_EQ(use(largest), "quantity_exceeds_limit");  // its packs are 10 beyond
    EXPECT_EQ(use(largest - 1000), "yes");
    EXPECT_EQ(use(largest, Purpose::fact), "quantity_exceeds_limit");
    EXPECT_EQ(use(10), "yes");
}

TEST_F(UseTest, a_package_that_was_passed_by_facts_is_used_up_to_the_largest_sum) {
    package(10);
    EXPECT_EQ(use(largest, Purpose::fact), "over");
    usage.draws.front().used = sum_max - 1;
    EXPECT_EQ(use(1, Purpose::fact), "over");
    EXPECT_EQ(use(1, Purpose::fact), "quantity_exceeds_limit");
    EXPECT_EQ(use(1), "package_is_used_up");
    EXPECT_EQ(last.limit, 10);
    EXPECT_EQ(last.remaining, 0);
}

TEST_F(UseTest, what_rolls_over_stays_within_the_largest_sum) {
    package(largest);
    version.packages[0].rolls_over = true;
    EXPECT_EQ(use(1), "yes");
    usage.draws.front().size = sum_max;
    usage.draws.front().used = 0;
    now = at("2027-05-10T00:00:00Z");  // eleven periods more, and this one
    EXPECT_EQ(use(1), "yes");
    EXPECT_EQ(usage.draws.front().size, sum_max);
}

}  // namespace
}  // namespace rb::entitlements
