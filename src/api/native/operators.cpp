// The platform's own people and keys. A key's text leaves once: in the first answer; the same
// idempotency key is answered without it.
#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using accounts::Operator;
using accounts::Platform;
using accounts::PlatformKey;
using accounts::Right;

void write_operator(Wire& w, const Operator& person) {
    w.json().begin_object();
    w.id("id", person.id);
    w.text("name", person.name);
    w.enumeration("role", person.role);
    w.instant("created_at", person.created_at);
    w.instant("removed_at", person.removed_at);
    w.json().end_object();
}

void write_platform_key(Wire& w, const PlatformKey& key, const engine::Engine& engine,
                        std::optional<std::string_view> text) {
    w.json().begin_object();
    w.id("id", key.id);
    w.text_or_null("name", key.name);
    w.id("operator", key.of);
    write_narrowing(w, key.narrowing);
    w.text("hint", key.hint);
    w.instant("created_at", key.created_at);
    w.instant("expires_at", key.expires_at);
    w.instant("revoked_at", key.revoked_at);
    w.instant("last_used_at", engine.last_used(key.id.uuid));
    w.text_or_null("text", text.value_or(""));
    w.json().end_object();
}

engine::Render show_operator(int status) {
    return [status](const engine::Reader& reader, const engine::Reply& reply) {
        engine::Rendered out = rendered("", status);
        Wire w(out.body, reader.catalog());
        write_operator(w, *accounts::find_operator(reader.platform(), std::get<OperatorId>(reply)));
        return out;
    };
}

// `text`: of the key that is made; empty: it was made before.
engine::Render show_key(const engine::Engine& engine, int status, std::string text) {
    return [&engine, status, text = std::move(text)](const engine::Reader& reader,
                                                     const engine::Reply& reply) {
        const PlatformKey& key = *accounts::find_key(reader.platform(), std::get<ApiKeyId>(reply));
        engine::Rendered out = rendered("", status);
        Wire shown(out.body, reader.catalog());
        write_platform_key(shown, key, engine, text);
        if (!text.empty()) {
            Wire kept(out.replay_body.emplace(), reader.catalog());
            write_platform_key(kept, key, engine, std::nullopt);
        }
        return out;
    };
}

// A new key of the surface /v1; its text goes out with the answer.
std::string make_text(engine::Engine& engine, PlatformKey& key) {
    constexpr std::size_t hint_chars = 4;
    std::string text = make_key_text(accounts::Surface::native);
    key.id = ApiKeyId{engine.fresh_id()};
    key.hash = Sha256::of(text);
    key.hint = text.substr(text.size() - hint_chars);
    return text;
}

// A list of what the platform has, of those who may see it.
void list(Call&& call, auto write_all) {
    if (auto ok = engine::Engine::may_overall(call.caller, Right::read_operators); !ok)
        return call.refuse(ok.error());
    const Platform platform = call.engine().platform();
    call.send(http::Response::json(
        200, list_text(*call.engine().catalog(), "", [&](Wire& w) { write_all(w, platform); })));
}

}  // namespace

void list_operators(Call&& call) {
    list(std::move(call), [](Wire& w, const Platform& platform) {
        for (const Operator& person : platform.operators) write_operator(w, person);
    });
}

void add_operator(Call&& call) {
    Body body(call.request);
    Fields& f = body.root();
    accounts::AddOperator command;
    command.name = f.text("name", Need::required).value_or("");
    command.role = f.enumeration<accounts::OperatorRole>("role", Need::required)
                       .value_or(accounts::OperatorRole::viewer);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {std::move(command), {}, {}}, show_operator(201));
}

void patch_operator(Call&& call) {
    auto id = path_id<OperatorId>(call, "operator", Fault::operator_is_unknown);
    if (!id) return call.refuse(id.error());
    Body body(call.request);
    Fields& f = body.root();
    accounts::UpdateOperator command{*id, f.text("name"),
                                     f.enumeration<accounts::OperatorRole>("role")};
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {std::move(command), {}, {}}, show_operator(200));
}

void remove_operator(Call&& call) {
    auto id = path_id<OperatorId>(call, "operator", Fault::operator_is_unknown);
    if (!id) return call.refuse(id.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {accounts::RemoveOperator{*id}, {}, {}}, show_operator(200));
}

void list_platform_keys(Call&& call) {
    const engine::Engine& engine = call.engine();
    list(std::move(call), [&engine](Wire& w, const Platform& platform) {
        for (const PlatformKey& key : platform.keys)
            write_platform_key(w, key, engine, std::nullopt);
    });
}

void add_platform_key(Call&& call) {
    Body body(call.request);
    Fields& f = body.root();
    PlatformKey key;
    key.name = f.text("name").value_or("");
    key.of = f.id<OperatorId>("operator").value_or(OperatorId{});
    key.expires_at = f.instant("expires_at");
    key.narrowing = read_narrowing(f);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    std::string text = make_text(call.engine(), key);
    const engine::Engine& engine = call.engine();
    execute(std::move(call), {accounts::AddPlatformKey{std::move(key)}, {}, {}},
            show_key(engine, 201, std::move(text)));
}

void patch_platform_key(Call&& call) {
    auto id = path_id<ApiKeyId>(call, "key", Fault::key_is_unknown);
    if (!id) return call.refuse(id.error());
    Body body(call.request);
    Fields& f = body.root();
    accounts::ChangePlatformKey command{*id, f.text("name"), std::nullopt};
    const auto expires_at = f.instant("expires_at");
    if (f.has("expires_at")) command.expires_at = expires_at;
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    const engine::Engine& engine = call.engine();
    execute(std::move(call), {std::move(command), {}, {}}, show_key(engine, 200, {}));
}

void rotate_platform_key(Call&& call) {
    constexpr std::int64_t day_seconds = 24 * 60 * 60, overlap_seconds_max = 30 * day_seconds;
    auto id = path_id<ApiKeyId>(call, "key", Fault::key_is_unknown);
    if (!id) return call.refuse(id.error());
    Body body(call.request);
    const std::int64_t overlap = body.root().integer("overlap_seconds").value_or(day_seconds);
    if (overlap < 0 || overlap > overlap_seconds_max)
        body.root().invalid("overlap_seconds", "expected 0 to 2592000 seconds (30 days)");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    PlatformKey fresh;
    std::string text = make_text(call.engine(), fresh);
    const engine::Engine& engine = call.engine();
    execute(
        std::move(call),
        {accounts::RotatePlatformKey{*id, std::move(fresh), Duration::of_seconds(overlap)}, {}, {}},
        show_key(engine, 201, std::move(text)));
}

void revoke_platform_key(Call&& call) {
    auto id = path_id<ApiKeyId>(call, "key", Fault::key_is_unknown);
    if (!id) return call.refuse(id.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    const engine::Engine& engine = call.engine();
    execute(std::move(call), {accounts::RevokePlatformKey{*id}, {}, {}}, show_key(engine, 200, {}));
}

}  // namespace rb::api::native
