#pragma once
// A story is a text: commands at instants, each with what is expected of it.
// golden/stories/README.md describes the language. Parsing checks the form alone; the runner knows
// the words.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rb::testing::story {

// "due 34.80" of a reply or a query: a word and the rest.
struct Fact {
    std::string word;
    std::string value;
    std::int32_t line = 0;  // of the story; 0: found, not expected
};

enum class StatementKind : std::uint8_t { at, catalog, command, query };

struct Statement {
    StatementKind kind = StatementKind::command;
    std::int32_t line = 0;
    std::vector<std::string> words;  // without the mark that tells the kind
    std::string block;               // the indented lines below, without their common indent
    std::string fault;               // expected to be refused with it; empty: expected to succeed
    std::vector<Fact> expected;
};

struct Story {
    std::string name;  // as messages name it
    std::vector<Statement> statements;
};

// The error names the line: "first_month.story:12: ...".
Parsed<Story> parse(std::string_view name, std::string_view text);
// The whole of a file; the error names it.
Parsed<std::string> read_file(const std::string& path);

}  // namespace rb::testing::story
