#pragma once
// What is learnt of a request while it is handed on, for whoever keeps a log or counts: net begins
// it, the router and the gate add what they know. Of this thread alone, and of the request that it
// hands on now; what happens later in the request's own turn adds nothing.
#include <string>
#include <string_view>

#include "base/id.h"

namespace rb::http {

struct Sighting {
    std::string_view route;  // the pattern in its router; empty: none
    Uuid account_tree;       // the top of the asker's tree; nil: the platform, or nobody known
};
Sighting& sighting();

// Why what this thread has just given up was given up: said by who caught the exception, taken by
// net for the answers that it lost. Take gives "" when nothing was said.
void explain_failure(std::string_view why);
std::string take_failure();

// In a catch block: explains with the exception's own words.
void explain_failure_by_exception();

}  // namespace rb::http
