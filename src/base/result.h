#pragma once
// Errors are values. `Parsed<T>` is what reading text gives: the value, or one sentence that says
// what is wrong and what would be right, without naming the field (the caller knows the field).
#include <expected>
#include <string>

namespace rb {

template <class T>
using Parsed = std::expected<T, std::string>;

using Unparsed = std::unexpected<std::string>;

}  // namespace rb
