#include "domain/changes/free.h"

#include <algorithm>

#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

using subscriptions::FreeThing;
using subscriptions::Subscription;
using subscriptions::Subscriptions;

bool is_free(const catalog::PlanVersion* version) {
    return version != nullptr && version->has_no_fee() && !version->is_paid_by_use();
}

bool is_first(const World& world, const catalog::Plan& plan) {
    return world.account.parent == plan.head.owner;
}

// Now, or from the end of the period on.
bool holds_free_plan(const World& world, const Subscriptions& all, std::string_view family) {
    return std::ranges::any_of(all.items, [&](const Subscription& s) {
        if (!s.is_live() || s.status == subscriptions::Status::expired || s.family != family)
            return false;
        if (is_free(find_version(world, s.plan))) return true;
        return s.pending && !s.pending->cancels() && is_free(find_version(world, s.pending->to));
    });
}

bool uses(const Subscriptions& all, const std::string& family) {
    return std::ranges::find(all.trials_used, family) != all.trials_used.end();
}

}  // namespace

bool is_trial_used(const World& world, const catalog::Plan& plan) {
    if (uses(world.subscriptions, plan.head.family)) return true;
    return is_free_for_tree(world, plan) &&
           uses(*first_of_tree(world, plan.head.owner).subscriptions, plan.head.family);
}

std::optional<std::string> free_objection(const World& world, const Side& to) {
    const catalog::PlanHead& head = to.plan->head;
    if (!is_free(to.version) || !is_free_for_tree(world, *to.plan)) return std::nullopt;
    // Given by hand.
    if (head.kind == catalog::PlanKind::hidden && world.caller.support) return std::nullopt;
    const std::string once = "the plan " + head.key + " is free, and the family " + head.family +
                             " gives what is free once to a tree: ";
    const Neighbour first = first_of_tree(world, head.owner);
    if (!is_first(world, *to.plan)) {
        const catalog::Plan* standard = default_plan_beside(world, *to.plan);
        if (standard != nullptr && is_free(&standard->latest()))
            return once + "without a subscription the account has its part of the plan " +
                   standard->head.key;
        if (holds_free_plan(world, *first.subscriptions, head.family))
            return once + "its first account has it";
    }
    auto holder = std::ranges::find(first.subscriptions->free_plans, head.family,
                                    &subscriptions::FreePlanHolder::family);
    if (holder == first.subscriptions->free_plans.end() || holder->account == world.account.id ||
        !world.look)
        return std::nullopt;
    const Neighbour other = world.look(holder->account);
    if (other.subscriptions == nullptr ||
        !holds_free_plan(world, *other.subscriptions, head.family))
        return std::nullopt;
    return once + "another account has it";
}

std::vector<subscriptions::FreeThingTaken> taken_with(const World& world, const Terms& terms) {
    std::vector<subscriptions::FreeThingTaken> taken;
    const catalog::Plan* plan = terms.to.plan;
    if (plan == nullptr || is_first(world, *plan) || !is_free_for_tree(world, *plan)) return taken;
    const AccountId first = first_of_tree(world, plan->head.owner).account->id;
    const AccountId by = world.account.id;
    if (terms.starts_trial) taken.push_back({first, plan->head.family, by, FreeThing::trial});
    bool comes_onto = terms.subject == nullptr || terms.subject->plan.plan != plan->head.id;
    if (comes_onto && is_free(terms.to.version))
        taken.push_back({first, plan->head.family, by, FreeThing::plan});
    return taken;
}

}  // namespace rb::changes
