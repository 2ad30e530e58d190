#include <algorithm>
#include <array>

#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

// What a fact holds besides what happened: ciphertexts and hashes, which are no caller's business.
constexpr std::array<std::string_view, 4> private_members{"wrapped_data_key", "sealed", "hash",
                                                          "email_fingerprint"};

void strip(Json& value) {
    if (value.is_array()) {
        for (Json& item : value.as_array()) strip(item);
        return;
    }
    if (!value.is_object()) return;
    std::erase_if(value.as_object(), [](const Json::Member& member) {
        return std::ranges::find(private_members, member.first) != private_members.end();
    });
    for (auto& [name, member] : value.as_object()) strip(member);
}

}  // namespace

void list_changes(Call&& call) {
    constexpr std::int64_t limit_normal = 100, limit_max = 1000, wait_seconds_max = 30;
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::follow_changes); !ok)
        return call.refuse(ok.error());
    Errors errors;
    Query query(call.query, errors);
    std::string after = query.text("after").value_or("");
    auto limit = static_cast<std::size_t>(query.integer("limit", limit_normal, 1, limit_max));
    auto wait = Duration::of_seconds(query.integer("wait", 0, 0, wait_seconds_max));
    if (!errors.empty()) return call.refuse(errors);
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    auto shared = std::make_shared<Call>(std::move(call));
    engine.facts(caller, std::move(after), limit, wait, [shared](Result<engine::FactPage>&& page) {
        if (!page) return shared->refuse(page.error());
        auto body = list_text(*shared->engine().catalog(), page->cursor, [&](Wire& w) {
            for (const engine::Fact& fact : page->facts) {
                w.json().begin_object();
                w.text("type", fact.type);
                w.instant("at", fact.at);
                w.id("account", fact.account);
                w.text("command", fact.command);
                w.json().key("data");
                auto data = Json::parse(fact.data);
                if (data) {
                    strip(*data);
                    w.json().value(*data);
                } else {
                    w.json().begin_object().end_object();
                }
                w.json().end_object();
            }
        });
        shared->send(http::Response::json(200, std::move(body)));
    });
}

}  // namespace rb::api::native
