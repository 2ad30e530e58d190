#pragma once
// Which changes a rule is about; shared by lookup and lint of this room.
#include "domain/catalog/types.h"

namespace rb::catalog {

// Whether the rule is about going from one plan to the other of its family; `to` null: cancelling.
bool matches(const ChangeRule& rule, const PlanHead& from, const PlanHead* to);

}  // namespace rb::catalog
