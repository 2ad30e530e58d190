#pragma once
// Inside the room: small questions to the world that several decisions ask.
#include <string>

#include "domain/changes/decide.h"
#include "domain/subscriptions/timeline.h"

namespace rb::changes {

// The default plan of a family that the account sees: its nearest ancestor's own, else the
// platform's.
const catalog::Plan* default_plan(const World& world, std::string_view family);
// The default plan of the same owner and family as `plan`; nullptr: none.
const catalog::Plan* default_plan_beside(const World& world, const catalog::Plan& plan);
// Of the plan's free part: by its seller, its family and whether it is the default plan.
Share share_in(const World& world, const catalog::Plan& plan);
bool is_free_for_tree(const World& world, const catalog::Plan& plan);
// The account at or above this one that buys from the seller itself (nil: from the platform).
Neighbour first_of_tree(const World& world, AccountId seller);
// As the catalog says, or one with the defaults of a family where it says nothing.
catalog::Family family_of(const World& world, std::string_view key);
// What waits for an invoice of the world's account, and in how many lines.
int128 waiting_micros(const World& world, Currency currency);
std::size_t waiting_lines(const World& world);
subscriptions::Grid grid_of(const World& world, const catalog::Family& family);
// In which periods and days are counted: the buyer's.
Zone zone_of(const World& world);
// "12.50 USD".
std::string money_text(const World& world, Amount amount);

}  // namespace rb::changes
