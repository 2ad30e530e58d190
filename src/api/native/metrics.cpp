#include "api/native/metrics.h"

#include "api/native/faults.h"

namespace rb::api::native {

namespace {

bool is_loopback_address(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

// A page of the web that has its own name lead to this machine asks under that name.
bool is_loopback_name(std::string_view host) {
    if (host.starts_with("[::1]")) return true;
    host = host.substr(0, host.find(':'));
    return http::same_name(host, "localhost") || host.starts_with("127.");
}

// Somebody on this machine, and no proxy on it that asks for others. A proxy that adds none of the
// headers cannot be told from a local client: docs/operations.md says so.
bool is_local(const http::Request& request) {
    if (!is_loopback_address(request.remote_address)) return false;
    for (std::string_view name : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
                                  "X-Forwarded-Proto", "X-Real-IP", "Via"})
        if (request.header(name)) return false;
    const std::string* host = request.header("Host");
    return host && is_loopback_name(*host);
}

Result<void> may_read(const Context& context, MetricsAccess access, const http::Request& request) {
    if (access == MetricsAccess::open) return {};
    if (access == MetricsAccess::local && is_local(request)) return {};
    auto principal = bearer_principal(context, request);
    if (!principal) return std::unexpected(principal.error());
    return engine::Engine::may_overall(principal->caller, accounts::Right::read_platform);
}

}  // namespace

void add_metrics_route(http::Router& router, const Context& context, MetricsAccess access,
                       std::function<std::string()> page, std::string content_type) {
    router.add(http::Method::get, "/metrics",
               [&context, access, page = std::move(page), content_type = std::move(content_type)](
                   http::Request&& request, http::Respond respond) {
                   http::Response response;
                   if (auto ok = may_read(context, access, request); !ok) {
                       response = refusal_response(ok.error(), request.request_id);
                   } else {
                       response.content_type = content_type;
                       response.body = page();
                   }
                   respond(std::move(response.with("Cache-Control", "no-store")));
               });
}

}  // namespace rb::api::native
