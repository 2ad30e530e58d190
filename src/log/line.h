#pragma once
// The text of a line, without its time.
#include <string>

#include "log/log.h"

namespace rb::log {

std::string_view level_text(Level level);
// text: "info ready address=http://127.0.0.1:8080"; json: the members after the time, without the
// braces.
std::string line_text(Format format, Level level, std::string_view message,
                      std::span<const Field> fields);
std::string line_text(Format format, Level level, const Request& request);

}  // namespace rb::log
