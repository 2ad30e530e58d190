#include "api/agency/agency.h"
#include "api/agency/authority.h"
#include "api/agency/faults.h"
#include "api/agency/operations.h"

namespace rb::api::agency {

void Call::refuse(const Refusal& refusal) {
    respond(refusal_response(refusal, request.request_id));
}

void add_routes(http::Router& router, const Context& context) {
    using Operation = void (*)(Call&&);
    auto add = [&](http::Method method, std::string_view path, Operation operation) {
        router.add(method, "/api/v1/agency/billing/" + std::string(path),
                   [&context, operation](http::Request&& request, http::Respond respond) {
                       auto principal = authenticate(context, request);
                       if (!principal) return respond(std::move(principal.error()));
                       enter(
                           context, {principal->tree, request.body.size()},
                           Call{context, std::move(request), std::move(respond), principal->caller},
                           operation);
                   });
    };
    add(http::Method::post, "{agency_id}/billing_plan", create_billing_plan);
    add(http::Method::get, "{agency_id}/billing_plan/list", list_billing_plans);
    add(http::Method::get, "{billing_plan_id}", get_billing_plan);
    router.set_not_found("/api/v1/agency", [](http::Request&&, http::Respond respond) {
        respond(detail_response(404, "Not Found"));
    });
    router.set_wrong_method("/api/v1/agency", [](const http::Request&) {
        return detail_response(405, "Method Not Allowed");
    });
}

}  // namespace rb::api::agency
