// Authority over HTTP where text stories do not reach: keys, what a refused call leaves, the feed.
#include <gtest/gtest.h>

#include <utility>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

std::uint64_t events(Shop& shop) { return shop.engine().status().events; }

// evidence: N-008
TEST(Authority, a_refused_call_leaves_nothing) {
    Shop shop;
    shop.open("acme");
    shop.open("branch", R"("parent":"acme")");
    shop.open("other");
    const std::string owner = shop.make_key("acme", "owner");
    const std::string user = shop.make_key("acme", "user");
    struct Refused {
        std::string key, target, body, code;
    };
    const std::string acme = "/v1/accounts/acme", branch = "/v1/accounts/branch";
    const std::string money = R"("amount":{"amount":"1000","currency":"USD"})";
    const Refused table[] = {
        {user, "/v1/accounts", R"({"name":"x-1","number":9007199254740991})", "role_is_too_low"},
        {user, "/v1/accounts", R"({"name":"x-1","email":"x@x.example"})", "role_is_too_low"},
        {owner, "/v1/accounts", R"({"name":"x-1","number":9007199254740992})", "role_is_too_low"},
        {owner, "/v1/accounts", R"({"name":"x-1","number":-1})", "role_is_too_low"},
        {owner, "/v1/accounts", R"({"name":"x-1","kind":"agency"})", "role_is_too_low"},
        {owner, "/v1/accounts", R"({"name":"x-1","parent":"other"})", "account_is_unknown"},
        {owner, "/v1/accounts", R"({"name":"x-1","tax":{"exempt":true}})", "role_is_too_low"},
        {owner, "/v1/accounts", R"({"name":"x-1","credit_limit":{"amount":"5","currency":"USD"}})",
         "role_is_too_low"},
        {owner, "/v1/accounts", R"({"name":"x-1","test_clock":"clk_00000000000000000000000001"})",
         "clock_is_unknown"},
        {user, acme + "/api_keys", R"({"role":"user"})", "role_is_too_low"},
        {owner, "/v1/accounts/other/api_keys", R"({"role":"user"})", "account_is_unknown"},
        {owner, acme + "/api_keys", R"({"role":"user","rights":["meter:write"]})",
         "role_is_too_low"},
        {owner, branch + "/api_keys", R"({"role":"user","rights":["meter:write"]})",
         "role_is_too_low"},
        {user, acme + "/service_keys", "{}", "role_is_too_low"},
        {owner, branch + "/payments", "{" + money + "}", "role_is_too_low"},
        {owner, branch + "/credit_grants", "{" + money + "}", "role_is_too_low"},
        {owner, branch + "/holds", "{" + money + "}", "role_is_too_low"},
        {owner, acme + "/status", R"({"status":"frozen"})", "role_is_too_low"},
        {owner, acme + "/subscriptions", R"({"plan":"secret"})", "plan_is_unknown"},
        {owner, acme + "/quotes", R"({"plan":"secret"})", "plan_is_unknown"},
        {owner, acme + "/gauges/mailboxes", R"({"value":0})", "scope_is_missing"},
        {owner, "/v1/test_clocks", R"({"now":"2026-03-01T00:00:00Z"})", "role_is_too_low"},
    };
    for (const Refused& refused : table) {
        shop.use(refused.key);
        const std::uint64_t before = events(shop);
        auto answer = shop.post(refused.target, refused.body);
        EXPECT_EQ(answer.at("code"), refused.code) << refused.target << " " << refused.body;
        EXPECT_EQ(events(shop), before) << refused.target << " " << refused.body;
    }
    // The next one without a number is opened, now and after a restart.
    shop.use_root();
    shop.open("y-1");
    shop.open("y-2", R"("number":9007199254740991)");
    shop.reopen_from_journal();
    auto next = shop.post("/v1/accounts", R"({"name":"y-3","currency":"USD"})");
    EXPECT_EQ(next.status(), 201) << next.response.body;
    EXPECT_LT(std::stoll(next.at("number")), 2'000'000);
}

// A key that was made is told again without a trace, in the directory neither.
TEST(Authority, a_repeated_call_leaves_nothing) {
    Shop shop;
    shop.open("acme");
    const Shop::Headers key{{"Idempotency-Key", "k"}};
    const std::pair<std::string, std::string> calls[] = {
        {"/v1/accounts/acme/api_keys", R"({"role":"user"})"},
        {"/v1/accounts", R"({"name":"beta","currency":"USD"})"},
    };
    for (const auto& [target, body] : calls) {
        auto first = shop.post(target, body, key);
        EXPECT_EQ(first.status(), 201) << first.response.body;
        const std::uint64_t before = events(shop);
        auto again = shop.post(target, body, key);
        EXPECT_EQ(again.at("id"), first.at("id"));
        EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
        EXPECT_EQ(events(shop), before) << target;
    }
}

// evidence: N-007
TEST(Authority, a_frozen_agency_opens_no_new_way_in) {
    Shop shop;
    shop.open("north", R"("kind":"agency")");
    shop.open("shop", R"("parent":"north")");
    const std::string owner = shop.make_key("north", "owner");
    const std::string buyer = shop.make_key("shop", "owner");
    shop.post("/v1/accounts/north/status", R"({"status":"frozen"})");
    shop.use(owner);
    for (const char* account : {"north", "shop"}) {
        const std::string path = "/v1/accounts/" + std::string(account);
        EXPECT_EQ(shop.post(path + "/api_keys", R"({"role":"user"})").at("code"),
                  "account_is_frozen");
        EXPECT_EQ(shop.post(path + "/service_keys", "{}").at("code"), "account_is_frozen");
        EXPECT_EQ(shop.get(path).status(), 200);
    }
    shop.use(buyer);
    EXPECT_EQ(shop.post("/v1/accounts/shop/subscriptions", R"({"plan":"small"})").at("code"),
              "account_is_frozen");
    EXPECT_EQ(shop.post("/v1/entitlements/check", R"({"account":"shop","feature":"mailboxes"})")
                  .at("reason"),
              "account_is_frozen");
}

// evidence: N-055, N-107
TEST(Authority, telling_usage_is_given_to_a_key_by_the_seller) {
    Shop shop;
    const std::string acme = shop.open("acme");
    const std::string gauge = "/v1/accounts/acme/gauges/mailboxes";
    shop.use(shop.make_key("acme", "developer"));
    EXPECT_EQ(shop.put(gauge, R"({"value":1})").at("code"), "scope_is_missing");
    EXPECT_EQ(
        shop.post("/v1/reservations", R"({"account":"acme","feature":"mailboxes","expires_in":60})")
            .at("code"),
        "scope_is_missing");
    EXPECT_EQ(shop.post("/v1/entitlements/consume",
                        R"({"account":"acme","feature":"mailboxes","quantity":1})")
                  .at("allowed"),
              "true");
    shop.use_root();
    auto made =
        shop.post("/v1/accounts/acme/api_keys", R"({"role":"developer","rights":["meter:write"]})");
    EXPECT_EQ(made.at("rights/0"), "meter:write");
    EXPECT_EQ(
        shop.post("/v1/accounts/acme/api_keys", R"({"role":"user","rights":["all"]})").at("code"),
        "field_is_invalid");
    shop.use(made.at("text"));
    EXPECT_EQ(shop.put(gauge, R"({"value":0})").at("value"), "0");
    shop.reopen_from_journal();
    EXPECT_EQ(shop.put(gauge, R"({"value":1})").at("value"), "1");
}

// evidence: N-007
TEST(Authority, keys_of_the_invited_and_below_the_closed_open_nothing) {
    Shop shop;
    shop.open("acme");
    shop.open("branch", R"("parent":"acme")");
    auto member = shop.post("/v1/accounts/acme/members",
                            R"({"email":"a@x.example","role":"admin","status":"invited"})");
    auto made = shop.post("/v1/accounts/acme/api_keys",
                          R"({"role":"admin","member":")" + member.at("id") + R"("})");
    const std::string below = shop.make_key("branch", "owner");
    shop.use(made.at("text"));
    EXPECT_EQ(shop.get("/v1/accounts/acme").status(), 401);
    shop.use_root();
    shop.patch("/v1/accounts/acme/members/" + member.at("id"), R"({"status":"active"})");
    shop.use(made.at("text"));
    EXPECT_EQ(shop.get("/v1/accounts/acme").status(), 200);
    shop.use(below);
    EXPECT_EQ(shop.get("/v1/accounts/branch").status(), 200);
    shop.use_root();
    shop.post("/v1/accounts/acme/status", R"({"status":"closed"})");
    EXPECT_EQ(shop.get("/v1/accounts/branch").at("status"), "active");
    for (const std::string& key : {made.at("text"), below}) {
        shop.use(key);
        EXPECT_EQ(shop.get("/v1/accounts/branch").status(), 401);
    }
}

// evidence: N-055, N-056
TEST(Authority, an_admin_does_not_reach_the_keys_of_owners) {
    Shop shop;
    shop.open("acme");
    const std::string keys = "/v1/accounts/acme/api_keys";
    auto ada = shop.post("/v1/accounts/acme/members", R"({"email":"a@x.example","role":"owner"})");
    auto hers = shop.post(keys, R"({"role":"admin","member":")" + ada.at("id") + R"("})");
    auto owners = shop.post(keys, R"({"role":"owner"})");
    auto plain = shop.post(keys, R"({"role":"developer"})");
    shop.use(shop.make_key("acme", "admin"));
    EXPECT_EQ(shop.del(keys + "/" + hers.at("id")).at("code"), "role_is_too_low");
    EXPECT_EQ(shop.del(keys + "/" + owners.at("id")).at("code"), "role_is_too_low");
    EXPECT_EQ(shop.del(keys + "/" + plain.at("id")).status(), 200);
    EXPECT_EQ(shop.post("/v1/accounts/acme/service_keys", "{}").at("code"), "role_is_too_low");
    shop.use(owners.at("text"));
    EXPECT_EQ(shop.del(keys + "/" + hers.at("id")).status(), 200);
}

// evidence: N-069
TEST(Authority, a_plan_is_changed_by_owners) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "100");
    const std::string admin = shop.make_key("acme", "admin");
    const std::string owner = shop.make_key("acme", "owner");
    shop.use(admin);
    EXPECT_EQ(shop.post("/v1/accounts/acme/quotes", R"({"plan":"small"})").status(), 201);
    EXPECT_EQ(shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})").at("code"),
              "role_is_too_low");
    shop.use(owner);
    auto made = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    EXPECT_EQ(made.status(), 201);
    const std::string path = "/v1/subscriptions/" + made.at("subscription/id");
    shop.use(admin);
    EXPECT_EQ(shop.post(path + "/cancel").at("code"), "role_is_too_low");
    EXPECT_EQ(shop.post(path + "/changes", R"({"plan":"large"})").at("code"), "role_is_too_low");
    EXPECT_EQ(shop.del(path + "/pending_change").at("code"), "role_is_too_low");
}

// evidence: N-062, N-081
TEST(Authority, a_tree_sees_its_own_side_and_no_count_of_others) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "100");
    const std::string owner = shop.make_key("acme", "owner");
    auto root_page = shop.get("/v1/changes");
    EXPECT_NE(root_page.response.body.find("cash_clearing"), std::string::npos);
    shop.use(owner);
    auto page = shop.get("/v1/changes");
    EXPECT_NE(page.response.body.find("entry_posted"), std::string::npos);
    EXPECT_EQ(page.response.body.find("cash_clearing"), std::string::npos);
    // Read on from there: nothing is new, and the cursor is another text each time.
    const std::string cursor = page.at("next_cursor");
    auto query = [](const std::string& text) { return "/v1/changes?after=" + text; };
    auto idle = shop.get(query(cursor));
    EXPECT_EQ(idle.body.find("items")->as_array().size(), 0u);
    EXPECT_NE(idle.at("next_cursor"), cursor);
    // Whatever the others do, it is as long, and those of the platform are not taken.
    shop.use_root();
    for (int i = 0; i < 20; ++i) shop.open("o-" + std::to_string(i));
    shop.use(owner);
    auto later = shop.get(query(idle.at("next_cursor")));
    EXPECT_EQ(later.body.find("items")->as_array().size(), 0u);
    EXPECT_EQ(later.at("next_cursor").size(), cursor.size());
    EXPECT_EQ(shop.get(query(root_page.at("next_cursor"))).at("code"), "field_is_invalid");
    shop.use_root();
    shop.pay("acme", "1");
    shop.use(owner);
    auto fresh = shop.get(query(later.at("next_cursor")));
    EXPECT_EQ(fresh.body.find("items")->as_array().size(), 1u);
    // The ledger's pages neither.
    auto entries = shop.get("/v1/accounts/acme/ledger_entries?limit=1");
    const std::string next = entries.at("next_cursor");
    auto second = shop.get("/v1/accounts/acme/ledger_entries?limit=1&cursor=" + next);
    EXPECT_EQ(second.body.find("items")->as_array().size(), 1u);
    EXPECT_EQ(shop.get("/v1/accounts/acme/ledger_entries?cursor=31").at("code"),
              "field_is_invalid");
}

// evidence: N-005
TEST(Authority, who_sells_may_start_a_hidden_plan_for_another) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "10");
    auto given = shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"secret"})");
    EXPECT_EQ(given.status(), 201) << given.response.body;
}

// evidence: N-006
TEST(Authority, an_agency_books_for_its_buyers_and_for_nobody_else) {
    Shop shop;
    shop.open("north", R"("kind":"agency")");
    shop.open("shop", R"("parent":"north")");
    shop.use(shop.make_key("north", "accountant"));
    shop.pay("shop", "10");
    EXPECT_EQ(
        shop.post("/v1/accounts/north/payments", R"({"amount":{"amount":"10","currency":"USD"}})")
            .at("code"),
        "role_is_too_low");
    shop.use_root();
    shop.use(shop.make_key("north", "admin"));
    EXPECT_EQ(shop.patch("/v1/accounts/shop", R"({"credit_limit":{"amount":"5","currency":"USD"}})")
                  .status(),
              200);
    EXPECT_EQ(
        shop.patch("/v1/accounts/north", R"({"credit_limit":{"amount":"5","currency":"USD"}})")
            .at("code"),
        "role_is_too_low");
}

}  // namespace
}  // namespace rb::api::native
