#include "api/http/cors.h"

#include <algorithm>

namespace rb::http {
namespace {

// What pages may read of an answer beside the few headers that any page may.
constexpr std::string_view shown_headers =
    "Allow, ETag, Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, "
    "X-Request-Id";
// What they may send beside such headers.
constexpr std::string_view taken_headers =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id";
// Of a preflight, in seconds: two hours, which is as long as any browser keeps it.
constexpr std::string_view kept_seconds = "7200";

bool is_host_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
}

void add_header(Response& response, std::string_view name, std::string_view value) {
    response.with(std::string(name), std::string(value));
}

void add_to_answer(Response& response, const std::string* origin) {
    add_header(response, "Vary", "Origin");
    if (!origin) return;
    add_header(response, "Access-Control-Allow-Origin", *origin);
    add_header(response, "Access-Control-Expose-Headers", shown_headers);
}

void add_to_preflight(Response& response) {
    const auto allow = std::ranges::find(response.headers, "Allow", &Header::first);
    if (response.status != 204 || allow == response.headers.end()) return;
    add_header(response, "Access-Control-Allow-Methods", std::string(allow->second));
    add_header(response, "Access-Control-Allow-Headers", taken_headers);
    add_header(response, "Access-Control-Max-Age", kept_seconds);
}

}  // namespace

Parsed<std::string> Cors::parse_origin(std::string_view text) {
    if (text == "*")
        return Unparsed(
            "'*' would let every page of the web use the keys that a browser holds; name the "
            "origins, such as https://app.example.com");
    std::string_view host = text;
    for (std::string_view scheme : {"https://", "http://"})
        if (text.starts_with(scheme)) host.remove_prefix(scheme.size());
    if (host.size() == text.size() || host.empty() || !std::ranges::all_of(host, is_host_char))
        return Unparsed(
            "an origin is a scheme and a host in lower case, perhaps with a port, and nothing "
            "behind: https://app.example.com");
    return std::string(text);
}

const std::string* Cors::allowed_origin(const Request& request) const {
    const std::string* origin = request.header("Origin");
    return origin && std::ranges::count(origins_, *origin) > 0 ? origin : nullptr;
}

void Cors::add_headers(const Request& request, Response& response) const {
    if (!origins_.empty()) add_to_answer(response, allowed_origin(request));
}

void Cors::handle(const Router& router, Request&& request, Respond respond) const {
    if (origins_.empty()) return router.handle(std::move(request), std::move(respond));
    const std::string* found = allowed_origin(request);
    std::optional<std::string> origin;
    if (found) origin = *found;
    const bool is_preflight = origin && request.method == Method::options &&
                              request.header("Access-Control-Request-Method");
    router.handle(std::move(request), [respond = std::move(respond), origin = std::move(origin),
                                       is_preflight](Response&& response) mutable {
        add_to_answer(response, origin ? &*origin : nullptr);
        if (is_preflight) add_to_preflight(response);
        respond(std::move(response));
    });
}

}  // namespace rb::http
