#pragma once
// An agency gives no more than it has: what is left of a plan of its own for an account below it.
//
// A flag is on where it is on for the agency, a value is the agency's, a number at most the
// agency's (the same one for each account: where the sum is to be bounded, the platform's plan
// pools it). A metered limit over a window that the agency has none over takes the agency's. A
// package or a price needs that the agency's plans give the meter; where these give no package and
// no price of it, a package is at most as large as their limit.
#include <memory>
#include <span>

#include "domain/entitlements/terms.h"

namespace rb::entitlements {

// nullptr: all of it is left. `of_seller` is what holds for the agency itself.
std::shared_ptr<const catalog::PlanVersion> bounded(const catalog::Settings& settings,
                                                    const catalog::PlanVersion& version,
                                                    std::span<const Holding> of_seller);

}  // namespace rb::entitlements
