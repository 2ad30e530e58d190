#pragma once
// The timeline of a subscription within its period: what the stretches cost, what of it is due, and
// the line that bills the difference. Pure functions on values; why it is done so:
// rating/proration.cpp.
#include <string>

#include "base/period.h"
#include "domain/rating/proration.h"
#include "domain/subscriptions/types.h"

namespace rb::subscriptions {

// How lines are rounded.
struct Grid {
    std::int64_t step_micros = 1;
    Rounding rounding = Rounding::half_up;
    Currency currency;
};

PeriodAccount empty_account(Currency currency);
// The same, unless it counts in another currency: an account that has posted nothing yet may change
// its currency, and then the count begins anew.
PeriodAccount in_currency(const PeriodAccount& account, Currency currency);

// The accruals that are due at `at`: those in advance, and those in arrears whose span is over.
std::vector<rating::Stretch> due_at(const PeriodAccount& account, Instant at);
// Their rounded cost less what is billed. Negative: to be given back.
rating::Components owed_at(const PeriodAccount& account, Instant at, const Grid& grid);
// Counts as billed.
void bill(PeriodAccount& account, const rating::Components& amounts);

// Ends at `at` every accrual of the period that runs past it: the last one, and the one that has
// paid for the rest where a change without proration followed it. A share becomes that of [its
// start, at), never more than it was. What cost nothing stays so; what vanishes is dropped.
struct Cut {
    catalog::Proration mode = catalog::Proration::second;
    Period period;
    Instant at;
    Zone zone;
};
void cut(PeriodAccount& account, const Cut& where);
// The shares of the period's accruals together: how much of the period somebody pays for.
Ratio share_of(const PeriodAccount& account, const Period& period);
// Keeps the account small, without changing what it costs: accruals of the period that lie before
// `at` and differ in their spans only become one, in the place of the first; those that cost
// nothing go, but for the one that begins the period. For when the last accrual was left.
void fold(PeriodAccount& account, const Period& period, Instant at);
// Takes out the accruals of the period, as if it had not been used; unpaid ones of earlier periods
// stay.
void clear_period(PeriodAccount& account, const Period& period);

// The line that bills `amounts` for the accrual; `exact` is what it would be unrounded: the exact
// cost of all that is due less what was billed before.
Line line_of(LineKind kind, const Accrual& accrual, std::string description,
             const rating::Components& amounts, const rating::Precise& exact);
rating::Precise exact_owed_at(const PeriodAccount& account, Instant at);

// The period after `current`: begins where that ends, and ends as the anchor says. Where the
// account has moved to another zone, the first one is longer or shorter by the difference.
Period following(const Anchor& anchor, const Period& current, Zone zone);
// The trial's end: so many local days later, at the same time of day.
Instant trial_end_of(Instant start, std::int32_t days, Zone zone);

}  // namespace rb::subscriptions
