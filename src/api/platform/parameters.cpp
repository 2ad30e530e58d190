#include "api/platform/parameters.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace rb::api::platform {
namespace {

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::unexpected<Failure> unreadable(std::string_view where, const std::string& why) {
    return fail(Code::arguments_are_invalid,
                "The " + std::string(where) + " cannot be read: " + why + ".");
}

// What credentials are, and what says which method: not part of what is asked.
bool is_envelope(std::string_view name) {
    constexpr std::array<std::string_view, 7> names{
        "cmd",           "api_key",    "account_id",      "account_name",
        "account_email", "session_id", "account_password"};
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

Outcome<Arguments> Arguments::of(const http::Request& request) {
    Arguments arguments;
    auto query = http::parse_query(request.query);
    if (!query) return unreadable("query", query.error());
    if (auto ok = arguments.add_all(std::move(*query)); !ok) return std::unexpected(ok.error());
    if (auto ok = arguments.add_body(request); !ok) return std::unexpected(ok.error());
    return arguments;
}

Outcome<void> Arguments::add(std::string name, std::string value) {
    if (value.empty()) return {};
    auto [it, first] = values_.try_emplace(std::move(name), std::move(value));
    if (!first && it->second != value)
        return fail(Code::arguments_are_invalid,
                    "The parameter '" + it->first + "' was sent twice with different values.");
    return {};
}

Outcome<void> Arguments::add_all(http::Parameters&& parameters) {
    for (auto& [name, value] : parameters)
        if (auto ok = add(std::move(name), std::move(value)); !ok) return ok;
    return {};
}

Outcome<void> Arguments::add_body(const http::Request& request) {
    if (trim(request.body).empty()) return {};
    const std::string* header = request.header("Content-Type");
    std::string_view content_type = header ? std::string_view(*header) : "";
    std::string kind = to_lower(trim(content_type.substr(0, content_type.find(';'))));
    if (kind == "multipart/form-data") {
        auto fields = http::parse_multipart(content_type, request.body);
        if (!fields) return unreadable("body", fields.error());
        return add_all(std::move(*fields));
    }
    if (kind == "application/json") return add_json(request.body);
    if (kind.empty() || kind == "application/x-www-form-urlencoded") {
        auto fields = http::parse_urlencoded(request.body);
        if (!fields) return unreadable("body", fields.error());
        return add_all(std::move(*fields));
    }
    return fail(Code::arguments_are_invalid,
                "Send the parameters in the query, as a form, as multipart/form-data or as JSON.");
}

Outcome<void> Arguments::add_json(std::string_view body) {
    auto json = Json::parse(body);
    if (!json) return unreadable("body", json.error());
    if (!json->is_object()) return unreadable("body", "it must be a JSON object");
    for (const auto& [name, value] : json->as_object()) {
        std::string text;
        if (value.is_string())
            text = value.as_string();
        else if (value.is_number())
            text = value.number_text();
        else if (value.is_bool())
            text = value.as_bool() ? "true" : "false";
        else if (!value.is_null())
            return fail(Code::arguments_are_invalid,
                        "The parameter '" + name + "' must be a string, a number or a boolean.");
        if (auto ok = add(name, std::move(text)); !ok) return ok;
    }
    return {};
}

std::string_view Arguments::text(std::string_view name) const {
    auto it = values_.find(name);
    return it == values_.end() ? std::string_view() : std::string_view(it->second);
}

Outcome<std::optional<bool>> Arguments::boolean(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    std::string value = to_lower(trim(text(name)));
    if (value == "true") return true;
    if (value == "false") return false;
    return fail(Code::arguments_are_invalid,
                "The parameter '" + std::string(name) + "' must be true or false.");
}

Outcome<std::optional<std::int64_t>> Arguments::integer(std::string_view name,
                                                        Code otherwise) const {
    if (!has(name)) return std::nullopt;
    auto value = parse_int(trim(text(name)));
    if (!value)
        return fail(otherwise, "The parameter '" + std::string(name) + "' must be an integer.");
    return *value;
}

std::optional<std::vector<std::string>> Arguments::texts(std::string_view name) const {
    std::vector<std::string> items;
    std::string_view rest = text(name);
    while (!rest.empty()) {
        std::size_t end = rest.find(';');
        std::string_view item = trim(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        std::string lower = to_lower(item);
        if (lower == "all" || lower == "any") return std::nullopt;
        if (!item.empty()) items.emplace_back(item);
    }
    if (items.empty()) return std::nullopt;
    return items;
}

Outcome<std::optional<std::vector<std::int64_t>>> Arguments::integers(std::string_view name,
                                                                      Code otherwise) const {
    auto items = texts(name);
    if (!items) return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const std::string& item : *items) {
        auto value = parse_int(item);
        if (!value)
            return fail(otherwise, "The parameter '" + std::string(name) +
                                       "' must be a list of integers, separated by ';'.");
        numbers.push_back(*value);
    }
    return numbers;
}

std::string Arguments::canonical() const {
    std::string out;
    for (const auto& [name, value] : values_) {
        if (is_envelope(name)) continue;
        out += std::to_string(name.size()) + ":" + name + "=" + std::to_string(value.size()) + ":" +
               value + "\n";
    }
    return out;
}

}  // namespace rb::api::platform
