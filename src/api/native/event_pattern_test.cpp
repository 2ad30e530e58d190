#include "api/native/event_pattern.h"

#include <gtest/gtest.h>

#include <random>

#include "api/http/json_scanner.h"

namespace rb::api::native {
namespace {

const std::string learnt =
    R"({"specversion":"1.0","id":"1","source":"s","data":{"count":3,"to":"DE"},"type":"t"})";

// What of the text matches: its values and what stands behind it, or "no".
std::string match(EventPattern& pattern, std::string text) {
    const std::size_t size = text.size();
    http::JsonScanner::pad(text);
    EventPattern::Values values;
    std::vector<engine::Property> properties;
    const char* end = pattern.match(text.data(), text.data() + size, values, properties);
    if (!end) return properties.empty() ? "no" : "no, but properties";
    std::string out = std::string(values.id) + ' ' + std::string(values.source) + ' ' +
                      std::string(values.type) + ' ' + std::string(values.subject);
    for (const engine::Property& p : properties)
        out += ' ' + std::string(p.name) + '=' + std::string(p.text);
    const auto behind = static_cast<std::size_t>(end - text.data());
    return out + '|' + text.substr(behind, size - behind);
}

TEST(EventPattern, finds_the_values_of_an_event_that_is_written_alike) {
    EventPattern pattern;
    EXPECT_EQ(match(pattern, learnt), "no");
    pattern.learn(learnt);
    EXPECT_EQ(match(pattern, learnt), "1 s t  count=3 to=DE|");
    EXPECT_EQ(
        match(
            pattern,
            R"({"specversion":"1.0","id":"no 2","source":"/x","data":{"count":456,"to":""},"type":"u"},{)"),
        "no 2 /x u  count=456 to=|,{");
}

TEST(EventPattern, leaves_all_else_to_the_strict_reader) {
    EventPattern pattern;
    pattern.learn(learnt);
    for (
        const char* text : {
            R"({"specversion":"0.3","id":"1","source":"s","data":{"count":3,"to":"DE"},"type":"t"})",
            R"({"specversion":"1.0","id":"","source":"s","data":{"count":3,"to":"DE"},"type":"t"})",
            R"({"specversion":"1.0","id":"\n","source":"s","data":{"count":3,"to":"DE"},"type":"t"})",
            R"({"specversion":"1.0","id":"1","source":"s","data":{"count":03,"to":"DE"},"type":"t"})",
            R"({"specversion":"1.0","id":"1","source":"s","data":{"count":3.5,"to":"DE"},"type":"t"})",
            R"({"specversion":"1.0","id":"1","source":"s","data":{"count":3,"to":"Ö"},"type":"t"})",
            R"({"specversion":"1.0","id":"1","source":"s","data":{"count":3,"to":"DE"},"type":"t")",
            R"({"specversion":"1.0","id":"1","source":"s","data":{"count":3,"to":"DE)",
            "",
        })
        EXPECT_EQ(match(pattern, text), "no") << text;
}

// Once lengths repeat, an event is compared as a whole: it must match as it would without that.
TEST(EventPattern, an_event_as_long_as_the_one_before_matches_as_any_other) {
    const std::string of_a_shape =
        R"({"specversion":"1.0","id":"evt-0123456789abc","source":"s","data":{"count":305,"to":"DE","no":""},)"
        R"("type":"message.sent","subject":"acme","time":"2026-04-01T12:30:15Z","x":[1]})";
    std::mt19937 random(5);
    std::size_t matched = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = of_a_shape;
        for (unsigned edits = random() % 3; edits > 0; --edits) {
            constexpr std::string_view bytes = "0123abz\"\\ ,}\xc3\x1f";
            text[random() % text.size()] = bytes[random() % bytes.size()];
        }
        if (random() % 8 == 0) text.resize(random() % text.size());
        EventPattern fresh, shaped;
        fresh.learn(of_a_shape);
        shaped.learn(of_a_shape);
        const std::string known = match(shaped, of_a_shape);
        ASSERT_EQ(known, match(shaped, of_a_shape));
        ASSERT_EQ(match(shaped, text), match(fresh, text)) << text;
        matched += match(fresh, text) == "no" ? 0 : 1;
    }
    EXPECT_GT(matched, 5'000U);
}

TEST(EventPattern, forgets_what_it_knew_when_there_is_nothing_to_learn) {
    EventPattern pattern;
    pattern.learn(learnt);
    pattern.learn(R"({"id":"1","data":{"nested":{}}})");
    EXPECT_EQ(match(pattern, learnt), "no");
    pattern.learn(R"({"\u0069d":"1"})");
    EXPECT_EQ(match(pattern, R"({"\u0069d":"1"})"), "no");
}

}  // namespace
}  // namespace rb::api::native
