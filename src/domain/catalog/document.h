#pragma once
// A catalog in the words of a catalog file, as a JSON value: what is written to a file and what a
// diff compares. Amounts and rates are texts; what has its default value is left out, so that two
// documents are equal when the things that they describe are.
#include "base/json.h"
#include "domain/catalog/types.h"

namespace rb::catalog {

// An object with the members rounding, currencies, exchange_rates, tax_rates, features, meters,
// price_groups, families and changes, each present also when empty.
Json document(const Settings& settings);

// One plan, without its key. The entitlements' form depends on the kind of the feature.
Json document(const Settings& settings, const PlanHead& head, const PlanVersion& version);

// "35d", "12h", "90s": the largest unit that divides it.
std::string duration_text(Duration duration);

}  // namespace rb::catalog
