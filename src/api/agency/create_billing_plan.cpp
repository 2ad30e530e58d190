#include "api/agency/authority.h"
#include "api/agency/from_wire.h"
#include "api/agency/operations.h"
#include "api/agency/to_wire.h"

namespace rb::api::agency {

namespace {

// The first family by key whose surface is this dialect's.
const catalog::Family* agency_family(const catalog::Catalog& catalog) {
    for (const auto& [key, family] : catalog.settings.families)
        if (family.surface == "agency") return &family;
    return nullptr;
}

}  // namespace

void create_billing_plan(Call&& call) {
    std::vector<FieldFault> faults;
    auto path_id = path_uuid(call.request, "agency_id", faults);
    BillingPlanCreate plan = billing_plan_from_wire(call.request.body, faults);
    auto idempotency = idempotency_of(call.request);
    if (!idempotency)
        faults.push_back(
            {{"header", "Idempotency-Key"}, idempotency.error().detail, "value_error"});
    if (path_id && plan.agency_id && *plan.agency_id != *path_id)
        faults.push_back({{"body", "agency_id"},
                          "Value error, agency_id must be the agency of the path",
                          "value_error"});
    if (!faults.empty()) return call.respond(validation_response(faults));

    AccountId agency{*path_id};
    if (!has_authority(call.context, call.caller, agency))
        return call.respond(detail_response(404, "Agency not found"));
    auto catalog = call.context.engine.catalog();
    const catalog::Family* family = agency_family(*catalog);
    if (family == nullptr)
        return call.respond(
            detail_response(409, "the catalog has no family for plans of agencies"));

    catalog::PublishOwnedPlan command{
        agency,
        draft_of(plan, family->key, plan_key_of(plan.name, call.context.engine.fresh_id())),
        {}};
    auto render = [agency](const engine::Reader& reader, const engine::Reply& reply) {
        engine::Rendered rendered;
        const auto& made = std::get<PlanRef>(reply);
        rendered.body = created_to_wire(*reader.plan(*reader.account(agency), made.plan));
        return rendered;
    };
    call.context.engine.execute(
        {call.caller,
         std::move(command),
         std::move(*idempotency),
         {},
         {},
         engine::Door::agency,
         call.request.request_id},
        std::move(render),
        answer(std::move(call.respond), call.request.request_id, refusal_response));
}

}  // namespace rb::api::agency
