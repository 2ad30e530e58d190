// A journal that is whole passes; every kind of damage is found and named.
#include "testing/audit/audit.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/codec.h"
#include "engine/batch.h"
#include "engine/partition.h"
#include "store/memory/memory_store.h"

namespace rb::testing::audit {
namespace {

using engine::Event;
using ledger::Bucket;

constexpr engine::PartitionId trees = engine::first_tree_partition;

Uuid uuid_of(std::uint64_t n) { return {0x0190'0000'0000'7000ULL, n}; }
Amount usd_of(std::int64_t major) { return Amount::of_micros(major * 1'000'000, "USD"); }
const AccountId acme{uuid_of(1)};

ledger::Entry entry(std::uint64_t n, std::vector<ledger::Posting> postings) {
    ledger::Entry e;
    e.id = EntryId{uuid_of(100 + n)};
    e.account = acme;
    e.postings = std::move(postings);
    return e;
}

Event opened() {
    accounts::AccountOpened e;
    e.account.id = e.account.top = acme;
    return e;
}
Event paid(std::uint64_t n, std::int64_t major) {
    return ledger::EntryPosted{entry(n, {{acme, Bucket::available, usd_of(major)},
                                         {{}, Bucket::cash_clearing, usd_of(-major)}})};
}
Event held(std::uint64_t n, std::int64_t major, std::int64_t said) {
    ledger::HoldPlaced e;
    e.account = acme;
    e.hold.id = HoldId{uuid_of(200)};
    e.hold.amount = usd_of(said);
    e.entry =
        entry(n, {{acme, Bucket::available, usd_of(-major)}, {acme, Bucket::held, usd_of(major)}});
    return e;
}
Event released(std::uint64_t n, std::int64_t major) {
    return ledger::HoldReleased{
        acme, HoldId{uuid_of(200)},
        entry(n, {{acme, Bucket::held, usd_of(-major)}, {acme, Bucket::available, usd_of(major)}})};
}
Event subscribed(std::uint64_t revision, std::int64_t deferred) {
    subscriptions::SubscriptionRenewed e;
    e.account = acme;
    e.subscription.id = SubscriptionId{uuid_of(300)};
    e.subscription.revision = revision;
    e.subscription.account.deferred = usd_of(deferred);
    return e;
}

// A journal of one record a batch.
class Journal {
public:
    using Spoil = std::function<void(engine::BatchHeader&)>;

    Journal() { EXPECT_TRUE(store_->journal().set_meta("partitions", "1")); }

    Journal& add(const std::vector<Event>& events, const Spoil& spoil = {}) {
        engine::Record record;
        record.command = "test";
        for (const Event& event : events) {
            auto& raw = record.events.emplace_back();
            raw.kind = engine::kind_number(event);
            engine::encode_event(raw.bytes, event);
        }
        return add(record, spoil);
    }
    Journal& add(const engine::Record& record, const Spoil& spoil = {}) {
        engine::BatchHeader header{trees, seq_ + 1, events_ + 1, 0, chain_, 1};
        if (spoil) spoil(header);
        std::string records;
        engine::encode_record(records, record);
        write(engine::seal_batch(header, records));
        events_ += record.events.size();
        return *this;
    }
    Journal& write(std::string body) {
        chain_ = engine::hash_batch(body);
        std::vector<engine::StoredBatch> batches{{trees, ++seq_, 1, std::move(body)}};
        EXPECT_EQ(store_->journal().append(batches), engine::Append::ok);
        return *this;
    }
    Report report() { return run(*store_); }
    std::string problem() { return report().problem; }

private:
    std::unique_ptr<engine::Store> store_ = store::memory::make();
    std::uint64_t seq_ = 0;
    std::uint64_t events_ = 0;
    Sha256 chain_;
};

TEST(Audit, a_whole_journal_has_its_numbers_and_balances) {
    Report report = Journal().add({opened()}).add({paid(1, 10), held(2, 4, 4)}).report();
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.batches, 2U);
    EXPECT_EQ(report.records, 2U);
    EXPECT_EQ(report.events, 3U);
    EXPECT_EQ(report.entries, 2U);
    EXPECT_EQ(to_text(report.sums.at("USD")), "0");
    const Balances& balances = report.partitions.at(trees).balances;
    EXPECT_EQ(balances.size(), 3U);
    EXPECT_EQ(to_text(balances.at({acme, Bucket::available, "USD"})), "6000000");
    EXPECT_EQ(to_text(balances.at({acme, Bucket::held, "USD"})), "4000000");
    EXPECT_EQ(to_text(balances.at({{}, Bucket::cash_clearing, "USD"})), "-10000000");
}

TEST(Audit, a_store_without_a_number_of_partitions_is_none) {
    auto store = store::memory::make();
    EXPECT_EQ(run(*store).problem, "the store does not say how many partitions it has");
}

TEST(Audit, a_broken_chain_is_found) {
    const std::string place = "partition 2, batch 2: it does not follow the one before it";
    auto spoiled = [](const Journal::Spoil& spoil) {
        return Journal().add({opened()}).add({paid(1, 10)}, spoil).problem();
    };
    EXPECT_EQ(spoiled([](auto& h) { h.previous.bytes[0] ^= 1; }), place);
    EXPECT_EQ(spoiled([](auto& h) { h.first_event += 1; }), place);
    EXPECT_EQ(spoiled([](auto& h) { h.seq += 1; }), place);
    EXPECT_EQ(spoiled([](auto& h) { h.partition += 1; }), place);
    EXPECT_EQ(spoiled([](auto& h) { h.catalog_seq = 1; }),
              "partition 2, batch 2: it names a catalog that does not exist");
}

TEST(Audit, bytes_that_changed_are_found) {
    Journal journal;
    journal.add({opened()});
    EXPECT_TRUE(journal.write("RB1 and no more").problem().starts_with("partition 2, batch 2: "));
}

TEST(Audit, an_unknown_event_is_found) {
    engine::Record record;
    record.command = "test";
    record.events.push_back({999, ""});
    EXPECT_EQ(
        Journal().add(record).problem(),
        "partition 2, event 1 (test): it is of no kind that this version knows, or malformed");
}

TEST(Audit, an_entry_that_does_not_sum_to_zero_is_found) {
    Event crooked = ledger::EntryPosted{
        entry(1, {{acme, Bucket::available, usd_of(10)}, {{}, Bucket::cash_clearing, usd_of(-9)}})};
    EXPECT_TRUE(Journal()
                    .add({opened(), crooked})
                    .problem()
                    .ends_with("sums to 1000000 micros of USD, not to zero"));
}

TEST(Audit, an_entry_before_its_account_or_twice_is_found) {
    EXPECT_TRUE(
        Journal().add({paid(1, 10)}).problem().ends_with("of an account that was not opened"));
    EXPECT_TRUE(Journal()
                    .add({opened(), paid(1, 10), paid(1, 10)})
                    .problem()
                    .ends_with("is posted a second time"));
    EXPECT_TRUE(Journal().add({opened(), opened()}).problem().ends_with("is opened a second time"));
}

TEST(Audit, a_reversal_of_nothing_or_twice_is_found) {
    auto reversal = [](std::uint64_t n, std::uint64_t of) {
        ledger::Entry e = entry(
            n, {{acme, Bucket::available, usd_of(-10)}, {{}, Bucket::cash_clearing, usd_of(10)}});
        e.reverses = EntryId{uuid_of(100 + of)};
        return Event(ledger::EntryPosted{e});
    };
    EXPECT_EQ(Journal().add({opened(), paid(1, 10), reversal(2, 1)}).problem(), "");
    EXPECT_TRUE(Journal()
                    .add({opened(), paid(1, 10), reversal(2, 7)})
                    .problem()
                    .ends_with("reverses an entry that was not posted before"));
    EXPECT_TRUE(Journal()
                    .add({opened(), paid(1, 10), reversal(2, 1), reversal(3, 1)})
                    .problem()
                    .ends_with("is reversed a second time"));
}

TEST(Audit, holds_that_do_not_add_up_are_found) {
    EXPECT_EQ(Journal().add({opened(), paid(1, 10), held(2, 4, 4), released(3, 4)}).problem(), "");
    EXPECT_TRUE(Journal()
                    .add({opened(), paid(1, 10), held(2, 4, 5)})
                    .problem()
                    .ends_with("holds another sum than its open holds"));
    EXPECT_TRUE(Journal()
                    .add({opened(), paid(1, 10), held(2, 4, 4), released(3, 3)})
                    .problem()
                    .ends_with("holds another sum than its open holds"));
    EXPECT_TRUE(Journal()
                    .add({opened(), paid(1, 10), released(2, 4)})
                    .problem()
                    .ends_with("is released and not open"));
}

// A reservation of acme, below an agency that alone would pay.
const AccountId agency{uuid_of(2)};
std::vector<Event> family() {
    accounts::AccountOpened above, below;
    above.account.id = above.account.top = below.account.top = below.account.parent = agency;
    below.account.id = acme;
    return {above, below};
}
Event reserved(std::int64_t money, AccountId payer = agency) {
    metering::ReservationMade e;
    e.account = acme;
    e.reservation.id = uuid_of(400);
    e.reservation.meter = Name("m");
    e.reservation.quantity = 10;
    e.reservation.costs = {{payer, 4, money * 1'000'000, uuid_of(200), false}};
    return e;
}
Event ended() { return metering::ReservationEnded{acme, uuid_of(400), {}}; }
// `held` and `released`, for the reservation and of the agency.
Event held_above(std::uint64_t n, std::int64_t major, Uuid subject = uuid_of(400)) {
    auto e = std::get<ledger::HoldPlaced>(held(n, major, major));
    e.account = e.entry.account = agency;
    e.hold.subject = subject;
    for (ledger::Posting& p : e.entry.postings) p.owner = agency;
    return e;
}
Event released_above(std::uint64_t n, std::int64_t major) {
    auto e = std::get<ledger::HoldReleased>(released(n, major));
    e.account = e.entry.account = agency;
    for (ledger::Posting& p : e.entry.postings) p.owner = agency;
    return e;
}

TEST(Audit, what_a_reservation_holds_is_recounted_at_every_level) {
    Report report = Journal().add(family()).add({held_above(1, 2), reserved(2)}).report();
    EXPECT_EQ(report.problem, "");
    const HeldSums& sums = report.partitions.at(trees).held;
    EXPECT_EQ(sums.at({acme, "m"}), (HeldSum{10, 0, 0, 0, 0}));
    EXPECT_EQ(sums.at({agency, "m"}), (HeldSum{0, 10, 4, 2'000'000, 0}));
    metering::Usage usage;
    EXPECT_TRUE(difference(sums, agency, usage).has_value());
    usage.held.push_back({Name("m"), 0, 10, {}, 4, 2'000'000, 0, {}});
    EXPECT_EQ(difference(sums, agency, usage).value_or(""), "");
    usage.held[0].money_micros = 1;
    EXPECT_TRUE(difference(sums, agency, usage).has_value());
    Report after = Journal()
                       .add(family())
                       .add({held_above(1, 2), reserved(2)})
                       .add({ended(), released_above(2, 2)})
                       .report();
    EXPECT_EQ(after.problem, "");
    EXPECT_TRUE(after.partitions.at(trees).held.empty());
}

TEST(Audit, money_that_is_not_held_as_its_reservation_says_is_found) {
    auto problem = [](const std::vector<std::vector<Event>>& records) {
        Journal journal;
        journal.add(family());
        for (const auto& events : records) journal.add(events);
        std::string all = journal.problem();
        return all.substr(std::min(all.size(), all.find(')') + 1));
    };
    const std::string id = ReservationId{uuid_of(400)}.to_text();
    const std::string hold = HoldId{uuid_of(200)}.to_text();
    EXPECT_EQ(problem({{reserved(2)}}),
              ": " + id + " names a hold that is not its own, or not open");
    EXPECT_EQ(problem({{held_above(1, 2, uuid_of(401)), reserved(2)}}),
              ": " + id + " names a hold that is not its own, or not open");
    EXPECT_EQ(problem({{held_above(1, 1), reserved(2)}}),
              ": " + id + " holds other money than it would cost");
    EXPECT_EQ(problem({{held_above(1, 2), reserved(2, AccountId{uuid_of(7)})}}),
              ": " + id + " would be paid by an account that does not stand above");
    EXPECT_EQ(problem({{held_above(1, 2), reserved(2)}, {released_above(2, 2)}}),
              ": " + hold + " is taken from a reservation that is open");
    EXPECT_EQ(problem({{held_above(1, 2), reserved(2)}, {ended()}}),
              ": " + hold + " outlives its reservation");
    EXPECT_EQ(problem({{held_above(1, 2), reserved(2)}, {reserved(2)}}),
              ": a reservation is made twice");
    EXPECT_EQ(problem({{ended()}}), ": a reservation ends that is not open");
}

TEST(Audit, a_reservation_of_an_old_journal_has_one_hold_of_its_own) {
    metering::ReservationMade made;
    made.account = acme;
    made.reservation.id = uuid_of(400);
    made.reservation.meter = Name("m");
    made.reservation.quantity = 10;
    made.reservation.hold = uuid_of(200);
    made.reservation.money_micros = 2'000'000;
    auto placed = std::get<ledger::HoldPlaced>(held(1, 2, 2));
    placed.hold.subject = made.reservation.id;
    Report report = Journal().add(family()).add({placed, made}).report();
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.partitions.at(trees).held.at({acme, "m"}),
              (HeldSum{10, 0, 0, 2'000'000, 2'000'000}));
    EXPECT_EQ(Journal().add(family()).add({placed, made}).add({ended(), released(2, 2)}).problem(),
              "");
}

TEST(Audit, a_subscription_that_goes_back_is_found) {
    EXPECT_EQ(Journal().add({opened(), subscribed(1, 0), subscribed(2, 0)}).problem(), "");
    EXPECT_TRUE(Journal()
                    .add({opened(), subscribed(2, 0), subscribed(2, 0)})
                    .problem()
                    .ends_with("does not move its revision"));
}

TEST(Audit, deferred_revenue_stands_at_the_seller_that_has_to_deliver) {
    const AccountId shop{uuid_of(2)};
    auto told = [&](AccountId wholesale_at) {
        accounts::AccountOpened above;
        above.account.id = above.account.top = acme;
        above.account.kind = accounts::Kind::agency;
        accounts::AccountOpened below;
        below.account.id = shop;
        below.account.parent = below.account.top = acme;
        subscriptions::SubscriptionRenewed e;
        e.account = shop;
        e.subscription.id = SubscriptionId{uuid_of(300)};
        e.subscription.account.deferred = usd_of(7);
        e.subscription.wholesale.push_back({acme, {}, {}});
        e.subscription.wholesale.back().account.deferred = usd_of(5);
        return Journal()
            .add({above, below, e,
                  ledger::EntryPosted{entry(1, {{shop, Bucket::available, usd_of(-7)},
                                                {acme, Bucket::deferred_revenue, usd_of(7)}})},
                  ledger::EntryPosted{
                      entry(2, {{acme, Bucket::available, usd_of(-5)},
                                {wholesale_at, Bucket::deferred_revenue, usd_of(5)}})}})
            .problem();
    };
    EXPECT_EQ(told({}), "");
    EXPECT_EQ(told(acme),
              "partition 2, the end: what is deferred differs by 5000000 micros of USD from what "
              "subscriptions have to deliver");
}

TEST(Audit, deferred_revenue_that_no_subscription_has_is_found) {
    EXPECT_EQ(Journal().add({opened(), subscribed(1, 5)}).problem(),
              "partition 2, the end: what is deferred differs by 5000000 micros of USD from what "
              "subscriptions have to deliver");
    Event charged = ledger::EntryPosted{entry(
        2, {{acme, Bucket::available, usd_of(-5)}, {{}, Bucket::deferred_revenue, usd_of(5)}})};
    EXPECT_EQ(Journal().add({opened(), paid(1, 10), charged, subscribed(1, 5)}).problem(), "");
}

TEST(Audit, a_bad_tree_is_named_and_the_others_are_checked) {
    const AccountId other{uuid_of(9)};
    accounts::AccountOpened second;
    second.account.id = second.account.top = other;
    ledger::Entry theirs =
        entry(7, {{other, Bucket::available, usd_of(3)}, {{}, Bucket::cash_clearing, usd_of(-3)}});
    theirs.account = other;
    Report report = Journal()
                        .add({opened()})
                        .add({second})
                        .add({paid(1, 10), held(2, 4, 5)})
                        .add({ledger::EntryPosted{theirs}})
                        .report();
    ASSERT_EQ(report.bad_trees.size(), 1U);
    EXPECT_EQ(report.bad_trees.front().top, acme);
    EXPECT_EQ(report.problem, report.bad_trees.front().problem);
    EXPECT_EQ(report.events, 5U);
    const Balances& balances = report.partitions.at(trees).balances;
    EXPECT_EQ(to_text(balances.at({other, Bucket::available, "USD"})), "3000000");
    EXPECT_FALSE(balances.contains({acme, Bucket::available, "USD"}));
}

TEST(Audit, what_a_tree_has_deferred_is_its_own) {
    ledger::Entry sold = entry(
        3, {{acme, Bucket::available, usd_of(-2)}, {{}, Bucket::deferred_revenue, usd_of(2)}});
    Report report =
        Journal().add({opened()}).add({paid(1, 10)}).add({ledger::EntryPosted{sold}}).report();
    ASSERT_EQ(report.bad_trees.size(), 1U);
    EXPECT_NE(report.problem.find("what is deferred differs by -2000000 micros of USD"),
              std::string::npos);
}

}  // namespace
}  // namespace rb::testing::audit
