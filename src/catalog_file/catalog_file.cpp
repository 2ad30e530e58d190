#include "catalog_file/catalog_file.h"

#include <algorithm>

#include "base/text.h"
#include "catalog_file/fields.h"
#include "catalog_file/sections.h"
#include "domain/catalog/decide.h"

namespace rb::catalog_file {

namespace {

bool is_error(const catalog::Finding& finding) {
    return finding.severity == catalog::Severity::error;
}

// The line of the deepest part of a path that the text has: "plans/im_small/fee/USD".
std::int32_t line_of(const Node& root, std::string_view path) {
    const Node* node = &root;
    std::int32_t line = 0;
    while (!path.empty()) {
        std::size_t slash = path.find('/');
        std::string_view name = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
        if (node->kind == Node::Kind::list) {
            auto index = parse_int(name);
            if (!index || *index < 0 || static_cast<std::size_t>(*index) >= node->items.size())
                break;
            node = &node->items[static_cast<std::size_t>(*index)];
            line = node->line;
            continue;
        }
        auto member = std::find_if(node->members.begin(), node->members.end(),
                                   [&](const Node::Member& m) { return m.key == name; });
        if (member == node->members.end()) break;
        line = member->line;
        node = &member->value;
    }
    return line;
}

void read_file(const Node& root, ReadResult& result) {
    PeriodOfFamily periods;
    Fields file(Place{&root, "", &result.findings});
    file.field("catalog", [](const Place& place) {
        std::int64_t version = 1;
        read_integer(place, version);
        if (version != 1)
            place.error("version_is_unknown",
                        "this is read as version 1 of the file's grammar: "
                        "catalog: 1");
    });
    file.require("catalog");
    read_settings(file, result.draft.settings, periods);
    file.field("plans", [&](const Place& place) {
        read_plans(place, result.draft.settings, periods, result.draft.plans);
    });
    file.finish();
}

}  // namespace

bool ReadResult::ok() const { return std::none_of(findings.begin(), findings.end(), is_error); }

ReadResult read(std::string_view text) {
    ReadResult result;
    std::size_t first = text.find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string_view::npos && text[first] == '{';
    const Node root =
        is_json ? parse_json(text, result.findings) : parse_yaml(text, result.findings);
    // What follows would only repeat in other words that the text cannot be read.
    if (!result.ok() && root.kind == Node::Kind::null) return result;
    if (root.kind == Node::Kind::null) {
        add_error(result.findings, "field_is_missing", "", 1, "the file is empty");
        return result;
    }
    read_file(root, result);
    // Lint judges a catalog that was read as it was meant, else it would find what reading left
    // out.
    if (result.ok()) {
        for (catalog::Finding& finding : catalog::lint(result.draft)) {
            if (std::int32_t line = line_of(root, finding.where); line != 0) finding.line = line;
            result.findings.push_back(std::move(finding));
        }
    }
    std::stable_sort(result.findings.begin(), result.findings.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    return result;
}

std::string findings_text(std::string_view file, const std::vector<catalog::Finding>& findings) {
    std::string out;
    for (const catalog::Finding& finding : findings) {
        out += file;
        if (finding.line > 0) out += ":" + std::to_string(finding.line);
        out += ": ";
        out += enum_text(finding.severity);
        out += ": ";
        if (!finding.where.empty()) out += finding.where + ": ";
        out += finding.detail + " [" + finding.code + "]\n";
    }
    return out;
}

}  // namespace rb::catalog_file
