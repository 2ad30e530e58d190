#include "api/native/event_pattern.h"

#include <gtest/gtest.h>

#include "api/http/json_scanner.h"

namespace rb::api::native {
namespace {

const std::string learnt =
    R"({"specversion":"1.0","id":"1","source":"s","data":{"count":3,"to":"DE"},"type":"t"})";

// What of the text matches: its values and what stands behind it, or "no".
std::string match(const EventPattern& pattern, std::string text) {
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
