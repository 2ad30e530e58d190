#pragma once
// Reads the fields of one JSON object one by one and collects what is wrong with them. Types are as
// lax as Pydantic's: "12" and 12.0 are the integer 12, "true" and 1 are true.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/agency/faults.h"
#include "base/id.h"
#include "base/json.h"

namespace rb::api::agency {

// An integer as text or token says it; else the fault's type and message.
std::expected<std::int64_t, FieldFault> integer_of_text(std::string_view text);

class Fields {
public:
    Fields(const Json& object, std::vector<FieldFault>& faults)
        : object_(object), faults_(faults) {}

    std::string required_text(std::string_view name, std::size_t bytes_max);
    std::int64_t required_count(std::string_view name);
    bool required_flag(std::string_view name);
    // Absent or null: empty, false.
    std::string optional_text(std::string_view name, std::size_t bytes_max);
    bool optional_flag(std::string_view name);
    // A UUID, or nothing when absent or null.
    std::optional<Uuid> optional_uuid(std::string_view name);
    // An object as compact text; absent or {}: empty. null is refused.
    std::string optional_object(std::string_view name, std::size_t bytes_max);

private:
    void fault(std::string_view name, std::string type, std::string message);
    const Json* required(std::string_view name);
    const Json* given(std::string_view name) const;  // nullptr: absent or null
    std::string text(std::string_view name, const Json& value, std::size_t bytes_max);
    bool flag(std::string_view name, const Json& value);

    const Json& object_;
    std::vector<FieldFault>& faults_;
};

}  // namespace rb::api::agency
