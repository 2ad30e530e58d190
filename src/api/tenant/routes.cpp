#include "api/tenant/operations.h"
#include "api/tenant/tenant.h"

namespace rb::api::tenant {

void add_routes(http::Router& router, const Context& context) {
    using Operation = void (*)(const Context&, http::Request&&, http::Respond);
    auto add = [&](http::Method method, std::string_view action, Operation operation) {
        router.add(method, "/api/{tenant}/{version}/" + std::string(action),
                   [&context, operation](http::Request&& request, http::Respond respond) {
                       operation(context, std::move(request), std::move(respond));
                   });
    };
    add(http::Method::get, "plans/get_limits", get_limits);
    add(http::Method::post, "plans/change_plan", change_plan);
}

}  // namespace rb::api::tenant
