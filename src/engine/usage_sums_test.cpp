// The ends of what can be counted, held and put into a block, through the engine: refused by name,
// the same from the journal, and of one account alone.
#include "engine/test_engine.h"

namespace rb::engine {
namespace {

using namespace test;

constexpr std::int64_t largest = limits::quantity_max;

class Meters : public TestEngine {
public:
    explicit Meters(std::string_view catalog) {
        auto read = catalog_file::read(catalog);
        EXPECT_TRUE(read.ok()) << (read.findings.empty() ? "" : read.findings[0].detail);
        EXPECT_EQ(give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
    }
    // So many events of one type, each with this count; which words they were answered with, and
    // how often.
    std::map<std::string, int> tell(AccountId account, int events, std::int64_t quantity,
                                    std::string_view type = "message.sent") {
        std::string count = std::to_string(quantity);
        Property property{"count", count, Property::Kind::number};
        std::vector<std::string> ids;
        for (int i = 0; i < events; ++i) ids.push_back("e" + std::to_string(++told_));
        std::vector<UsageEvent> batch;
        for (const std::string& id : ids)
            batch.push_back({account, "test", id, type, {}, {&property, 1}});
        std::map<std::string, int> words;
        engine().ingest(accounts::Caller::platform(), batch,
                        [&](Result<std::vector<EventOutcome>>&& outcomes) {
                            for (const EventOutcome& o : *outcomes) ++words[word(o)];
                        });
        return words;
    }
    std::string use(AccountId account, std::int64_t quantity) {
        Consumption c{{account, "messages", quantity}, "test", {}, {}};
        std::string out = "no answer came";
        engine().consume(accounts::Caller::platform(), {&c, 1}, [&](Result<Answers>&& answers) {
            const Result<entitlements::Answer>& a = answers->front();
            if (!a)
                out = std::string(enum_text(a.error().fault)) + " " + a.error().field;
            else
                out = a->allowed ? "yes" : std::string(enum_text(*a->reason));
        });
        return out;
    }
    entitlements::Answer check(AccountId account, std::string_view feature = "messages") {
        entitlements::Question q{account, feature, 1};
        auto answers = engine().check(accounts::Caller::platform(), {&q, 1});
        return answers.front().value_or(entitlements::Answer{});
    }
    std::string reserve(AccountId account, std::int64_t quantity) {
        return give(entitlements::Reserve{account, "messages", quantity,
                                          clock.now() + Duration::of_days(1)});
    }
    void expect_same_from_journal() {
        auto before = engine().state_hashes();
        reopen_from_journal();
        EXPECT_EQ(engine().state_hashes(), before);
        expect_whole_journal();
    }

private:
    static std::string word(const EventOutcome& o) {
        if (o.status != EventOutcome::Status::refused) return o.over_limit ? "over" : "counted";
        return std::string(enum_text(o.refusal->fault)) + " " + o.refusal->field;
    }
    int told_ = 0;
};

constexpr std::string_view sums = R"(catalog: 1
currencies: {USD: {}}
features: {messages: {kind: metered, meter: sent}}
meters: {sent: {event: message.sent, aggregate: sum, value: count}}
families: {F: {name: F, free_for: account}}
plans:
  free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 1000, window: month}}}
  pool: {family: F, rank: 1, fee: {USD: "0"}, entitlements: {messages: {limit: 1000, window: month, pooled: true}}}
  open: {family: F, rank: 2, fee: {USD: "0"}, entitlements: {messages: unlimited}}
changes: [{family: F, direction: any}]
)";

TEST(UsageSums, a_counter_does_not_turn_over) {
    Meters shop(sums);
    AccountId a = shop.open_account("anna");
    // 4 * 10^18 in events of 10^15 is counted, over the limit; what is beyond is refused.
    auto words = shop.tell(a, 4'001, largest);
    EXPECT_EQ(words["over"], 4'000);
    EXPECT_EQ(words["quantity_exceeds_limit /data/count"], 1);
    EXPECT_EQ(shop.check(a).used, limits::quantity_sum_max);
    EXPECT_EQ(shop.check(a).remaining, 0);
    EXPECT_EQ(shop.use(a, 1), "quantity_exceeds_limit /quantity");
    EXPECT_EQ(shop.tell(a, 1, 1)["quantity_exceeds_limit /data/count"], 1);
    EXPECT_EQ(shop.tell(a, 1, 0)["counted"], 1);
    AccountId other = shop.open_account("other");
    EXPECT_EQ(shop.use(other, 1000), "yes");
    shop.expect_same_from_journal();
    shop.clock.set(at("2026-05-01T00:00:00Z"));
    EXPECT_EQ(shop.use(a, 1000), "yes");
    EXPECT_EQ(shop.use(a, 1), "allowance_is_used_up");
}

TEST(UsageSums, a_child_does_not_turn_over_its_parents_pool) {
    Meters shop(sums);
    AccountId parent = shop.open_account("parent");
    ASSERT_NE(shop.subscribe(parent, "pool"), "");
    AccountId child = shop.open_account("child", parent);
    AccountId sister = shop.open_account("sister", parent);
    for (AccountId of : {child, sister}) ASSERT_NE(shop.subscribe(of, "open"), "");
    EXPECT_EQ(shop.tell(child, 2'000, largest)["over"], 2'000);
    EXPECT_EQ(shop.tell(sister, 2'000, largest)["over"], 2'000);
    EXPECT_EQ(shop.tell(child, 1, 1)["quantity_exceeds_limit /data/count"], 1);
    EXPECT_EQ(shop.use(sister, 1), "quantity_exceeds_limit /quantity");
    EXPECT_EQ(shop.check(parent).used, limits::quantity_sum_max);
    EXPECT_EQ(shop.check(parent).remaining, 0);
    shop.expect_same_from_journal();
}

TEST(UsageSums, what_is_held_stays_within_its_range_at_every_level) {
    Meters shop(sums);
    AccountId parent = shop.open_account("parent");
    std::vector<AccountId> children;
    for (int i = 0; i < 20; ++i) {
        children.push_back(shop.open_account("child-" + std::to_string(i), parent));
        ASSERT_NE(shop.subscribe(children.back(), "open"), "");
    }
    ASSERT_NE(shop.subscribe(parent, "open"), "");
    // 200 * 10^15 at each child; nothing of it is pooled, and the parent holds the sum.
    for (int i = 0; i < 200; ++i)
        for (AccountId child : children)
            ASSERT_TRUE(shop.reserve(child, largest).starts_with("rsv_"));
    EXPECT_EQ(shop.reserve(children[0], 1), "quantity_exceeds_limit");
    EXPECT_EQ(shop.reserve(parent, 1), "quantity_exceeds_limit");
    shop.clock.set(at("2026-04-03T00:00:00Z"));  // all of them expire
    EXPECT_EQ(shop.use(children[0], 1), "yes");
    EXPECT_EQ(shop.check(children[0]).held, 0);
    EXPECT_TRUE(shop.reserve(parent, largest).starts_with("rsv_"));
    shop.expect_same_from_journal();
}

TEST(UsageSums, a_batch_of_more_rows_than_a_block_has_is_counted_in_several) {
    std::string catalog = "catalog: 1\ncurrencies: {USD: {}}\nmeters:\n";
    constexpr int meters = 101;
    for (int i = 0; i < meters; ++i)
        catalog += "  m" + std::to_string(i) + ": {event: message.sent, aggregate: count}\n";
    Meters shop(catalog);
    AccountId a = shop.open_account("anna");
    EXPECT_EQ(shop.tell(a, 10'000, 1)["over"], 10'000);  // 1,010,000 rows
    auto before = shop.engine().state_hashes();
    shop.reopen_from_journal();
    EXPECT_EQ(shop.engine().state_hashes(), before);
}

constexpr std::string_view spans = R"(catalog: 1
currencies: {USD: {}}
features: {messages: {kind: metered, meter: sent}}
meters: {sent: {event: message.sent, aggregate: sum, value: count}}
families: {F: {name: F}}
plans:
  free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: 100}}
)";

TEST(UsageSums, a_plan_by_default_and_the_same_by_subscription_share_no_span) {
    for (bool is_bought_first : {true, false}) {
        Meters shop(spans);
        shop.clock.set(at("2026-04-10T00:00:00Z"));
        AccountId bought = shop.open_account("bought");
        AccountId given = shop.open_account("given");
        ASSERT_NE(shop.subscribe(bought, "free"), "");
        for (int turn = 0; turn < 2; ++turn) {
            bool is_bought = (turn == 0) == is_bought_first;
            EXPECT_EQ(shop.check(is_bought ? bought : given).resets_at,
                      at(is_bought ? "2026-05-10T00:00:00Z" : "2026-05-01T00:00:00Z"));
        }
    }
}

}  // namespace
}  // namespace rb::engine
