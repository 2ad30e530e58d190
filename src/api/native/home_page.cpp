#include "api/native/home_page.h"

#include "api/http/problem.h"

namespace rb::api::native {

namespace {

bool asks_for_json(const http::Request& request) {
    const std::string* accept = request.header("Accept");
    return accept && accept->contains("json") && !accept->contains("text/html");
}

std::string_view health_of(const engine::Status& status) {
    if (!status.serving) return "It takes no changes: its journal has stopped.";
    if (status.store_full) return "It takes no changes: its disk is full.";
    if (status.clock_jumped) return "Its timers wait for a restart: its clock jumped.";
    if (status.quarantines > 0) return "It is ready, and holds some accounts back.";
    return "It is ready.";
}

// Nothing in it comes from a client; no style, no script, nothing from elsewhere.
std::string page_of(const std::string& version, const engine::Status& status) {
    return "<!doctype html>\n"
           "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Ratebook</title></head><body>\n"
           "<h1>Ratebook</h1>\n"
           "<p>A plan engine runs here, version " +
           version + ". " + std::string(health_of(status)) +
           "</p>\n"
           "<ul>\n"
           "<li><a href=\"/docs\">The API as a page</a>, <a href=\"/openapi.json\">as OpenAPI "
           "3.1</a></li>\n"
           "<li><a href=\"/readyz\">Is it ready?</a> <a href=\"/healthz\">Is it alive?</a> <a "
           "href=\"/version\">Which version?</a></li>\n"
           "<li>README.md and docs/ of its source: how it is used and run</li>\n"
           "</ul>\n"
           "<p>Programs ask below /v1 with a key.</p>\n"
           "</body></html>\n";
}

}  // namespace

void get_home(Call&& call) {
    http::Response response;
    if (asks_for_json(call.request)) {
        response = http::problem(404, "not_found",
                                 "there is nothing at this path; /openapi.json describes the API",
                                 call.request.request_id);
    } else {
        response.content_type = "text/html; charset=utf-8";
        response.body = page_of(call.context.version, call.engine().status());
        response.with("Content-Security-Policy",
                      "default-src 'none'; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'");
        response.with("X-Content-Type-Options", "nosniff");
        response.with("Referrer-Policy", "no-referrer");
        response.with("Cache-Control", "no-store");
    }
    call.send(std::move(response.with("Vary", "Accept")));
}

}  // namespace rb::api::native
