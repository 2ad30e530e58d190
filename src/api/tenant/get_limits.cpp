#include "api/tenant/admission.h"
#include "api/tenant/faults.h"
#include "api/tenant/operations.h"
#include "api/tenant/to_wire.h"

namespace rb::api::tenant {

void get_limits(const Context& context, http::Request&& request, http::Respond respond) {
    auto admitted = admit(context, request, accounts::Role::admin);
    if (!admitted) return respond(std::move(admitted.error()));
    auto read = [tenant =
                     admitted->tenant](const engine::Reader& reader) -> Result<engine::Rendered> {
        const engine::AccountRecord* record = reader.account(tenant);
        if (record == nullptr)
            return refuse(Fault::account_is_unknown, "there is no such tenant for this key");
        engine::Rendered rendered;
        rendered.body = plan_limits_to_wire(reader, *record);
        return rendered;
    };
    context.engine.read(admitted->tenant, admitted->caller, std::move(read),
                        answer(std::move(respond), request.request_id, refusal_response));
}

}  // namespace rb::api::tenant
