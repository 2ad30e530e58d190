#include "api/platform/call.h"
#include "api/platform/to_wire.h"

namespace rb::api::platform {

// Which plans are dearer than the present one is for the catalog's rules to say: what they do not
// allow to this caller is not shown.
void get_available_plans(Call call) {
    auto filter = PlanFilter::of(call.arguments, *call.context.engine.catalog());
    if (!filter) return call.respond(error_response(filter.error()));
    auto body = [filter = std::move(*filter)](
                    const engine::Reader& reader,
                    const engine::AccountRecord& record) -> Outcome<std::string> {
        std::string out;
        JsonWriter w(out);
        w.begin_object().key("result").begin_array();
        for (const auto& [key, family] : reader.catalog().settings.families) {
            if (family.surface != "platform" || !filter.takes_type(key)) continue;
            for (const changes::Offer& offer : reader.offers(record, key)) {
                if (offer.current || !offer.allowed || !filter.takes(offer.plan->head)) continue;
                if (auto ok = plan_to_wire(w, reader, record, offer); !ok)
                    return std::unexpected(ok.error());
            }
        }
        w.end_array().end_object();
        return out;
    };
    answer_about_account(std::move(call), accounts::Right::read_account, std::move(body));
}

}  // namespace rb::api::platform
