// Check and consume: may this be used, and using it. What the product is asked most.
#include "api/native/answer_text.h"
#include "api/native/faults.h"
#include "api/native/routes.h"
#include "api/native/use_body.h"

namespace rb::api::native {

namespace {

constexpr std::size_t answer_bytes_usual = 512;
// A body that was read on this thread before leaves its memory to the next, if it was not huge.
constexpr std::size_t memory_bytes_kept = 256 * 1024;

UseBody& body_of_thread() {
    thread_local std::optional<UseBody> body;
    if (!body || body->memory_bytes() > memory_bytes_kept) body.emplace();
    return *body;
}

// Bodies of uses that wait for their turn. One that was answered leaves its memory to a later one,
// on the thread that answered it.
class Bodies {
public:
    struct GiveBack {
        void operator()(UseBody* body) const { here().give_back(body); }
    };
    using Body = std::unique_ptr<UseBody, GiveBack>;

    static Body take() {
        Bodies& bodies = here();
        if (bodies.free_.empty()) return Body(new UseBody);
        Body body(bodies.free_.back().release());
        bodies.free_.pop_back();
        return body;
    }

private:
    static constexpr std::size_t free_max = 256;

    static Bodies& here() {
        thread_local Bodies bodies;
        return bodies;
    }
    void give_back(UseBody* body) {
        std::unique_ptr<UseBody> owned(body);
        if (free_.size() < free_max && owned->memory_bytes() <= small_bytes_max)
            free_.push_back(std::move(owned));
    }
    static constexpr std::size_t small_bytes_max = 4096;

    std::vector<std::unique_ptr<UseBody>> free_;
};

// Of a list: where the answers belong, and what has none.
struct Places {
    std::string_view list_name;
    std::vector<std::uint32_t> asked;
    std::vector<RefusedUse> refused;
};

void append_list(std::string& out, const engine::Answers& answers, const Places& places,
                 const engine::Engine& engine) {
    out.reserve(answer_bytes_usual * (answers.size() + places.refused.size()));
    out += R"({"results":[)";
    std::size_t answer = 0, refused = 0;
    for (std::uint32_t i = 0; i < answers.size() + places.refused.size(); ++i) {
        if (i > 0) out += ',';
        if (answer < answers.size() && places.asked[answer] == i) {
            const auto& result = answers[answer++];
            if (result) {
                append_answer(out, *result, engine);
                continue;
            }
            Refusal refusal = result.error();
            refusal.field =
                '/' + std::string(places.list_name) + '/' + std::to_string(i) + refusal.field;
            out += R"({"error":)";
            append_error(out, refusal);
        } else {
            out += R"({"error":)";
            append_error(out, places.refused[refused++].refusal);
        }
        out += '}';
    }
    out += "]}";
}

http::Response response_of(const engine::Answers& answers, const std::optional<Places>& list,
                           const engine::Engine& engine, std::string_view request_id) {
    http::Response response;
    if (list) {
        response.items = answers.size() + list->refused.size();
        append_list(response.body, answers, *list, engine);
    } else if (const auto& answer = answers.front()) {
        response.body.reserve(answer_bytes_usual);
        append_answer(response.body, *answer, engine);
    } else {
        return refusal_response(answer.error(), request_id);
    }
    return response;
}

std::optional<Places> places_of(UseBody& body, std::string_view list_name) {
    if (!body.is_list()) return std::nullopt;
    return Places{list_name, {body.places().begin(), body.places().end()}, body.take_refused()};
}

bool takes_body(const http::Request& request) {
    const std::string* type = request.header("Content-Type");
    return !type || is_json_type(*type);
}

Refusal no_json(const http::Request& request) {
    return {Fault::field_is_invalid,
            {},
            "expected a body of type application/json, got '" +
                shown_text(*request.header("Content-Type")) + "'",
            {},
            {}};
}

}  // namespace

void check_use(Call&& call) {
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::check); !ok)
        return call.refuse(ok.error());
    if (!takes_body(call.request)) return call.refuse(no_json(call.request));
    UseBody& body = body_of_thread();
    const Errors* errors =
        body.read(std::move(call.request.body), UseShape::check, {},
                  [&call](std::string_view account) { return account_meant(call, account); });
    if (errors) return call.refuse(*errors);
    thread_local std::vector<entitlements::Question> questions;
    questions.clear();
    for (const engine::Consumption& use : body.uses()) questions.push_back(use.question);
    const engine::Answers answers = call.engine().check(call.caller, questions);
    call.send(
        response_of(answers, places_of(body, "checks"), call.engine(), call.request.request_id));
}

void consume_use(Call&& call) {
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::use); !ok)
        return call.refuse(ok.error());
    if (!takes_body(call.request)) return call.refuse(no_json(call.request));
    const std::string* key = call.request.header("Idempotency-Key");
    if (key && (key->empty() || key->size() > use_text_bytes_max))
        return call.refuse(Refusal{
            Fault::field_is_invalid, {}, "Idempotency-Key has 1 to 255 characters", {}, {}});
    Bodies::Body body = Bodies::take();
    const Errors* errors = body->read(
        std::move(call.request.body), UseShape::consume, key ? std::string_view(*key) : "",
        [&call](std::string_view account) { return account_meant(call, account); });
    if (errors) return call.refuse(*errors);
    engine::Engine& engine = call.engine();
    const accounts::Caller caller = call.caller;
    const std::span<const engine::Consumption> uses = body->uses();
    auto done = [&engine, respond = std::move(call.respond),
                 id = std::move(call.request.request_id), list = places_of(*body, "consumes"),
                 kept = std::move(body),  // uses look into it, and into a key that came as a header
                 headers =
                     std::move(call.request.headers)](Result<engine::Answers>&& answers) mutable {
        respond(answers ? response_of(*answers, list, engine, id)
                        : refusal_response(answers.error(), id));
    };
    if (uses.empty()) return done(engine::Answers{});
    engine.consume_in_turn(caller, uses, std::move(done));
}

}  // namespace rb::api::native
