// Plans as one account sees them, and which of them holds.
#include <algorithm>

#include "domain/changes/decide.h"
#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

const catalog::Plan* default_in(const catalog::PlanTable& table, std::string_view family) {
    for (const auto& [key, plan] : table.by_key())
        if (plan->head.is_default && !plan->head.archived && plan->head.family == family)
            return plan.get();
    return nullptr;
}

}  // namespace

const catalog::Plan* find_plan(const World& world, PlanId id) {
    if (const catalog::Plan* plan = world.catalog.plans.find(id)) return plan;
    for (const catalog::PlanTable* table : world.owned_plans)
        if (const catalog::Plan* plan = table->find(id)) return plan;
    return nullptr;
}

const catalog::PlanVersion* find_version(const World& world, const PlanRef& ref) {
    const catalog::Plan* plan = find_plan(world, ref.plan);
    return plan == nullptr ? nullptr : plan->find(ref.version);
}

const catalog::Plan* default_plan(const World& world, std::string_view family) {
    for (const catalog::PlanTable* table : world.owned_plans)
        if (const catalog::Plan* plan = default_in(*table, family)) return plan;
    return default_in(world.catalog.plans, family);
}

const catalog::Plan* default_plan_beside(const World& world, const catalog::Plan& plan) {
    if (world.catalog.plans.find(plan.head.id) != nullptr)
        return default_in(world.catalog.plans, plan.head.family);
    for (const catalog::PlanTable* table : world.owned_plans)
        if (table->find(plan.head.id) != nullptr) return default_in(*table, plan.head.family);
    return nullptr;
}

Effective effective_plan(const World& world, std::string_view family) {
    const subscriptions::Subscription* base = world.subscriptions.base_of(family);
    if (base != nullptr && base->status != subscriptions::Status::expired) {
        const catalog::Plan* plan = find_plan(world, base->plan.plan);
        return {plan, plan == nullptr ? nullptr : plan->find(base->plan.version), base};
    }
    const catalog::Plan* plan = default_plan(world, family);
    return {plan, plan == nullptr ? nullptr : &plan->latest(), nullptr};
}

catalog::Family family_of(const World& world, std::string_view key) {
    if (const catalog::Family* family = world.catalog.family(key)) return *family;
    catalog::Family plain;
    plain.key = key;
    return plain;
}

subscriptions::Grid grid_of(const World& world, const catalog::Family& family) {
    Currency currency = world.account.profile.currency;
    return {world.catalog.step_micros(family, currency), world.catalog.settings.rounding, currency};
}

Zone zone_of(const World& world) {
    return (world.buyer == nullptr ? world.account : *world.buyer).profile.zone;
}

std::string money_text(const World& world, Amount amount) {
    return amount.to_text(world.catalog.exponent(amount.currency())) + " " +
           std::string(amount.currency().code());
}

}  // namespace rb::changes
