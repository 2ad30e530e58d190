#include <algorithm>
#include <utility>

#include "api/agency/authority.h"
#include "api/agency/operations.h"
#include "api/agency/to_wire.h"

namespace rb::api::agency {

namespace {

// oldest first; archived ones are left out.
std::vector<const catalog::Plan*> plans_of(const engine::AccountRecord& record) {
    std::vector<const catalog::Plan*> plans;
    if (record.owned_plans == nullptr) return plans;
    for (const auto& [key, plan] : record.owned_plans->by_key())
        if (!plan->head.archived) plans.push_back(plan.get());
    std::ranges::sort(plans, {}, [](const auto* plan) {
        return std::pair(plan->versions.front().published_at, plan->head.id);
    });
    return plans;
}

std::string page_of(const engine::Reader& reader, const engine::AccountRecord& record, Page page) {
    auto plans = plans_of(record);
    auto total = static_cast<std::int64_t>(plans.size());
    std::vector<PlanView> items;
    if (page.page <= (total + page.size - 1) / page.size) {
        std::int64_t from = (page.page - 1) * page.size;
        std::int64_t until = std::min(from + page.size, total);
        for (std::int64_t i = from; i < until; ++i) {
            const catalog::Plan* plan = plans[static_cast<std::size_t>(i)];
            items.push_back({plan, reader.subscribers(record.account.id, plan->head.id)});
        }
    }
    return billing_plans_to_wire(items, total, page);
}

}  // namespace

void list_billing_plans(Call&& call) {
    std::vector<FieldFault> faults;
    auto path_id = path_uuid(call.request, "agency_id", faults);
    Page page = page_from_wire(call.request, faults);
    if (!faults.empty()) return call.respond(validation_response(faults));
    AccountId agency{*path_id};
    if (!has_authority(call.context, call.caller, agency))
        return call.respond(detail_response(404, "Agency not found"));

    auto read = [agency, page](const engine::Reader& reader) -> Result<engine::Rendered> {
        auto record = reader.allowed(agency, accounts::Right::read_account);
        if (!record) return std::unexpected(record.error());
        engine::Rendered rendered;
        rendered.body = page_of(reader, **record, page);
        return rendered;
    };
    call.context.engine.read(
        agency, call.caller, std::move(read),
        answer(std::move(call.respond), call.request.request_id, refusal_response));
}

}  // namespace rb::api::agency
