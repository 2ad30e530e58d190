#pragma once
// DTO_tenant_change_plan_input, and what it asks of the engine.
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "api/tenant/faults.h"
#include "api/tenant/vocabulary.h"
#include "base/decimal.h"
#include "domain/changes/types.h"

namespace rb::api::tenant {

struct ChangePlanInput {
    TenantPlan plan = TenantPlan::unknown;
    std::optional<Decimal> capped_amount;  // above zero, at most six fractional digits
};

// T-010 to T-013. Every error of the body at once.
std::expected<ChangePlanInput, std::vector<WireError>> change_plan_from_wire(std::string_view body);

// T-050 to T-053: starts the tenant's subscription of the family, or changes it. plan_is_unknown,
// plan_is_current, account_is_unknown; the rest is the engine's to refuse.
Result<changes::Ask> ask_of(const engine::Reader& reader, AccountId tenant,
                            const ChangePlanInput& input);

}  // namespace rb::api::tenant
