#include "domain/entitlements/caps.h"

namespace rb::entitlements {

using accounts::SpendWindow;
using metering::SpendLimit;

Period spend_span(SpendWindow window, Instant at, Zone zone) {
    switch (window) {
        case SpendWindow::calendar_month:
            return metering::calendar_span(catalog::WindowKind::month, at, zone);
        case SpendWindow::calendar_day:
            return metering::calendar_span(catalog::WindowKind::day, at, zone);
        case SpendWindow::lifetime:
            break;
    }
    return metering::calendar_span(catalog::WindowKind::lifetime, at, zone);
}

std::optional<Budget> own_budget(const accounts::Account& account, const metering::Usage& usage,
                                 Instant now) {
    if (!account.spend_cap) return std::nullopt;
    Budget budget;
    budget.span = spend_span(account.spend_cap->window, now, account.profile.zone);
    budget.cap = account.spend_cap->amount.micros();
    budget.spent = metering::spent_micros(usage, SpendLimit::account, budget.span);
    budget.held = metering::money_held_micros(usage, SpendLimit::account);
    return budget;
}

std::vector<Budget> budgets_for(const accounts::Account& account, const metering::Usage& usage,
                                const Selling& selling, Instant now) {
    std::vector<Budget> budgets;
    if (auto own = own_budget(account, usage, now)) budgets.push_back(*own);
    const accounts::Cap& consent = account.profile.cap;
    bool is_payers = selling.sale.family.settlement == catalog::Settlement::app_store &&
                     (consent.app_store || consent.amount);
    if (is_payers) {
        Budget payer;
        payer.against = SpendLimit::payer;
        payer.span = selling.tenure.cycle;
        payer.cap = consent.amount ? consent.amount->micros() : 0;
        payer.spent = selling.tenure.billed_micros +
                      metering::spent_micros(usage, SpendLimit::payer, payer.span);
        payer.held = metering::money_held_micros(usage, SpendLimit::payer);
        budgets.push_back(payer);
    }
    return budgets;
}

}  // namespace rb::entitlements
