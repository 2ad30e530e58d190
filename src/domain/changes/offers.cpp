// Plans as an account would see them.
#include <algorithm>
#include <tuple>

#include "domain/changes/fit.h"
#include "domain/changes/free.h"
#include "domain/changes/lookup.h"
#include "domain/changes/terms.h"

namespace rb::changes {

namespace {

bool is_base(const catalog::Plan& plan) { return plan.head.kind != catalog::PlanKind::add_on; }

// The rule that leads from what holds now to the plan; nullopt: none does.
std::optional<catalog::ChangeRule> rule_to(const World& world, const Effective& held,
                                           const catalog::Plan& to) {
    if (!is_base(to)) return catalog::ChangeRule{};
    if (held.subscription == nullptr) return starting_rule(world, to);
    if (held.plan == nullptr) return std::nullopt;
    const catalog::ChangeRule* rule = world.catalog.rule(held.plan->head, &to.head);
    if (rule == nullptr) return std::nullopt;
    return *rule;
}

void judge(const World& world, const Effective& held, Offer& offer) {
    auto rule = rule_to(world, held, *offer.plan);
    const Side to{offer.plan, &offer.plan->latest(), offer.plan->latest_ref(), 1};
    offer.allowed = rule && permits(world, *rule) && !free_objection(world, to);
    if (!offer.allowed) offer.blockers.push_back({Fault::plan_is_not_allowed, "plan", {}, {}});
    if (rule && rule->requires_fit)
        for (Blocker& blocker : fit_after(world, held.version, offer.plan->latest()))
            offer.blockers.push_back(std::move(blocker));
}

std::optional<Offer> offer_of(const World& world, const catalog::Plan& plan) {
    if (plan.head.archived || plan.head.kind == catalog::PlanKind::hidden) return std::nullopt;
    Effective held = effective_plan(world, plan.head.family);
    Offer offer;
    offer.plan = &plan;
    offer.ref = plan.latest_ref();
    offer.current = is_base(plan) && held.plan != nullptr && held.plan->head.id == plan.head.id;
    if (offer.current && held.subscription != nullptr) offer.ref = held.subscription->plan;
    const catalog::PlanVersion& version = *plan.find(offer.ref.version);
    std::int64_t quantity = default_quantity(world, version);
    if (offer.current && held.subscription != nullptr) quantity = held.subscription->quantity;
    auto fee = fee_of(world, version, quantity, world.now);
    if (!fee) return std::nullopt;
    offer.fee = *fee;
    if (offer.current)
        offer.blockers.push_back({Fault::plan_is_current, "plan", {}, {}});
    else
        judge(world, held, offer);
    return offer;
}

}  // namespace

std::vector<Offer> offers(const World& world, std::string_view family) {
    std::vector<Offer> found;
    auto add_all = [&](const catalog::PlanTable& table) {
        for (const auto& [key, plan] : table.by_key()) {
            if (!family.empty() && plan->head.family != family) continue;
            if (auto offer = offer_of(world, *plan)) found.push_back(std::move(*offer));
        }
    };
    add_all(world.catalog.plans);
    for (const catalog::PlanTable* table : world.owned_plans) add_all(*table);
    std::ranges::stable_sort(found, {}, [](const Offer& offer) {
        const catalog::PlanHead& head = offer.plan->head;
        return std::tie(head.family, head.rank, head.key);
    });
    return found;
}

}  // namespace rb::changes
