#include "api/tenant/faults.h"
#include "api/tenant/operations.h"
#include "api/tenant/to_wire.h"

namespace rb::api::tenant {

void get_limits(Call&& call) {
    const AccountId tenant = call.admitted.tenant;
    auto read = [tenant](const engine::Reader& reader) -> Result<engine::Rendered> {
        const engine::AccountRecord* record = reader.account(tenant);
        if (record == nullptr)
            return refuse(Fault::account_is_unknown, "there is no such tenant for this key");
        engine::Rendered rendered;
        rendered.body = plan_limits_to_wire(reader, *record);
        return rendered;
    };
    call.context.engine.read(
        tenant, call.admitted.caller, std::move(read),
        answer(std::move(call.respond), call.request.request_id, refusal_response));
}

}  // namespace rb::api::tenant
