#include "api/platform/call.h"
#include "api/platform/to_wire.h"

namespace rb::api::platform {

void get_account_info(Call call) {
    auto live = call.arguments.boolean("return_live_balance");
    if (!live) return call.respond(error_response(live.error()));
    Balance balance = live->value_or(true) ? Balance::live : Balance::committed;
    const Context& context = call.context;
    auto body = [&context, balance](const engine::Reader&,
                                    const engine::AccountRecord& record) -> Outcome<std::string> {
        std::string out;
        JsonWriter w(out);
        w.begin_object().key("result");
        account_to_wire(w, record, balance, [&](const std::string& field) {
            return open_field(context.engine, record.account.wrapped_data_key,
                              record.account.profile.sealed, field);
        });
        w.key("api_address").string(context.public_host);
        w.end_object();
        return out;
    };
    answer_about_account(std::move(call), accounts::Right::read_money, std::move(body));
}

}  // namespace rb::api::platform
