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
        const catalog::PlanVersion* version =
            plan == nullptr ? nullptr : plan->find(base->plan.version);
        bool is_free = version != nullptr && version->has_no_fee();
        return {plan, version, base, is_free ? share_in(world, *plan) : Share::alone};
    }
    const catalog::Plan* plan = default_plan(world, family);
    if (plan == nullptr) return {};
    return {plan, &plan->latest(), nullptr, share_in(world, *plan)};
}

Share share_in(const World& world, const catalog::Plan& plan) {
    if (!plan.head.is_default || !is_free_for_tree(world, plan)) return Share::alone;
    if (world.account.parent == plan.head.owner) return Share::first;
    bool has_add_on =
        std::ranges::any_of(world.subscriptions.items, [&](const subscriptions::Subscription& s) {
            return s.kind == catalog::PlanKind::add_on && s.is_live() &&
                   s.family == plan.head.family;
        });
    return has_add_on ? Share::none : Share::joint;
}

bool is_free_for_tree(const World& world, const catalog::Plan& plan) {
    return family_of(world, plan.head.family).free_for == catalog::FreeFor::tree;
}

Neighbour first_of_tree(const World& world, AccountId seller) {
    Neighbour first{&world.account, &world.subscriptions};
    while (first.account->parent != seller && !first.account->parent.is_nil() && world.look) {
        Neighbour above = world.look(first.account->parent);
        if (above.account == nullptr) break;
        first = above;
    }
    return first;
}

catalog::Family family_of(const World& world, std::string_view key) {
    if (const catalog::Family* family = world.catalog.family(key)) return *family;
    catalog::Family plain;
    plain.key = key;
    return plain;
}

namespace {

// nullptr: a seller that has none.
const subscriptions::Subscriptions* own_subscriptions(const World& world) {
    return world.buyer == nullptr ? &world.subscriptions : world.seller_subscriptions;
}

}  // namespace

int128 waiting_micros(const World& world, Currency currency) {
    const subscriptions::Subscriptions* own = own_subscriptions(world);
    return own == nullptr ? 0 : own->accrued_micros(currency);
}

std::size_t waiting_lines(const World& world) {
    const subscriptions::Subscriptions* own = own_subscriptions(world);
    return own == nullptr ? 0 : own->accrued.size();
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
