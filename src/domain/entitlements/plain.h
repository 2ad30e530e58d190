#pragma once
// The steady case, without a decision being made: most facts find their windows open and their
// packages full enough, pass no limit and no threshold, and nothing follows but the count. Pure.
#include <span>

#include "domain/entitlements/decide.h"

namespace rb::entitlements {

// True: `decide` would let this fact pass at every level, within the limits, and give no events and
// no costs. False says nothing: ask `decide`. Only counts and sums are ever plain, never a fact of
// an account with limits of each entity, with rolling windows, or with open reservations.
bool is_plain(std::span<const Party> parties, const metering::Use& use);

}  // namespace rb::entitlements
