#pragma once
// What a reply says in a place that may be missing.
#include <string>
#include <string_view>

#include "base/json.h"

namespace rb::testing {

// The text at a path such as "available/currency"; "" when there is none or it is no text.
inline std::string text_at(const Json& json, std::string_view path) {
    const Json* found = json.at_path(path);
    return found && found->is_string() ? found->as_string() : std::string();
}

// As text_at; a number is its digits.
inline std::string text_or_digits_at(const Json& json, std::string_view path) {
    const Json* found = json.at_path(path);
    if (!found) return {};
    if (found->is_string()) return found->as_string();
    return found->is_number() ? found->number_text() : std::string();
}

}  // namespace rb::testing
