#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

std::string usd(const std::string& amount) {
    return R"({"amount":")" + amount + R"(","currency":"USD"})";
}

// evidence: N-062
TEST(Money, a_payment_is_spendable_and_stands_in_the_statement) {
    Shop shop;
    shop.open("acme", R"("credit_limit":)" + usd("10"));
    auto paid = shop.post("/v1/accounts/acme/payments",
                          R"({"amount":)" + usd("150.5") + R"(,"reference":"pi_1"})");
    ASSERT_EQ(paid.status(), 201) << paid.response.body;
    EXPECT_EQ(paid.money("balance/available"), "150.50 USD");
    EXPECT_EQ(paid.money("balance/spendable"), "160.50 USD");
    auto entries = shop.get("/v1/accounts/acme/ledger_entries");
    EXPECT_EQ(entries.at("items/0/id"), paid.at("entry"));
    EXPECT_EQ(entries.at("items/0/kind"), "payment");
    EXPECT_EQ(entries.at("items/0/reference"), "pi_1");
    EXPECT_EQ(entries.at("items/0/postings/1/bucket"), "cash_clearing");
    EXPECT_EQ(entries.at("items/0/postings/1/owner"), "null");
    // The account itself sees its own side.
    shop.use(shop.make_key("acme", "accountant"));
    entries = shop.get("/v1/accounts/acme/ledger_entries");
    EXPECT_EQ(entries.body.at_path("items/0/postings")->as_array().size(), 1u);
    EXPECT_EQ(shop.post("/v1/accounts/acme/payments", R"({"amount":)" + usd("1") + "}").at("code"),
              "role_is_too_low");
}

TEST(Money, amounts_are_strings_of_the_accounts_currency_and_positive) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/payments";
    auto number = shop.post(path, R"({"amount":{"amount":5,"currency":"USD"}})");
    EXPECT_EQ(number.status(), 400);
    EXPECT_EQ(number.at("errors/0/pointer"), "/amount/amount");
    EXPECT_EQ(shop.post(path, R"({"amount":)" + usd("0.0000001") + "}").status(), 400);
    EXPECT_EQ(shop.post(path, R"({"amount":)" + usd("0") + "}").status(), 400);
    EXPECT_EQ(shop.post(path, R"({"amount":)" + usd("-5") + "}").status(), 400);
    EXPECT_EQ(shop.post(path, R"({"amount":{"amount":"5","currency":"EUR"}})").at("code"),
              "currency_is_fixed");
    EXPECT_EQ(shop.post(path, "{}").at("errors/0/pointer"), "/amount");
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").money("available"), "0.00 USD");
}

// evidence: N-012
TEST(Money, micros_are_kept_and_shown) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "9170.604001");
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").money("available"), "9170.604001 USD");
}

TEST(Money, the_same_key_pays_once) {
    Shop shop;
    shop.open("acme");
    const Shop::Headers key{{"Idempotency-Key", "p1"}};
    const std::string path = "/v1/accounts/acme/payments";
    auto first = shop.post(path, R"({"amount":)" + usd("5") + "}", key);
    auto again = shop.post(path, R"({"amount":)" + usd("5") + "}", key);
    EXPECT_EQ(again.response.body, first.response.body);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(shop.post(path, R"({"amount":)" + usd("6") + "}", key).status(), 409);
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").money("available"), "5.00 USD");
    EXPECT_EQ(shop.post(path, R"({"amount":)" + usd("5") + "}", {{"Idempotency-Key", ""}}).status(),
              400);
}

TEST(Money, a_grant_is_credit_with_terms) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/credit_grants";
    auto made = shop.post(
        path, R"({"kind":"paid","amount":)" + usd("20") +
                  R"(,"priority":2,"expires_at":"2027-01-01T00:00:00Z","reason":"pack"})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.money("left"), "20.00 USD");
    auto balance = shop.get("/v1/accounts/acme/balance");
    EXPECT_EQ(balance.money("grants"), "20.00 USD");
    EXPECT_EQ(balance.money("spendable"), "20.00 USD");
    EXPECT_EQ(balance.at("credit_grants/0/id"), made.at("id"));
    EXPECT_EQ(
        shop.post(path, R"({"amount":)" + usd("1") + R"(,"expires_at":"2020-01-01T00:00:00Z"})")
            .at("code"),
        "instant_is_in_the_past");
}

// evidence: N-061
TEST(Money, the_balance_of_a_past_instant_is_what_it_was) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "5");
    const std::string then = shop.get("/v1/accounts/acme/balance").at("at");
    shop.clock().advance(Duration::of_minutes(5));
    shop.pay("acme", "7");
    auto past = shop.get("/v1/accounts/acme/balance?at=" + then);
    ASSERT_EQ(past.status(), 200) << past.response.body;
    EXPECT_EQ(past.money("available"), "5.00 USD");
    EXPECT_EQ(past.at("spendable"), "null");
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance?at=2020-01-01T00:00:00Z").money("available"),
              "0.00 USD");
    auto future = shop.get("/v1/accounts/acme/balance?at=2030-01-01T00:00:00Z");
    EXPECT_EQ(future.status(), 400);
    EXPECT_EQ(future.at("errors/0/pointer"), "/at");
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance?at=yesterday").status(), 400);
}

// evidence: N-062
TEST(Money, entries_are_paged_from_new_to_old) {
    Shop shop;
    shop.open("acme");
    for (const char* amount : {"1", "2", "3"}) shop.pay("acme", amount);
    auto first = shop.get("/v1/accounts/acme/ledger_entries?limit=2");
    EXPECT_EQ(first.money("items/0/postings/0/amount"), "3.00 USD");
    auto second =
        shop.get("/v1/accounts/acme/ledger_entries?limit=2&cursor=" + first.at("next_cursor"));
    EXPECT_EQ(second.money("items/0/postings/0/amount"), "1.00 USD");
    EXPECT_EQ(second.at("next_cursor"), "null");
}

TEST(Money, an_entry_is_reversed_once) {
    Shop shop;
    shop.open("acme");
    shop.open("other");
    shop.pay("acme", "5");
    const std::string entry = shop.get("/v1/accounts/acme/ledger_entries").at("items/0/id");
    const std::string path = "/v1/accounts/acme/ledger_entries/" + entry + "/reversal";
    auto reversed = shop.post(path, R"({"reason":"bounced"})");
    ASSERT_EQ(reversed.status(), 201) << reversed.response.body;
    EXPECT_EQ(reversed.at("reverses"), entry);
    EXPECT_EQ(reversed.money("balance/available"), "0.00 USD");
    EXPECT_EQ(shop.post(path).at("code"), "entry_is_reversed");
    EXPECT_EQ(shop.post("/v1/accounts/other/ledger_entries/" + entry + "/reversal").at("code"),
              "entry_is_unknown");
    EXPECT_EQ(shop.post("/v1/accounts/acme/ledger_entries/ent_x/reversal").status(), 404);
}

// evidence: N-063
TEST(Holds, money_is_set_aside_captured_in_part_and_given_back) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "10");
    const std::string path = "/v1/accounts/acme/holds";
    auto one = shop.post(path, R"({"amount":)" + usd("6") + R"(,"reason":"order 1"})");
    ASSERT_EQ(one.status(), 201) << one.response.body;
    auto two = shop.post(path, R"({"amount":)" + usd("3") + "}");
    auto short_of = shop.post(path, R"({"amount":)" + usd("2") + "}");
    EXPECT_EQ(short_of.status(), 402);
    EXPECT_EQ(short_of.at("code"), "money_is_short");
    EXPECT_EQ(short_of.at("blockers/0/subject"), "money");
    EXPECT_EQ(shop.get(path + "?limit=1").at("items/0/id"), one.at("id"));
    EXPECT_EQ(shop.get(path + "?limit=1&cursor=" + shop.get(path + "?limit=1").at("next_cursor"))
                  .at("items/0/id"),
              two.at("id"));
    auto captured =
        shop.post(path + "/" + one.at("id") + "/capture", R"({"amount":)" + usd("4") + "}");
    ASSERT_EQ(captured.status(), 200) << captured.response.body;
    EXPECT_EQ(captured.money("balance/available"), "3.00 USD");
    EXPECT_EQ(captured.money("balance/held"), "3.00 USD");
    EXPECT_EQ(shop.post(path + "/" + one.at("id") + "/capture").at("code"), "hold_is_unknown");
    EXPECT_EQ(shop.post(path + "/" + two.at("id") + "/capture", R"({"amount":)" + usd("4") + "}")
                  .at("code"),
              "amount_exceeds_hold");
    auto released = shop.post(path + "/" + two.at("id") + "/release");
    EXPECT_EQ(released.money("balance/available"), "6.00 USD");
    EXPECT_EQ(shop.post(path + "/" + two.at("id") + "/release", R"({"x":1})").status(), 400);
    EXPECT_EQ(shop.get(path).at("items"), "[]");
}

}  // namespace
}  // namespace rb::api::native
