#pragma once
// JSON as a value, with what billing needs and general libraries lose: numbers keep the text they
// were written with (read them as Decimal, never through floating point), an object keeps the order
// of its members, a key that occurs twice is an error. Parsing is simdjson's; depth and size are
// bounded.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"

namespace rb {

class Json {
public:
    struct Number {
        std::string text;  // the token as written
        bool operator==(const Number&) const = default;
    };
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;  // null
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    Json(std::int64_t value) : value_(Number{std::to_string(value)}) {}
    Json(int value) : Json(static_cast<std::int64_t>(value)) {}
    Json(std::string text) : value_(std::move(text)) {}
    Json(std::string_view text) : value_(std::string(text)) {}
    Json(const char* text) : value_(std::string(text)) {}
    Json(Array items) : value_(std::move(items)) {}
    Json(Object members) : value_(std::move(members)) {}
    static Json number(std::string text) {
        Json j;
        j.value_ = Number{std::move(text)};
        return j;
    }

    // The whole text must be one JSON value; anything after it is an error. The error says what
    // and, where known, at which byte.
    static Parsed<Json> parse(std::string_view text);

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    bool is_bool() const { return std::holds_alternative<bool>(value_); }
    bool is_number() const { return std::holds_alternative<Number>(value_); }
    bool is_string() const { return std::holds_alternative<std::string>(value_); }
    bool is_array() const { return std::holds_alternative<Array>(value_); }
    bool is_object() const { return std::holds_alternative<Object>(value_); }

    // Undefined unless the matching is_...() holds (checked).
    bool as_bool() const;
    const std::string& as_string() const;
    const std::string& number_text() const;
    const Array& as_array() const;
    const Object& as_object() const;
    Array& as_array();
    Object& as_object();

    // The member, or nullptr; nullptr also when this is no object.
    const Json* find(std::string_view key) const;
    // A path of members and indexes, "data/items/0/id"; nullptr when there is none.
    const Json* at_path(std::string_view path) const;

    // Compact text; members in their order.
    void write(std::string& out) const;
    std::string to_text() const;
    std::string to_pretty_text() const;
    bool operator==(const Json&) const = default;
    static const char* kind_name(const Json& j);  // "a string", "an object", ...

private:
    std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

// Appends text as a JSON string with its quotes, escaping what must be escaped.
void write_json_string(std::string& out, std::string_view text);

// Appends JSON without building a value: the fast path of every reply. Commas are its business.
//
//     JsonWriter w(out);
//     w.begin_object(); w.key("id").string("acc_1"); w.key("frozen").boolean(false);
//     w.end_object();
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}
    JsonWriter& begin_object() {
        comma();
        out_ += '{';
        first_ = true;
        return *this;
    }
    JsonWriter& end_object() {
        out_ += '}';
        first_ = false;
        return *this;
    }
    JsonWriter& begin_array() {
        comma();
        out_ += '[';
        first_ = true;
        return *this;
    }
    JsonWriter& end_array() {
        out_ += ']';
        first_ = false;
        return *this;
    }
    JsonWriter& key(std::string_view name) {
        comma();
        write_json_string(out_, name);
        out_ += ':';
        first_ = true;
        return *this;
    }
    JsonWriter& string(std::string_view text) {
        comma();
        write_json_string(out_, text);
        return *this;
    }
    JsonWriter& integer(std::int64_t value) { return raw(std::to_string(value)); }
    JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& null() { return raw("null"); }
    // Text that is JSON already: a number's text, a nested document.
    JsonWriter& raw(std::string_view json) {
        comma();
        out_ += json;
        return *this;
    }
    JsonWriter& value(const Json& j) {
        comma();
        j.write(out_);
        return *this;
    }

private:
    void comma() {
        if (!first_) out_ += ',';
        first_ = false;
    }
    std::string& out_;
    bool first_ = true;
};

}  // namespace rb
