#pragma once
// DTO_plan_limits in its wrapper: every field of the published shape, in its order.
#include <string>

#include "engine/reader.h"

namespace rb::api::tenant {

// The body of a reply that succeeded (T-020, T-030 to T-043).
std::string plan_limits_to_wire(const engine::Reader& reader, const engine::AccountRecord& record);

}  // namespace rb::api::tenant
