#pragma once
// Inside the room: from terms and deed to a quote, and the hash over what was read to price it.
#include "domain/changes/till.h"

namespace rb::changes {

// Hash over the subscription's revision (or the family's live subscriptions when starting), plans,
// prices, tax rows, rates, the ask, the account's currency, zone and tax profile, trial, instant,
// rule. Money, usage and other subscriptions do not enter.
Sha256 basis_of(const World& world, const Terms& terms);
// Without an id and blockers.
Quote quote_of(const World& world, const Terms& terms, const Deed& deed);
void add_blockers(Quote& quote, const Refusal& refusal);

}  // namespace rb::changes
