#pragma once
// What a catalog command would do. No side effects; ids of new plans come from the IdSource.
#include <vector>

#include "base/id_source.h"
#include "domain/catalog/catalog.h"

namespace rb::catalog {

// Errors: catalog_has_moved; catalog_is_invalid with the first error finding (all through `lint`).
// An unchanged draft gives no events.
Result<std::vector<Event>> decide(const Catalog& catalog, const ApplyCatalog& command, Instant now,
                                  IdSource& ids);

// Plans of an account's own: keys unique within the table, one default at most (a new default takes
// over), numbers are not given, prices may be empty. The first plan becomes the default.
Result<std::vector<Event>> decide(const Catalog& catalog, const PlanTable& owned,
                                  const PublishOwnedPlan& command, Instant now, IdSource& ids);
Result<std::vector<Event>> decide(const PlanTable& owned, const ArchiveOwnedPlan& command);

// Structural rules (errors: unknown names, negative prices, bad currencies, bounds of limits.h) and
// judgement (warnings: dead ends, plans nobody can reach, packages that nothing draws on, missing
// currency, up-and-down arbitrage, limits that contradict packages). Ordered by line.
std::vector<Finding> lint(const Draft& draft);

// What applying the draft would change, in order of the draft; empty when nothing.
std::vector<Difference> diff(const Catalog& catalog, const Draft& draft);

}  // namespace rb::catalog
