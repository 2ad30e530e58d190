// Reservations over two levels that pay, with the derivation of each amount beside it.
#include <gtest/gtest.h>

#include "domain/entitlements/decide.h"
#include "domain/ledger/decide.h"

namespace rb::entitlements {
namespace {

using metering::Scope;

Amount usd(std::string_view text) { return *Amount::parse(text, "USD"); }

constexpr AccountId shop_id{{1, 1}}, agency_id{{2, 2}};
constexpr Currency dollar = "USD";

// One level: an account on one plan with a package over the meter `m`.
struct Side {
    catalog::Family family;
    catalog::Plan plan;
    catalog::PlanVersion version;
    accounts::Account account;
    metering::Usage usage;
    ledger::Wallet wallet;
    Terms terms;

    std::string money() const {
        return wallet.available().to_text() + " " + wallet.held().to_text();
    }
};

// A shop below an agency. Beyond 10 the shop pays 5 for 10, beyond 15 the agency pays 2 for 10.
struct ReserveTest : ::testing::Test {
    ReserveTest() {
        catalog.settings.currencies[dollar] = 2;
        catalog.settings.base_currency = "USD";
        catalog.settings.meters["m"] = {
            Name("m"), "message.sent", catalog::Aggregation::sum, "", {}, {}, {}};
        catalog.settings.features["messages"] = {"messages", "", catalog::FeatureKind::metered,
                                                 "m"};
        catalog.settings.price_groups[7] = {7, "IM", "im", "m", {}, 1, 1};
        set_up(shop, shop_id, 10, "5");
        set_up(agency, agency_id, 15, "2");
        agency.account.kind = accounts::Kind::agency;
    }
    void set_up(Side& side, AccountId id, std::int64_t size, std::string_view price) {
        side.family.key = "F";
        side.plan.head.key = "p";
        side.plan.head.family = "F";
        catalog::Package package;
        package.price_groups = {7};
        package.size = size;
        package.may_overrun = true;
        package.overrun_price = {{dollar, usd(price)}};
        package.overrun_resources = 10;
        side.version.packages.push_back(package);
        side.account.id = id;
        side.account.profile.currency = "USD";
        side.wallet.currency = "USD";
    }
    void pay_in(Side& side, std::string_view amount) {
        AccountId id = side.account.id;
        auto posted =
            ledger::pay_in(side.wallet, {id, "USD", 0, now}, {id, usd(amount), "r"}, {}, ids);
        ASSERT_TRUE(posted) << posted.error().detail;
        ledger::apply(side.wallet, id, ledger::Event(*posted));
    }
    std::vector<Party> parties() {
        std::vector<Party> list;
        for (Side* side : {&shop, &agency}) {
            bool is_shop = side == &shop;
            Holding holding{&side->family, &side->plan, &side->version, nullptr};
            side->terms = terms_of(catalog, {&holding, 1}, side->account, Name("m"),
                                   is_shop ? Level::asked : Level::above, now);
            list.push_back({&side->account, &side->usage, &side->wallet, &side->terms,
                            is_shop ? Scope::own : Scope::pooled});
        }
        return list;
    }
    Act act(std::int64_t quantity, Purpose purpose = Purpose::ask,
            const metering::ReservedUse* settles = nullptr) const {
        return {{Name("m"), catalog::Aggregation::sum, quantity, {}, now}, purpose, now, settles};
    }
    // "yes" and it is in place, or the fault and whose.
    std::string reserve(std::int64_t quantity) {
        Reserve command{shop_id, "messages", quantity, now + Duration::of_hours(1)};
        auto list = parties();
        auto made = entitlements::reserve(catalog, list, act(quantity), command, ids);
        if (!made) return std::string(enum_text(made.error().fault));
        if (!made->answer.allowed) {
            EXPECT_TRUE(made->events.empty());
            return std::string(enum_text(*made->answer.reason)) +
                   (made->answer.account == shop_id ? " shop" : " agency");
        }
        last = made->reservation;
        put(made->events);
        return "yes";
    }
    void end(const metering::ReservedUse& reservation) {
        std::vector<entitlements::Payer> payers;
        for (const metering::ReservedCost& cost : reservation.costs) {
            Side& side = cost.payer == shop_id ? shop : agency;
            payers.push_back({&side.account, &side.wallet});
        }
        auto events =
            end_reservation(shop_id, reservation, payers, metering::Ending::committed, now, ids);
        ended = reservation;
        put(events);
    }
    // What each level that pays would pay, or has paid, for the use.
    std::string costs(const Act& of) {
        auto list = parties();
        auto decided = decide(catalog, list, of, ids);
        EXPECT_TRUE(decided.has_value());
        std::string text;
        for (const Cost& cost : decided->costs) {
            if (!text.empty()) text += ", ";
            text += std::to_string(cost.units) + " for " + cost.total.to_text();
        }
        return text;
    }
    void put(const std::vector<Event>& events) {
        for (Side* side : {&shop, &agency})
            for (const Event& event : events) put(*side, event);
    }
    void put(Side& side, const Event& event) {
        AccountId id = side.account.id;
        if (const auto* e = std::get_if<ledger::HoldPlaced>(&event); e && e->account == id)
            ledger::apply(side.wallet, id, ledger::Event(*e));
        if (const auto* e = std::get_if<ledger::HoldReleased>(&event); e && e->account == id)
            ledger::apply(side.wallet, id, ledger::Event(*e));
        if (const auto* e = std::get_if<metering::ReservationMade>(&event))
            metering::apply(side.usage, *e, id);
        if (const auto* e = std::get_if<metering::ReservationEnded>(&event))
            metering::apply(side.usage, *e, ended, id);
    }

    catalog::Catalog catalog;
    Side shop, agency;
    Instant now = *Instant::parse("2026-05-10T12:00:00Z");
    IdSource ids{now, {3, 4}};
    metering::ReservedUse last, ended;
};

TEST_F(ReserveTest, money_is_held_at_every_level_that_pays_and_comes_back_at_each) {
    pay_in(shop, "20");
    pay_in(agency, "4");
    EXPECT_EQ(reserve(8), "yes");  // within both packages
    EXPECT_TRUE(last.costs.empty());
    metering::ReservedUse first = last;
    // 2 and 7 are left: 23 and 18 beyond, three packs for 15 and two for 4.
    EXPECT_EQ(reserve(25), "yes");
    EXPECT_EQ(shop.money(), "5 15");
    EXPECT_EQ(agency.money(), "0 4");
    ASSERT_EQ(last.costs.size(), 2u);
    EXPECT_EQ(last.costs[0].payer, shop_id);
    EXPECT_EQ(last.costs[0].units, 23);
    EXPECT_EQ(last.costs[0].money_micros, 15'000'000);
    EXPECT_EQ(last.costs[1].payer, agency_id);
    EXPECT_EQ(last.costs[1].units, 18);
    EXPECT_EQ(last.costs[1].money_micros, 4'000'000);
    EXPECT_EQ(metering::held(agency.usage, Name("m"), Scope::pooled), 33);
    EXPECT_EQ(metering::units_bought(agency.usage, Name("m")), 18);
    EXPECT_EQ(metering::money_held_micros(agency.usage, metering::SpendLimit::account), 4'000'000);
    EXPECT_EQ(metering::money_held_micros(agency.usage, metering::SpendLimit::payer), 0);
    end(last);
    EXPECT_EQ(shop.money(), "20 0");
    EXPECT_EQ(agency.money(), "4 0");
    end(first);
    EXPECT_TRUE(shop.usage.held.empty());
    EXPECT_TRUE(agency.usage.held.empty());
}

TEST_F(ReserveTest, where_one_level_cannot_pay_nothing_is_held_at_any) {
    pay_in(shop, "20");
    pay_in(agency, "1");
    EXPECT_EQ(reserve(16), "money_is_short agency");  // 5.00 of 20.00, 2.00 of 1.00
    EXPECT_EQ(shop.money(), "20 0");
    EXPECT_EQ(agency.money(), "1 0");
    pay_in(agency, "1");
    EXPECT_EQ(reserve(16), "yes");
    EXPECT_EQ(reserve(1), "money_is_short agency");
    EXPECT_EQ(shop.money(), "15 5");
    EXPECT_EQ(agency.money(), "0 2");
}

TEST_F(ReserveTest, what_one_holds_of_a_package_is_not_taken_by_one_that_would_buy) {
    pay_in(shop, "5");
    pay_in(agency, "2");
    EXPECT_EQ(reserve(10), "yes");  // the shop's package, 10 of the agency's 15
    metering::ReservedUse first = last;
    EXPECT_EQ(reserve(10), "yes");  // a pack at each; 5 are the agency's
    // Either alone costs what it holds, whichever comes first.
    EXPECT_EQ(costs(act(10, Purpose::fact, &first)), "");
    EXPECT_EQ(costs(act(9, Purpose::fact, &last)), "9 for 5, 4 for 2");
}

TEST_F(ReserveTest, a_reservation_of_an_old_journal_has_one_hold_and_gives_it_back) {
    pay_in(shop, "7");
    ledger::HoldOrder order{usd("5"), "reserved: messages", {9, 9}, {}};
    auto placed = ledger::place_hold(shop.wallet, {shop_id, "USD", 0, now}, order, ids);
    ASSERT_TRUE(placed);
    metering::ReservedUse old;
    old.id = {9, 9};
    old.meter = Name("m");
    old.quantity = 15;
    old.hold = placed->hold.id.uuid;
    old.money_micros = 5'000'000;
    put({*placed, metering::ReservationMade{shop_id, old}});
    const metering::ReservedUse kept = shop.usage.reservations.at(0);
    ASSERT_EQ(kept.costs.size(), 1u);
    EXPECT_EQ(kept.costs[0].payer, shop_id);
    EXPECT_EQ(kept.costs[0].hold, old.hold);
    EXPECT_TRUE(kept.hold.is_nil());
    // As it was counted then: against every cap of the account, and of none above it.
    for (auto against : {metering::SpendLimit::account, metering::SpendLimit::payer}) {
        EXPECT_EQ(metering::money_held_micros(shop.usage, against), 5'000'000);
        EXPECT_EQ(metering::money_held_micros(agency.usage, against), 0);
    }
    EXPECT_EQ(shop.money(), "2 5");
    end(kept);
    EXPECT_EQ(shop.money(), "7 0");
    EXPECT_TRUE(shop.usage.held.empty());
    EXPECT_TRUE(agency.usage.held.empty());
}

TEST_F(ReserveTest, credit_is_not_put_aside) {
    ledger::GrantCredit gift{shop_id, ledger::GrantKind::promotional, usd("50"), 0, {}, "gift"};
    auto made = ledger::grant(shop.wallet, {shop_id, "USD", 0, now}, gift, {}, ids);
    ASSERT_TRUE(made);
    ledger::apply(shop.wallet, shop_id, ledger::Event(*made));
    EXPECT_EQ(costs(act(11)), "1 for 5");  // a use would be paid
    EXPECT_EQ(reserve(11), "money_is_short shop");
}

TEST_F(ReserveTest, what_accrues_is_counted_and_not_taken_from_the_balance) {
    shop.family.settlement = catalog::Settlement::app_store;
    agency.family.settlement = catalog::Settlement::invoiced;
    EXPECT_EQ(reserve(16), "yes");
    EXPECT_EQ(shop.money(), "0 0");
    EXPECT_EQ(agency.money(), "0 0");
    using metering::SpendLimit;
    EXPECT_EQ(metering::money_held_micros(shop.usage, SpendLimit::account), 5'000'000);
    EXPECT_EQ(metering::money_held_micros(shop.usage, SpendLimit::payer), 5'000'000);
    EXPECT_EQ(metering::money_held_micros(agency.usage, SpendLimit::account), 2'000'000);
    EXPECT_EQ(metering::money_held_micros(agency.usage, SpendLimit::payer), 0);
}

TEST_F(ReserveTest, what_is_held_in_all_stays_within_one_amount) {
    shop.family.settlement = agency.family.settlement = catalog::Settlement::invoiced;
    shop.version.packages[0].overrun_price = {{dollar, usd("600000000000")}};
    EXPECT_EQ(reserve(11), "yes");
    EXPECT_EQ(reserve(1), "amount_exceeds_limit");
}

}  // namespace
}  // namespace rb::entitlements
