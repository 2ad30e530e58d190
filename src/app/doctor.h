#pragma once
// `ratebook doctor`: what somebody should look at in a store that nobody serves, a line each.
#include <string>
#include <vector>

#include "engine/engine.h"

namespace rb::app {

struct Finding {
    std::string subject;  // an id, first on the line
    std::string text;     // what is wrong, and what would be right
};

// What is held back after a broken invariant, with its cause.
void add_quarantines(const engine::Engine& engine, std::vector<Finding>& findings);
// Keys given before keys had givers that a bare reference cannot use.
void add_clashing_keys(const engine::Engine& engine, std::vector<Finding>& findings);

}  // namespace rb::app
