#include "api/native/fields.h"

#include <algorithm>

#include "base/text.h"

namespace rb::api::native {

namespace {

// A name inside a JSON pointer (RFC 6901).
std::string escaped(std::string_view name) {
    std::string out;
    for (char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

bool is_json(std::string_view content_type) {
    std::string type = to_lower(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ')) type.pop_back();
    return type == "application/json" || type.ends_with("+json");
}

}  // namespace

void Errors::add(Fault fault, std::string pointer, std::string detail) {
    constexpr std::size_t errors_max = 100;
    if (list_.empty()) first_ = fault;
    if (list_.size() < errors_max) list_.push_back({std::move(pointer), std::move(detail)});
}

Fields::Fields(const Json& object, std::string pointer, Errors& errors)
    : object_(&object), pointer_(std::move(pointer)), errors_(&errors) {}

std::string Fields::pointer_to(std::string_view name) const {
    return pointer_ + "/" + escaped(name);
}

std::string Fields::shown(std::string_view text) {
    constexpr std::size_t shown_bytes_max = 60;
    if (text.size() <= shown_bytes_max) return std::string(text);
    std::size_t end = shown_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "...";
}

void Fields::invalid(std::string_view name, std::string detail) {
    errors_->add(Fault::field_is_invalid, pointer_to(name), std::move(detail));
}

void Fields::missing(std::string_view name, std::string detail) {
    errors_->add(Fault::field_is_missing, pointer_to(name), std::move(detail));
}

const Json* Fields::find(std::string_view name, Need need, std::string_view expected) {
    known_.emplace_back(name);
    const Json* value = object_->find(name);
    if (value && !value->is_null()) return value;
    if (need == Need::required) missing(name, "expected " + std::string(expected));
    return nullptr;
}

bool Fields::has(std::string_view name) {
    known_.emplace_back(name);
    return object_->find(name) != nullptr;
}

bool Fields::is_null(std::string_view name) {
    known_.emplace_back(name);
    const Json* value = object_->find(name);
    return value && value->is_null();
}

std::optional<std::string> Fields::text(std::string_view name, Need need) {
    const Json* value = find(name, need, "a string");
    if (!value) return std::nullopt;
    if (value->is_string()) return value->as_string();
    invalid(name, std::string("expected a string, got ") + Json::kind_name(*value));
    return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view name) {
    const Json* value = find(name, Need::optional, "true or false");
    if (!value) return std::nullopt;
    if (value->is_bool()) return value->as_bool();
    invalid(name, std::string("expected true or false, got ") + Json::kind_name(*value));
    return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, Need need) {
    const Json* value = find(name, need, "a whole number");
    if (!value) return std::nullopt;
    if (!value->is_number()) {
        invalid(name, std::string("expected a whole number, got ") + Json::kind_name(*value));
        return std::nullopt;
    }
    // "1e3" and "5.0" are whole numbers too; the value comes from the text, never from a double.
    auto decimal = Decimal::parse_json_number(value->number_text());
    if (decimal && decimal->is_whole()) {
        auto whole = parse_int(decimal->to_text());
        if (whole) return *whole;
    }
    invalid(name, "expected a whole number below 2^63, got " + shown(value->number_text()));
    return std::nullopt;
}

std::optional<Instant> Fields::instant(std::string_view name, Need need) {
    auto value = text(name, need);
    if (!value) return std::nullopt;
    auto parsed = Instant::parse(*value);
    if (parsed) return *parsed;
    invalid(name, parsed.error());
    return std::nullopt;
}

std::optional<Amount> Fields::money(std::string_view name, Need need) {
    constexpr std::string_view shape = R"({"amount": "12.34", "currency": "USD"})";
    const Json* value = find(name, need, shape);
    if (!value) return std::nullopt;
    if (!value->is_object()) {
        std::string detail = "expected " + std::string(shape) + ", got ";
        invalid(name, detail + Json::kind_name(*value));
        return std::nullopt;
    }
    Fields fields(*value, pointer_to(name), *errors_);
    const Json* amount = value->find("amount");
    if (amount && amount->is_number()) {
        fields.known_.emplace_back("amount");
        fields.invalid("amount",
                       "money is written as a decimal string, so that no digit is lost on the way: "
                       "\"" +
                           shown(amount->number_text()) + "\", not " +
                           shown(amount->number_text()));
        amount = nullptr;
    } else {
        amount = fields.text("amount", Need::required) ? amount : nullptr;
    }
    auto code = fields.text("currency", Need::required);
    fields.finish();
    if (!amount || !code) return std::nullopt;
    auto currency = Currency::parse(*code);
    if (!currency) {
        fields.invalid("currency", currency.error());
        return std::nullopt;
    }
    auto parsed = Amount::parse(amount->as_string(), *currency);
    if (!parsed) {
        fields.invalid("amount", parsed.error());
        return std::nullopt;
    }
    return *parsed;
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name) {
    const Json* value = find(name, Need::optional, "an array of strings");
    if (!value) return std::nullopt;
    if (!value->is_array()) {
        invalid(name, std::string("expected an array of strings, got ") + Json::kind_name(*value));
        return std::nullopt;
    }
    std::vector<std::string> out;
    for (const Json& item : value->as_array()) {
        if (item.is_string()) {
            out.push_back(item.as_string());
            continue;
        }
        errors_->add(Fault::field_is_invalid, pointer_to(name) + "/" + std::to_string(out.size()),
                     std::string("expected a string, got ") + Json::kind_name(item));
        return std::nullopt;
    }
    return out;
}

std::optional<Fields> Fields::object(std::string_view name) {
    const Json* value = find(name, Need::optional, "an object");
    if (!value) return std::nullopt;
    if (value->is_object()) return Fields(*value, pointer_to(name), *errors_);
    invalid(name, std::string("expected an object, got ") + Json::kind_name(*value));
    return std::nullopt;
}

void Fields::finish() {
    if (!object_->is_object()) return;
    for (const auto& [name, value] : object_->as_object())
        if (std::ranges::find(known_, name) == known_.end())
            errors_->add(Fault::field_is_unknown, pointer_to(name), "there is no such field here");
}

Body::Body(const http::Request& request) {
    auto unreadable = [&](std::string detail) {
        errors_.add(Fault::field_is_invalid, "", std::move(detail));
        is_readable_ = false;
        json_ = Json(Json::Object{});
    };
    const std::string* type = request.header("Content-Type");
    if (request.body.empty()) {
        json_ = Json(Json::Object{});
    } else if (type && !is_json(*type)) {
        unreadable("expected a body of type application/json, got '" + *type + "'");
    } else if (auto parsed = Json::parse(request.body); !parsed) {
        unreadable("the body is not JSON: " + parsed.error());
    } else if (!parsed->is_object()) {
        unreadable(std::string("expected a JSON object, got ") + Json::kind_name(*parsed));
    } else {
        json_ = std::move(*parsed);
    }
    // Where nothing could be read, nothing is missing: only the first error is told.
    root_.emplace(json_, "", is_readable_ ? errors_ : ignored_);
}

const Errors* Body::refusal() {
    if (!is_finished_ && is_readable_) root_->finish();
    is_finished_ = true;
    return errors_.empty() ? nullptr : &errors_;
}

std::optional<std::string> Query::text(std::string_view name) const {
    const std::string* value = http::find(parameters_, name);
    if (!value) return std::nullopt;
    if (is_utf8(*value)) return *value;
    errors_.add(Fault::field_is_invalid, "/" + std::string(name), "expected text in UTF-8");
    return std::nullopt;
}

std::int64_t Query::integer(std::string_view name, std::int64_t normal, std::int64_t min,
                            std::int64_t max) const {
    auto value = text(name);
    if (!value) return normal;
    auto parsed = parse_int(*value);
    if (parsed && *parsed >= min && *parsed <= max) return *parsed;
    errors_.add(
        Fault::field_is_invalid, "/" + std::string(name),
        "expected a whole number between " + std::to_string(min) + " and " + std::to_string(max));
    return normal;
}

std::optional<Instant> Query::instant(std::string_view name) const {
    auto value = text(name);
    if (!value) return std::nullopt;
    auto parsed = Instant::parse(*value);
    if (parsed) return *parsed;
    errors_.add(Fault::field_is_invalid, "/" + std::string(name), parsed.error());
    return std::nullopt;
}

}  // namespace rb::api::native
