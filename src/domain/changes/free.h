#pragma once
// Inside the room: what a seller gives free, once to a tree unless the family says otherwise
// (catalog::FreeFor): trials, and plans without a fee.
#include <optional>
#include <string>
#include <vector>

#include "domain/changes/terms.h"

namespace rb::changes {

// Whether a trial of the plan's family is used up for the account.
bool is_trial_used(const World& world, const catalog::Plan& plan);
// Why the account cannot come onto the plan for its being free; nothing stands against it else.
std::optional<std::string> free_objection(const World& world, const Side& to);
// What the first account of the tree is told when these terms are carried out.
std::vector<subscriptions::FreeThingTaken> taken_with(const World& world, const Terms& terms);

}  // namespace rb::changes
