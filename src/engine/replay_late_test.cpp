// What a start puts off is seen by nobody: a book whose journal was replayed in two halves, with
// sleepers left asleep, is the book of an engine that was never stopped and of a replay that wakes
// everybody.
#include <map>
#include <random>

#include "base/codec.h"
#include "engine/replay.h"
#include "engine/snapshot.h"
#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

constexpr std::string_view catalog_of_all = R"(catalog: 1
currencies: {USD: {}}
features:
  messages: {kind: metered, meter: sent}
  hourly: {kind: metered, meter: sent}
  visitors: {kind: metered, meter: seen}
  calls: {kind: metered, meter: made}
meters:
  sent: {event: message.sent, aggregate: sum, value: count}
  seen: {event: page.seen, aggregate: unique, value: user}
  made: {event: call.made, aggregate: count, entity_property: seat}
price_groups:
  7: {name: IM, resource: IM_OVERRUN, meter: sent}
families: {F: {name: F, scale: micro}, P: {name: P, scale: micro}, W: {name: W, scale: micro}}
plans:
  free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 4000, window: month, thresholds: [1, 50]}, hourly: {limit: 900, window: {rolling: 1h}}, visitors: {limit: 20, window: day}, calls: {limit: 20, window: day, per: entity}}}
  pack: {family: P, rank: 1, fee: {USD: "1"}, packages: [{name: small, price_groups: [7], size: 30, may_overrun: true, overrun_price: {USD: "0.5"}, overrun_resources: 10}]}
  pool: {family: W, rank: 1, fee: {USD: "1"}, entitlements: {messages: {limit: 9000, window: month, pooled: true}}}
)";

// A few dozen accounts of all kinds, most of them alone, that live at random.
class Town : public TestEngine {
public:
    Town(std::uint32_t seed, Where where) : TestEngine(1, Threads::none, where), random_(seed) {
        auto read = catalog_file::read(catalog_of_all);
        EXPECT_TRUE(read.ok()) << (read.findings.empty() ? "" : read.findings[0].detail);
        EXPECT_EQ(give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
        for (int i = 0; i < 30; ++i) settle_in({}, {});
        for (int i = 0; i < 4; ++i) settle_in(accounts_[static_cast<std::size_t>(i % 2)], {});
        clock_id_ = ClockId{engine().fresh_id()};
        EXPECT_EQ(give(MakeClock{clock_id_, "test", clock.now()}), clock_id_.to_text());
        for (int i = 0; i < 3; ++i) settle_in({}, clock_id_);
        subscribe(accounts_[0], "pool");
    }
    void live(int operations) {
        for (int i = 0; i < operations; ++i) step();
    }
    const std::vector<AccountId>& accounts() const { return accounts_; }

private:
    std::size_t any(std::size_t below) { return random_() % below; }
    AccountId somebody() { return accounts_[any(accounts_.size())]; }

    void settle_in(AccountId parent, ClockId on) {
        accounts_.push_back(open_account("a" + std::to_string(accounts_.size()), parent, on));
        pay(accounts_.back(), 100);
    }
    void step() {
        const std::size_t what = any(100);
        if (what < 55) return tell();
        if (what < 70) return consume();
        if (what < 78) return reserve();
        if (what < 84) return end_reservation();
        if (what < 86) {
            pay(somebody(), 1);
        } else if (what < 88) {
            subscribe(somebody(), any(2) == 0 ? "pack" : "pool");
        } else if (what < 89 && accounts_.size() < 60) {
            settle_in(any(2) == 0 ? somebody() : AccountId{}, {});
        } else if (what < 90) {
            accounts::UpdateProfile update;
            update.account = somebody();
            give(std::move(update));
        } else if (what < 91) {
            give(AdvanceClock{clock_id_, clock.now() + Duration::of_hours(any(90))});
        } else {
            clock.advance(Duration::of_minutes(static_cast<std::int64_t>(any(200))));
            engine().run_timers();
        }
    }
    // Facts of several accounts at once, some of them told before.
    void tell() {
        const std::size_t count = 1 + any(12);
        std::vector<std::string> texts;
        std::vector<Property> properties;
        std::vector<UsageEvent> events;
        texts.reserve(2 * count);
        properties.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            constexpr std::string_view types[] = {"message.sent", "page.seen", "call.made"};
            constexpr std::string_view names[] = {"count", "user", "seat"};
            const std::size_t kind = any(3);
            const std::string& id = texts.emplace_back("e" + std::to_string(any(20'000)));
            const std::string& value = texts.emplace_back(std::to_string(any(15)));
            properties.push_back(
                {names[kind], value, kind == 0 ? Property::Kind::number : Property::Kind::text});
            std::optional<Instant> when;
            if (any(4) == 0) when = clock.now() - Duration::of_hours(any(30));
            // One account is far busier than the others.
            events.push_back({any(4) == 0 ? accounts_[9] : somebody(),
                              "test",
                              id,
                              types[kind],
                              when,
                              {&properties.back(), 1}});
        }
        engine().ingest(accounts::Caller::platform(), events, [](auto&& r) { EXPECT_TRUE(r); });
    }
    void consume() {
        Consumption use{{somebody(), any(2) == 0 ? "messages" : "hourly",
                         static_cast<std::int64_t>(1 + any(20))},
                        "test",
                        {},
                        {}};
        engine().consume(accounts::Caller::platform(), {&use, 1}, [](auto&& r) { EXPECT_TRUE(r); });
    }
    void reserve() {
        const AccountId account = somebody();
        auto id = ReservationId::parse(give(entitlements::Reserve{
            account, "messages", static_cast<std::int64_t>(1 + any(9)),
            clock.now() + Duration::of_hours(static_cast<std::int64_t>(1 + any(40)))}));
        if (id) open_.push_back({account, *id});
    }
    void end_reservation() {
        if (open_.empty()) return;
        auto [account, id] = open_[any(open_.size())];
        if (any(2) == 0)
            give(entitlements::CommitReservation{account, id, {}});
        else
            give(entitlements::ReleaseReservation{account, id});
    }

    std::mt19937 random_;
    std::vector<AccountId> accounts_;
    std::vector<std::pair<AccountId, ReservationId>> open_;
    ClockId clock_id_;
};

constexpr PartitionId home = first_tree_partition;

// Shows a journal up to a batch.
class Until final : public Journal {
public:
    Until(Journal& whole, std::uint64_t last) : whole_(whole), last_(last) {}
    Append append(std::span<const StoredBatch>) override { return Append::not_written; }
    Parsed<void> read(PartitionId partition, std::uint64_t from, const Visit& visit) override {
        return whole_.read(partition, from, [&](std::uint64_t seq, std::string_view body) {
            return seq <= last_ && visit(seq, body);
        });
    }
    Parsed<std::uint64_t> head(PartitionId) override { return last_; }
    Parsed<std::optional<std::string>> meta(std::string_view key) override {
        return whole_.meta(key);
    }
    Parsed<void> set_meta(std::string_view, std::string_view) override { return {}; }
    std::uint64_t size_bytes() override { return 0; }

private:
    Journal& whole_;
    const std::uint64_t last_;
};

Book from_snapshot(Store& store) {
    auto book = read_snapshot(home, store);
    EXPECT_TRUE(book);
    return std::move(*book);
}

// As starts were before there was a replay in two halves: each record is applied as it was read.
Book eager(Store& store) {
    Book book = from_snapshot(store);
    auto read = store.journal().read(home, book.seq + 1, [&](std::uint64_t seq, auto body) {
        auto batch = open_batch(body);
        EXPECT_TRUE(batch);
        std::uint64_t number = batch->header.first_event;
        for (const Record& record : batch->records) number = apply(book, record, number);
        book.seq = seq;
        book.chain = hash_batch(body);
        return true;
    });
    EXPECT_TRUE(read);
    return book;
}

enum class Halves : std::uint8_t { one_thread, two_threads };

void replay_until(Book& book, Store& store, std::uint64_t last, Halves halves) {
    ReplayOptions options;
    options.ids_at_once = 100;
    if (halves == Halves::two_threads) options.alone_bytes_max = 0;
    Until journal(store.journal(), last);
    auto batches = replay(book, journal, [] {}, options);
    ASSERT_TRUE(batches) << batches.error();
}

std::map<AccountId, std::string> forms_of(const Book& book) {
    std::map<AccountId, std::string> forms;
    book.accounts.for_each_form([&](AccountId id, std::string_view form) {
        forms[id] = form;
        return true;
    });
    return forms;
}

std::vector<Uuid> event_ids_of(Store& store) {
    std::vector<Uuid> ids;
    auto read = store.journal().read(home, 1, [&](std::uint64_t, std::string_view body) {
        const auto batch = open_batch(body);
        EXPECT_TRUE(batch);
        for (const Record& record : batch->records)
            for (const RawEvent& raw : record.events) {
                metering::UsageCounted counted;
                if (raw.kind != EventKind<metering::UsageCounted>::number) continue;
                EXPECT_TRUE(decode(raw.bytes, counted));
                UsageBlockReader::open(counted.block)->put_events(ids);
            }
        return true;
    });
    EXPECT_TRUE(read);
    return ids;
}

// All that a book holds, as far as it can be asked without waking anybody.
void expect_same(const Book& book, const Book& expected) {
    EXPECT_EQ(canonical_state(book), canonical_state(expected));
    EXPECT_EQ(forms_of(book), forms_of(expected));
    EXPECT_EQ(book.seq, expected.seq);
    EXPECT_EQ(book.chain, expected.chain);
    EXPECT_EQ(book.event_count, expected.event_count);
    EXPECT_EQ(book.wall, expected.wall);
    EXPECT_EQ(book.due, expected.due);
    EXPECT_EQ(book.tops, expected.tops);
    EXPECT_EQ(book.events.size(), expected.events.size());
    EXPECT_EQ(book.reservation_accounts.size(), expected.reservation_accounts.size());
    EXPECT_EQ(book.ended_reservations.size(), expected.ended_reservations.size());
}

void expect_same_awake(Book& book, Book& expected, const std::vector<AccountId>& accounts) {
    for (AccountId id : accounts) {
        AccountRecord* record = book.find(id);
        AccountRecord* wanted = expected.find(id);
        ASSERT_NE(record, nullptr);
        EXPECT_EQ(encode(*record), encode(*wanted));
        EXPECT_EQ(record->scheduled, wanted->scheduled);
        EXPECT_EQ(book.tree_of(*record)->now, expected.tree_of(*wanted)->now);
        EXPECT_EQ(book.tree_of(*record)->timers, expected.tree_of(*wanted)->timers);
    }
    EXPECT_EQ(book.accounts.late().items(), 0U);
    EXPECT_EQ(book.accounts.late().bytes(), 0U);
}

class LateReplay : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(LateReplay, is_the_same_book_as_one_whose_accounts_were_all_awake) {
    Town town(GetParam(), Where::memory);
    town.live(150);
    town.open();  // a snapshot, so all sleep
    town.live(250);
    Store& store = town.store();
    Book expected = eager(store);
    const std::string hash = town.engine().state_hashes()[home];
    EXPECT_EQ(Sha256::of(canonical_state(expected)).to_hex(), hash);
    const std::vector<Uuid> ids = event_ids_of(store);
    for (Halves halves : {Halves::one_thread, Halves::two_threads}) {
        Book book = from_snapshot(store);
        replay_until(book, store, UINT64_MAX, halves);
        EXPECT_GT(book.accounts.late().items(), 0U);
        EXPECT_LT(book.accounts.awake(), expected.accounts.awake());
        expect_same(book, expected);
        for (const Uuid& id : ids) EXPECT_TRUE(book.events.contains(id));
        EXPECT_GT(book.accounts.late().items(), 0U) << "looking has woken nobody";
        expect_same_awake(book, expected, town.accounts());
        expect_same(book, expected);
    }
}

TEST_P(LateReplay, accounts_may_be_looked_up_in_between) {
    Town town(GetParam(), Where::memory);
    town.live(100);
    town.open();
    town.live(200);
    Store& store = town.store();
    Book expected = eager(store);
    Book book = from_snapshot(store);
    std::mt19937 random(GetParam());
    std::size_t put_off = 0;
    while (book.seq < expected.seq) {
        replay_until(book, store, book.seq + 1 + random() % 9, Halves::one_thread);
        put_off = std::max(put_off, book.accounts.late().items());
        book.find(town.accounts()[random() % town.accounts().size()]);
        // Those that fall asleep again are put off again.
        book.accounts.set_awake_max(random() % 20);
        book.accounts.tidy();
        if (random() % 4 == 0) book.accounts.settle_slice();
    }
    EXPECT_GT(put_off, 0U);
    expect_same(book, expected);
    expect_same_awake(book, expected, town.accounts());
}

TEST_P(LateReplay, what_was_put_off_is_settled_in_slices_without_waking_anybody) {
    Town town(GetParam(), Where::memory);
    town.live(100);
    town.open();
    town.live(200);
    Book expected = eager(town.store());
    Book book = from_snapshot(town.store());
    replay_until(book, town.store(), UINT64_MAX, Halves::two_threads);
    const std::size_t awake = book.accounts.awake();
    int slices = 0;
    while (book.accounts.settle_slice()) ASSERT_LT(++slices, 10);
    EXPECT_EQ(book.accounts.late().items(), 0U);
    EXPECT_EQ(book.accounts.late().bytes(), 0U);
    EXPECT_EQ(book.accounts.awake(), awake);
    EXPECT_FALSE(book.accounts.settle_slice());
    expect_same(book, expected);
    expect_same_awake(book, expected, town.accounts());
}

INSTANTIATE_TEST_SUITE_P(Seeds, LateReplay, ::testing::Range(1U, 9U));

// The forms of accounts in the snapshot that the store has.
std::map<AccountId, std::string> forms_in_snapshot(Store& store) {
    std::map<AccountId, std::string> forms;
    auto read = store.views().read_snapshot(home, [&](const SnapshotRecord& record) {
        if (!record.key.starts_with("accounts/")) return true;
        codec::Reader reader(std::string_view(record.body).substr(32));
        while (!reader.at_end()) {
            AccountId id{reader.sixteen()};
            forms[id] = reader.bytes();
        }
        return true;
    });
    EXPECT_TRUE(read);
    return forms;
}

// Live, an event that begins a window is followed by its use; nothing here relies on that.
TEST(LateStart, an_event_alone_moves_what_it_moves_and_no_more) {
    auto store = store::memory::make();
    const AccountId id{{7, 1}};
    metering::CounterOpened opened;
    opened.account = id;
    opened.counter.meter = Name("m");
    opened.counter.span = {at("2026-04-01T00:00:00Z"), at("2026-05-01T00:00:00Z")};
    Record record;
    record.at = at("2026-04-09T00:00:00Z");
    record.command = "usage";
    encode(record.events.emplace_back().bytes, opened);
    record.events.back().kind = EventKind<metering::CounterOpened>::number;
    std::string records;
    encode_record(records, record);
    BatchHeader header;
    header.partition = home;
    header.seq = 1;
    header.first_event = 2;
    header.record_count = 1;
    ASSERT_EQ(store->journal().append({{{home, 1, 1, seal_batch(header, records)}}}), Append::ok);

    Book book;
    Book expected;
    for (Book* one : {&book, &expected}) {
        one->partition = home;
        accounts::Account account;
        account.id = account.top = id;
        account.created_at = at("2026-04-01T00:00:00Z");
        apply(*one, accounts::AccountOpened{account}, ++one->event_count, account.created_at);
    }
    book.accounts.set_awake_max(0);
    book.accounts.tidy();
    apply(expected, record, 2);
    replay_until(book, *store, 1, Halves::one_thread);
    EXPECT_EQ(book.accounts.late().items(), 1U);
    EXPECT_EQ(book.wall, record.at);
    EXPECT_EQ(book.wall, expected.wall);
    EXPECT_EQ(book.event_count, expected.event_count);
    EXPECT_EQ(forms_of(book), forms_of(expected));
}

TEST(LateStart, after_a_kill_the_engine_goes_on_as_one_that_was_never_stopped) {
    Town steady(77, Where::sqlite);
    Town killed(77, Where::sqlite);
    for (Town* town : {&steady, &killed}) {
        town->live(150);
        town->open();
        town->live(150);
    }
    killed.reopen_as_killed();
    EXPECT_EQ(killed.engine().state_hashes(), steady.engine().state_hashes());
    killed.expect_whole_journal();
    EXPECT_EQ(killed.engine().state_hashes(), steady.engine().state_hashes());
}

TEST(LateStart, a_snapshot_right_after_it_is_that_of_the_engine_that_was_killed) {
    Town town(78, Where::sqlite);
    town.live(150);
    town.open();
    town.live(150);
    Town same(78, Where::sqlite);
    same.live(150);
    same.open();
    same.live(150);
    same.reopen_as_killed();
    for (Town* one : {&town, &same}) one->engine().stop();
    EXPECT_EQ(forms_in_snapshot(same.store()), forms_in_snapshot(town.store()));
    const auto state = town.engine().state_hashes();
    for (Town* one : {&town, &same}) {
        one->open();
        EXPECT_EQ(one->engine().state_hashes(), state);
    }
}

}  // namespace
}  // namespace rb::engine::test
