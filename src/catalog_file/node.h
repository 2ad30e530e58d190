#pragma once
// A parsed text as a small tree with line numbers: what YAML and JSON have in common, so that one
// reader serves both. Scalars keep their text; whether they were quoted tells "5" from 5.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "domain/catalog/types.h"

namespace rb::catalog_file {

struct Node {
    enum class Kind : std::uint8_t { null, scalar, list, map };
    struct Member;

    Kind kind = Kind::null;
    bool quoted = false;    // of a scalar: it was written as a string
    std::int32_t line = 0;  // from 1; 0: not known
    std::string text;       // of a scalar
    std::vector<Node> items;
    std::vector<Member> members;  // keys are unique, in the order of the text

    const Node* find(std::string_view key) const;
    // "a map", "a list", ... for messages.
    std::string_view kind_name() const;
};

struct Node::Member {
    std::string key;
    std::int32_t line = 0;
    Node value;
};

using Findings = std::vector<catalog::Finding>;

void add_error(Findings& findings, std::string code, std::string where, std::int32_t line,
               std::string detail);

// The tree of a text. Sizes, depth and counts are bounded before memory is: any text is refused or
// read within a few seconds. When an error was found the tree is not complete.
Node parse_yaml(std::string_view text, Findings& findings);
Node parse_json(std::string_view text, Findings& findings);

// Free data as a JSON value: plain true, false, null and numbers are what they look like.
Json to_json(const Node& node);

// True for the text of a JSON number.
bool is_json_number(std::string_view text);

}  // namespace rb::catalog_file
