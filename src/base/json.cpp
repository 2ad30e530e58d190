// Reading walks simdjson's on-demand iterator over the whole text. On-demand checks lazily: it
// proves that brackets, commas and colons are in place only where it is asked to go, and leaves
// scalars unread. The walk therefore visits every value, looks at the text of every scalar itself,
// and asks at the end whether anything is left.
#include "base/json.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "base/limits.h"

namespace rb {

namespace {

namespace od = simdjson::ondemand;

// A parser keeps buffers as large as the largest text it saw: those of ordinary requests are kept
// for the thread, a larger text gets a parser of its own.
constexpr std::size_t kept_parser_bytes_max = 256 * 1024;

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text) {
    auto skip_digits = [&] {
        std::size_t count = 0;
        while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
        text.remove_prefix(count);
        return count;
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.starts_with('0'))
        text.remove_prefix(1);
    else if (skip_digits() == 0)
        return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (skip_digits() == 0) return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
        if (skip_digits() == 0) return false;
    }
    return text.empty();
}

// The key that occurs twice, or nullptr.
const std::string* duplicate_key(const Json::Object& members) {
    constexpr std::size_t few = 16;
    if (members.size() <= few) {
        for (std::size_t i = 1; i < members.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (members[i].first == members[j].first) return &members[i].first;
        return nullptr;
    }
    std::vector<const std::string*> keys;
    keys.reserve(members.size());
    for (const auto& member : members) keys.push_back(&member.first);
    std::ranges::sort(keys, [](auto* a, auto* b) { return *a < *b; });
    auto twin = std::ranges::adjacent_find(keys, [](auto* a, auto* b) { return *a == *b; });
    return twin == keys.end() ? nullptr : *twin;
}

class Walk {
public:
    explicit Walk(const simdjson::padded_string& text) : text_(text) {}

    Parsed<Json> run(od::parser& parser) {
        od::document document;
        simdjson::error_code error = parser.iterate(text_).get(document);
        if (error == simdjson::UTF8_ERROR) return Unparsed("the text is not valid UTF-8");
        if (error == simdjson::EMPTY) return Unparsed("expected JSON, got nothing");
        if (error != simdjson::SUCCESS) return Unparsed("malformed JSON");
        document_ = &document;
        std::optional<Json> json = root(document);
        if (!json) return Unparsed(error_);
        return std::move(*json);
    }

private:
    std::optional<Json> root(od::document& document) {
        std::string_view whole = trim({text_.data(), text_.size()});
        if (whole.empty()) return fail("expected JSON, got nothing");
        std::optional<Json> json;
        if (whole.front() == '{' || whole.front() == '[') {
            od::value value;
            if (document.get_value().get(value) != simdjson::SUCCESS) return malformed();
            json = read(value, 1);
        } else if (whole.front() == '"') {
            std::string_view text;
            if (document.get_string().get(text) != simdjson::SUCCESS) return malformed();
            json = Json(text);
        } else {
            return literal(whole);
        }
        if (!json) return std::nullopt;
        // Only at the very end is there no location.
        if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return malformed();
        return json;
    }

    std::optional<Json> read(od::value value, std::size_t depth) {
        std::string_view token = value.raw_json_token();
        char first = token.empty() ? '\0' : token.front();
        if (first == '{' || first == '[') {
            if (depth > limits::json_depth_max)
                return fail("JSON nested deeper than " + std::to_string(limits::json_depth_max) +
                            " levels");
            return first == '{' ? read_object(value, depth) : read_array(value, depth);
        }
        if (first == '"') {
            std::string_view text;
            if (value.get_string().get(text) != simdjson::SUCCESS) return malformed(token);
            return Json(text);
        }
        return literal(trim(token));
    }

    std::optional<Json> read_array(od::value& value, std::size_t depth) {
        od::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS) return malformed();
        Json::Array items;
        for (auto item : array) {
            od::value inner;
            if (std::move(item).get(inner) != simdjson::SUCCESS) return malformed();
            std::optional<Json> json = read(inner, depth + 1);
            if (!json) return std::nullopt;
            items.push_back(std::move(*json));
        }
        return Json(std::move(items));
    }

    std::optional<Json> read_object(od::value& value, std::size_t depth) {
        od::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS) return malformed();
        Json::Object members;
        for (auto member : object) {
            od::field field;
            std::string_view key;
            if (std::move(member).get(field) != simdjson::SUCCESS) return malformed();
            if (field.unescaped_key().get(key) != simdjson::SUCCESS) return malformed();
            std::string kept(key);
            std::optional<Json> json = read(field.value(), depth + 1);
            if (!json) return std::nullopt;
            members.emplace_back(std::move(kept), std::move(*json));
        }
        if (const std::string* key = duplicate_key(members))
            return fail("duplicate key '" + key->substr(0, limits::name_bytes_max) + "'");
        return Json(std::move(members));
    }

    std::optional<Json> literal(std::string_view token) {
        if (token == "true") return Json(true);
        if (token == "false") return Json(false);
        if (token == "null") return Json();
        if (token.empty() || (token[0] != '-' && (token[0] < '0' || token[0] > '9')))
            return malformed(token);
        if (token.size() > limits::json_number_chars_max && token.find('"') == token.npos)
            return fail("a number has more than " + std::to_string(limits::json_number_chars_max) +
                        " characters");
        if (!is_json_number(token)) return malformed(token);
        return Json::number(std::string(token));
    }

    std::nullopt_t fail(std::string sentence) {
        error_ = std::move(sentence);
        return std::nullopt;
    }
    std::nullopt_t malformed() {
        const char* location = nullptr;
        if (document_->current_location().get(location) != simdjson::SUCCESS)
            location = text_.data() + text_.size();
        return malformed_at(location);
    }
    std::nullopt_t malformed(std::string_view token) { return malformed_at(token.data()); }
    std::nullopt_t malformed_at(const char* location) {
        std::ptrdiff_t offset = location - text_.data();
        auto byte =
            std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(text_.size()));
        return fail("malformed JSON at byte " + std::to_string(byte));
    }

    const simdjson::padded_string& text_;
    od::document* document_ = nullptr;
    std::string error_;
};

void write_pretty(const Json& json, std::string& out, std::size_t depth) {
    auto new_line = [&](std::size_t level) { out.append(1, '\n').append(level * 2, ' '); };
    if (json.is_array() && !json.as_array().empty()) {
        out += '[';
        for (const Json& item : json.as_array()) {
            if (&item != &json.as_array().front()) out += ',';
            new_line(depth + 1);
            write_pretty(item, out, depth + 1);
        }
        new_line(depth);
        out += ']';
    } else if (json.is_object() && !json.as_object().empty()) {
        out += '{';
        for (const auto& member : json.as_object()) {
            if (&member != &json.as_object().front()) out += ',';
            new_line(depth + 1);
            write_json_string(out, member.first);
            out += ": ";
            write_pretty(member.second, out, depth + 1);
        }
        new_line(depth);
        out += '}';
    } else {
        json.write(out);
    }
}

}  // namespace

Parsed<Json> Json::parse(std::string_view text) {
    simdjson::padded_string padded(text);
    if (text.size() > kept_parser_bytes_max) {
        od::parser parser;
        return Walk(padded).run(parser);
    }
    thread_local od::parser parser;
    return Walk(padded).run(parser);
}

bool Json::as_bool() const {
    RB_CHECK(is_bool(), "a JSON value is read as what it is");
    return std::get<bool>(value_);
}
const std::string& Json::as_string() const {
    RB_CHECK(is_string(), "a JSON value is read as what it is");
    return std::get<std::string>(value_);
}
const std::string& Json::number_text() const {
    RB_CHECK(is_number(), "a JSON value is read as what it is");
    return std::get<Number>(value_).text;
}
const Json::Array& Json::as_array() const {
    RB_CHECK(is_array(), "a JSON value is read as what it is");
    return std::get<Array>(value_);
}
const Json::Object& Json::as_object() const {
    RB_CHECK(is_object(), "a JSON value is read as what it is");
    return std::get<Object>(value_);
}
Json::Array& Json::as_array() {
    RB_CHECK(is_array(), "a JSON value is read as what it is");
    return std::get<Array>(value_);
}
Json::Object& Json::as_object() {
    RB_CHECK(is_object(), "a JSON value is read as what it is");
    return std::get<Object>(value_);
}

const Json* Json::find(std::string_view key) const {
    if (!is_object()) return nullptr;
    for (const auto& member : std::get<Object>(value_))
        if (member.first == key) return &member.second;
    return nullptr;
}

const Json* Json::at_path(std::string_view path) const {
    const Json* at = this;
    while (at != nullptr && !path.empty()) {
        std::size_t slash = path.find('/');
        std::string_view step = path.substr(0, slash);
        path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
        if (!at->is_array()) {
            at = at->find(step);
            continue;
        }
        std::size_t index = 0;
        bool is_index = !step.empty() && step.size() <= 9;
        for (char c : step) {
            is_index = is_index && c >= '0' && c <= '9';
            index = index * 10 + static_cast<std::size_t>(c - '0');
        }
        at = is_index && index < at->as_array().size() ? &at->as_array()[index] : nullptr;
    }
    return at;
}

void Json::write(std::string& out) const {
    if (is_null()) {
        out += "null";
    } else if (is_bool()) {
        out += as_bool() ? "true" : "false";
    } else if (is_number()) {
        out += number_text();
    } else if (is_string()) {
        write_json_string(out, as_string());
    } else if (is_array()) {
        JsonWriter writer(out);
        writer.begin_array();
        for (const Json& item : as_array()) writer.value(item);
        writer.end_array();
    } else {
        JsonWriter writer(out);
        writer.begin_object();
        for (const auto& [key, item] : as_object()) writer.key(key).value(item);
        writer.end_object();
    }
}

std::string Json::to_text() const {
    std::string out;
    write(out);
    return out;
}

std::string Json::to_pretty_text() const {
    std::string out;
    write_pretty(*this, out, 0);
    return out;
}

const char* Json::kind_name(const Json& j) {
    if (j.is_null()) return "null";
    if (j.is_bool()) return "a boolean";
    if (j.is_number()) return "a number";
    if (j.is_string()) return "a string";
    return j.is_array() ? "an array" : "an object";
}

void write_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex_digits = "0123456789abcdef";
    out += '"';
    std::size_t clean = 0;  // text before this is written
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, clean, i - clean);
        clean = i + 1;
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += hex_digits[c >> 4];
                out += hex_digits[c & 15];
        }
    }
    out.append(text, clean, text.size() - clean);
    out += '"';
}

}  // namespace rb
