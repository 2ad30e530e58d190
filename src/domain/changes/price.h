#pragma once
// Inside the room: what one period of a plan costs an account, before and after tax.
#include "domain/changes/decide.h"
#include "domain/subscriptions/timeline.h"

namespace rb::changes {

// One side of a change. `plan` nullptr: nothing (before a start, after a cancellation).
struct Side {
    const catalog::Plan* plan = nullptr;
    const catalog::PlanVersion* version = nullptr;
    PlanRef ref;
    std::int64_t quantity = 1;
};

// A price of a whole period with its tax row.
struct Price {
    Amount amount;
    rating::Tax tax;
};

// Untaxed: exempt, without a country, in a family without a category, or where no row stands.
rating::Tax tax_of(const World& world, const catalog::Family& family, Instant at);
// Nothing where the world's account is no payer of the plan (sellers.h).
Result<Price> price_of(const World& world, const catalog::Family& family, const Side& side,
                       Instant at);
// Rounded net and tax of a whole period.
rating::Components cost_of(const Price& price, const subscriptions::Grid& grid);

subscriptions::Accrual accrual_of(const Side& side, const Price& price, const Period& span,
                                  const rating::Share& share);

}  // namespace rb::changes
