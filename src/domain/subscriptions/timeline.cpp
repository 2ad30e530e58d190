#include "domain/subscriptions/timeline.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace rb::subscriptions {

namespace {

rating::Stretch stretch_of(const Accrual& accrual) {
    return {accrual.price, {accrual.part, accrual.whole}, {accrual.tax_percent, accrual.tax_mode}};
}

bool is_due(const Accrual& accrual, Instant at) {
    return accrual.timing == catalog::FeeTiming::in_advance || accrual.span.end <= at;
}

bool is_same_but_for_span(const Accrual& one, Accrual other) {
    other.span = one.span;
    other.part = one.part;
    return one == other;
}

}  // namespace

PeriodAccount empty_account(Currency currency) {
    return {{}, Amount::zero(currency), Amount::zero(currency), Amount::zero(currency)};
}

PeriodAccount in_currency(const PeriodAccount& account, Currency currency) {
    return account.net_billed.currency() == currency ? account : empty_account(currency);
}

std::vector<rating::Stretch> due_at(const PeriodAccount& account, Instant at) {
    std::vector<rating::Stretch> stretches;
    for (const Accrual& accrual : account.accruals)
        if (is_due(accrual, at)) stretches.push_back(stretch_of(accrual));
    return stretches;
}

rating::Components owed_at(const PeriodAccount& account, Instant at, const Grid& grid) {
    return rating::components(due_at(account, at), grid.step_micros, grid.rounding, grid.currency) -
           rating::Components{account.net_billed, account.tax_billed};
}

rating::Precise exact_owed_at(const PeriodAccount& account, Instant at) {
    return rating::exact_net(due_at(account, at)) -
           rating::Precise{account.net_billed.micros(), {}};
}

void bill(PeriodAccount& account, const rating::Components& amounts) {
    account.net_billed += amounts.net;
    account.tax_billed += amounts.tax;
}

void cut(PeriodAccount& account, const Cut& where) {
    const Period& period = where.period;
    for (Accrual& accrual : account.accruals) {
        if (accrual.span.end <= where.at || accrual.span.start < period.start) continue;
        Instant start = std::min(accrual.span.start, period.end);
        Instant end = std::clamp(where.at, start, period.end);
        rating::Share share = rating::share_between(where.mode, period, start, end, where.zone);
        accrual.span.end = end;
        // Crosswise: a product of two 64-bit numbers fits.
        if (int128{share.part} * accrual.whole < int128{accrual.part} * share.whole) {
            accrual.part = share.part;
            accrual.whole = share.whole;
        }
    }
    std::erase_if(account.accruals, [&](const Accrual& accrual) {
        return accrual.part == 0 && accrual.span.start == accrual.span.end &&
               accrual.span.start >= period.start;
    });
}

Ratio share_of(const PeriodAccount& account, const Period& period) {
    Ratio sum;
    for (const Accrual& accrual : account.accruals)
        if (accrual.span.start >= period.start) sum = sum + Ratio::of(accrual.part, accrual.whole);
    return sum;
}

void fold(PeriodAccount& account, const Period& period, Instant at) {
    std::vector<Accrual> kept;
    bool is_first = true;
    for (const Accrual& accrual : account.accruals) {
        if (accrual.span.start < period.start) {
            kept.push_back(accrual);
            continue;
        }
        bool begins = std::exchange(is_first, false);
        if (accrual.part == 0 && !begins) continue;
        auto same = std::ranges::find_if(kept, [&](const Accrual& other) {
            return accrual.span.end <= at && other.span.end <= at &&
                   other.span.start >= period.start && is_same_but_for_span(other, accrual);
        });
        if (same == kept.end()) {
            kept.push_back(accrual);
            continue;
        }
        same->part += accrual.part;
        same->span.end = std::max(same->span.end, accrual.span.end);
    }
    account.accruals = std::move(kept);
}

void clear_period(PeriodAccount& account, const Period& period) {
    std::erase_if(account.accruals,
                  [&](const Accrual& accrual) { return accrual.span.start >= period.start; });
}

Line line_of(LineKind kind, const Accrual& accrual, std::string description,
             const rating::Components& amounts, const rating::Precise& exact) {
    Line line;
    line.kind = kind;
    line.plan = accrual.plan;
    line.description = std::move(description);
    line.span = accrual.span;
    line.quantity = accrual.quantity;
    line.price = accrual.price;
    line.part = accrual.part;
    line.whole = accrual.whole;
    line.net = amounts.net;
    line.tax = amounts.tax;
    line.tax_percent = accrual.tax_percent;
    line.tax_mode = accrual.tax_mode;
    line.exact = exact.to_text();
    return line;
}

Period following(const Anchor& anchor, const Period& current, Zone zone) {
    Period next = anchor.next(current, zone);
    // What is left of a period that began long before is no period: it is added to the one after
    // it.
    if (next.start < current.end && (next.end - current.end).us * 2 < next.length().us)
        next = anchor.next(next, zone);
    return {current.end, next.end};
}

Instant trial_end_of(Instant start, std::int32_t days, Zone zone) {
    CivilTime local = zone.to_civil(start);
    Instant end = zone.to_instant({add_days(local.date, days), local.us_of_day});
    RB_CHECK(end > start, "a trial has a length");
    return end;
}

}  // namespace rb::subscriptions
