#pragma once
#include "domain/catalog/catalog.h"
#include "domain/faults/types.h"
#include "domain/metering/types.h"

namespace rb::metering {

// `limit`: the account's hard limit for the feature now; none: unlimited. Faults:
// feature_is_unknown (not in the catalog, or no limit feature), field_is_invalid,
// amount_exceeds_limit.
Result<Event> decide(const Gauges& gauges, const catalog::Settings& settings,
                     std::optional<std::int64_t> limit, const SetGauge& command);
void apply(Gauges& gauges, const Event& event);
std::int64_t gauge(const Gauges& gauges, const std::string& feature);

}  // namespace rb::metering
