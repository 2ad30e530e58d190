#include "api/tenant/faults.h"
#include "api/tenant/operations.h"
#include "api/tenant/tenant.h"

namespace rb::api::tenant {

void Call::refuse(const Refusal& refusal) {
    respond(refusal_response(refusal, request.request_id));
}

void add_routes(http::Router& router, const Context& context) {
    using accounts::Right;
    using Operation = void (*)(Call&&);
    auto add = [&](http::Method method, std::string_view action, Right right, Operation operation) {
        router.add(method, "/api/{tenant}/{version}/" + std::string(action),
                   [&context, right, operation](http::Request&& request, http::Respond respond) {
                       auto admitted = admit(context, request, right);
                       if (!admitted) return respond(std::move(admitted.error()));
                       enter(context, {admitted->tree, request.body.size()},
                             Call{context, std::move(request), std::move(respond), *admitted},
                             operation);
                   });
    };
    add(http::Method::get, "plans/get_limits", Right::read_limits, get_limits);
    add(http::Method::post, "plans/change_plan", Right::change_plan, change_plan);
    router.set_not_found(
        "/api", [](http::Request&&, http::Respond respond) { respond(path_is_unknown()); });
    router.set_wrong_method("/api", [](const http::Request&) {
        return error_response(
            405, {{"method_is_not_allowed", "", "This path has other methods; Allow names them."}});
    });
}

}  // namespace rb::api::tenant
