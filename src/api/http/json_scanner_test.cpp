#include "api/http/json_scanner.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace rb::http {
namespace {

// Reads a whole text as one value; "" when it is accepted, else what is wrong.
std::string judge(std::string text) {
    const std::size_t size = text.size();
    JsonScanner::pad(text);
    std::string arena;
    JsonScanner scanner(text.data(), text.data() + size, arena);
    std::string_view raw;
    if (scanner.skip_value(0, raw) && !scanner.at_end()) scanner.fail("more behind the value");
    return scanner.failed() ? scanner.error().what : "";
}

std::string string_of(std::string text) {
    const std::size_t size = text.size();
    JsonScanner::pad(text);
    std::string arena;
    JsonScanner scanner(text.data(), text.data() + size, arena);
    std::string_view out;
    if (!scanner.read_string(out)) return std::string("!") + scanner.error().what;
    return std::string(out);
}

TEST(JsonScanner, takes_every_kind_of_value) {
    for (const char* text :
         {"{}", "[]", "\"\"", "0", "-0", "1.5e+10", "true", "false", "null", " [1 , 2]\n",
          R"({"a":{"b":[{},[],"x"]},"c":null})", "[[[]],{}]", R"("\u00e9\n\\")", "\"\xC3\xA9\"",
          "[1,2,{\"a\":[true,false]}]", "1234567890123456789012345678901234567890"})
        EXPECT_EQ(judge(text), "") << text;
}

TEST(JsonScanner, refuses_what_is_no_json) {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[",
                             "}",
                             "]",
                             "[1,]",
                             "[,1]",
                             "{\"a\"}",
                             "{\"a\":}",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{1:1}",
                             "[1 2]",
                             "01",
                             "-",
                             "1.",
                             ".5",
                             "1e",
                             "+1",
                             "NaN",
                             "Infinity",
                             "-Infinity",
                             "nul",
                             "truth",
                             "'a'",
                             "\"a",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"\\ud800\"",
                             "\"\\udc00\"",
                             "\"\t\"",
                             "\"\xC3\"",
                             "\"\xFF\"",
                             "1 1",
                             "{}{}",
                             "[}",
                             "{]",
                             "12345678901234567890123456789012345678901"})
        EXPECT_NE(judge(text), "") << text;
}

TEST(JsonScanner, refuses_a_zero_byte_wherever_it_stands) {
    EXPECT_NE(judge(std::string("[1,\0 2]", 7)), "");
    EXPECT_NE(judge(std::string("\"a\0b\"", 5)), "");
    EXPECT_NE(judge(std::string("1\0", 2)), "");
}

TEST(JsonScanner, bounds_the_depth) {
    EXPECT_EQ(judge(std::string(32, '[') + std::string(32, ']')), "");
    EXPECT_EQ(judge(std::string(33, '[') + std::string(33, ']')), "nested too deeply");
    EXPECT_EQ(judge(std::string(5'000'000, '[')), "nested too deeply");
}

TEST(JsonScanner, resolves_escapes) {
    EXPECT_EQ(string_of(R"("plain")"), "plain");
    EXPECT_EQ(string_of(R"("a\"b\\c\/d\b\f\n\r\t")"), "a\"b\\c/d\b\f\n\r\t");
    EXPECT_EQ(string_of(R"("\u0041\u00e9\u20AC\ud83d\ude00 and more than sixteen bytes behind")"),
              "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 and more than sixteen bytes behind");
    EXPECT_EQ(string_of("\"Gr\xC3\xBC\xC3\x9F\\n\""), "Gr\xC3\xBC\xC3\x9F\n");
    EXPECT_EQ(string_of(R"("\ud83dx")"), "!half of a surrogate pair in a string");
}

TEST(JsonScanner, keeps_strings_with_escapes_apart) {
    std::string text = R"({"a\n":"b\n","c\t":{"x\n":["y\n"]},"d":"e\r"})";
    const std::size_t size = text.size();
    JsonScanner::pad(text);
    std::string arena;
    JsonScanner scanner(text.data(), text.data() + size, arena);
    ASSERT_TRUE(scanner.begin_object());
    std::string_view a, b, c, raw, d, e, none;
    ASSERT_TRUE(scanner.next_member(a));
    scanner.peek();
    ASSERT_TRUE(scanner.read_string(b));
    ASSERT_TRUE(scanner.next_member(c));
    ASSERT_TRUE(scanner.skip_value(1, raw));
    ASSERT_TRUE(scanner.next_member(d));
    scanner.peek();
    ASSERT_TRUE(scanner.read_string(e));
    EXPECT_FALSE(scanner.next_member(none));
    EXPECT_FALSE(scanner.failed());
    EXPECT_EQ(a, "a\n");
    EXPECT_EQ(b, "b\n");
    EXPECT_EQ(c, "c\t");
    EXPECT_EQ(raw, R"({"x\n":["y\n"]})");
    EXPECT_EQ(d, "d");
    EXPECT_EQ(e, "e\r");
}

// Documents are cut, doubled and changed at random: what one reader takes, the other takes.
TEST(JsonScanner, agrees_with_the_tree_reader_on_what_json_is) {
    const std::vector<std::string> seeds{
        R"({"a":[1,-2.5e3,true,false,null],"b":{"c":"\u00e9\\ \"x\" \ud83d\ude00","d":{}},"e":""})",
        R"([{"id":"1","n":0.10},{"id":"2","deep":[[[[{"x":[]}]]]]}, "tail" ])",
        "[\"Gr\xC3\xBC\xC3\x9F\", \"\xF0\x9F\x98\x80\", 10, 1E-7]"};
    const std::string alphabet = "{}[]\",:\\ \n0123456789eE+-.utrfalsn\x01\x7F\xC3\xFF";
    std::uint64_t state = 42;
    auto random = [&](std::size_t below) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>(state >> 33) % below;
    };
    int accepted = 0;
    constexpr int rounds = 60'000;
    for (int i = 0; i < rounds; ++i) {
        std::string text = seeds[random(seeds.size())];
        for (std::size_t change = random(4); change > 0 && !text.empty(); --change) {
            const std::size_t at = random(text.size());
            switch (random(4)) {
                case 0:
                    text[at] = alphabet[random(alphabet.size())];
                    break;
                case 1:
                    text.insert(at, 1, alphabet[random(alphabet.size())]);
                    break;
                case 2:
                    text.erase(at, 1 + random(3));
                    break;
                default:
                    text.resize(at);
                    break;
            }
        }
        const auto tree = Json::parse(text);
        const std::string here = judge(text);
        // The tree reader alone refuses a name that is given twice.
        const bool is_twice = !tree && tree.error().find("duplicate key") != std::string::npos;
        if (is_twice) continue;
        ASSERT_EQ(tree.has_value(), here.empty())
            << text << "\n tree: " << (tree ? "" : tree.error()) << "\n here: " << here;
        accepted += here.empty();
    }
    EXPECT_GT(accepted, rounds / 10);
}

}  // namespace
}  // namespace rb::http
