#include "base/json.h"

#include <gtest/gtest.h>

#include <random>

#include "base/limits.h"

namespace rb {
namespace {

std::string error_of(std::string_view text) {
    auto json = Json::parse(text);
    return json ? "accepted" : json.error();
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

TEST(Json, what_was_read_is_written_back_in_its_order) {
    for (std::string_view text :
         {"null", "true", "false", "0", "-1.50e+10", "\"\"", "[]", "{}", "[1,[2,[3]],{}]",
          R"({"z":1,"a":[null,true,"x\"\\\n\u0001"],"m":{"k":{}}})", R"(["é€😀"])"}) {
        auto json = Json::parse(text);
        ASSERT_TRUE(json) << text << ": " << json.error();
        EXPECT_EQ(json->to_text(), text);
        EXPECT_EQ(Json::parse(json->to_pretty_text()).value(), *json);
    }
}

TEST(Json, numbers_keep_the_text_they_were_written_with) {
    auto json = Json::parse(R"([1.10, 100000000000000000000000000, 1E5, -0])");
    ASSERT_TRUE(json);
    EXPECT_EQ(json->as_array()[0].number_text(), "1.10");
    EXPECT_EQ(json->as_array()[1].number_text(), "100000000000000000000000000");
    EXPECT_EQ(json->as_array()[2].number_text(), "1E5");
    EXPECT_EQ(json->as_array()[3].number_text(), "-0");
}

TEST(Json, escapes_are_resolved_in_strings_and_keys) {
    auto json = Json::parse(R"({"a\u0062": "\u20ac\ud83d\ude00\/\t"})");
    ASSERT_TRUE(json) << json.error();
    ASSERT_NE(json->find("ab"), nullptr);
    EXPECT_EQ(json->find("ab")->as_string(), "\xe2\x82\xac\xf0\x9f\x98\x80/\t");
}

TEST(Json, blanks_around_the_value_are_allowed) {
    for (std::string_view text : {" 1 ", "\r\n[1]\t", " {} ", " \"a\" ", "\n null\n"})
        EXPECT_TRUE(Json::parse(text)) << text;
}

TEST(Json, a_key_that_occurs_twice_is_named) {
    EXPECT_EQ(error_of(R"({"a":1,"b":2,"a":3})"), "duplicate key 'a'");
    EXPECT_EQ(error_of(R"({"x":{"k":1,"\u006b":2}})"), "duplicate key 'k'");
    std::string large = "{";
    for (int i = 0; i < 5000; ++i) large += "\"k" + std::to_string(i) + "\":0,";
    EXPECT_TRUE(Json::parse(large + "\"other\":0}"));
    EXPECT_EQ(error_of(large + "\"k77\":0}"), "duplicate key 'k77'");
}

TEST(Json, malformed_text_is_refused) {
    for (std::string_view text : {"[1,]",
                                  "[,1]",
                                  "[1 2]",
                                  "[1]]",
                                  "[[1]",
                                  "{\"a\":1,}",
                                  "{\"a\" 1}",
                                  "{\"a\"}",
                                  "{a:1}",
                                  "{,}",
                                  "{\"a\":}",
                                  "{\"a\":1]",
                                  "[1}",
                                  "tru",
                                  "nul",
                                  "True",
                                  "01",
                                  "1.",
                                  ".5",
                                  "+1",
                                  "-",
                                  "1e",
                                  "1e+",
                                  "0x10",
                                  "NaN",
                                  "Infinity",
                                  "1 2",
                                  "\"a\"b",
                                  "\"a\" 1",
                                  "{} {}",
                                  "[] 1",
                                  "\"",
                                  "\"\\x\"",
                                  "[\"\\ud800\"]",
                                  "\"\\u12\"",
                                  "\"a\nb\"",
                                  "'a'",
                                  "[1\"a\"]",
                                  "{\"a\":1 \"b\":2}",
                                  "//x\n1",
                                  "\xef\xbb\xbf[]",
                                  "[",
                                  "{",
                                  "]",
                                  "}",
                                  ",",
                                  ":",
                                  "[:1]",
                                  "{\"a\"::1}",
                                  "[1:2]",
                                  "nullnull",
                                  "[true false]",
                                  "{1:2}",
                                  "[\"a\"\"b\"]",
                                  "truex",
                                  "[truex]"})
        EXPECT_FALSE(Json::parse(text)) << text;
}

TEST(Json, errors_say_where) {
    EXPECT_EQ(error_of(R"({"a": tru})"), "malformed JSON at byte 6");
    EXPECT_EQ(error_of("[1] 2 []"), "malformed JSON at byte 4");
    EXPECT_EQ(error_of(""), "expected JSON, got nothing");
    EXPECT_EQ(error_of(" \n"), "expected JSON, got nothing");
    EXPECT_EQ(error_of("\"\xff\""), "the text is not valid UTF-8");
}

TEST(Json, bytes_of_zero_are_refused) {
    for (std::size_t at = 0; at <= 9; ++at) {
        std::string text = R"({"a":[1]})";
        text.insert(at, 1, '\0');
        EXPECT_FALSE(Json::parse(text)) << at;
    }
    EXPECT_FALSE(Json::parse(std::string(1000, '\0')));
}

TEST(Json, depth_is_bounded) {
    EXPECT_TRUE(Json::parse(nested(limits::json_depth_max, "[", "]")));
    std::string too_deep = "JSON nested deeper than 32 levels";
    EXPECT_EQ(error_of(nested(limits::json_depth_max + 1, "[", "]")), too_deep);
    EXPECT_EQ(error_of(nested(100'000, "[", "]")), too_deep);
    EXPECT_FALSE(Json::parse(nested(100'000, "{\"a\":", "}")));
    EXPECT_FALSE(Json::parse(std::string(100'000, '[')));
}

TEST(Json, the_length_of_a_number_is_bounded) {
    std::string most(limits::json_number_chars_max, '1');
    EXPECT_TRUE(Json::parse(most));
    EXPECT_TRUE(Json::parse("[" + most + "]"));
    std::string too_long = "a number has more than 40 characters";
    EXPECT_EQ(error_of(most + "1"), too_long);
    EXPECT_EQ(error_of("{\"a\":" + most + "1}"), too_long);
    EXPECT_EQ(error_of("[" + std::string(10'000'000, '7') + "]"), too_long);
}

TEST(Json, text_that_is_cut_or_damaged_anywhere_is_safe) {
    const std::string text =
        R"({"id":"acc_1","items":[{"k":-1.5e3,"s":"\u00e9\\"},null,true,[[]]],"z":{"":false}} )";
    ASSERT_TRUE(Json::parse(text));
    for (std::size_t size = 0; size + 2 < text.size(); ++size)
        EXPECT_FALSE(Json::parse(text.substr(0, size))) << size;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(byte);
            // What is accepted is a value that survives a round trip.
            if (auto json = Json::parse(damaged)) {
                EXPECT_EQ(Json::parse(json->to_text()).value(), *json) << damaged;
            }
        }
    }
}

TEST(Json, random_punctuation_is_safe) {
    std::mt19937_64 random(17);
    constexpr std::string_view alphabet = "[]{}:,\"\\ 1-.eutn\x80";
    for (int i = 0; i < 200'000; ++i) {
        std::string text;
        for (std::size_t size = random() % 24; size > 0; --size)
            text += alphabet[random() % alphabet.size()];
        if (auto json = Json::parse(text)) {
            ASSERT_EQ(Json::parse(json->to_text()).value(), *json) << text;
        }
    }
}

TEST(Json, members_are_found_by_key_and_by_path) {
    auto json = Json::parse(R"({"data":{"items":[{"id":"x"},7]},"n":null})");
    ASSERT_TRUE(json);
    EXPECT_EQ(json->at_path("data/items/0/id")->as_string(), "x");
    EXPECT_EQ(json->at_path("data/items/1")->number_text(), "7");
    EXPECT_TRUE(json->at_path("n")->is_null());
    for (std::string_view path : {"data/items/2", "data/items/x", "data/items/-1", "n/x", "zzz",
                                  "data/items/99999999999999999999"})
        EXPECT_EQ(json->at_path(path), nullptr) << path;
    EXPECT_EQ(Json(5).find("a"), nullptr);
}

TEST(Json, kinds_have_names_for_messages) {
    EXPECT_STREQ(Json::kind_name(Json()), "null");
    EXPECT_STREQ(Json::kind_name(Json(true)), "a boolean");
    EXPECT_STREQ(Json::kind_name(Json(1)), "a number");
    EXPECT_STREQ(Json::kind_name(Json("x")), "a string");
    EXPECT_STREQ(Json::kind_name(Json(Json::Array{})), "an array");
    EXPECT_STREQ(Json::kind_name(Json(Json::Object{})), "an object");
}

TEST(JsonDeathTest, a_value_is_read_as_what_it_is) {
    EXPECT_DEATH(Json(1).as_string(), "read as what it is");
    EXPECT_DEATH(Json("x").as_array(), "read as what it is");
}

TEST(Json, pretty_text_has_a_line_for_each_member) {
    auto json = Json::parse(R"({"a":[1,{}],"b":[],"c":"x"})");
    ASSERT_TRUE(json);
    EXPECT_EQ(json->to_pretty_text(),
              "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": [],\n  \"c\": \"x\"\n}");
}

TEST(JsonWriter, places_commas_by_itself) {
    std::string out;
    JsonWriter w(out);
    w.begin_object();
    w.key("id").string("a\"b");
    w.key("list").begin_array().integer(1).boolean(false).null().end_array();
    w.key("empty").begin_object().end_object();
    w.key("raw").raw("1.50");
    w.key("value").value(Json(Json::Array{Json(1), Json("x")}));
    w.end_object();
    EXPECT_EQ(out, R"({"id":"a\"b","list":[1,false,null],"empty":{},"raw":1.50,"value":[1,"x"]})");
}

}  // namespace
}  // namespace rb
