// What a standing says is what the engine would answer, whatever happened before.
#include <gtest/gtest.h>

#include <rapidcheck.h>

#include <array>

#include "engine/test_engine.h"
#include "engine/wall.h"

namespace rb::engine {
namespace {

using namespace test;

constexpr std::string_view wide_catalog = R"(catalog: 1
currencies: {USD: {}}
meters:
  sent: {event: message.sent, aggregate: sum, value: count}
  size: {event: box.sized, aggregate: max, value: bytes}
  level: {event: level.read, aggregate: latest, value: level}
  seen: {event: page.seen, aggregate: unique, value: user}
  calls: {event: call.made, aggregate: count}
  units: {event: unit.used, aggregate: count}
price_groups:
  7: {name: IM, resource: IM_OVERRUN, meter: calls}
  8: {name: Units, resource: UNITS, meter: units, price: {USD: "0.5"}}
features:
  daily: {kind: metered, meter: sent}
  soft: {kind: metered, meter: size}
  newest: {kind: metered, meter: level}
  visitors: {kind: metered, meter: seen}
  calls: {kind: metered, meter: calls}
  units: {kind: metered, meter: units}
  seats: {kind: limit}
  desks: {kind: limit}
  sso: {kind: flag}
  off: {kind: flag}
  theme: {kind: config}
  absent: {kind: flag}
families: {F: {name: F, scale: micro}, P: {name: P, scale: micro}}
plans:
  free:
    family: F
    default: true
    fee: {USD: "0"}
    entitlements:
      daily: {limit: 40, window: day}
      soft: {limit: 20, window: month, soft: true}
      newest: {limit: 15, window: lifetime}
      visitors: {limit: 3, window: month}
      seats: {limit: 3}
      desks: {limit: 2, soft: true}
      sso: true
      off: false
      theme: dark
  wide:
    family: F
    rank: 1
    fee: {USD: "2"}
    entitlements:
      daily: {limit: 60, window: {rolling: 60m}}
      soft: {limit: unlimited, window: month}
      seats: {limit: unlimited}
      off: true
  pack:
    family: P
    rank: 1
    fee: {USD: "1"}
    packages:
      - {name: small, price_groups: [7], size: 30, may_overrun: true, overrun_price: {USD: "0.5"}, overrun_resources: 10}
  tight:
    family: P
    rank: 2
    fee: {USD: "1"}
    packages: [{name: tight, price_groups: [7], size: 12, rolls_over: true}]
    entitlements: {daily: {limit: 50, window: month, pooled: true}}
changes: [{family: F, direction: any, effective: now}, {family: P, direction: any, effective: now}]
)";

constexpr std::array features = {"daily", "soft", "newest", "visitors", "calls",  "units", "seats",
                                 "desks", "sso",  "off",    "theme",    "absent", "none"};

class Shop : public TestEngine {
public:
    explicit Shop(std::uint32_t partitions = 1) : TestEngine(partitions) { apply(wide_catalog); }

    void apply(std::string_view text) {
        auto read = catalog_file::read(text);
        EXPECT_TRUE(read.ok()) << catalog_file::findings_text("wide", read.findings);
        give(catalog::ApplyCatalog{std::move(read.draft), {}});
    }
    void add(AccountId account) { standings_.push_back({account, engine().standings(account)}); }
    void forget() {
        std::vector<AccountId> ids;
        for (auto& [id, standings] : standings_) ids.push_back(id);
        standings_.clear();
        for (AccountId id : ids) add(id);
    }
    const std::vector<std::pair<AccountId, std::unique_ptr<Standings>>>& all() {
        return standings_;
    }

    // How many checks were answered by what stands.
    std::size_t compare(std::int64_t quantity) {
        std::size_t stood = 0;
        for (auto& [id, standings] : standings_)
            for (std::size_t place = 0; place < features.size(); ++place)
                stood += is_same(id, *standings, {features[place], place}, quantity) ? 1 : 0;
        return stood;
    }
    bool is_same(AccountId id, Standings& of, const FeatureMark& feature, std::int64_t quantity) {
        // Twice: worked out, and as it stands.
        Standing::Numbers numbers;
        bool stands = engine().check_standing(of, feature, quantity, numbers);
        Standing::Numbers again;
        EXPECT_EQ(engine().check_standing(of, feature, quantity, again), stands);
        entitlements::Question question{id, feature.key, quantity};
        auto answers = engine().check(accounts::Caller::platform(), {&question, 1});
        if (!stands) return false;
        EXPECT_TRUE(answers.front().has_value()) << feature.key;
        if (!answers.front()) return false;
        const entitlements::Answer& a = *answers.front();
        std::string where = feature.key + " x " + std::to_string(quantity);
        EXPECT_TRUE(a.allowed) << where << ": " << a.detail;
        EXPECT_EQ(a.over_limit, quantity > numbers.most_within) << where;
        EXPECT_EQ(a.kind, static_cast<catalog::FeatureKind>(numbers.kind)) << where;
        EXPECT_EQ(a.account, numbers.account) << where;
        EXPECT_EQ(a.limit.value_or(-1), numbers.limit) << where;
        EXPECT_EQ(a.used, numbers.used) << where;
        EXPECT_EQ(a.held, numbers.held) << where;
        EXPECT_EQ(a.remaining.value_or(-1), numbers.remaining) << where;
        EXPECT_EQ(a.resets_at ? a.resets_at->us : -1, numbers.resets_at_us) << where;
        EXPECT_FALSE(a.next_unit_price) << where;
        EXPECT_EQ(again.used, numbers.used) << where;
        return true;
    }
    bool consume(AccountId account, std::string_view feature, std::int64_t quantity) {
        Property user{"user", quantity % 2 == 0 ? "ann" : "bob", Property::Kind::text};
        Consumption c{{account, feature, quantity}, "test", {}, {&user, 1}};
        bool allowed = false;
        engine().consume(accounts::Caller::platform(), {&c, 1}, [&](Result<Answers>&& r) {
            allowed = r && r->front() && r->front()->allowed;
        });
        return allowed;
    }
    void tell(AccountId account, std::string_view type, std::string_view name,
              std::optional<Instant> when, std::int64_t value) {
        std::string text = std::to_string(value);
        Property p{name, text, Property::Kind::number};
        std::string id = "e" + std::to_string(++told_);
        UsageEvent e{account, "test", id, type, when, {&p, 1}};
        engine().ingest(accounts::Caller::platform(), {&e, 1},
                        [](Result<std::vector<EventOutcome>>&&) {});
    }

private:
    std::vector<std::pair<AccountId, std::unique_ptr<Standings>>> standings_;
    std::uint64_t told_ = 0;
};

// One random step of the life of a tree.
void step(Shop& shop) {
    const auto& all = shop.all();
    AccountId account = all[*rc::gen::inRange<std::size_t>(0, all.size())].first;
    std::int64_t quantity = *rc::gen::inRange<std::int64_t>(1, 25);
    std::string_view feature = features[*rc::gen::inRange<std::size_t>(0, 6)];
    switch (*rc::gen::inRange(0, 14)) {
        case 0:
        case 1:
        case 2:
            shop.consume(account, feature, quantity);
            return;
        case 3:
            shop.tell(account, "message.sent", "count", {}, quantity);
            return;
        case 4:
            shop.tell(account, "message.sent", "count",
                      shop.engine().now() - Duration::of_hours(quantity), quantity);
            return;
        case 5:
            shop.tell(account, "box.sized", "bytes", {}, quantity);
            return;
        case 6:
            shop.tell(account, "level.read", "level", {}, quantity);
            return;
        case 7:
            shop.clock.advance(Duration::of_minutes(quantity));
            return;
        case 8:
            shop.clock.advance(Duration::of_hours(quantity * 8));
            return;
        case 9:
            shop.give(entitlements::Reserve{account, std::string(feature), quantity,
                                            shop.engine().now() + Duration::of_hours(quantity)});
            return;
        case 10:
            shop.pay(account, quantity);
            shop.subscribe(account, std::array{"wide", "pack", "tight"}[*rc::gen::inRange(0, 3)]);
            return;
        case 11:
            shop.give(metering::SetGauge{
                account, quantity % 2 == 0 ? "seats" : "desks", quantity / 8, {}});
            return;
        case 12:
            shop.give(accounts::SetStatus{
                account, quantity % 3 == 0 ? accounts::Status::frozen : accounts::Status::active});
            return;
        default:
            if (quantity < 20) return shop.engine().run_timers();
            shop.open();
            shop.forget();
    }
}

TEST(Standing, is_what_the_engine_would_answer_after_any_past) {
    std::size_t stood = 0;
    auto lives = [&] {
        Shop shop(*rc::gen::element<std::uint32_t>(1, 3));
        AccountId top = shop.open_account("top");
        shop.add(top);
        shop.add(shop.open_account("below", top));
        shop.add(shop.open_account("other"));
        auto clock = ClockId::parse(shop.give(
            MakeClock{ClockId{shop.engine().fresh_id()}, "test", at("2026-05-31T23:00:00Z")}));
        shop.add(shop.open_account("timed", {}, clock.value_or(ClockId{})));
        const int steps = *rc::gen::inRange(1, 40);
        for (int i = 0; i < steps; ++i) {
            if (*rc::gen::inRange(0, 20) == 0 && clock)
                shop.give(AdvanceClock{*clock, at("2026-06-01T00:00:00Z") +
                                                   Duration::of_days(*rc::gen::inRange(0, 40))});
            step(shop);
            stood += shop.compare(*rc::gen::inRange<std::int64_t>(1, 60));
            stood += shop.compare(1);
            if (::testing::Test::HasFailure()) RC_FAIL("a standing differs from the answer");
        }
    };
    constexpr int rounds = 10;  // of a hundred each
    for (int round = 0; round < rounds && !HasFailure(); ++round) EXPECT_TRUE(rc::check(lives));
    EXPECT_GT(stood, 1000U);
}

TEST(Standing, sees_a_new_catalog_and_a_failed_commit) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    shop.add(a);
    EXPECT_GT(shop.compare(3), 0U);
    std::string less(wide_catalog);
    less.replace(less.find("daily: {limit: 40"), 17, "daily: {limit: 10");
    shop.apply(less);
    FeatureMark daily{"daily", 0};
    Standing::Numbers numbers;
    Standings& standings = *shop.all().front().second;
    ASSERT_TRUE(shop.engine().check_standing(standings, daily, 10, numbers));
    EXPECT_EQ(numbers.limit, 10);
    EXPECT_FALSE(shop.engine().check_standing(standings, daily, 11, numbers));

    ASSERT_TRUE(shop.consume(a, "daily", 4));
    shop.compare(1);
    shop.faults->next = Append::not_written;
    shop.faults->appends_until = 0;
    EXPECT_FALSE(shop.consume(a, "daily", 4));
    ASSERT_TRUE(shop.engine().check_standing(standings, daily, 1, numbers));
    EXPECT_EQ(numbers.used, 4);
    shop.compare(1);
}

TEST(Standing, ends_with_its_window_and_not_before) {
    Shop shop;
    AccountId a = shop.open_account("anna");
    shop.add(a);
    FeatureMark daily{"daily", 0};
    Standing::Numbers numbers;
    Standings& standings = *shop.all().front().second;
    ASSERT_TRUE(shop.consume(a, "daily", 40));
    EXPECT_FALSE(shop.engine().check_standing(standings, daily, 1, numbers));
    shop.clock.set({at("2026-04-02T00:00:00Z").us - 1});
    EXPECT_FALSE(shop.engine().check_standing(standings, daily, 1, numbers));
    shop.clock.set(at("2026-04-02T00:00:00Z"));
    ASSERT_TRUE(shop.engine().check_standing(standings, daily, 1, numbers));
    EXPECT_EQ(numbers.used, 0);
}

// A wall that may be set apart from the time that passes, and is read coarsely 4 ms late.
class LooseClock : public Clock {
public:
    Instant now() override { return {wall_us}; }
    Instant roughly() override { return {wall_us - 4'000}; }
    std::int64_t monotonic_us() override { return monotonic_us_now; }
    void pass(Duration d) {
        wall_us += d.us;
        monotonic_us_now += d.us;
    }
    std::int64_t wall_us = at("2026-04-01T00:00:00Z").us;
    std::int64_t monotonic_us_now = 7;
};

TEST(WallClock, is_roughly_what_it_is_and_believes_no_jump_either) {
    LooseClock clock;
    WallClock wall(clock);
    clock.pass(Duration::of_seconds(1));
    EXPECT_EQ(wall.roughly().us, clock.wall_us - 4'000);
    clock.pass(Duration::of_hours(30));
    EXPECT_EQ(wall.roughly().us, clock.wall_us);  // too far ahead of the last one to be trusted
    clock.wall_us -= 2'000'000;
    EXPECT_EQ(wall.roughly().us, clock.wall_us - 4'000);
    EXPECT_EQ(wall.now().us, clock.wall_us);
    std::int64_t before = clock.wall_us;
    clock.wall_us += Duration::of_days(40).us;
    EXPECT_EQ(wall.roughly().us, before);
    EXPECT_EQ(wall.roughly().us, before);
    EXPECT_TRUE(wall.jumped());
    clock.pass(Duration::of_seconds(5));
    EXPECT_EQ(wall.roughly().us, before + 5'000'000);
}

}  // namespace
}  // namespace rb::engine
