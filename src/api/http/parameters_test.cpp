#include <gtest/gtest.h>

#include "api/http/message.h"

namespace rb::http {
namespace {

TEST(PercentDecoding, turns_escapes_into_bytes_and_leaves_plus_alone) {
    EXPECT_EQ(percent_decode("a%2Fb+c%c3%A9").value(), "a/b+c\xc3\xa9");
    EXPECT_EQ(percent_decode("").value(), "");
    EXPECT_EQ(percent_decode("%25%32%35").value(), "%25");  // once, not twice
}

TEST(PercentDecoding, refuses_cut_and_false_escapes) {
    for (const char* text : {"%", "%4", "a%", "%zz", "%4g", "%%41", "%-1", "% 1"}) {
        EXPECT_FALSE(percent_decode(text).has_value()) << text;
    }
}

TEST(Query, keeps_order_repetition_and_empty_values) {
    EXPECT_EQ(
        parse_query("b=1&a=x+y&b=%26&c&=d&&e=1=2").value(),
        (Parameters{{"b", "1"}, {"a", "x y"}, {"b", "&"}, {"c", ""}, {"", "d"}, {"e", "1=2"}}));
    EXPECT_TRUE(parse_query("").value().empty());
}

TEST(Query, refuses_false_escapes_and_text_that_is_not_utf8) {
    EXPECT_FALSE(parse_query("a=%f").has_value());
    EXPECT_FALSE(parse_query("%=a").has_value());
    EXPECT_FALSE(parse_query("a=%ff").has_value());
    EXPECT_FALSE(parse_query("a=%c3").has_value());
}

TEST(UrlencodedForm, has_a_bounded_number_of_parameters) {
    std::string body;
    for (int i = 0; i < 1000; ++i) body += "a=1&";
    EXPECT_EQ(parse_urlencoded(body).value().size(), 1000u);
    EXPECT_FALSE(parse_urlencoded(body + "a=1").has_value());
}

TEST(Parameters, find_gives_the_first_of_a_name) {
    const Parameters parameters{{"a", "1"}, {"a", "2"}};
    ASSERT_NE(find(parameters, "a"), nullptr);
    EXPECT_EQ(*find(parameters, "a"), "1");
    EXPECT_EQ(find(parameters, "A"), nullptr);
}

}  // namespace
}  // namespace rb::http
