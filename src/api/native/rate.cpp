// How often an account's tree may ask, and who has said so.
#include "api/native/fields.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

// What the server allows every tree.
std::optional<std::int64_t> server_rate(const Call& call) {
    const auto rate = call.context.gate ? call.context.gate->rate() : std::nullopt;
    return rate ? std::optional(rate->requests_per_second) : std::nullopt;
}

std::string rate_text(const engine::Reader& reader, const engine::AccountRecord& record,
                      std::optional<std::int64_t> of_server) {
    const auto own = reader.request_rate(record);
    return object_text(reader.catalog(), [&](Wire& w) {
        w.id("account", record.account.id);
        w.integer("requests_per_second", own ? own : of_server);
        w.text("source", own ? "account" : of_server ? "server" : "none");
    });
}

void set_rate(Call&& call, AccountId account, std::optional<std::int64_t> requests_per_second) {
    const auto of_server = server_rate(call);
    execute(std::move(call), {accounts::SetRequestRate{account, requests_per_second}, {}, {}},
            [account, of_server](const engine::Reader& reader, const engine::Reply&) {
                return rendered(rate_text(reader, *reader.account(account), of_server));
            });
}

}  // namespace

void get_rate(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    const auto of_server = server_rate(call);
    read_account(std::move(call), *account, accounts::Right::read_usage,
                 [of_server](const engine::Reader& reader, const engine::AccountRecord& record) {
                     return rendered(rate_text(reader, record, of_server));
                 });
}

void put_rate(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    const auto rate = body.root().integer("requests_per_second", Need::required);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    set_rate(std::move(call), *account, *rate);
}

void remove_rate(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    set_rate(std::move(call), *account, std::nullopt);
}

}  // namespace rb::api::native
