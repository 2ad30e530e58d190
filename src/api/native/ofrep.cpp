// OpenFeature's remote evaluation protocol: what plans give, asked as flags. The targeting key is
// the account. A flag that no plan of the account gives has no value when it is a config, so that
// the product's own default holds; everything else is false then.
#include "api/native/answer_text.h"
#include "api/native/property.h"
#include "api/native/routes.h"
#include "base/json.h"

namespace rb::api::native {

namespace {

// "TARGETING_KEY_MISSING" and its like, and a sentence.
struct EvaluationError {
    int status = 400;
    std::string_view code;
    std::string details;
};

http::Response error_response(std::optional<std::string_view> flag, const EvaluationError& error) {
    http::Response response;
    response.status = error.status;
    JsonWriter w(response.body);
    w.begin_object();
    if (flag) w.key("key").string(*flag);
    w.key("errorCode").string(error.code);
    w.key("errorDetails").string(error.details);
    w.end_object();
    return response;
}

EvaluationError error_of(const Refusal& refusal) {
    if (refusal.fault == Fault::feature_is_unknown)
        return {404, "FLAG_NOT_FOUND", "the catalog has no such feature"};
    if (refusal.fault == Fault::account_is_unknown)
        return {400, "INVALID_CONTEXT", "targetingKey: there is no such account"};
    if (refusal.fault == Fault::reference_is_ambiguous)
        return {400, "INVALID_CONTEXT", "targetingKey: " + refusal.detail};
    return {400, "GENERAL", refusal.detail};
}

// Whom the context is about: the account, and who of it.
struct Target {
    AccountId account;
    std::string entity;  // empty: not said
};
std::expected<Target, EvaluationError> target_of(const Call& call) {
    const std::string* type = call.request.header("Content-Type");
    auto body = Json::parse(call.request.body);
    if (!body || (type && !is_json_type(*type)))
        return std::unexpected(EvaluationError{
            400, "PARSE_ERROR",
            body ? "expected a body of type application/json" : "not JSON: " + body.error()});
    const Json* context = body->find("context");
    if (!context || !context->is_object())
        return std::unexpected(
            EvaluationError{400, "INVALID_CONTEXT", "expected an object 'context'"});
    const Json* key = context->find("targetingKey");
    if (!key || key->is_null() || (key->is_string() && key->as_string().empty()))
        return std::unexpected(EvaluationError{
            400, "TARGETING_KEY_MISSING", "expected context.targetingKey to name the account"});
    if (!key->is_string())
        return std::unexpected(
            EvaluationError{400, "INVALID_CONTEXT", "expected context.targetingKey as a string"});
    auto account = find_account(call, key->as_string());
    const Json* entity = context->find("entity");
    const bool is_named = entity && entity->is_string();
    if (account) return Target{*account, is_named ? entity->as_string() : std::string()};
    return std::unexpected(error_of(account.error()));
}

void append_evaluation(std::string& out, std::string_view flag,
                       const entitlements::Answer& answer) {
    using catalog::FeatureKind;
    const bool is_given = answer.reason != Fault::feature_is_not_in_plan;
    const bool is_config = answer.kind == FeatureKind::config;
    JsonWriter w(out);
    w.begin_object();
    w.key("key").string(flag);
    if (!is_config) {
        w.key("value").boolean(answer.allowed);
        w.key("variant").string(answer.allowed ? "on" : "off");
    } else if (is_given) {
        w.key("value").string(answer.value);
        w.key("variant").string(answer.value);
    }
    w.key("reason").string(is_given ? "TARGETING_MATCH" : "DEFAULT");
    w.key("metadata").begin_object();
    w.key("kind").string(enum_text(answer.kind));
    if (answer.reason) w.key("reason").string(enum_text(*answer.reason));
    if (answer.kind == FeatureKind::limit || answer.kind == FeatureKind::metered) {
        if (answer.limit) w.key("limit").integer(*answer.limit);
        w.key("used").integer(answer.used);
        if (answer.remaining) w.key("remaining").integer(*answer.remaining);
        w.key("overLimit").boolean(answer.over_limit);
        if (answer.resets_at) w.key("resetsAt").string(answer.resets_at->to_text());
    }
    w.end_object();
    w.end_object();
}

}  // namespace

void evaluate_flag(Call&& call) {
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::check); !ok)
        return call.refuse(ok.error());
    const std::string flag(call.request.path_parameter("key"));
    auto target = target_of(call);
    if (!target) return call.send(error_response(flag, target.error()));
    const entitlements::Question question{target->account, flag, 1, target->entity};
    auto answers = call.engine().check(call.caller, {&question, 1});
    const auto& answer = answers.front();
    if (!answer) return call.send(error_response(flag, error_of(answer.error())));
    std::string body;
    append_evaluation(body, flag, *answer);
    call.send(http::Response::json(200, std::move(body)));
}

void evaluate_flags(Call&& call) {
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::check); !ok)
        return call.refuse(ok.error());
    auto target = target_of(call);
    if (!target) return call.send(error_response(std::nullopt, target.error()));
    const auto catalog = call.engine().catalog();
    std::vector<entitlements::Question> questions;
    for (const auto& [key, feature] : catalog->settings.features)
        questions.push_back({target->account, key, 1, target->entity});
    const auto answers = call.engine().check(call.caller, questions);
    std::string body = R"({"flags":[)";
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (i > 0) body += ',';
        if (answers[i])
            append_evaluation(body, questions[i].feature, *answers[i]);
        else
            body += error_response(questions[i].feature, error_of(answers[i].error())).body;
    }
    body += "]}";
    const std::string tag = etag_of(body);
    http::Response response;
    if (has_tag(call.request, tag))
        response.status = 304;
    else
        response.body = std::move(body);
    call.send(std::move(response.with("ETag", tag)));
}

}  // namespace rb::api::native
