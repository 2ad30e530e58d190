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

}  // namespace rb::subscriptions
