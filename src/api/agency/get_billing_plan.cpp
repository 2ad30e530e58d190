#include "api/agency/authority.h"
#include "api/agency/operations.h"
#include "api/agency/to_wire.h"

namespace rb::api::agency {

void get_billing_plan(Call&& call) {
    std::vector<FieldFault> faults;
    auto id = path_uuid(call.request, "billing_plan_id", faults);
    if (!faults.empty()) return call.respond(validation_response(faults));

    auto read = [owner = call.caller.account,
                 id = PlanId{*id}](const engine::Reader& reader) -> Result<engine::Rendered> {
        const engine::AccountRecord* record = reader.account(owner);
        const catalog::Plan* plan = record == nullptr || record->owned_plans == nullptr
                                        ? nullptr
                                        : record->owned_plans->find(id);
        if (plan == nullptr) return refuse(Fault::plan_is_unknown, "there is no such plan");
        engine::Rendered rendered;
        rendered.body = billing_plan_to_wire({plan, reader.subscribers(owner)[id]});
        return rendered;
    };
    call.context.engine.read(
        call.caller.account, call.caller, std::move(read),
        answer(std::move(call.respond), call.request.request_id, refusal_response));
}

}  // namespace rb::api::agency
