// The dialect's table of contents. A method reaches the server in its path or as `cmd`, by POST or
// GET (P-001 to P-004).
#include <algorithm>
#include <array>
#include <memory>

#include "api/platform/call.h"
#include "api/platform/platform.h"
#include "base/limits.h"

namespace rb::api::platform {
namespace {

struct Method {
    std::string_view name;
    Operation operation;
};

constexpr std::array<Method, 4> methods{{
    {"GetAccountInfo", get_account_info},
    {"GetAccountPlans", get_account_plans},
    {"GetAvailablePlans", get_available_plans},
    {"ChangeAccountPlan", change_account_plan},
}};

// The method that the path names, the body, or both alike.
Outcome<Operation> operation_of(std::string_view path, const Arguments& arguments) {
    while (path.ends_with('/')) path.remove_suffix(1);
    std::string_view name = arguments.text("cmd");
    if (name.empty() && path.empty()) return fail(Code::method_is_missing);
    if (!name.empty() && !path.empty() && name != path)
        return fail(Code::arguments_are_invalid, "The path and the field 'cmd' name two methods.");
    if (name.empty()) name = path;
    const auto* method = std::ranges::find(methods, name, &Method::name);
    if (method == methods.end()) return fail(Code::method_is_unknown);
    return method->operation;
}

Outcome<std::optional<std::string>> idempotency_key_of(const http::Request& request) {
    const std::string* key = request.header("Idempotency-Key");
    if (!key) return std::nullopt;
    if (key->empty() || key->size() > limits::idempotency_key_bytes_max)
        return fail(Code::arguments_are_invalid, "Idempotency-Key has 1 to 255 characters.");
    return *key;
}

void serve(const Context& context, TokenCache& cache, http::Request&& request,
           http::Respond respond) {
    auto arguments = Arguments::of(request);
    if (!arguments) return respond(error_response(arguments.error()));
    auto operation = operation_of(request.path_parameter("method"), *arguments);
    if (!operation) return respond(error_response(operation.error()));
    auto actor = authenticate(context.engine, cache, request, *arguments);
    if (!actor) return respond(error_response(actor.error()));
    auto idempotency_key = idempotency_key_of(request);
    if (!idempotency_key) return respond(error_response(idempotency_key.error()));
    enter(context, {actor->tree, request.body.size()},
          Call{context, std::move(*arguments), *actor, std::move(*idempotency_key),
               std::move(request.request_id), std::move(respond)},
          *operation);
}

}  // namespace

std::span<const std::string_view> method_names() {
    static const auto names = [] {
        std::array<std::string_view, methods.size()> out;
        std::ranges::transform(methods, out.begin(), &Method::name);
        return out;
    }();
    return names;
}

void add_routes(http::Router& router, const Context& context) {
    auto cache = std::make_shared<TokenCache>();
    auto handler = [&context, cache](http::Request&& request, http::Respond respond) {
        serve(context, *cache, std::move(request), std::move(respond));
    };
    for (http::Method method : {http::Method::post, http::Method::get}) {
        router.add(method, "/platform_api", handler);
        router.add(method, "/platform_api/{method...}", handler);
    }
    router.set_wrong_method("/platform_api", [](const http::Request&) {
        auto response =
            error_response({Code::method_is_unknown, "Methods are called by POST or GET."});
        response.status = 405;
        return response;
    });
}

}  // namespace rb::api::platform
