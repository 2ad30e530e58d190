#pragma once
// IBillingPlanCreate, IBillingPlanRead and the envelope, in the published order of fields.
#include <cstdint>
#include <string>
#include <vector>

#include "api/agency/from_wire.h"
#include "domain/catalog/types.h"

namespace rb::api::agency {

// what was made, without id.
std::string created_to_wire(const catalog::Plan& plan);

// A plan with what only a read shows.
struct PlanView {
    const catalog::Plan* plan = nullptr;
    std::int64_t user_count = 0;
};
//
std::string billing_plan_to_wire(const PlanView& view);
// `items` are those of the page, `total` all there are.
std::string billing_plans_to_wire(const std::vector<PlanView>& items, std::int64_t total,
                                  Page page);

}  // namespace rb::api::agency
