#pragma once
// The dialect's objects. Members come in the order of the published samples; optional members that
// have no value are left out, never null.
#include <functional>
#include <string>

#include "api/platform/errors.h"
#include "base/json.h"
#include "engine/reader.h"

namespace rb::api::platform {

// Which balance is shown: what can be spent now, or also what is held for upcoming charges.
enum class Balance : std::uint8_t { live, committed };

Amount balance_of(const engine::AccountRecord& record, Balance balance);
std::string timestamp_to_wire(Instant at);  // "2026-04-01 08:30:00", UTC

// PlanType, and AccountPlanType of the plan that holds for a family.
Outcome<void> plan_to_wire(JsonWriter& w, const engine::Reader& reader,
                           const engine::AccountRecord& record, const changes::Offer& offer);
Outcome<void> account_plan_to_wire(JsonWriter& w, const engine::Reader& reader,
                                   const engine::AccountRecord& record,
                                   const engine::FamilyView& view);

// ShortAccountInfoType.
void account_state_to_wire(JsonWriter& w, const engine::AccountRecord& record);
// AccountInfoType; `personal` opens a sealed field, "" when there is none.
void account_to_wire(JsonWriter& w, const engine::AccountRecord& record, Balance balance,
                     const std::function<std::string(const std::string&)>& personal);

}  // namespace rb::api::platform
