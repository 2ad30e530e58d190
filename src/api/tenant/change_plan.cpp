// The input names a plan; whether that starts a subscription or changes one is seen in a read
// first. What another caller does between the two is refused by the engine under its own name.
#include <memory>

#include "api/tenant/faults.h"
#include "api/tenant/from_wire.h"
#include "api/tenant/operations.h"
#include "api/tenant/to_wire.h"

namespace rb::api::tenant {

namespace {

void execute(engine::Engine& engine, engine::Envelope envelope, AccountId tenant,
             engine::Done done) {
    auto render = [tenant](const engine::Reader& reader, const engine::Reply&) {
        engine::Rendered rendered;
        rendered.body = plan_limits_to_wire(reader, *reader.account(tenant));
        return rendered;
    };
    engine.execute(std::move(envelope), std::move(render), std::move(done));
}

}  // namespace

void change_plan(Call&& call) {
    auto input = change_plan_from_wire(call.request.body);
    if (!input) return call.respond(error_response(400, input.error()));
    auto idempotency = idempotency_of(call.request);
    if (!idempotency) return call.refuse(idempotency.error());

    const AccountId tenant = call.admitted.tenant;
    engine::Engine& engine = call.context.engine;
    auto ask = std::make_shared<changes::Ask>();
    auto look = [ask, tenant,
                 wanted = *input](const engine::Reader& reader) -> Result<engine::Rendered> {
        auto found = ask_of(reader, tenant, wanted);
        if (!found) return std::unexpected(found.error());
        *ask = std::move(*found);
        return engine::Rendered{};
    };
    auto then = [&engine, ask, tenant, caller = call.admitted.caller, key = std::move(*idempotency),
                 request_id = call.request.request_id,
                 done = answer(std::move(call.respond), call.request.request_id, refusal_response)](
                    Result<engine::Rendered>&& seen) mutable {
        if (!seen) return done(std::unexpected(std::move(seen.error())));
        execute(engine,
                {caller,
                 changes::Change{tenant, *ask},
                 std::move(key),
                 {},
                 {},
                 engine::Door::tenant,
                 std::move(request_id)},
                tenant, std::move(done));
    };
    engine.read(tenant, call.admitted.caller, std::move(look), std::move(then));
}

}  // namespace rb::api::tenant
