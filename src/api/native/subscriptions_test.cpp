#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

TEST(Subscriptions, a_quote_is_executed_to_the_same_cents) {
    Shop shop;
    const std::string acme = shop.open("acme", R"("tax":{"country":"DE"})");
    shop.pay("acme", "100");
    auto quote = shop.post("/v1/accounts/acme/quotes", R"({"plan":"small"})");
    ASSERT_EQ(quote.status(), 201) << quote.response.body;
    EXPECT_EQ(quote.money("due_now"), "36.00 USD");
    EXPECT_EQ(quote.money("lines/0/net"), "30.00 USD");
    EXPECT_EQ(quote.money("lines/0/tax"), "6.00 USD");
    EXPECT_EQ(quote.at("blockers"), "[]");
    EXPECT_EQ(shop.get("/v1/quotes/" + quote.at("id")).response.body, quote.response.body);
    auto started =
        shop.post("/v1/accounts/acme/subscriptions", R"({"quote":")" + quote.at("id") + "\"}");
    ASSERT_EQ(started.status(), 201) << started.response.body;
    EXPECT_EQ(started.at("subscription/plan/key"), "small");
    EXPECT_EQ(started.at("subscription/account"), acme);
    EXPECT_EQ(started.at("quote/id"), quote.at("id"));
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").money("available"), "64.00 USD");
    auto again =
        shop.post("/v1/accounts/acme/subscriptions", R"({"quote":")" + quote.at("id") + "\"}");
    EXPECT_EQ(again.status(), 200) << again.response.body;
    EXPECT_EQ(again.at("already_executed"), "true");
    EXPECT_EQ(again.at("subscription/id"), started.at("subscription/id"));
    EXPECT_EQ(again.body.at_path("quote")->to_text(), started.body.at_path("quote")->to_text());
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").money("available"), "64.00 USD");
    EXPECT_EQ(shop.get("/v1/quotes/" + quote.at("id")).status(), 404);
    EXPECT_EQ(shop.get("/v1/accounts/acme/subscriptions").at("items/0/id"),
              started.at("subscription/id"));
}

// evidence: N-075
TEST(Subscriptions, a_quote_is_told_over_restarts_for_a_day_and_then_names_what_it_made) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "100");
    auto quote = shop.post("/v1/accounts/acme/quotes", R"({"plan":"small"})");
    const std::string path = "/v1/accounts/acme/subscriptions";
    const std::string body = R"({"quote":")" + quote.at("id") + "\"}";
    auto started = shop.post(path, body);
    ASSERT_EQ(started.status(), 201) << started.response.body;
    const std::string id = started.at("subscription/id");
    shop.reopen();
    EXPECT_EQ(shop.post(path, body).at("already_executed"), "true");
    shop.reopen_from_journal();
    EXPECT_EQ(shop.post(path, body).at("subscription/id"), id);
    // At another place it is no more known than before it was executed.
    EXPECT_EQ(shop.post("/v1/subscriptions/" + id + "/changes", body).at("code"),
              "quote_is_unknown");
    shop.use(shop.make_key("acme", "accountant"));
    EXPECT_EQ(shop.post(path, body).at("code"), "role_is_too_low");
    shop.use_root();
    shop.clock().advance(Duration::of_seconds(24 * 3600));
    auto late = shop.post(path, body);
    EXPECT_EQ(late.at("code"), "quote_is_unknown");
    EXPECT_NE(late.at("detail").find(id), std::string::npos) << late.at("detail");
}

// evidence: N-070, N-071
TEST(Subscriptions, change_schedule_withdraw_and_cancel) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "1000");
    auto started = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small","key":"main"})");
    ASSERT_EQ(started.status(), 201) << started.response.body;
    EXPECT_EQ(started.at("subscription/key"), "main");
    const std::string path = "/v1/subscriptions/" + started.at("subscription/id");
    auto up = shop.post(path + "/quotes", R"({"plan":"large"})");
    EXPECT_EQ(up.at("kind"), "change");
    auto changed = shop.post(path + "/changes", R"({"quote":")" + up.at("id") + "\"}");
    ASSERT_EQ(changed.status(), 200) << changed.response.body;
    EXPECT_EQ(changed.at("subscription/plan/key"), "large");
    auto down = shop.post(path + "/changes", R"({"plan":"small"})");
    ASSERT_EQ(down.status(), 200) << down.response.body;
    EXPECT_EQ(down.at("subscription/pending_change/plan/key"), "small");
    EXPECT_EQ(down.at("subscription/pending_change/cancels"), "false");
    auto withdrawn = shop.del(path + "/pending_change");
    EXPECT_EQ(withdrawn.at("pending_change"), "null");
    EXPECT_EQ(shop.del(path + "/pending_change").at("code"), "change_is_not_pending");
    auto quoted = shop.post(path + "/quotes", R"({"cancel":true})");
    EXPECT_EQ(quoted.at("kind"), "cancel");
    EXPECT_EQ(quoted.at("plan"), "null");
    auto cancelled = shop.post(path + "/cancel");
    ASSERT_EQ(cancelled.status(), 200) << cancelled.response.body;
    EXPECT_EQ(cancelled.at("subscription/pending_change/cancels"), "true");
    EXPECT_EQ(cancelled.at("subscription/pending_change/plan"), "null");
    EXPECT_EQ(shop.get(path).response.body, Json(*cancelled.body.find("subscription")).to_text());
    EXPECT_EQ(shop.post(path + "/changes", R"({"plan":"large","cancel":true})").status(), 400);
    EXPECT_EQ(shop.post(path + "/changes", R"({"quote":"quo_x","plan":"a"})").status(), 400);
    EXPECT_EQ(shop.post(path + "/changes", "{}").at("errors/0/pointer"), "/plan");
}

// evidence: N-072
TEST(Subscriptions, too_little_money_is_refused_with_the_numbers_and_nothing_moves) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "10");
    auto quote = shop.post("/v1/accounts/acme/quotes", R"({"plan":"small"})");
    EXPECT_EQ(quote.status(), 201);
    EXPECT_EQ(quote.at("blockers/0/fault"), "money_is_short");
    auto refused = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    EXPECT_EQ(refused.status(), 402);
    EXPECT_EQ(refused.at("blockers/0/subject"), "money");
    EXPECT_EQ(shop.get("/v1/accounts/acme/subscriptions").at("items"), "[]");
    EXPECT_EQ(shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"none"})").at("code"),
              "plan_is_unknown");
    EXPECT_EQ(shop.post("/v1/accounts/acme/quotes", R"({"plan":"small","quantity":0})").status(),
              400);
}

// evidence: N-003
TEST(Subscriptions, those_of_another_tree_and_their_quotes_are_unknown) {
    Shop shop;
    const std::string mine = shop.open("mine");
    shop.open("other");
    shop.pay("other", "500");
    auto sub = shop.post("/v1/accounts/other/subscriptions", R"({"plan":"small"})");
    auto quote = shop.post("/v1/subscriptions/" + sub.at("subscription/id") + "/quotes",
                           R"({"plan":"large"})");
    const std::string theirs = "/v1/subscriptions/" + sub.at("subscription/id");
    const std::string never = "/v1/subscriptions/sub_" + std::string(26, '1');
    shop.use(shop.make_key(mine, "owner"));
    EXPECT_EQ(shop.get(theirs).status(), 404);
    EXPECT_EQ(shop.get(theirs).response.body, shop.get(never).response.body);
    EXPECT_EQ(shop.post(theirs + "/cancel").response.body,
              shop.post(never + "/cancel").response.body);
    EXPECT_EQ(shop.get("/v1/quotes/" + quote.at("id")).response.body,
              shop.get("/v1/quotes/quo_" + std::string(26, '1')).response.body);
    EXPECT_EQ(shop.post("/v1/accounts/mine/subscriptions", R"({"quote":")" + quote.at("id") + "\"}")
                  .at("code"),
              "quote_is_unknown");
}

// evidence: N-070
TEST(Subscriptions, a_quote_of_one_subscription_does_not_serve_another) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "1000");
    auto sub = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    auto change = shop.post("/v1/subscriptions/" + sub.at("subscription/id") + "/quotes",
                            R"({"plan":"large"})");
    EXPECT_EQ(
        shop.post("/v1/accounts/acme/subscriptions", R"({"quote":")" + change.at("id") + "\"}")
            .at("code"),
        "quote_is_unknown");
}

// evidence: N-073
TEST(Subscriptions, the_index_survives_a_restart_and_forgets_dropped_quotes) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "1000");
    auto sub = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    const std::string path = "/v1/subscriptions/" + sub.at("subscription/id");
    auto quote = shop.post(path + "/quotes", R"({"plan":"large"})");
    shop.reopen();
    EXPECT_EQ(shop.get(path).status(), 200);
    EXPECT_EQ(shop.get("/v1/quotes/" + quote.at("id")).status(), 200);
    // A later quote drops those that have expired meanwhile.
    shop.clock().advance(Duration::of_minutes(30));
    auto later = shop.post(path + "/quotes", R"({"plan":"large"})");
    ASSERT_EQ(later.status(), 201) << later.response.body;
    auto id = QuoteId::parse(quote.at("id"));
    EXPECT_FALSE(shop.engine().account_of(*id).has_value());
    EXPECT_EQ(shop.get("/v1/quotes/" + quote.at("id")).status(), 404);
}

TEST(Subscriptions, offers_say_the_fee_and_what_stands_against_them) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "1000");
    shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"large"})");
    shop.put("/v1/accounts/acme/gauges/mailboxes", R"({"value":5})");
    auto offers = shop.get("/v1/accounts/acme/available_plans?family=DESK");
    ASSERT_EQ(offers.status(), 200) << offers.response.body;
    EXPECT_EQ(offers.at("items/0/plan/key"), "free");
    EXPECT_EQ(offers.money("items/1/fee"), "30.00 USD");
    EXPECT_EQ(offers.at("items/1/blockers/0/subject"), "mailboxes");
    EXPECT_EQ(offers.at("items/1/blockers/0/used"), "5");
    EXPECT_EQ(offers.at("items/2/current"), "true");
}

// evidence: N-074
TEST(Gauges, are_set_moved_and_shown_with_their_limits) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/gauges";
    EXPECT_EQ(shop.get(path).at("items/0/value"), "0");
    auto set = shop.put(path + "/mailboxes", R"({"value":3})");
    EXPECT_EQ(set.at("over_limit"), "true");  // the default plan allows one
    EXPECT_EQ(set.at("limit"), "1");
    auto up = shop.post(path + "/mailboxes", R"({"difference":1})");
    EXPECT_EQ(up.status(), 422);
    EXPECT_EQ(up.at("blockers/0/allowed"), "1");
    EXPECT_EQ(shop.post(path + "/mailboxes", R"({"difference":-2})").at("value"), "1");
    EXPECT_EQ(shop.put(path + "/mailboxes", "{}").at("code"), "field_is_missing");
    EXPECT_EQ(shop.put(path + "/mailboxes", R"({"value":1,"difference":1})").status(), 400);
    EXPECT_EQ(shop.put(path + "/nothing", R"({"value":1})").at("code"), "feature_is_unknown");
    auto entitled = shop.get("/v1/accounts/acme/entitlements");
    EXPECT_EQ(entitled.at("items/0/feature"), "mailboxes");
    EXPECT_EQ(entitled.at("items/0/used"), "1");
    EXPECT_EQ(entitled.at("items/0/plan"), "free");
}

}  // namespace
}  // namespace rb::api::native
