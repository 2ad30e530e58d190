// Texts that are made to hurt: each is refused with a finding, none crashes or takes the machine.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "catalog_file/test_file.h"

namespace rb::catalog_file {

namespace {

std::string repeated(std::string_view part, std::size_t count) {
    std::string out;
    out.reserve(part.size() * count);
    for (std::size_t i = 0; i < count; ++i) out += part;
    return out;
}

std::string first_code(const std::string& text) {
    auto result = read(text);
    EXPECT_FALSE(result.ok());
    return result.findings.empty() ? "none" : result.findings[0].code;
}

}  // namespace

TEST(HostileCatalogFile, deep_nesting_is_refused) {
    for (std::size_t depth : {100, 400'000})
        EXPECT_EQ(first_code("a: " + repeated("[", depth) + repeated("]", depth)),
                  "nesting_is_too_deep");
    EXPECT_FALSE(read("a: " + repeated("[", 900'000)).ok());
    EXPECT_EQ(first_code("a: " + repeated("{a: ", 100'000)), "nesting_is_too_deep");
    EXPECT_EQ(first_code(repeated("- ", 100'000)), "nesting_is_too_deep");
    EXPECT_EQ(first_code(repeated("? ", 100'000)), "key_is_invalid");
    std::string indented;
    for (std::size_t i = 0; i < 200; ++i) indented += std::string(i, ' ') + "a:\n";
    EXPECT_EQ(first_code(indented), "nesting_is_too_deep");
    EXPECT_EQ(first_code(repeated("{\"a\":", 100'000)), "json_is_invalid");
}

TEST(HostileCatalogFile, size_and_counts_are_bounded) {
    EXPECT_EQ(first_code(std::string(limits::catalog_file_bytes_max + 1, ' ')),
              "file_is_too_large");
    EXPECT_EQ(first_code("{" + std::string(limits::catalog_file_bytes_max, ' ')),
              "file_is_too_large");
    EXPECT_EQ(first_code("a: " + repeated("[", 2'000'000)), "too_many");
    EXPECT_EQ(first_code("a: [" + repeated("1,", 1'500'000)), "too_many");
    EXPECT_EQ(first_code(repeated("- 1\n", 1'100'000)), "too_many");
}

TEST(HostileCatalogFile, findings_are_bounded) {
    std::string text = "catalog: 1\n";
    for (int i = 0; i < 20'000; ++i) text += "key" + std::to_string(i) + ": 1\n";
    auto result = read(text);
    EXPECT_FALSE(result.ok());
    EXPECT_LE(result.findings.size(), 200u);
}

TEST(HostileCatalogFile, an_alias_bomb_is_refused_at_its_first_anchor) {
    EXPECT_EQ(first_code("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"), "alias_is_refused");
}

// Every beginning of a good file is refused or read, and so is the file with any byte changed.
TEST(HostileCatalogFile, damaged_files_are_read_or_refused) {
    const std::string whole(test::everything);
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        auto result = read(std::string_view(whole).substr(0, size));
        EXPECT_TRUE(result.ok() || !result.findings.empty());
    }
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); at += 11)
        for (char c : {'\0', '\n', '[', '}', ':', '"', '-', '\xff', '&', '9'}) {
            std::string damaged = whole;
            damaged[at] = c;
            refused += !read(damaged).ok();
        }
    EXPECT_GT(refused, 500u);
}

TEST(HostileCatalogFile, damaged_json_is_read_or_refused) {
    const std::string whole = write_json(test::applied(read(test::everything).draft));
    for (std::size_t size = 0; size < whole.size(); size += 7)
        EXPECT_FALSE(read(std::string_view(whole).substr(0, size)).ok());
    for (std::size_t at = 0; at < whole.size(); at += 17)
        for (char c : {'\0', '[', '}', ':', '"', ',', '\xff', '\\', '9'}) {
            std::string damaged = whole;
            damaged[at] = c;
            auto result = read(damaged);
            EXPECT_TRUE(result.ok() || !result.findings.empty());
        }
}

}  // namespace rb::catalog_file
