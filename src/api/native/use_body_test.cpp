#include "api/native/use_body.h"

#include <gtest/gtest.h>

#include <string>

namespace rb::api::native {
namespace {

const AccountId acme{{1, 2}};

std::expected<AccountId, Fault> resolve(std::string_view reference) {
    if (reference == "acme") return acme;
    return std::unexpected(Fault::account_is_unknown);
}

// All that is wrong: "/quantity field_is_invalid" lines; "" when it can be asked.
std::string wrong(std::string body, UseShape shape = UseShape::consume) {
    UseBody read;
    const Errors* errors = read.read(std::move(body), shape, "", resolve);
    if (!errors) return "";
    std::string out(enum_text(errors->fault()));
    for (const http::FieldError& error : errors->list()) out += ' ' + error.pointer;
    return out;
}

TEST(UseBody, one_use_gives_all_that_the_engine_asks_for) {
    UseBody body;
    ASSERT_EQ(body.read(R"({"account":"acme","feature":"messages","quantity":12,"source":"/web",
                            "id":"a\n1","properties":{"region":"eu","n":1.50,"b":true,"x":null}})",
                        UseShape::consume, "key", resolve),
              nullptr);
    EXPECT_FALSE(body.is_list());
    ASSERT_EQ(body.uses().size(), 1U);
    const engine::Consumption& use = body.uses()[0];
    EXPECT_EQ(use.question.account, acme);
    EXPECT_EQ(use.question.feature, "messages");
    EXPECT_EQ(use.question.quantity, 12);
    EXPECT_EQ(use.source, "/web");
    EXPECT_EQ(use.id, "a\n1");
    ASSERT_EQ(use.properties.size(), 4U);
    EXPECT_EQ(use.properties[0].name, "region");
    EXPECT_EQ(use.properties[0].text, "eu");
    EXPECT_EQ(use.properties[1].text, "1.50");
}

TEST(UseBody, what_is_absent_or_null_takes_its_usual_value) {
    UseBody body;
    ASSERT_EQ(body.read(R"({"quantity":null,"id":null,"properties":null,"account":"acme",
                            "source":null,"feature":"f"})",
                        UseShape::consume, "", resolve),
              nullptr);
    const engine::Consumption& use = body.uses()[0];
    EXPECT_EQ(use.question.quantity, 1);
    EXPECT_EQ(use.id, "");
    EXPECT_EQ(use.source, "");
    EXPECT_TRUE(use.properties.empty());
}

TEST(UseBody, every_mistake_of_one_use_is_told_at_once) {
    EXPECT_EQ(wrong(""), "field_is_missing /account /feature");
    EXPECT_EQ(wrong("{}"), "field_is_missing /account /feature");
    EXPECT_EQ(wrong(R"({"account":null,"feature":7})"), "field_is_invalid /feature /account");
    EXPECT_EQ(wrong(R"({"account":"acme","feature":"f","quantity":"1","amount":1,"id":5})"),
              "field_is_invalid /quantity /amount /id");
    EXPECT_EQ(wrong(R"({"account":"acme","feature":"f","feature":"g"})"),
              "field_is_invalid /feature");
    EXPECT_EQ(wrong(R"({"account":"nobody","feature":"f"})"), "account_is_unknown /account");
    EXPECT_EQ(wrong(R"({"account":"acme","feature":"f","properties":{"a":1,"a":2,"b/c":{}}})"),
              "field_is_invalid /properties/a /properties/b~1c");
    EXPECT_EQ(wrong(R"({"account":"acme","feature":"f","id":")" + std::string(256, 'x') + "\"}"),
              "field_is_invalid /id");
    for (const char* body : {"{", "[]", "5", "{}x", R"({"account":"acme","feature":"f",})",
                             R"({"account":"acme","feature":"f","quantity":NaN})"})
        EXPECT_EQ(wrong(body).substr(0, 17), "field_is_invalid ") << body;
}

TEST(UseBody, a_check_has_no_members_of_a_consume) {
    EXPECT_EQ(wrong(R"({"account":"acme","feature":"f","quantity":1})", UseShape::check), "");
    EXPECT_EQ(wrong(R"({"account":"acme","feature":"f","id":"1"})", UseShape::check),
              "field_is_unknown /id");
    EXPECT_EQ(wrong(R"({"consumes":[]})", UseShape::check),
              "field_is_unknown /consumes /account /feature");
}

TEST(UseBody, quantities_are_whole_and_read_from_their_text) {
    auto quantity = [](std::string text) -> std::int64_t {
        UseBody body;
        const Errors* errors =
            body.read(R"({"account":"acme","feature":"f","quantity":)" + text + "}",
                      UseShape::check, "", resolve);
        return errors ? -1 : body.uses()[0].question.quantity;
    };
    EXPECT_EQ(quantity("1"), 1);
    EXPECT_EQ(quantity("1e3"), 1000);
    EXPECT_EQ(quantity("5.0"), 5);
    EXPECT_EQ(quantity("999999999999999"), 999999999999999);
    for (const char* text : {"0", "-1", "1.5", "1000000000000001", "1e40", "9223372036854775808"})
        EXPECT_EQ(quantity(text), -1) << text;
}

TEST(UseBody, in_a_list_each_is_judged_alone) {
    UseBody body;
    ASSERT_EQ(body.read(R"({"consumes":[{"account":"acme","feature":"a","properties":{"p":1}},
                            {"account":"nobody","feature":"b","properties":{"q":1}}, 7,
                            {"account":"acme","quantity":0,"x":1},
                            {"account":"acme","feature":"c","id":"own","properties":{"r":"s"}}]})",
                        UseShape::consume, "key", resolve),
              nullptr);
    EXPECT_TRUE(body.is_list());
    ASSERT_EQ(body.uses().size(), 2U);
    EXPECT_EQ(body.uses()[0].id, "key/0");
    EXPECT_EQ(body.uses()[1].id, "own");
    EXPECT_EQ(body.uses()[1].properties[0].name, "r");
    EXPECT_EQ(body.place(1), 4U);
    const auto refused = body.take_refused();
    ASSERT_EQ(refused.size(), 3U);
    EXPECT_EQ(refused[0].refusal.field, "/consumes/1/account");
    EXPECT_EQ(refused[1].refusal.field, "/consumes/2");
    EXPECT_EQ(refused[2].index, 3U);
    EXPECT_EQ(refused[2].refusal.field, "/consumes/3/quantity");
}

TEST(UseBody, a_list_stands_alone_and_is_bounded) {
    EXPECT_EQ(wrong(R"({"consumes":[],"account":"acme"})"), "field_is_unknown /account");
    EXPECT_EQ(wrong(R"({"consumes":{}})"), "field_is_invalid /consumes");
    EXPECT_EQ(wrong(R"({"consumes":[{"account":"acme","feature":"f"})").substr(0, 17),
              "field_is_invalid ");
    auto list = [](std::size_t count) {
        std::string body = R"({"consumes":[)";
        for (std::size_t i = 0; i < count; ++i)
            body += std::string(i > 0 ? "," : "") + R"({"account":"acme","feature":"f"})";
        return body + "]}";
    };
    UseBody body;
    ASSERT_EQ(body.read(list(1000), UseShape::consume, std::string(255, 'k'), resolve), nullptr);
    EXPECT_EQ(body.uses()[0].id, std::string(255, 'k') + "/0");
    EXPECT_EQ(body.uses()[999].id, std::string(255, 'k') + "/999");
    EXPECT_EQ(wrong(list(1001)), "too_many /consumes");
}

}  // namespace
}  // namespace rb::api::native
