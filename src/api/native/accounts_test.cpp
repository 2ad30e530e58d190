#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

TEST(Accounts, an_account_is_opened_read_and_listed) {
    Shop shop;
    auto made = shop.post("/v1/accounts", R"({"name":"acme","currency":"USD","key":"cust-1",
        "time_zone":"Europe/Berlin","locale":"de-DE","display_name":"Acme","free_data":"x",
        "tax":{"country":"DE"},"credit_limit":{"amount":"5","currency":"USD"},
        "notify_below":{"amount":"1.50","currency":"USD"},"email":"a@acme.example",
        "first_name":"Ada","address":{"line1":"1 Road","city":"Berlin"}})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.money("credit_limit"), "5.00 USD");
    EXPECT_EQ(made.money("notify_below"), "1.50 USD");
    EXPECT_EQ(made.at("email"), "a@acme.example");
    EXPECT_EQ(made.at("address/city"), "Berlin");
    EXPECT_EQ(made.at("parent"), "null");
    auto read = shop.get("/v1/accounts/" + made.at("id"));
    EXPECT_EQ(read.response.body, made.response.body);
    EXPECT_EQ(shop.get("/v1/accounts/acme").response.body, made.response.body);
    EXPECT_EQ(shop.get("/v1/accounts").at("items/0/id"), made.at("id"));
}

// evidence: N-022
TEST(Accounts, a_list_is_paged_and_the_cursor_leads_on) {
    Shop shop;
    const std::string top = shop.open("top");
    for (int i = 0; i < 5; ++i) shop.open("child" + std::to_string(i), R"("parent":"top")");
    std::string path = "/v1/accounts/top/children?limit=2", names;
    for (int page = 0; page < 3; ++page) {
        auto answer = shop.get(path);
        for (const Json& item : answer.body.find("items")->as_array())
            names += item.find("name")->as_string() + " ";
        path = "/v1/accounts/top/children?limit=2&cursor=" + answer.at("next_cursor");
        EXPECT_EQ(answer.at("next_cursor") == "null", page == 2);
    }
    EXPECT_EQ(names, "child0 child1 child2 child3 child4 ");
    EXPECT_EQ(shop.get("/v1/accounts?parent=" + top + "&limit=1").at("items/0/name"), "child0");
}

// evidence: N-022
TEST(Accounts, the_tops_of_all_partitions_are_one_list_in_order_of_opening) {
    Shop shop(std::string(small_catalog), 4);
    std::vector<std::string> opened;
    for (int i = 0; i < 23; ++i) {
        opened.push_back("top" + std::to_string(i));
        shop.open(opened.back());
        if (i % 5 == 0)
            shop.open("below" + std::to_string(i), R"("parent":")" + opened.back() + R"(")");
    }
    auto listed = [&](int limit) {
        std::vector<std::string> names;
        const std::string path = "/v1/accounts?limit=" + std::to_string(limit);
        std::string next;
        do {
            auto page = shop.get(path + next);
            EXPECT_EQ(page.status(), 200);
            const auto& items = page.body.find("items")->as_array();
            EXPECT_LE(items.size(), static_cast<std::size_t>(limit));
            EXPECT_FALSE(items.empty() && !next.empty()) << "no page but the first is empty";
            for (const Json& item : items) names.push_back(item.find("name")->as_string());
            next = page.at("next_cursor") == "null" ? "" : "&cursor=" + page.at("next_cursor");
        } while (!next.empty());
        return names;
    };
    for (int limit : {1, 2, 7, 22, 23, 24, 200}) EXPECT_EQ(listed(limit), opened) << limit;
    shop.reopen();
    EXPECT_EQ(listed(7), opened);
    shop.reopen_from_journal();
    EXPECT_EQ(listed(7), opened);
}

// evidence: N-011
TEST(Accounts, what_is_wrong_is_named_and_nothing_is_opened) {
    Shop shop;
    auto bad = shop.post("/v1/accounts", R"({"name":"acme","currency":"usd","time_zone":"Mars",
        "credit_limit":5,"size":1})");
    EXPECT_EQ(bad.status(), 400);
    EXPECT_EQ(bad.at("errors/0/pointer"), "/currency");
    EXPECT_EQ(bad.at("errors/1/pointer"), "/time_zone");
    EXPECT_EQ(bad.at("errors/2/pointer"), "/credit_limit");
    EXPECT_EQ(bad.at("errors/3/pointer"), "/size");
    EXPECT_EQ(shop.get("/v1/accounts").at("items"), "[]");
    // A name that was refused for another reason is free again at once.
    EXPECT_EQ(shop.post("/v1/accounts", R"({"name":"acme"})").at("errors/0/pointer"), "/currency");
    EXPECT_EQ(shop.post("/v1/accounts", R"({"name":"acme","currency":"USD"})").status(), 201);
    EXPECT_EQ(shop.post("/v1/accounts", R"({"name":"acme","currency":"USD"})").at("code"),
              "name_is_taken");
}

// evidence: N-052
TEST(Accounts, money_of_a_profile_is_in_its_currency) {
    Shop shop;
    auto bad = shop.post("/v1/accounts",
                         R"({"currency":"USD","credit_limit":{"amount":"5","currency":"EUR"}})");
    EXPECT_EQ(bad.status(), 400);
    EXPECT_EQ(bad.at("errors/0/pointer"), "/credit_limit/currency");
    // A child takes its parent's currency, and its money with it.
    shop.open("top");
    auto child = shop.post(
        "/v1/accounts",
        R"({"name":"child","parent":"top","credit_limit":{"amount":"5","currency":"USD"}})");
    EXPECT_EQ(child.money("credit_limit"), "5.00 USD");
    auto moved = shop.patch("/v1/accounts/child", R"({"currency":"EUR"})");
    EXPECT_EQ(moved.at("errors/0/pointer"), "/currency");
    moved = shop.patch("/v1/accounts/child",
                       R"({"currency":"EUR","credit_limit":{"amount":"4","currency":"EUR"}})");
    EXPECT_EQ(moved.money("credit_limit"), "4.00 EUR");
}

// evidence: N-002, N-003, N-054
TEST(Accounts, another_tree_answers_exactly_like_nothing_at_all) {
    Shop shop;
    const std::string mine = shop.open("mine");
    const std::string other = shop.open("other", R"("key":"k-other")");
    const std::string child = shop.open("child", R"("parent":"mine","key":"k-1")");
    const std::string never = "acc_" + std::string(26, '1');
    shop.pay(other, "10");
    shop.use(shop.make_key(mine, "owner"));
    for (const std::string& tail :
         {std::string(), std::string("/balance"), std::string("/members"), std::string("/children"),
          std::string("/ledger_entries"), std::string("/entitlements"), std::string("/holds")}) {
        auto unknown = shop.get("/v1/accounts/" + never + tail);
        EXPECT_EQ(unknown.status(), 404);
        for (const std::string& name : {other, std::string("other"), std::string("k-other")}) {
            auto answer = shop.get("/v1/accounts/" + name + tail);
            EXPECT_EQ(answer.status(), 404);
            EXPECT_EQ(answer.response.body, unknown.response.body) << name << tail;
        }
    }
    EXPECT_EQ(shop.patch("/v1/accounts/other", R"({"locale":"fr"})").response.body,
              shop.patch("/v1/accounts/nobody", R"({"locale":"fr"})").response.body);
    EXPECT_EQ(shop.post("/v1/accounts", R"({"parent":"other"})").response.body,
              shop.post("/v1/accounts", R"({"parent":"nobody"})").response.body);
    // One's own are found by id, by name and by key.
    for (const std::string& name : {child, std::string("child"), std::string("k-1")})
        EXPECT_EQ(shop.get("/v1/accounts/" + name).at("id"), child) << name;
    EXPECT_EQ(shop.get("/v1/accounts").at("items/0/id"), child);
}

// evidence: N-050
TEST(Accounts, a_patch_changes_what_it_names_and_null_empties) {
    Shop shop;
    shop.open("acme", R"("email":"a@x.example","phone":"1","display_name":"Acme",
                         "notify_below":{"amount":"1","currency":"USD"})");
    auto patched = shop.patch("/v1/accounts/acme", R"({"phone":null,"notify_below":null,
        "locale":"fr","tax":{"country":"FR"},"last_name":"B"})");
    ASSERT_EQ(patched.status(), 200) << patched.response.body;
    EXPECT_EQ(patched.at("phone"), "null");
    EXPECT_EQ(patched.at("notify_below"), "null");
    EXPECT_EQ(patched.at("locale"), "fr");
    EXPECT_EQ(patched.at("email"), "a@x.example");
    EXPECT_EQ(patched.at("display_name"), "Acme");
    EXPECT_EQ(patched.at("last_name"), "B");
    EXPECT_EQ(patched.at("tax/country"), "FR");
}

// evidence: N-050, N-051
TEST(Accounts, a_patch_with_the_etag_of_another_state_is_refused) {
    Shop shop;
    shop.open("acme");
    const std::string etag = shop.get("/v1/accounts/acme").header("ETag");
    ASSERT_FALSE(etag.empty());
    auto first = shop.patch("/v1/accounts/acme", R"({"locale":"fr"})", {{"If-Match", etag}});
    EXPECT_EQ(first.status(), 200);
    auto second = shop.patch("/v1/accounts/acme", R"({"locale":"de"})", {{"If-Match", etag}});
    EXPECT_EQ(second.status(), 412);
    EXPECT_EQ(second.at("code"), "precondition_failed");
    EXPECT_EQ(shop.get("/v1/accounts/acme").at("locale"), "fr");
    EXPECT_EQ(
        shop.patch("/v1/accounts/acme", R"({"locale":"de"})", {{"If-Match", first.header("ETag")}})
            .status(),
        200);
    // A payment is no change of the account's representation.
    const std::string before = shop.get("/v1/accounts/acme").header("ETag");
    shop.pay("acme", "5");
    EXPECT_EQ(shop.get("/v1/accounts/acme").header("ETag"), before);
}

// evidence: N-030
TEST(Accounts, the_same_idempotency_key_gives_the_same_account) {
    Shop shop;
    const Shop::Headers key{{"Idempotency-Key", "k1"}};
    auto first = shop.post("/v1/accounts", R"({"name":"acme","currency":"USD"})", key);
    auto again = shop.post("/v1/accounts", R"({"name":"acme","currency":"USD"})", key);
    EXPECT_EQ(again.status(), 201);
    EXPECT_EQ(again.response.body, first.response.body);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.header("ETag"), first.header("ETag"));
    auto other = shop.post("/v1/accounts", R"({"name":"else","currency":"USD"})", key);
    EXPECT_EQ(other.status(), 409);
    EXPECT_EQ(other.at("code"), "idempotency_key_is_reused");
    shop.reopen();
    EXPECT_EQ(shop.post("/v1/accounts", R"({"name":"acme","currency":"USD"})", key).response.body,
              first.response.body);
}

// evidence: N-053
TEST(Accounts, an_email_address_opens_one_account) {
    Shop shop;
    shop.open("acme", R"("email":"Billing@x.example")");
    auto second = shop.post("/v1/accounts",
                            R"({"name":"other","currency":"USD","email":"billing@x.example"})");
    EXPECT_EQ(second.status(), 409);
    EXPECT_EQ(second.at("code"), "email_is_taken");
    shop.open("other");
    EXPECT_EQ(shop.patch("/v1/accounts/other", R"({"email":"billing@x.example"})").status(), 200);
}

TEST(Accounts, status_is_set_by_those_above_only) {
    Shop shop;
    const std::string mine = shop.open("mine");
    shop.open("child", R"("parent":"mine")");
    const std::string owner = shop.make_key(mine, "owner");
    EXPECT_EQ(shop.post("/v1/accounts/mine/status", R"({"status":"frozen"})").at("status"),
              "frozen");
    EXPECT_EQ(shop.post("/v1/accounts/mine/status", R"({"status":"active"})").status(), 200);
    EXPECT_EQ(shop.post("/v1/accounts/mine/status", R"({"status":"gone"})").status(), 400);
    shop.use(owner);
    EXPECT_EQ(shop.post("/v1/accounts/mine/status", R"({"status":"frozen"})").status(), 403);
    EXPECT_EQ(shop.post("/v1/accounts/child/status", R"({"status":"closed"})").status(), 200);
    EXPECT_EQ(shop.post("/v1/accounts/child/status", R"({"status":"frozen"})").at("code"),
              "account_is_closed");
    EXPECT_EQ(shop.post("/v1/accounts/child/status", R"({"status":"active"})").at("status"),
              "active");
}

// evidence: N-057, N-058
TEST(Accounts, what_stands_on_an_account_is_told_before_it_is_closed) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "100");
    shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    const std::string path = "/v1/accounts/acme/status";
    auto careless = shop.post(path, R"({"status":"closed"})");
    EXPECT_EQ(careless.status(), 409) << careless.response.body;
    EXPECT_EQ(careless.at("code"), "account_is_not_settled");
    EXPECT_EQ(careless.at("blockers/0/subject"), "paid_period");
    EXPECT_EQ(careless.at("blockers/0/used"), "small");
    EXPECT_EQ(careless.at("blockers/1/subject"), "balance");
    EXPECT_EQ(careless.at("blockers/1/used"), "70.00 USD");
    auto nowhere = shop.post(path, R"({"status":"closed","balance":"transfer","unused":"none"})");
    EXPECT_EQ(nowhere.at("errors/0/pointer"), "/transfer_to");
    EXPECT_EQ(shop.get("/v1/accounts/acme").at("status"), "active");
    auto closed = shop.post(
        path, R"({"status":"closed","balance":"refund","reference":"po_1","unused":"none"})");
    ASSERT_EQ(closed.status(), 200) << closed.response.body;
    EXPECT_EQ(closed.at("status"), "closed");
    auto entries = shop.get("/v1/accounts/acme/ledger_entries");
    EXPECT_EQ(entries.at("items/0/kind"), "payout");
    EXPECT_EQ(entries.at("items/0/reference"), "po_1");
    shop.clock().advance(Duration::of_seconds(30LL * 24 * 3600 - 1));
    EXPECT_EQ(shop.post(path, R"({"status":"active"})").at("status"), "active");
    EXPECT_EQ(shop.get("/v1/accounts/acme/subscriptions").at("items/0/status"), "ended");
    shop.post(path, R"({"status":"closed"})");
    shop.clock().advance(Duration::of_seconds(30LL * 24 * 3600));
    EXPECT_EQ(shop.post(path, R"({"status":"active"})").at("code"), "account_is_closed");
}

}  // namespace
}  // namespace rb::api::native
