#include <algorithm>

#include "domain/subscriptions/types.h"

namespace rb::subscriptions {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

void put(Subscriptions& all, const Subscription& subscription) {
    if (Subscription* found = all.find(subscription.id))
        *found = subscription;
    else
        all.items.push_back(subscription);
}

void use_trial(Subscriptions& all, const std::string& family) {
    if (std::ranges::find(all.trials_used, family) == all.trials_used.end())
        all.trials_used.push_back(family);
}

}  // namespace

void apply(Subscriptions& subscriptions, const Event& event) {
    std::visit(Overloaded{
                   [&](const SubscriptionStarted& e) {
                       put(subscriptions, e.subscription);
                       if (e.uses_trial) use_trial(subscriptions, e.subscription.family);
                   },
                   [&](const LinesAccrued& e) {
                       subscriptions.accrued.insert(subscriptions.accrued.end(), e.lines.begin(),
                                                    e.lines.end());
                   },
                   [](const ReservationShort&) {},  // a notice
                   [&](const auto& e) { put(subscriptions, e.subscription); },
               },
               event);
}

}  // namespace rb::subscriptions
