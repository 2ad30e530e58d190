#include <algorithm>

#include "domain/subscriptions/types.h"

namespace rb::subscriptions {

const Subscription* Subscriptions::find(SubscriptionId id) const {
    auto at = std::ranges::find(items, id, &Subscription::id);
    return at == items.end() ? nullptr : &*at;
}

Subscription* Subscriptions::find(SubscriptionId id) {
    auto at = std::ranges::find(items, id, &Subscription::id);
    return at == items.end() ? nullptr : &*at;
}

const Subscription* Subscriptions::base_of(std::string_view family) const {
    auto at = std::ranges::find_if(items, [&](const Subscription& s) {
        return s.is_live() && s.kind != catalog::PlanKind::add_on && s.family == family;
    });
    return at == items.end() ? nullptr : &*at;
}

const AccruedSums& Subscriptions::accrued_sums() const {
    if (sums_.lines > accrued.size()) sums_ = {};
    for (; sums_.lines < accrued.size(); ++sums_.lines) {
        const Line& line = accrued[sums_.lines].line;
        auto of_currency = std::ranges::find(sums_.micros, line.net.currency(),
                                             &std::pair<Currency, int128>::first);
        if (of_currency == sums_.micros.end())
            of_currency = sums_.micros.insert(of_currency, {line.net.currency(), 0});
        of_currency->second += int128{line.net.micros()} + line.tax.micros();
    }
    return sums_;
}

int128 Subscriptions::accrued_micros(Currency currency) const {
    for (const auto& [of, micros] : accrued_sums().micros)
        if (of == currency) return micros;
    return 0;
}

Currency fixed_currency(const Subscriptions& subscriptions) {
    if (!subscriptions.accrued.empty()) return subscriptions.accrued.back().line.net.currency();
    for (const Subscription& s : subscriptions.items) {
        if (!s.is_live()) continue;
        for (const Accrual& accrual : s.account.accruals)
            if (!accrual.price.is_zero()) return accrual.price.currency();
    }
    return {};
}

}  // namespace rb::subscriptions
