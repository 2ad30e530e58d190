#pragma once
// The sections of a catalog file, for this room's own files.
#include <map>
#include <string>
#include <vector>

#include "catalog_file/fields.h"
#include "domain/catalog/types.h"

namespace rb::catalog_file {

// The billing period of a family's plans that give none: `anchor: {calendar: week}` says a week.
using PeriodOfFamily = std::map<std::string, BillingPeriod>;

// All sections but the plans.
void read_settings(Fields& file, catalog::Settings& settings, PeriodOfFamily& periods);

// The plans, in the order of the text. The features' kinds tell how entitlements are written, so
// the settings are read before.
void read_plans(const Place& place, const catalog::Settings& settings,
                const PeriodOfFamily& periods, std::vector<catalog::PlanDraft>& out);

}  // namespace rb::catalog_file
