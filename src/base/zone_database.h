#pragma once
// Whether the machine's time zone database can be used. Asked once at a start: without it every
// civil date of every account would fail later, request by request.
#include "base/result.h"

namespace rb {

// Reads a few zones of several continents at instants whose offsets are history. The error is a
// sentence that says what to install.
Parsed<void> check_zone_database();

}  // namespace rb
