#pragma once
// Inside the room: fit of a change, which also sees what the new plan does not give at all.
#include <vector>

#include "domain/changes/decide.h"

namespace rb::changes {

// As `fit`, and a limited feature that `from` gives and `to` does not is allowed 0 times. By
// feature.
std::vector<Blocker> fit_after(const World& world, const catalog::PlanVersion* from,
                               const catalog::PlanVersion& to);

}  // namespace rb::changes
