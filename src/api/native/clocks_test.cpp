#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

// evidence: N-080
TEST(Clocks, a_year_goes_by_and_subscriptions_renew_on_the_way) {
    Shop shop;
    auto clock = shop.post("/v1/test_clocks", R"({"name":"year","now":"2026-01-31T10:00:00Z"})");
    ASSERT_EQ(clock.status(), 201) << clock.response.body;
    const std::string path = "/v1/test_clocks/" + clock.at("id");
    shop.open("acme", R"("test_clock":")" + clock.at("id") + "\"");
    shop.pay("acme", "100");
    auto sub = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    ASSERT_EQ(sub.status(), 201) << sub.response.body;
    auto moved = shop.post(path + "/advance", R"({"to":"2026-03-01T00:00:00Z"})");
    EXPECT_EQ(moved.status(), 202) << moved.response.body;
    auto after = shop.get(path);
    EXPECT_EQ(after.at("now"), "2026-03-01T00:00:00Z");
    EXPECT_EQ(after.at("advancing"), "false");
    auto renewed = shop.get("/v1/subscriptions/" + sub.at("subscription/id"));
    EXPECT_EQ(renewed.at("period/start"), "2026-02-28T10:00:00Z");
    EXPECT_EQ(renewed.at("period/end"), "2026-03-31T10:00:00Z");
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").money("available"), "40.00 USD");
    EXPECT_EQ(shop.post(path + "/advance", R"({"to":"2026-02-01T00:00:00Z"})").at("code"),
              "clock_moves_forward_only");
    EXPECT_EQ(shop.get("/v1/accounts/acme").at("test_clock"), clock.at("id"));
}

// evidence: N-005
TEST(Clocks, are_the_platforms_own) {
    Shop shop;
    auto clock = shop.post("/v1/test_clocks", R"({"now":"2026-01-01T00:00:00Z"})");
    const std::string path = "/v1/test_clocks/" + clock.at("id");
    EXPECT_EQ(shop.post("/v1/test_clocks", "{}").at("errors/0/pointer"), "/now");
    EXPECT_EQ(shop.get("/v1/test_clocks/clk_x").at("code"), "clock_is_unknown");
    shop.open("acme");
    shop.use(shop.make_key("acme", "owner"));
    EXPECT_EQ(shop.get(path).status(), 404);
    EXPECT_EQ(shop.post(path + "/advance", R"({"to":"2027-01-01T00:00:00Z"})").status(), 404);
    EXPECT_EQ(shop.post("/v1/test_clocks", R"({"now":"2026-01-01T00:00:00Z"})").status(), 403);
}

// evidence: N-081
TEST(Changes, facts_come_in_order_and_the_cursor_leads_on) {
    Shop shop;
    const std::string acme = shop.open("acme", R"("email":"a@x.example")");
    auto start = shop.get("/v1/changes?limit=1000");
    ASSERT_EQ(start.status(), 200) << start.response.body;
    shop.pay("acme", "5");
    auto next = shop.get("/v1/changes?after=" + start.at("next_cursor"));
    ASSERT_EQ(next.body.find("items")->as_array().size(), 1u) << next.response.body;
    EXPECT_EQ(next.at("items/0/type"), "entry_posted");
    EXPECT_EQ(next.at("items/0/account"), acme);
    EXPECT_EQ(next.at("items/0/command"), "record_payment");
    auto none = shop.get("/v1/changes?after=" + next.at("next_cursor"));
    EXPECT_EQ(none.at("items"), "[]");
    EXPECT_EQ(shop.get("/v1/changes?after=x!").status(), 400);
    EXPECT_EQ(shop.get("/v1/changes?wait=31").status(), 400);
}

// evidence: N-081
TEST(Changes, hold_neither_ciphertexts_nor_hashes_nor_other_trees) {
    Shop shop;
    shop.open("acme", R"("email":"a@x.example")");
    shop.open("other");
    const std::string key = shop.make_key("acme", "developer");
    auto all = shop.get("/v1/changes?limit=1000");
    for (const char* secret : {"wrapped_data_key", "sealed", "\"hash\"", "email_fingerprint"})
        EXPECT_EQ(all.response.body.find(secret), std::string::npos) << secret;
    EXPECT_NE(all.response.body.find("other"), std::string::npos);
    shop.use(key);
    auto mine = shop.get("/v1/changes?limit=1000");
    EXPECT_NE(mine.response.body.find("acme"), std::string::npos);
    EXPECT_EQ(mine.response.body.find("other"), std::string::npos);
}

}  // namespace
}  // namespace rb::api::native
