#include "api/agency/fields.h"

#include <algorithm>
#include <array>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::api::agency {

namespace {

constexpr std::array<std::string_view, 6> yes = {"true", "1", "yes", "y", "on", "t"};
constexpr std::array<std::string_view, 6> no = {"false", "0", "no", "n", "off", "f"};

std::optional<bool> flag_of_text(std::string_view text) {
    std::string lower = to_lower(text);
    if (std::ranges::find(yes, lower) != yes.end()) return true;
    if (std::ranges::find(no, lower) != no.end()) return false;
    return std::nullopt;
}

FieldFault integer_fault(std::string type, std::string_view why) {
    return {{}, "Input should be a valid integer" + std::string(why), std::move(type)};
}

}  // namespace

std::expected<std::int64_t, FieldFault> integer_of_text(std::string_view text) {
    auto number = Decimal::parse_json_number(text);
    if (!number)
        return std::unexpected(
            integer_fault("int_parsing", ", unable to parse string as an integer"));
    if (!number->is_whole())
        return std::unexpected(
            integer_fault("int_from_float", ", got a number with a fractional part"));
    if (number->is_negative())
        return std::unexpected(
            FieldFault{{}, "Input should be greater than or equal to 0", "greater_than_equal"});
    if (number->units() > limits::quantity_max)
        return std::unexpected(FieldFault{
            {},
            "Input should be less than or equal to " + std::to_string(limits::quantity_max),
            "less_than_equal"});
    return static_cast<std::int64_t>(number->units());
}

void Fields::fault(std::string_view name, std::string type, std::string message) {
    faults_.push_back({{"body", std::string(name)}, std::move(message), std::move(type)});
}

const Json* Fields::required(std::string_view name) {
    const Json* value = object_.find(name);
    if (value == nullptr) fault(name, "missing", "Field required");
    return value;
}

const Json* Fields::given(std::string_view name) const {
    const Json* value = object_.find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Fields::text(std::string_view name, const Json& value, std::size_t bytes_max) {
    if (!value.is_string()) {
        fault(name, "string_type", "Input should be a valid string");
        return {};
    }
    if (value.as_string().size() > bytes_max)
        fault(name, "string_too_long",
              "String should have at most " + std::to_string(bytes_max) + " bytes of UTF-8");
    return value.as_string();
}

bool Fields::flag(std::string_view name, const Json& value) {
    if (value.is_bool()) return value.as_bool();
    if (value.is_string() || value.is_number()) {
        auto flag = flag_of_text(value.is_string() ? value.as_string() : value.number_text());
        if (flag) return *flag;
        fault(name, "bool_parsing", "Input should be a valid boolean, unable to interpret input");
    } else {
        fault(name, "bool_type", "Input should be a valid boolean");
    }
    return false;
}

std::string Fields::required_text(std::string_view name, std::size_t bytes_max) {
    const Json* value = required(name);
    return value == nullptr ? std::string() : text(name, *value, bytes_max);
}

std::int64_t Fields::required_count(std::string_view name) {
    const Json* value = required(name);
    if (value == nullptr) return 0;
    if (!value->is_number() && !value->is_string()) {
        fault(name, "int_type", "Input should be a valid integer");
        return 0;
    }
    auto count = integer_of_text(value->is_string() ? value->as_string() : value->number_text());
    if (count) return *count;
    fault(name, count.error().type, count.error().message);
    return 0;
}

bool Fields::required_flag(std::string_view name) {
    const Json* value = required(name);
    return value != nullptr && flag(name, *value);
}

std::string Fields::optional_text(std::string_view name, std::size_t bytes_max) {
    const Json* value = given(name);
    return value == nullptr ? std::string() : text(name, *value, bytes_max);
}

bool Fields::optional_flag(std::string_view name) {
    const Json* value = given(name);
    return value != nullptr && flag(name, *value);
}

std::optional<Uuid> Fields::optional_uuid(std::string_view name) {
    const Json* value = given(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        fault(name, "uuid_type", "UUID input should be a string");
        return std::nullopt;
    }
    auto id = Uuid::parse(value->as_string());
    if (id) return *id;
    fault(name, "uuid_parsing", "Input should be a valid UUID");
    return std::nullopt;
}

std::string Fields::optional_object(std::string_view name, std::size_t bytes_max) {
    const Json* value = object_.find(name);
    if (value == nullptr) return {};
    if (!value->is_object()) {
        fault(name, "dict_type", "Input should be a valid dictionary");
        return {};
    }
    if (value->as_object().empty()) return {};
    std::string text = value->to_text();
    if (text.size() > bytes_max)
        fault(name, "value_error",
              "Value error, at most " + std::to_string(bytes_max) + " bytes of JSON are kept here");
    return text;
}

}  // namespace rb::api::agency
