#include "api/common/context.h"

#include <sodium.h>

#include <memory>

#include "base/limits.h"

namespace rb::api {

Result<engine::Principal> bearer_principal(const Context& context, const http::Request& request) {
    std::string_view token = request.bearer_token();
    if (token.empty())
        return refuse(Fault::caller_is_unknown,
                      "send an API key as 'Authorization: Bearer rb_...'");
    return context.engine.authenticate(accounts::Surface::native, token);
}

Result<std::optional<engine::IdempotencyKey>> idempotency_of(const http::Request& request) {
    const std::string* key = request.header("Idempotency-Key");
    if (!key) return std::nullopt;
    if (key->empty() || key->size() > limits::idempotency_key_bytes_max)
        return refuse(Fault::field_is_invalid, "Idempotency-Key has 1 to 255 characters");
    std::string operation = std::string(http::method_text(request.method)) + " " + request.path;
    std::string request_text = operation + "?" + request.query + "\n" + request.body;
    return engine::IdempotencyKey{*key, operation, Sha256::of(request_text)};
}

engine::Done answer(http::Respond respond, std::string request_id,
                    RefusalResponse refusal_response) {
    return [respond = std::move(respond), id = std::move(request_id),
            refusal_response](Result<engine::Rendered>&& outcome) mutable {
        if (!outcome) return respond(refusal_response(outcome.error(), id));
        http::Response response;
        response.status = outcome->status;
        response.content_type = std::move(outcome->content_type);
        response.body = std::move(outcome->body);
        if (outcome->replayed) response.with("Idempotent-Replayed", "true");
        respond(std::move(response));
    };
}

Personal seal(engine::Engine& engine, std::string_view wrapped_data_key, const Personal& plain) {
    Personal sealed;
    for (const auto& [field, text] : plain)
        sealed[field] = engine.vault().seal(wrapped_data_key, text);
    return sealed;
}

std::string open_field(engine::Engine& engine, std::string_view wrapped_data_key,
                       const Personal& sealed, const std::string& field) {
    auto it = sealed.find(field);
    if (it == sealed.end()) return {};
    return engine.vault().open(wrapped_data_key, it->second).value_or("");
}

std::string make_key_text(accounts::Surface surface) {
    std::uint64_t random[4];
    randombytes_buf(random, sizeof random);
    if (surface == accounts::Surface::platform) {
        constexpr std::uint64_t version = 0xF000, variant = 0xC000000000000000;
        return Uuid{(random[0] & ~version) | 0x4000, (random[1] & ~variant) | 0x8000000000000000}
            .to_text();
    }
    char text[sodium_base64_ENCODED_LEN(sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    sodium_bin2base64(text, sizeof text, reinterpret_cast<const unsigned char*>(random),
                      sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return (surface == accounts::Surface::agency ? "in-" : "rb_") + std::string(text);
}

}  // namespace rb::api
