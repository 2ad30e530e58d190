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

void take(Subscriptions& all, const FreeThingTaken& taken) {
    if (taken.thing == FreeThing::trial) return use_trial(all, taken.family);
    auto holder = std::ranges::find(all.free_plans, taken.family, &FreePlanHolder::family);
    if (holder == all.free_plans.end())
        all.free_plans.push_back({taken.family, taken.by});
    else
        holder->account = taken.by;
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
                   [&](const FreeThingTaken& e) { take(subscriptions, e); },
                   [&](const auto& e) { put(subscriptions, e.subscription); },
               },
               event);
}

}  // namespace rb::subscriptions
