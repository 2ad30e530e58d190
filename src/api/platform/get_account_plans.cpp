#include "api/platform/call.h"
#include "api/platform/to_wire.h"

namespace rb::api::platform {

void get_account_plans(Call call) {
    auto filter = PlanFilter::of(call.arguments, *call.context.engine.catalog());
    if (!filter) return call.respond(error_response(filter.error()));
    auto body = [filter = std::move(*filter)](
                    const engine::Reader& reader,
                    const engine::AccountRecord& record) -> Outcome<std::string> {
        std::string out;
        JsonWriter w(out);
        w.begin_object().key("result").begin_array();
        for (const engine::FamilyView& view : reader.families(record, "platform")) {
            if (!filter.takes(view.effective.plan->head)) continue;
            if (auto ok = account_plan_to_wire(w, reader, record, view); !ok)
                return std::unexpected(ok.error());
        }
        w.end_array().end_object();
        return out;
    };
    answer_about_account(std::move(call), accounts::Right::read_account, std::move(body));
}

}  // namespace rb::api::platform
