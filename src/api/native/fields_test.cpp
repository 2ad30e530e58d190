#include "api/native/fields.h"

#include <gtest/gtest.h>

#include "domain/accounts/types.h"

namespace rb::api::native {
namespace {

http::Request request_of(std::string body, std::string type = "application/json") {
    http::Request request;
    request.body = std::move(body);
    if (!type.empty()) request.headers.emplace_back("Content-Type", type);
    return request;
}

std::string told(const Errors* errors) {
    std::string out;
    if (!errors) return "nothing";
    for (const auto& e : errors->list()) out += e.pointer + ": " + e.detail + "\n";
    return out;
}

// evidence: N-011
TEST(Fields, all_mistakes_of_a_body_are_told_at_once) {
    Body body(request_of(R"({"a":1,"b":"x","c":"2026-01-01","d":"loud","more":true})"));
    Fields& f = body.root();
    f.text("a");
    f.integer("b");
    f.instant("c");
    f.enumeration<Rounding>("d");
    f.text("e", Need::required);
    const Errors* errors = body.refusal();
    ASSERT_NE(errors, nullptr);
    std::vector<std::string> pointers;
    for (const auto& e : errors->list()) pointers.push_back(e.pointer);
    EXPECT_EQ(pointers, (std::vector<std::string>{"/a", "/b", "/c", "/d", "/e", "/more"}));
    EXPECT_EQ(errors->list()[0].detail, "expected a string, got a number");
    EXPECT_EQ(errors->list()[3].detail, "expected one of half_up, half_even, down, up, got 'loud'");
    EXPECT_EQ(errors->fault(), Fault::field_is_invalid);
}

// evidence: N-012
TEST(Fields, money_is_a_string_and_the_refusal_of_a_number_says_how) {
    Body body(request_of(R"({"m":{"amount":12.34,"currency":"USD"}})"));
    EXPECT_FALSE(body.root().money("m").has_value());
    const Errors* errors = body.refusal();
    ASSERT_NE(errors, nullptr);
    ASSERT_EQ(errors->list().size(), 1u) << told(errors);
    EXPECT_EQ(errors->list()[0].pointer, "/m/amount");
    EXPECT_NE(errors->list()[0].detail.find("\"12.34\""), std::string::npos);
}

TEST(Fields, money_keeps_every_digit_and_refuses_what_it_cannot_keep) {
    auto read = [](std::string amount, std::string currency = "USD") {
        Body body(
            request_of(R"({"m":{"amount":")" + amount + R"(","currency":")" + currency + "\"}}"));
        auto money = body.root().money("m", Need::required);
        return body.refusal() ? std::string("refused") : money->to_text();
    };
    EXPECT_EQ(read("9007199254740.993"), "refused");  // beyond the limit
    EXPECT_EQ(read("900719925474.099301"), "900719925474.099301");
    EXPECT_EQ(read("0.1"), "0.1");
    EXPECT_EQ(read("-3"), "-3");
    EXPECT_EQ(read("1.0000001"), "refused");
    for (const char* bad : {"1e3", "+1", "", " 1", "1,5", ".5", "5.", "NaN", "0x10"})
        EXPECT_EQ(read(bad), "refused") << bad;
    for (const char* bad : {"usd", "US", "USDT", ""}) EXPECT_EQ(read("1", bad), "refused") << bad;
}

TEST(Fields, money_with_members_beside_or_missing_is_refused_where_it_stands) {
    Body body(request_of(R"({"m":{"amount":"1","unit":"x"},"n":"5 USD"})"));
    body.root().money("m");
    body.root().money("n");
    EXPECT_EQ(told(body.refusal()),
              "/m/currency: expected a string\n/m/unit: there is no such field here\n"
              "/n: expected {\"amount\": \"12.34\", \"currency\": \"USD\"}, got a string\n");
}

// evidence: N-013
TEST(Fields, whole_numbers_are_read_from_their_text) {
    auto read = [](std::string number) {
        Body body(request_of("{\"n\":" + number + "}"));
        auto value = body.root().integer("n");
        return body.refusal() ? std::string("refused") : std::to_string(*value);
    };
    EXPECT_EQ(read("9007199254740993"), "9007199254740993");
    EXPECT_EQ(read("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(read("9223372036854775808"), "refused");
    EXPECT_EQ(read("5.0"), "5");
    EXPECT_EQ(read("1e3"), "1000");
    EXPECT_EQ(read("5.5"), "refused");
    EXPECT_EQ(read("\"5\""), "refused");
    EXPECT_EQ(read("true"), "refused");
}

// evidence: N-011, N-015
TEST(Fields, what_is_no_object_of_json_is_refused_with_one_sentence) {
    for (const char* bad :
         {"{", "[1]", "\"x\"", "{\"a\":1}}", "{\"a\":1,\"a\":2}", "\xff", "nul"}) {
        Body body(request_of(bad));
        body.root().text("a", Need::required);
        const Errors* errors = body.refusal();
        ASSERT_NE(errors, nullptr) << bad;
        EXPECT_EQ(errors->list().size(), 1u) << bad << " " << told(errors);
        EXPECT_EQ(errors->list()[0].pointer, "") << bad;
    }
    Body form(request_of("a=1", "application/x-www-form-urlencoded"));
    EXPECT_NE(form.refusal(), nullptr);
    Body charset(request_of("{}", "application/json; charset=utf-8"));
    EXPECT_EQ(charset.refusal(), nullptr);
    Body none(request_of("", ""));
    EXPECT_EQ(none.refusal(), nullptr);
}

TEST(Fields, a_required_field_may_not_be_null) {
    Body body(request_of(R"({"a":null,"b":null})"));
    body.root().text("a", Need::required);
    EXPECT_FALSE(body.root().text("b").has_value());
    EXPECT_TRUE(body.root().is_null("b"));
    EXPECT_EQ(told(body.refusal()), "/a: expected a string\n");
    EXPECT_EQ(body.errors().fault(), Fault::field_is_missing);
}

TEST(Fields, pointers_escape_what_pointers_must) {
    Body body(request_of(R"({"a/b~c":1})"));
    EXPECT_EQ(told(body.refusal()), "/a~1b~0c: there is no such field here\n");
}

TEST(Fields, ids_of_another_kind_are_refused) {
    Body body(request_of(R"({"a":"acc_01jc0000000000000000000000","b":"x"})"));
    body.root().id<ClockId>("a");
    body.root().id<ClockId>("b");
    ASSERT_NE(body.refusal(), nullptr);
    EXPECT_EQ(body.errors().list().size(), 2u);
}

}  // namespace
}  // namespace rb::api::native
