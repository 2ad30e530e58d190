#pragma once
// Which tax a sale carries: for fees (domain/changes) and for use (domain/entitlements) alike.
#include "base/instant.h"
#include "domain/accounts/types.h"
#include "domain/catalog/catalog.h"
#include "domain/rating/proration.h"

namespace rb::subscriptions {

// The tax on what a family sells to a payer on the UTC day of the instant; zero percent where the
// family is not taxed, the payer is exempt or no rate is listed for the place.
inline rating::Tax tax_on(const catalog::Catalog& catalog, const accounts::TaxProfile& payer,
                          std::string_view category, Instant at) {
    if (category.empty() || payer.exempt || payer.country.empty()) return {};
    const catalog::TaxRate* row =
        catalog.tax_rate(category, payer.country, payer.region, Zone::utc().date_of(at));
    return row == nullptr ? rating::Tax{} : rating::Tax{row->percent, row->mode};
}

}  // namespace rb::subscriptions
