#include "engine/fixed_currency.h"

#include <algorithm>

namespace rb::engine {

Currency fixed_currency(const AccountRecord& record, Instant now) {
    if (!record.wallet.currency.empty()) return record.wallet.currency;
    if (Currency of_lines = subscriptions::fixed_currency(record.subscriptions); !of_lines.empty())
        return of_lines;
    if (!record.usage.spent.empty()) return record.usage.spent.back().amount.currency();
    bool holds_money = std::ranges::any_of(
        record.usage.held, [](const metering::Held& held) { return held.money_micros != 0; });
    bool is_quoted = std::ranges::any_of(
        record.quotes, [&](const changes::Quote& quote) { return quote.expires_at >= now; });
    return holds_money || is_quoted ? record.account.profile.currency : Currency();
}

}  // namespace rb::engine
