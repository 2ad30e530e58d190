#pragma once
// What all surfaces share, and as little as that: who asks, the idempotency key, replies from the
// engine, sealed personal fields. No surface's shapes stand here.
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/common/gate.h"
#include "api/common/rsa_maker.h"
#include "api/http/message.h"
#include "engine/engine.h"

namespace rb::api {

struct Context {
    engine::Engine& engine;
    std::string version;      // of the program
    std::string public_host;  // "127.0.0.1:8080", what replies name as the API's address
    Gate* gate = nullptr;     // nullptr: everything runs at once
    RsaMaker* rsa = nullptr;  // nullptr: keys are made where they are asked for
};

// The Bearer key of a request on the native key surface (rb_...). caller_is_unknown says what to
// send.
Result<engine::Principal> bearer_principal(const Context& context, const http::Request& request);

// Idempotency-Key of the request, with a hash over method, path, query and body. field_is_invalid
// when it is empty or longer than limits::idempotency_key_bytes_max.
Result<std::optional<engine::IdempotencyKey>> idempotency_of(const http::Request& request);

// Runs `run(std::move(call))` when the gate lets the caller's tree through (gate.h); else the call
// is refused.
template <class Call, class Run>
void enter(const Context& context, const Visit& visit, Call&& call, Run run) {
    if (!context.gate) return run(std::move(call));
    context.gate->enter(visit, std::move(call), std::move(run));
}

// How a surface turns a refusal into its own error response.
using RefusalResponse = http::Response (*)(const Refusal& refusal, std::string_view request_id);

// The engine's `done` for a request: Rendered becomes the response (Idempotent-Replayed: true when
// it is one), a refusal becomes what the surface makes of it.
engine::Done answer(http::Respond respond, std::string request_id,
                    RefusalResponse refusal_response);

// Personal fields of an account: sealed with its data key, opened for replies. An erased key opens
// to "".
using Personal = std::map<std::string, std::string>;
Personal seal(engine::Engine& engine, std::string_view wrapped_data_key, const Personal& plain);
std::string open_field(engine::Engine& engine, std::string_view wrapped_data_key,
                       const Personal& sealed, const std::string& field);

// New secrets, from the operating system's randomness. native: "rb_" + 43 base64url characters;
// agency: "in-" + 43; platform: a UUID.
std::string make_key_text(accounts::Surface surface);

}  // namespace rb::api
