// What is called plain is held to `decide`: over random plans of two levels, facts, reservations
// and times, both must agree, wherever a fact may be plain at all.
#include <gtest/gtest.h>

#include <random>

#include "domain/entitlements/plain.h"
#include "domain/ledger/decide.h"

namespace rb::entitlements {
namespace {

using catalog::WindowKind;
using metering::Scope;

constexpr Currency dollar = "USD";

struct Side {
    catalog::Family family;
    catalog::Plan plan;
    catalog::PlanVersion version;
    accounts::Account account;
    metering::Usage usage;
    ledger::Wallet wallet;
    Terms terms;
    Scope scope = Scope::own;
};

// A shop and the agency above it, on plans that a seed makes up, and what happens to them.
class World {
public:
    explicit World(unsigned seed) : random_(seed) {
        catalog_.settings.currencies[dollar] = 2;
        catalog_.settings.base_currency = "USD";
        aggregation_ = std::array{catalog::Aggregation::sum,    catalog::Aggregation::sum,
                                  catalog::Aggregation::count,  catalog::Aggregation::max,
                                  catalog::Aggregation::latest, catalog::Aggregation::unique}
            [static_cast<std::size_t>(upto(6))];
        catalog_.settings.meters["m"] = {Name("m"), "message.sent", aggregation_, "", {}, {}, {}};
        catalog_.settings.features["messages"] = {"messages", "", catalog::FeatureKind::metered,
                                                  "m"};
        catalog_.settings.price_groups[7] = {
            7, "IM", "im", "m", {{dollar, *Decimal::parse("0.01")}}, 1, 1};
        set_up(shop_, {{1, 1}});
        set_up(agency_, {{2, 2}});
        agency_.account.kind = accounts::Kind::agency;
        agency_.scope = Scope::pooled;
    }

    // One fact, decided both ways, then counted.
    void step() {
        if (upto(6) == 0) now_ = now_ + Duration::of_hours(upto(40));
        if (upto(20) == 0) ++shop_.version.version;  // another plan within the period
        bool is_unique = aggregation_ == catalog::Aggregation::unique;
        if (upto(12) == 0 && !is_unique) reserve_some();
        if (upto(8) == 0) end_reservations();
        metering::Use use{Name("m"), aggregation_, upto(9), {}, now_, {}};
        if (aggregation_ == catalog::Aggregation::unique) use.member = {9, 1 + random_() % 9};
        if (upto(5) == 0) use.occurred_at = now_ - Duration::of_hours(upto(24 * 20));
        auto parties = this->parties();
        bool plain = is_plain(parties, use);
        auto decided = decide(catalog_, parties, {use, Purpose::fact, now_}, ids_);
        ASSERT_TRUE(decided.has_value()) << decided.error().detail;
        bool nothing_follows = decided->answer.allowed && !decided->answer.over_limit &&
                               decided->events.empty() && decided->costs.empty();
        if (plain) {
            EXPECT_TRUE(nothing_follows);
            ++plain_facts;
        }
        if (nothing_follows && may_be_plain(use)) {
            EXPECT_TRUE(plain);
        }
        for (const Event& event : decided->events) put(event);
        metering::count(shop_.usage, use, Scope::own);
        metering::count(agency_.usage, use, Scope::pooled);
    }

    int plain_facts = 0;

private:
    std::int64_t upto(std::int64_t end) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
    }

    void set_up(Side& level, AccountId id) {
        level.family.key = "F";
        level.family.scale = catalog::Scale::micro;
        level.plan.head.key = "p";
        level.plan.head.family = "F";
        for (std::int64_t i = upto(3); i > 0; --i) limit(level);
        if (upto(3) != 0) package(level);
        if (upto(4) == 0) level.version.price_groups = {7};
        level.account.id = id;
        level.account.profile.currency = "USD";
        level.wallet.currency = "USD";
        ledger::RecordPayment payment{id, *Amount::parse("1000", "USD"), "r"};
        auto posted = ledger::pay_in(level.wallet, {id, "USD", 0, now_}, payment, {}, ids_);
        ASSERT_TRUE(posted) << posted.error().detail;
        ledger::apply(level.wallet, id, ledger::Event(*posted));
    }
    void limit(Side& level) {
        catalog::Entitlement e;
        e.feature = "messages";
        e.window = std::array{WindowKind::month, WindowKind::day, WindowKind::rolling,
                              WindowKind::lifetime}[static_cast<std::size_t>(upto(4))];
        if (e.window == WindowKind::rolling) e.rolling = Duration::of_hours(1 + upto(48));
        if (upto(4) != 0) e.limit = 1 + upto(200);
        e.soft = upto(2) == 0;
        e.pooled = &level == &agency_;
        if (upto(2) == 0) e.thresholds = {50, 90};
        level.version.entitlements.push_back(e);
    }
    void package(Side& level) {
        catalog::Package p;
        p.name = "pack";
        p.price_groups = {7};
        p.size = upto(150);
        p.may_overrun = upto(2) == 0;
        if (p.may_overrun) {
            p.overrun_price = {{dollar, *Amount::parse("0.04", "USD")}};
            p.overrun_resources = 1 + upto(20);
        }
        p.rolls_over = upto(2) == 0;
        level.version.packages.push_back(p);
    }

    std::vector<Party> parties() {
        std::vector<Party> out;
        for (Side* level : {&shop_, &agency_}) {
            Holding holding{&level->family, &level->plan, &level->version, nullptr};
            level->terms = terms_of(catalog_, {&holding, 1}, level->account, Name("m"),
                                    level == &shop_ ? Level::asked : Level::above, now_);
            if (level == &shop_ || level->terms.offer->is_given)
                out.push_back(
                    {&level->account, &level->usage, &level->wallet, &level->terms, level->scope});
        }
        return out;
    }
    // Whether the header of `is_plain` leaves it any choice.
    bool may_be_plain(const metering::Use& use) {
        bool is_additive = aggregation_ == catalog::Aggregation::sum ||
                           aggregation_ == catalog::Aggregation::count;
        if (!is_additive || use.quantity == 0) return false;
        for (const Party& party : parties()) {
            for (const Allowance& a : party.terms->offer->allowances)
                if (a.window == WindowKind::rolling) return false;
            if (metering::held(*party.usage, Name("m"), Scope::pooled) != 0) return false;
        }
        return true;
    }

    void reserve_some() {
        auto parties = this->parties();
        Reserve command{shop_.account.id, "messages", 1 + upto(5), now_ + Duration::of_days(90)};
        Act act{{Name("m"), aggregation_, command.quantity, {}, now_, {}}, Purpose::consume, now_};
        auto reserved = reserve(catalog_, parties, act, command, ids_);
        ASSERT_TRUE(reserved.has_value()) << reserved.error().detail;
        if (!reserved->answer.allowed) return;
        for (const Event& event : reserved->events) put(event);
    }
    void end_reservations() {
        while (!shop_.usage.reservations.empty()) {
            metering::ReservedUse open = shop_.usage.reservations.front();
            std::vector<Payer> payers;
            for (const metering::ReservedCost& cost : open.costs) {
                Side& level = cost.payer == shop_.account.id ? shop_ : agency_;
                payers.push_back({&level.account, &level.wallet});
            }
            for (const Event& event : end_reservation(shop_.account.id, open, payers,
                                                      metering::Ending::released, now_, ids_))
                put(event);
        }
    }
    Side& level_of(AccountId id) { return id == shop_.account.id ? shop_ : agency_; }
    void put(const Event& event) {
        std::visit([this]<class E>(const E& e) { put_one(e); }, event);
    }
    void put_one(const metering::ReservationMade& e) {
        metering::apply(shop_.usage, e, shop_.account.id);
        metering::apply(agency_.usage, e, agency_.account.id);
    }
    void put_one(const metering::ReservationEnded& e) {
        metering::ReservedUse ended = *metering::find_reservation(shop_.usage, e.reservation);
        metering::apply(shop_.usage, e, ended, shop_.account.id);
        metering::apply(agency_.usage, e, ended, agency_.account.id);
    }
    template <class E>
    void put_one(const E& e) {
        if constexpr (requires { ledger::Event(e); })
            for (Side* level : {&shop_, &agency_})
                ledger::apply(level->wallet, level->account.id, ledger::Event(e));
        else if constexpr (requires { metering::apply(shop_.usage, e); })
            metering::apply(level_of(e.account).usage, e);
    }

    std::mt19937 random_;
    Instant now_ = *Instant::parse("2026-05-10T12:00:00Z");
    IdSource ids_{now_, {3, 4}};
    catalog::Aggregation aggregation_ = catalog::Aggregation::sum;
    catalog::Catalog catalog_;
    Side shop_;
    Side agency_;
};

TEST(Plain, it_is_what_decide_lets_pass_without_consequences) {
    int plain = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        World world(seed);
        for (int i = 0; i < 40; ++i) {
            world.step();
            if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", fact " << i;
        }
        plain += world.plain_facts;
    }
    EXPECT_GT(plain, 4000) << "too few facts took the short way to say anything";
}

}  // namespace
}  // namespace rb::entitlements
