// What one side tells never stands in the way of what another does; and a store in which ids were
// remembered by their tree alone finds them for their whole late window.
#include "engine/event_hash.h"

#include "domain/accounts/decide.h"
#include "engine/test_engine.h"

namespace rb::engine {
namespace {

using namespace test;
using accounts::Caller;
using accounts::Role;

constexpr std::string_view calls_catalog = R"(catalog: 1
currencies: {USD: {}}
features: {calls: {kind: metered, meter: made}}
meters: {made: {event: call.made, aggregate: count, late: 35d}}
families: {F: {name: F}}
plans:
  free: {family: F, fee: {USD: "0"}, entitlements: {calls: {limit: 1000000, window: lifetime}}}
)";

constexpr PartitionId trees = first_tree_partition;

class EventIds : public ::testing::Test {
protected:
    void SetUp() override {
        auto read = catalog_file::read(calls_catalog);
        ASSERT_TRUE(read.ok());
        ASSERT_EQ(t_.give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
        top_ = t_.open_account("top");
        left_ = t_.open_account("left", top_);
        right_ = t_.open_account("right", top_);
        accounts::OpenAccount agency = TestEngine::opening("agency");
        agency.kind = accounts::Kind::agency;
        agency_ = *AccountId::parse(t_.give(agency));
        client_ = t_.open_account("client", agency_);
        shop_ = t_.open_account("shop", client_);
    }
    static Caller of(AccountId account, Uuid principal = {1, 1}) {
        return {account, Role::admin, principal, false};
    }
    EventOutcome tell(const Caller& caller, AccountId account, std::string_view id) {
        UsageEvent event{account, "/calls", id, "call.made", {}, {}};
        EventOutcome out;
        t_.engine().ingest(caller, {&event, 1}, [&](Result<std::vector<EventOutcome>>&& outcomes) {
            ASSERT_TRUE(outcomes);
            out = outcomes->front();
        });
        return out;
    }
    bool counts(const Caller& caller, AccountId account, std::string_view id) {
        EventOutcome out = tell(caller, account, id);
        EXPECT_NE(out.status, EventOutcome::Status::refused) << out.refusal->detail;
        return out.status == EventOutcome::Status::counted;
    }

    // As a version before wrote it: rows whose ids are hashed with their tree.
    void count_as_before(AccountId account, AccountId top, int from, int to) {
        UsageKey key;
        std::string text = **t_.store().journal().meta("usage_key");
        std::memcpy(key.bytes.data(), text.data(), key.bytes.size());
        UsageBlockWriter block;
        for (int n = from; n < to; ++n) {
            UsageRow row{};
            row.account = account;
            row.meter = Name("made");
            row.aggregation = catalog::Aggregation::count;
            row.quantity = 1;
            row.at = row.occurred_at = t_.clock.now();
            row.event = keyed_hash(key, top.uuid, "/calls", "e" + std::to_string(n));
            block.add(row);
        }
        metering::UsageCounted counted{block.finish()};
        Record record;
        record.at = t_.clock.now();
        record.command = "usage";
        RawEvent& raw = record.events.emplace_back();
        raw.kind = EventKind<metering::UsageCounted>::number;
        raw.bytes = encode(counted);
        append(record);
    }
    void append(const Record& record) {
        Journal& journal = t_.store().journal();
        std::string last;
        ASSERT_TRUE(journal.read(trees, *journal.head(trees), [&](auto, std::string_view body) {
            last = body;
            return false;
        }));
        auto opened = open_batch(last);
        ASSERT_TRUE(opened);
        BatchHeader header = opened->header;
        for (const Record& r : opened->records) header.first_event += width(r);
        header.seq += 1;
        header.previous = hash_batch(last);
        header.record_count = 1;
        std::string records;
        encode_record(records, record);
        std::vector<StoredBatch> batches{{trees, header.seq, 0, seal_batch(header, records)}};
        ASSERT_EQ(journal.append(batches), Append::ok);
        // Nor did that version put down when it ended.
        ASSERT_TRUE(journal.set_meta("tree_ids_until", ""));
    }

    TestEngine t_{IdBudget{10'000, 10}, nullptr};
    AccountId top_, left_, right_, agency_, client_, shop_;
};

TEST_F(EventIds, what_a_customer_tells_first_is_no_duplicate_when_its_seller_tells_it) {
    EXPECT_TRUE(counts(of(left_), left_, "x"));
    EXPECT_TRUE(counts(Caller::platform(), left_, "x"));
    EXPECT_FALSE(counts(Caller::platform({7, 7}), left_, "x")) << "another key of the platform";
    EXPECT_FALSE(counts(of(left_, {2, 2}), left_, "x")) << "a rotated key";
    EXPECT_FALSE(counts(of(top_), left_, "x")) << "above it, and not its seller";
}

TEST_F(EventIds, a_sibling_or_a_parent_takes_no_id_of_another_account) {
    EXPECT_TRUE(counts(of(right_), right_, "x"));
    EXPECT_TRUE(counts(of(top_), top_, "x"));
    EXPECT_TRUE(counts(of(left_), left_, "x"));
    EXPECT_TRUE(counts(Caller::platform(), top_, "x"));
}

TEST_F(EventIds, the_nearest_agency_tells_as_the_seller) {
    EXPECT_TRUE(counts(of(client_), client_, "x"));
    EXPECT_TRUE(counts(of(agency_), client_, "x"));
    EXPECT_FALSE(counts(Caller::platform(), client_, "x"));
    EXPECT_TRUE(counts(of(agency_), shop_, "x")) << "of all below it";
    EXPECT_FALSE(counts(Caller::platform(), shop_, "x"));
    EXPECT_TRUE(counts(of(client_), shop_, "x")) << "between them stands a customer";
    EXPECT_FALSE(counts(of(shop_), shop_, "x"));
    EXPECT_TRUE(counts(of(agency_), agency_, "x")) << "of itself it is no seller";
    EXPECT_TRUE(counts(Caller::platform(), agency_, "x"));
}

TEST_F(EventIds, a_stranger_learns_and_takes_nothing) {
    EXPECT_EQ(tell(of(agency_), left_, "x").status, EventOutcome::Status::refused);
    EXPECT_TRUE(counts(of(left_), left_, "x"));
    EXPECT_TRUE(counts(Caller::platform(), left_, "x"));
}

TEST_F(EventIds, scopes_stand_apart_in_the_hash_itself) {
    UsageKey key;
    Uuid id{5, 6};
    Uuid seller = event_hash(key, AccountId{id}, Teller::seller, "s", "1");
    EXPECT_NE(seller, event_hash(key, AccountId{id}, Teller::self, "s", "1"));
    EXPECT_NE(seller, keyed_hash(key, id, "s", "1"));
    EXPECT_NE(seller, event_hash(key, AccountId{Uuid{5, 7}}, Teller::seller, "s", "1"));
    EXPECT_NE(seller, event_hash(key, AccountId{id}, Teller::seller, "s1", ""));
}

TEST_F(EventIds, a_new_store_never_looks_for_ids_from_before) {
    EXPECT_EQ(t_.store().journal().meta("tree_ids_until")->value_or("none"), "0");
    t_.open();
    EXPECT_EQ(t_.store().journal().meta("tree_ids_until")->value_or("none"), "0");
}

TEST_F(EventIds, an_id_from_before_is_found_for_its_whole_late_window) {
    count_as_before(left_, top_, 0, 30);
    t_.open();
    EXPECT_FALSE(t_.store().id_runs().list(trees)->empty()) << "most of them are on the disk";
    const std::string until = **t_.store().journal().meta("tree_ids_until");
    EXPECT_EQ(until, std::to_string(t_.clock.now().us));
    for (int n = 0; n < 30; ++n) {
        const std::string id = "e" + std::to_string(n);
        // By the tree alone, as it was then.
        EXPECT_FALSE(counts(Caller::platform(), left_, id)) << n;
        EXPECT_FALSE(counts(of(right_), right_, id)) << n;
    }
    EXPECT_TRUE(counts(Caller::platform(), left_, "e30"));
    EXPECT_TRUE(counts(of(left_), left_, "e30")) << "what came since is scoped";
    t_.clock.advance(Duration::of_days(34));
    t_.open();
    EXPECT_EQ(**t_.store().journal().meta("tree_ids_until"), until) << "put down once";
    EXPECT_FALSE(counts(Caller::platform(), left_, "e0"));
    EXPECT_FALSE(counts(Caller::platform(), left_, "e29"));
    EXPECT_FALSE(counts(Caller::platform(), left_, "e30"));
    t_.clock.advance(Duration::of_days(2));
    EXPECT_TRUE(counts(Caller::platform(), left_, "e0")) << "its day is over";
    t_.reopen_from_journal();
    EXPECT_FALSE(counts(Caller::platform(), left_, "e0"));
}

TEST_F(EventIds, a_batch_with_ids_from_before_and_new_ones_counts_the_new_ones) {
    count_as_before(left_, top_, 0, 20);
    t_.open();
    std::vector<std::string> names;
    for (int n = 10; n < 30; ++n) names.push_back("e" + std::to_string(n));
    std::vector<UsageEvent> events;
    for (const std::string& name : names)
        events.push_back({left_, "/calls", name, "call.made", {}, {}});
    for (int expected : {10, 0}) {
        int counted = 0;
        t_.engine().ingest(of(left_), events, [&](Result<std::vector<EventOutcome>>&& outcomes) {
            ASSERT_TRUE(outcomes);
            for (const EventOutcome& o : *outcomes)
                counted += o.status == EventOutcome::Status::counted ? 1 : 0;
        });
        EXPECT_EQ(counted, expected);
    }
}

}  // namespace
}  // namespace rb::engine
