// A journal from before every level held what it would pay: its reservations, each with one hold of
// the account itself, are settled, given back and over as they were.
#include "engine/reservations.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "domain/ledger/decide.h"

namespace rb::engine {
namespace {

constexpr AccountId agency{{1, 1}}, shop{{2, 2}};
constexpr Uuid reservation{3, 3};

Instant at(std::string_view text) { return *Instant::parse(text); }
Amount usd(std::int64_t major) { return Amount::of_micros(major * 1'000'000, "USD"); }

// The fields that there were.
struct OldReservedUse {
    Uuid id;
    std::string feature;
    Name meter;
    std::int64_t quantity = 0;
    Instant expires_at;
    Uuid hold;
    std::int64_t money_micros = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "feature", s.feature);
        v(3, "meter", s.meter);
        v(4, "quantity", s.quantity);
        v(5, "expires_at", s.expires_at);
        v(6, "hold", s.hold);
        v(8, "money_micros", s.money_micros);
    }
};
struct OldReservationMade {
    AccountId account;
    OldReservedUse reservation;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "reservation", s.reservation);
    }
};

// A shop below an agency with 7 dollars, of which a reservation of 15 messages holds 5.
struct OldJournal : ::testing::Test {
    OldJournal() {
        catalog.settings.currencies[Currency("USD")] = 2;
        catalog.settings.meters["m"] = {
            Name("m"), "message.sent", catalog::Aggregation::sum, "", {}, {}, {}};
        open(agency, {});
        open(shop, agency);
        ledger::Booking booking{shop, "USD", 0, now};
        auto paid = ledger::pay_in(wallet(shop), booking, {shop, usd(7), "r"}, agency, ids);
        put(*paid);
        auto placed =
            ledger::place_hold(wallet(shop), booking, {usd(5), "reserved", reservation, {}}, ids);
        put(*placed);
        OldReservationMade made{shop,
                                {reservation, "messages", Name("m"), 15, at("2026-04-02T00:00:00Z"),
                                 placed->hold.id.uuid, 5'000'000}};
        std::string bytes;
        encode(bytes, made);
        auto event = decode_event(EventKind<metering::ReservationMade>::number, bytes);
        EXPECT_TRUE(event.has_value());
        put(*event);
    }
    void open(AccountId id, AccountId parent) {
        accounts::AccountOpened opened;
        opened.account.id = id;
        opened.account.parent = parent;
        opened.account.top = agency;
        opened.account.kind = parent.is_nil() ? accounts::Kind::agency : accounts::Kind::customer;
        opened.account.profile.currency = "USD";
        put(opened);
    }
    void put(const Event& event) {
        apply(book, event, ++number, now);
        touch(book, {agency, shop}, now);
    }
    void put(const std::vector<Event>& events) {
        for (const Event& event : events) put(event);
    }
    const ledger::Wallet& wallet(AccountId id) { return book.find(id)->wallet; }
    std::string money() {
        return wallet(shop).available().to_text() + " " + wallet(shop).held().to_text();
    }
    DecideInput input() { return {book, catalog, caller, now, now, {5, 5}}; }
    void expect_nothing_held() {
        EXPECT_TRUE(book.find(shop)->usage.held.empty());
        EXPECT_TRUE(book.find(shop)->usage.reservations.empty());
        EXPECT_TRUE(book.find(agency)->usage.held.empty());
        EXPECT_TRUE(wallet(shop).holds.empty());
    }

    catalog::Catalog catalog;
    Book book;
    accounts::Caller caller = accounts::Caller::platform();
    Instant now = at("2026-04-01T00:00:00Z");
    IdSource ids{now, {4, 4}};
    std::uint64_t number = 0;
};

TEST_F(OldJournal, a_reservation_holds_what_it_held) {
    EXPECT_EQ(money(), "2 5");
    EXPECT_EQ(metering::held(book.find(shop)->usage, Name("m"), metering::Scope::own), 15);
    EXPECT_EQ(metering::held(book.find(agency)->usage, Name("m"), metering::Scope::pooled), 15);
    EXPECT_EQ(metering::money_held_micros(book.find(shop)->usage, metering::SpendLimit::account),
              5'000'000);
}

TEST_F(OldJournal, a_reservation_is_committed) {
    auto decided = decide(input(), entitlements::CommitReservation{shop, {reservation}, 3});
    ASSERT_TRUE(decided) << decided.error().detail;
    EXPECT_TRUE(std::get<ReservationReply>(decided->reply).answer.counted);
    put(decided->events);
    EXPECT_EQ(money(), "7 0");  // no plan asks money for it any more
    expect_nothing_held();
}

TEST_F(OldJournal, a_reservation_is_released) {
    auto decided = decide(input(), entitlements::ReleaseReservation{shop, {reservation}});
    ASSERT_TRUE(decided) << decided.error().detail;
    put(decided->events);
    EXPECT_EQ(money(), "7 0");
    expect_nothing_held();
}

TEST_F(OldJournal, a_reservation_expires) {
    const Tree& tree = *book.tree_of(shop);
    ASSERT_EQ(tree.timers.size(), 1u);
    EXPECT_EQ(tree.timers.begin()->due, at("2026-04-02T00:00:00Z"));
    now = tree.timers.begin()->due;
    put(fire(input(), *tree.timers.begin()));
    EXPECT_EQ(money(), "7 0");
    expect_nothing_held();
    EXPECT_TRUE(tree.timers.empty());
}

}  // namespace
}  // namespace rb::engine
