#include "catalog_file/catalog_file.h"
#include "catalog_file/node.h"
#include "domain/catalog/document.h"

namespace rb::catalog_file {

namespace {

constexpr std::size_t line_max = 100;

Json whole_document(const catalog::Catalog& catalog) {
    const Json settings = document(catalog.settings);
    Json::Object out{{"catalog", Json(1)}};
    Json changes;
    for (const auto& [section, value] : settings.as_object()) {
        if (section == "changes")
            changes = value;  // after the plans that the rules name
        else if (!(value.is_object() && value.as_object().empty()))
            out.emplace_back(section, value);
    }
    Json::Object plans;
    for (const auto& [key, plan] : catalog.plans.by_key())
        if (!plan->head.archived)
            plans.emplace_back(key, document(catalog.settings, plan->head, plan->latest()));
    if (!plans.empty()) out.emplace_back("plans", Json(std::move(plans)));
    if (!changes.as_array().empty()) out.emplace_back("changes", std::move(changes));
    return Json(std::move(out));
}

// Whether a text may stand without quotes and is still read as a text by everybody: it begins with
// a letter, has nothing that means something to YAML, and is no word of any of its versions.
bool is_plain(std::string_view text) {
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.empty() || text.size() > 200 || !is_letter(text[0]) || text.back() == ' ')
        return false;
    for (char c : text)
        if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-' && c != '.' && c != ' ')
            return false;
    for (std::string_view word : {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}) {
        if (text.size() != word.size()) continue;
        bool is_same = true;
        for (std::size_t i = 0; i < word.size(); ++i)
            is_same = is_same && (text[i] | 0x20) == word[i];
        if (is_same) return false;
    }
    return true;
}

void write_scalar(std::string& out, const Json& value) {
    if (value.is_string() && is_plain(value.as_string()))
        out += value.as_string();
    else
        value.write(out);
}

// Whole numbers as keys are price groups; they are read back as texts.
void write_key(std::string& out, const std::string& key) {
    if (is_plain(key) || is_json_number(key))
        out += key;
    else
        write_json_string(out, key);
    out += ':';
}

void write_flow(std::string& out, const Json& value) {
    if (value.is_object()) {
        out += '{';
        for (const auto& [key, member] : value.as_object()) {
            if (out.back() != '{') out += ", ";
            write_key(out, key);
            out += ' ';
            write_flow(out, member);
        }
        out += '}';
    } else if (value.is_array()) {
        out += '[';
        bool is_first = true;
        for (const Json& item : value.as_array()) {
            if (!is_first) out += ", ";
            is_first = false;
            write_flow(out, item);
        }
        out += ']';
    } else {
        write_scalar(out, value);
    }
}

bool is_open(const Json& value) {
    return (value.is_object() && !value.as_object().empty()) ||
           (value.is_array() && !value.as_array().empty());
}

// The first two levels are open; what lies deeper stands on one line as long as it fits.
void write_block(std::string& out, const Json& value, std::size_t indent, std::size_t level) {
    auto write_value = [&](const Json& member) {
        std::size_t line_start = out.rfind('\n') + 1;
        std::string flow;
        write_flow(flow, member);
        bool fits = out.size() - line_start + 1 + flow.size() <= line_max;
        if (!is_open(member) || (level >= 1 && fits)) {
            out += ' ';
            out += flow;
            out += '\n';
        } else {
            out += '\n';
            write_block(out, member, indent + 2, level + 1);
        }
    };
    if (value.is_object()) {
        for (const auto& [key, member] : value.as_object()) {
            out.append(indent, ' ');
            write_key(out, key);
            write_value(member);
        }
    } else {
        for (const Json& item : value.as_array()) {
            out.append(indent, ' ');
            out += '-';
            write_value(item);
        }
    }
}

}  // namespace

std::string write_yaml(const catalog::Catalog& catalog) {
    std::string out;
    write_block(out, whole_document(catalog), 0, 0);
    return out;
}

std::string write_json(const catalog::Catalog& catalog) {
    return whole_document(catalog).to_pretty_text();
}

}  // namespace rb::catalog_file
