#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"
#include "base/limits.h"

namespace rb::api::native {

namespace {

engine::Rendered clock_rendered(const engine::Reader& reader, ClockId id, int status) {
    engine::Rendered out = rendered("", status);
    Wire w(out.body, reader.catalog());
    write_clock(w, *reader.clock(id));
    return out;
}

Refusal unknown_clock() {
    return {Fault::clock_is_unknown, "/clock", "there is no such test clock", {}, {}};
}

}  // namespace

void make_clock(Call&& call) {
    Body body(call.request);
    Fields& f = body.root();
    auto name = f.text("name");
    if (name && name->size() > limits::name_bytes_max)
        f.invalid("name", "expected at most 200 bytes of text");
    auto now = f.instant("now", Need::required);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    ClockId id{call.engine().fresh_id()};
    execute(std::move(call), {engine::MakeClock{id, name.value_or(""), *now}, {}, {}},
            [](const engine::Reader& reader, const engine::Reply& reply) {
                return clock_rendered(reader, std::get<ClockId>(reply), 201);
            });
}

void get_clock(Call&& call) {
    auto id = path_id<ClockId>(call, "clock", Fault::clock_is_unknown);
    if (!id || !call.caller.is_platform()) return call.refuse(unknown_clock());
    if (auto ok = engine::Engine::may_overall(call.caller, accounts::Right::read_platform); !ok)
        return call.refuse(ok.error());
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    engine.read_clock(
        *id, caller,
        [id = *id](const engine::Reader& reader) -> Result<engine::Rendered> {
            if (!reader.clock(id)) return std::unexpected(unknown_clock());
            return clock_rendered(reader, id, 200);
        },
        std::move(call).done());
}

void advance_clock(Call&& call) {
    auto id = path_id<ClockId>(call, "clock", Fault::clock_is_unknown);
    if (!id || !call.caller.is_platform()) return call.refuse(unknown_clock());
    Body body(call.request);
    auto to = body.root().instant("to", Need::required);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {engine::AdvanceClock{*id, *to}, {}, {}},
            [id = *id](const engine::Reader& reader, const engine::Reply&) {
                return clock_rendered(reader, id, 202);
            });
}

}  // namespace rb::api::native
