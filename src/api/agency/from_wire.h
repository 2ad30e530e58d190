#pragma once
// IBillingPlanCreate and the parameters of lists, read as Pydantic 2 reads them:
// every fault at once.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/agency/faults.h"
#include "base/id.h"
#include "domain/catalog/command.h"

namespace rb::api::agency {

struct BillingPlanCreate {
    std::string name;
    std::string description;
    std::int64_t bots_count = 0;
    std::int64_t queries_count = 0;
    std::int64_t words_count = 0;
    std::int64_t voice_seconds = 0;
    bool premium_support = false;
    bool default_plan = false;
    bool remove_branding = false;
    bool advanced_intents = false;
    bool auto_intents = false;
    std::string billing_plan_group;
    std::string credits;     // JSON text of an object; empty: none
    std::string attributes;  // as above
    std::optional<Uuid> agency_id;
    std::string plan_lookup_key;
};

// Faults are appended; the value is complete only when there are none.
BillingPlanCreate billing_plan_from_wire(std::string_view body, std::vector<FieldFault>& faults);

// `key` is the new plan's key within the agency; `family` that of this dialect.
catalog::PlanDraft draft_of(const BillingPlanCreate& plan, std::string_view family,
                            std::string key);
// A key of the name that no other plan has: "growth-0m7c4k2v9q".
std::string plan_key_of(std::string_view name, Uuid unique);

struct Page {
    std::int64_t page = 1;
    std::int64_t size = 50;
};
Page page_from_wire(const http::Request& request, std::vector<FieldFault>& faults);

}  // namespace rb::api::agency
