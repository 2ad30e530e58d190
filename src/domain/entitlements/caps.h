#pragma once
// Inside the room and for whoever shows it: what uses may still cost an account under its caps.
#include <cstdint>
#include <vector>

#include "domain/entitlements/terms.h"

namespace rb::entitlements {

// Shares of a cap that are told when they are passed, in percent.
inline constexpr std::int32_t spend_thresholds[] = {80, 100};

// One cap as it stands, in micros of the account's currency.
struct Budget {
    metering::SpendLimit against = metering::SpendLimit::account;
    Period span;
    std::int64_t cap = 0;
    std::int64_t spent = 0;
    std::int64_t held = 0;  // by open reservations

    std::int64_t left() const { return cap - spent - held; }
};

// Who sells, and how the plan holds for the account.
struct Selling {
    const Sale& sale;
    const Tenure& tenure;
};

// The span of a window that contains the instant.
Period spend_span(accounts::SpendWindow window, Instant at, Zone zone);
// The account's own cap; nothing: it has none.
std::optional<Budget> own_budget(const accounts::Account& account, const metering::Usage& usage,
                                 Instant now);
// All caps that hold for what is sold to the account: its own, and where an app store pays its
// consent, none of which was given being zero. Its consent is also for the fees of the period.
std::vector<Budget> budgets_for(const accounts::Account& account, const metering::Usage& usage,
                                const Selling& selling, Instant now);

}  // namespace rb::entitlements
