#include "api/tenant/vocabulary.h"

namespace rb::api::tenant {

const catalog::Family* tenant_family(const catalog::Catalog& catalog) {
    for (const auto& [key, family] : catalog.settings.families)
        if (family.surface == "tenant") return &family;
    return nullptr;
}

TenantPlan tenant_plan_of(const catalog::Plan* plan) {
    if (plan == nullptr || plan->head.number < 0) return TenantPlan::unknown;
    auto number = static_cast<std::uint64_t>(plan->head.number);
    return enum_is_valid<TenantPlan>(number) ? static_cast<TenantPlan>(number)
                                             : TenantPlan::unknown;
}

}  // namespace rb::api::tenant
