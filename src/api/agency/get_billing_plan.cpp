#include "api/agency/authority.h"
#include "api/agency/operations.h"
#include "api/agency/to_wire.h"

namespace rb::api::agency {

void get_billing_plan(const Context& context, http::Request&& request, http::Respond respond) {
    auto caller = authenticate(context, request);
    if (!caller) return respond(std::move(caller.error()));
    std::vector<FieldFault> faults;
    auto id = path_uuid(request, "billing_plan_id", faults);
    if (!faults.empty()) return respond(validation_response(faults));

    auto read = [owner = caller->account,
                 id = PlanId{*id}](const engine::Reader& reader) -> Result<engine::Rendered> {
        const engine::AccountRecord* record = reader.account(owner);
        const catalog::Plan* plan = record == nullptr || record->owned_plans == nullptr
                                        ? nullptr
                                        : record->owned_plans->find(id);
        if (plan == nullptr) return refuse(Fault::plan_is_unknown, "there is no such plan");
        engine::Rendered rendered;
        rendered.body = billing_plan_to_wire({plan, reader.subscribers(owner, id)});
        return rendered;
    };
    context.engine.read(caller->account, *caller, std::move(read),
                        answer(std::move(respond), request.request_id, refusal_response));
}

}  // namespace rb::api::agency
