#pragma once
// What of a fact about an account is no business of its tree: the other side of its postings, and
// what those above it would pay.
#include <functional>

#include "engine/event.h"

namespace rb::engine {

// Leaves out what belongs to owners that are not shown (nil: the platform). The same postings are
// left out of an account's ledger entries.
void leave_out(Event& event, const std::function<bool(AccountId owner)>& is_shown);

}  // namespace rb::engine
