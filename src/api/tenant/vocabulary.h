#pragma once
// The words of this dialect: tenant_plan, and the family of the catalog that it shows.
#include <array>
#include <cstdint>
#include <string_view>

#include "domain/catalog/types.h"
#include "engine/reader.h"

namespace rb::api::tenant {

// T-010. The values are those of the wire; all but unknown are the `number` of a plan of the
// family.
enum class TenantPlan : std::uint8_t { unknown, free, small, medium, large };
constexpr auto enum_names(TenantPlan) {
    return std::array<std::string_view, 5>{"UNKNOWN", "FREE", "SMALL", "MEDIUM", "LARGE"};
}

// The family whose surface is "tenant", the first by key; nullptr when the catalog has none.
const catalog::Family* tenant_family(const catalog::Catalog& catalog);
// Unknown for no plan, and for a plan whose number is none of this dialect's.
TenantPlan tenant_plan_of(const catalog::Plan* plan);

}  // namespace rb::api::tenant
