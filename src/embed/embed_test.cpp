// The C functions: what they promise about results, handles, threads and what is left on the disk.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "domain/faults/types.h"
#include "embed/ratebook.h"

namespace rb::embed {
namespace {

constexpr const char* catalog = R"(catalog: 1
currencies: {USD: {}}
meters:
  sent: {event: message.sent, aggregate: sum, value: count}
  seen: {event: page.seen, aggregate: unique, value: user}
  made: {event: call.made, aggregate: count, entity_property: seat}
features:
  calls: {kind: metered, meter: made}
  messages: {kind: metered, meter: sent}
  visitors: {kind: metered, meter: seen}
  seats: {kind: limit}
  sso: {kind: flag}
  theme: {kind: config}
families: {F: {name: F}}
plans:
  free:
    {family: F, default: true, fee: {USD: "0"},
     entitlements: {messages: {limit: 100, window: lifetime}, calls: {limit: 2, window: lifetime, per: entity}, visitors: {limit: 2, window: lifetime},
                    sso: false, theme: dark, seats: {limit: 2}}}
  pro:
    {family: F, rank: 1, fee: {USD: "10"}, entitlements: {messages: {limit: 1000, window: lifetime}, sso: true}}
changes: [{family: F, direction: any, effective: now}]
)";

constexpr int number_of(Fault fault) { return static_cast<int>(fault) + 1; }

class Embed : public ::testing::Test {
protected:
    void SetUp() override { open(":memory:"); }
    void TearDown() override { rb_close(store); }

    void open(const std::string& where) {
        rb_close(store);
        store = nullptr;
        ASSERT_EQ(rb_open(where.c_str(), &store), RB_OK) << rb_error();
        ASSERT_EQ(rb_apply_catalog(store, catalog, nullptr), RB_OK) << rb_error();
        anna = rb_find_account(store, "anna");
        if (anna == nullptr) {
            ASSERT_EQ(rb_open_account(store, "anna", "USD", nullptr, &anna), RB_OK) << rb_error();
        }
        messages = rb_find_feature(store, "messages");
        ASSERT_NE(messages, nullptr);
    }
    rb_answer check(std::int64_t quantity = 1) {
        rb_answer answer{};
        EXPECT_EQ(rb_check(anna, messages, quantity, &answer), RB_OK) << rb_error();
        return answer;
    }
    rb_answer consume(std::int64_t quantity, const char* id = nullptr) {
        rb_answer answer{};
        EXPECT_EQ(rb_consume(anna, messages, quantity, id, &answer), RB_OK) << rb_error();
        return answer;
    }

    rb_store* store = nullptr;
    rb_account* anna = nullptr;
    rb_feature* messages = nullptr;
};

TEST_F(Embed, a_check_counts_nothing_and_a_use_shows_in_the_next_one) {
    EXPECT_EQ(check(100).remaining, 100);
    EXPECT_EQ(check(100).used, 0);
    rb_answer used = consume(99);
    EXPECT_TRUE(used.allowed);
    EXPECT_TRUE(used.counted);
    EXPECT_EQ(used.used, 99);
    EXPECT_EQ(check().remaining, 1);
    EXPECT_TRUE(check(1).allowed);
    rb_answer refused = check(2);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.reason, number_of(Fault::allowance_is_used_up));
    EXPECT_STREQ(rb_fault_name(refused.reason), "allowance_is_used_up");
    EXPECT_STREQ(rb_error(), "messages: 99 used, 100 allowed, 2 asked for");
    EXPECT_EQ(refused.limit, 100);
    EXPECT_EQ(refused.remaining, 1);
}

TEST_F(Embed, an_id_counts_once) {
    EXPECT_FALSE(consume(10, "e1").duplicate);
    EXPECT_TRUE(consume(10, "e1").duplicate);
    EXPECT_EQ(check().used, 10);
}

TEST_F(Embed, handles_are_the_same_for_the_same_thing) {
    EXPECT_EQ(rb_find_account(store, "anna"), anna);
    EXPECT_EQ(rb_find_feature(store, "messages"), messages);
    EXPECT_NE(rb_find_feature(store, "seats"), messages);
    EXPECT_EQ(rb_find_account(store, "nobody"), nullptr);
    EXPECT_STREQ(rb_error(), "there is no such account");
    EXPECT_EQ(rb_find_feature(store, "nothing"), nullptr);
}

TEST_F(Embed, a_plan_that_is_paid_takes_effect_at_once) {
    EXPECT_FALSE(check(500).allowed);
    EXPECT_EQ(rb_subscribe(anna, "nothing"), number_of(Fault::plan_is_unknown));
    EXPECT_EQ(rb_subscribe(anna, "pro"), number_of(Fault::money_is_short)) << rb_error();
    EXPECT_EQ(rb_pay(anna, 0, "1"), number_of(Fault::field_is_invalid));
    EXPECT_EQ(rb_pay(anna, 10'000'000, "1"), RB_OK) << rb_error();
    EXPECT_EQ(rb_subscribe(anna, "pro"), RB_OK) << rb_error();
    EXPECT_TRUE(check(500).allowed);
    EXPECT_EQ(check().limit, 1000);
}

TEST_F(Embed, a_new_catalog_takes_effect_at_once) {
    EXPECT_TRUE(check(100).allowed);
    std::string less(catalog);
    less.replace(less.find("limit: 100,"), 11, "limit: 50,");
    std::int64_t version = 0;
    ASSERT_EQ(rb_apply_catalog(store, less.c_str(), &version), RB_OK) << rb_error();
    EXPECT_EQ(version, 2);
    EXPECT_FALSE(check(100).allowed);
    EXPECT_EQ(check().limit, 50);
    EXPECT_EQ(rb_apply_catalog(store, "catalog: 1\nnonsense: 3\n", nullptr),
              number_of(Fault::catalog_is_invalid));
    EXPECT_NE(std::string(rb_error()).find("catalog:2"), std::string::npos) << rb_error();
    EXPECT_EQ(check().limit, 50);
}

TEST_F(Embed, flags_values_and_gauges_answer_too) {
    rb_answer answer{};
    EXPECT_EQ(rb_check(anna, rb_find_feature(store, "sso"), 1, &answer), RB_OK);
    EXPECT_EQ(answer.reason, number_of(Fault::feature_is_not_in_plan));
    EXPECT_EQ(rb_check(anna, rb_find_feature(store, "seats"), 2, &answer), RB_OK);
    EXPECT_TRUE(answer.allowed);
    EXPECT_EQ(answer.limit, 2);
    EXPECT_EQ(rb_check(anna, rb_find_feature(store, "seats"), 3, &answer), RB_OK);
    EXPECT_FALSE(answer.allowed);
    char text[4];
    std::size_t length = 0;
    EXPECT_EQ(rb_value(anna, rb_find_feature(store, "theme"), text, sizeof text, &length), RB_OK);
    EXPECT_STREQ(text, "dar");
    EXPECT_EQ(length, 4U);
    EXPECT_EQ(rb_value(anna, rb_find_feature(store, "theme"), nullptr, 0, &length), RB_OK);
}

TEST_F(Embed, each_entity_has_its_own_limit) {
    const rb_feature* calls = rb_find_feature(store, "calls");
    rb_answer answer{};
    ASSERT_EQ(rb_consume_entity(anna, calls, "first", 2, "c1", &answer), RB_OK) << rb_error();
    EXPECT_EQ(answer.counted, 1);
    EXPECT_EQ(rb_check_entity(anna, calls, "first", 1, &answer), RB_OK);
    EXPECT_EQ(answer.allowed, 0);
    EXPECT_EQ(rb_check_entity(anna, calls, "second", 2, &answer), RB_OK);
    EXPECT_EQ(answer.allowed, 1);
    EXPECT_EQ(answer.used, 0);
    EXPECT_EQ(rb_consume_entity(anna, calls, "first", 1, nullptr, &answer), RB_OK);
    EXPECT_EQ(answer.reason, number_of(Fault::allowance_is_used_up));
    // Whoever does not say whose it is is told so, also without the lock.
    EXPECT_EQ(rb_check(anna, calls, 1, &answer), number_of(Fault::entity_is_missing));
    EXPECT_EQ(rb_consume(anna, calls, 1, nullptr, &answer), number_of(Fault::entity_is_missing));
    const std::string long_text(256, 'x');
    EXPECT_EQ(rb_check_entity(anna, calls, long_text.c_str(), 1, &answer),
              number_of(Fault::field_is_invalid));
}

TEST_F(Embed, a_reservation_holds_until_it_ends) {
    rb_reservation held{};
    rb_answer answer{};
    ASSERT_EQ(rb_reserve(anna, messages, 60, 600, &held, &answer), RB_OK) << rb_error();
    EXPECT_EQ(std::string(held.id).substr(0, 4), "rsv_");
    EXPECT_EQ(check().held, 60);
    EXPECT_EQ(check().remaining, 40);
    rb_reservation none{};
    EXPECT_EQ(rb_reserve(anna, messages, 41, 600, &none, &answer), RB_OK);
    EXPECT_FALSE(answer.allowed);
    EXPECT_STREQ(none.id, "");
    EXPECT_EQ(rb_commit(anna, &held, 50, &answer), RB_OK) << rb_error();
    EXPECT_TRUE(answer.counted);
    EXPECT_EQ(check().used, 50);
    EXPECT_EQ(check().held, 0);
    EXPECT_EQ(rb_commit(anna, &held, -1, &answer), number_of(Fault::reservation_is_unknown));
    ASSERT_EQ(rb_reserve(anna, messages, 10, 600, &held, &answer), RB_OK);
    EXPECT_EQ(rb_release(anna, &held), RB_OK) << rb_error();
    EXPECT_EQ(check().remaining, 50);
    EXPECT_EQ(rb_release(anna, &none), number_of(Fault::reservation_is_unknown));
    EXPECT_EQ(rb_reserve(anna, messages, 1, 0, &held, &answer), number_of(Fault::field_is_invalid));
}

TEST_F(Embed, one_wrong_use_of_many_stops_no_other) {
    rb_property user{"user", "ann", 0};
    rb_feature* visitors = rb_find_feature(store, "visitors");
    std::string too_long(256, 'x');
    const rb_use uses[] = {{anna, messages, 5, "a", nullptr, 0},
                           {anna, messages, 0, "b", nullptr, 0},
                           {anna, messages, 5, too_long.c_str(), nullptr, 0},
                           {anna, visitors, 1, "c", &user, 1},
                           {anna, visitors, 1, "d", nullptr, 0},
                           {anna, messages, 5, "a", nullptr, 0},
                           {anna, messages, 96, "e", nullptr, 0}};
    rb_answer answers[7];
    ASSERT_EQ(rb_consume_many(store, uses, 7, answers), RB_OK) << rb_error();
    EXPECT_TRUE(answers[0].counted);
    EXPECT_EQ(answers[1].reason, number_of(Fault::field_is_invalid));
    EXPECT_EQ(answers[2].reason, number_of(Fault::field_is_invalid));
    EXPECT_TRUE(answers[3].counted);
    EXPECT_EQ(answers[4].reason, number_of(Fault::field_is_missing));
    EXPECT_TRUE(answers[5].duplicate);
    EXPECT_EQ(answers[6].reason, number_of(Fault::allowance_is_used_up));
    EXPECT_EQ(check().used, 5);
    EXPECT_EQ(rb_consume_many(store, uses, 0, answers), RB_OK);
}

TEST_F(Embed, facts_count_beyond_limits_and_bad_ones_are_refused_alone) {
    rb_property many{"count", "150", 1};
    rb_property text{"count", "many", 0};
    const rb_event events[] = {{anna, "message.sent", "/s", "1", 0, &many, 1},
                               {anna, "message.sent", "/s", "1", 0, &many, 1},
                               {anna, "message.sent", "/s", "2", 0, &text, 1},
                               {anna, "no.such", "/s", "3", 0, &many, 1},
                               {anna, "message.sent", "/s", nullptr, 0, &many, 1},
                               {anna, "message.sent", "/s", "4", 1, &many, 1},
                               {anna, "message.sent", "/s", "5", -1, &many, 1},
                               {anna, "message.sent", "/s", "\xff", 0, &many, 1}};
    rb_outcome outcomes[8];
    ASSERT_EQ(rb_ingest_many(store, events, 8, outcomes), RB_OK) << rb_error();
    EXPECT_TRUE(outcomes[0].counted);
    EXPECT_TRUE(outcomes[0].over_limit);
    EXPECT_TRUE(outcomes[1].duplicate);
    EXPECT_EQ(outcomes[2].reason, number_of(Fault::field_is_invalid));
    EXPECT_EQ(outcomes[3].reason, number_of(Fault::meter_is_unknown));
    EXPECT_EQ(outcomes[4].reason, number_of(Fault::field_is_missing));
    EXPECT_EQ(outcomes[5].reason, number_of(Fault::event_is_too_old));
    EXPECT_EQ(outcomes[6].reason, number_of(Fault::field_is_invalid));
    EXPECT_EQ(outcomes[7].reason, number_of(Fault::field_is_invalid));
    EXPECT_EQ(check().used, 150);
    rb_outcome outcome;
    EXPECT_EQ(rb_ingest(store, &events[3], &outcome), number_of(Fault::meter_is_unknown));
}

TEST_F(Embed, an_account_below_has_the_currency_of_its_tree) {
    rb_account* below = nullptr;
    EXPECT_EQ(rb_open_account(store, "below", "EUR", anna, &below),
              number_of(Fault::currency_is_fixed));
    EXPECT_EQ(below, nullptr);
    EXPECT_EQ(rb_open_account(store, "below", nullptr, anna, &below), RB_OK) << rb_error();
    EXPECT_EQ(rb_open_account(store, "below", nullptr, anna, &below),
              number_of(Fault::name_is_taken));
    EXPECT_EQ(rb_open_account(store, "Not A Name", "USD", nullptr, &below),
              number_of(Fault::field_is_invalid));
    EXPECT_EQ(rb_open_account(store, "other", "dollars", nullptr, &below),
              number_of(Fault::field_is_invalid));
    EXPECT_EQ(rb_open_account(store, "other", nullptr, nullptr, &below),
              number_of(Fault::field_is_missing));
}

TEST_F(Embed, a_quantity_out_of_bounds_is_refused) {
    rb_answer answer{};
    EXPECT_EQ(rb_check(anna, messages, 0, &answer), number_of(Fault::field_is_invalid));
    EXPECT_EQ(rb_check(anna, messages, INT64_MIN, &answer), number_of(Fault::field_is_invalid));
    EXPECT_EQ(rb_consume(anna, messages, INT64_MAX, nullptr, &answer),
              number_of(Fault::field_is_invalid));
}

TEST_F(Embed, what_was_counted_is_there_after_a_restart) {
    std::string directory = ::testing::TempDir() + "ratebook-embed-XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    open(directory);
    consume(30, "e1");
    rb_store* second = nullptr;
    EXPECT_EQ(rb_open(directory.c_str(), &second), RB_FAILED);
    EXPECT_EQ(second, nullptr);
    EXPECT_STRNE(rb_error(), "");
    open(directory);
    EXPECT_EQ(check().used, 30);
    EXPECT_TRUE(consume(30, "e1").duplicate);
    std::filesystem::remove_all(directory);
}

TEST_F(Embed, threads_share_a_limit_exactly) {
    consume(36);
    std::atomic<int> passed = 0;
    std::atomic<bool> is_wrong = false;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                rb_answer answer{};
                std::int64_t before = check().used;
                if (rb_consume(anna, messages, 1, nullptr, &answer) != RB_OK) is_wrong = true;
                passed += answer.allowed;
                // A thread sees its own use in its next check.
                if (answer.allowed && check().used <= before) is_wrong = true;
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(passed, 64);
    EXPECT_FALSE(is_wrong);
    EXPECT_EQ(check().used, 100);
}

}  // namespace
}  // namespace rb::embed
