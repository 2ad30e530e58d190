#include "catalog_file/node.h"

#include <algorithm>

namespace rb::catalog_file {

namespace {

constexpr std::size_t findings_max = 200;

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    return end - at;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    auto at = std::find_if(members.begin(), members.end(),
                           [&](const Member& member) { return member.key == key; });
    return at == members.end() ? nullptr : &at->value;
}

std::string_view Node::kind_name() const {
    switch (kind) {
        case Kind::null:
            return "nothing";
        case Kind::scalar:
            return quoted ? "a text" : "a value";
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
    }
    return "?";
}

void add_error(Findings& findings, std::string code, std::string where, std::int32_t line,
               std::string detail) {
    if (findings.size() >= findings_max) return;
    findings.push_back(
        {catalog::Severity::error, std::move(code), std::move(where), line, std::move(detail)});
}

bool is_json_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    std::size_t whole = digits_at(text, at);
    if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
    at += whole;
    if (at < text.size() && text[at] == '.') {
        std::size_t fraction = digits_at(text, at + 1);
        if (fraction == 0) return false;
        at += 1 + fraction;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        std::size_t exponent = digits_at(text, at);
        if (exponent == 0) return false;
        at += exponent;
    }
    return at == text.size();
}

Json to_json(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return {};
        case Node::Kind::scalar:
            if (node.quoted) return Json(node.text);
            if (node.text == "true") return Json(true);
            if (node.text == "false") return Json(false);
            if (is_json_number(node.text)) return Json::number(node.text);
            return Json(node.text);
        case Node::Kind::list: {
            Json::Array items;
            for (const Node& item : node.items) items.push_back(to_json(item));
            return Json(std::move(items));
        }
        case Node::Kind::map: {
            Json::Object members;
            for (const Node::Member& member : node.members)
                members.emplace_back(member.key, to_json(member.value));
            return Json(std::move(members));
        }
    }
    return {};
}

}  // namespace rb::catalog_file
