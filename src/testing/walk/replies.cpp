#include "testing/walk/replies.h"

#include <algorithm>

#include "api/native/test_contract.h"
#include "base/enums.h"
#include "base/text.h"
#include "domain/faults/types.h"
#include "testing/walk/catalogs.h"
#include "testing/walk/world.h"

namespace rb::testing::walk {

namespace {

constexpr std::string_view http_codes[] = {
    "not_found",         "method_not_allowed", "malformed_path",     "body_too_large",
    "headers_too_large", "overloaded",         "precondition_failed"};
// 503 that a walk may see: its stages have small numbers of ids.
constexpr std::string_view busy_codes[] = {"deduplication_is_full"};
// Errors of the platform dialect that tell of a fault of ours (api/platform/errors.h).
constexpr std::string_view broken_codes[] = {"4", "5", "13"};

template <class List>
bool has(const List& list, std::string_view text) {
    return std::ranges::find(list, text) != std::end(list);
}

std::string_view code_of(const Json& body) {
    const Json* code = body.find("code");
    return code && code->is_string() ? std::string_view(code->as_string()) : std::string_view();
}

std::string asked(const http::Request& request, const http::Response& response) {
    return std::string(http::method_text(request.method)) + " " + request.path + " -> " +
           std::to_string(response.status) + " " + response.body.substr(0, 2000);
}

Found check_status(const http::Request& request, const http::Response& response, const Json& body) {
    const std::string_view code = code_of(body);
    if (response.status >= 500 && !(response.status == 503 && has(busy_codes, code)))
        return Failure{"a reply of " + std::to_string(response.status) + " " + std::string(code),
                       asked(request, response)};
    const bool is_problem = response.content_type.starts_with("application/problem+json");
    if (is_problem && !code.empty() && !parse_enum<Fault>(code) && !has(http_codes, code))
        return Failure{"an unknown code " + std::string(code), asked(request, response)};
    if (response.status < 200 ||
        (response.status >= 300 && response.status < 400 && response.status != 304))
        return Failure{"an odd status", asked(request, response)};
    return std::nullopt;
}

std::optional<std::int64_t> integer_at(const Json& json, std::string_view name, bool& is_odd) {
    const Json* found = json.find(name);
    if (!found || !found->is_number()) return std::nullopt;
    auto number = parse_int(found->number_text());
    if (!number) is_odd = true;
    return number ? std::optional(*number) : std::nullopt;
}

// Of every object that tells a limit: no more remains than the limit leaves. (Less, where plans
// with other windows are tighter.)
Found check_limits(const Json& json) {
    if (json.is_array())
        for (const Json& item : json.as_array())
            if (Found wrong = check_limits(item)) return wrong;
    if (!json.is_object()) return std::nullopt;
    for (const auto& [name, member] : json.as_object())
        if (Found wrong = check_limits(member)) return wrong;
    bool is_odd = false;
    const auto limit = integer_at(json, "limit", is_odd);
    const auto used = integer_at(json, "used", is_odd);
    const auto held = integer_at(json, "held", is_odd);
    const auto remaining = integer_at(json, "remaining", is_odd);
    if (is_odd || (held && *held < 0))
        return Failure{"numbers of a limit beyond 64 bits", json.to_text()};
    if (!limit || !used || !held || !remaining) return std::nullopt;
    const int128 left = int128{*limit} - *used - *held;
    if (*remaining > std::max(left, int128{0}))
        return Failure{"more remains than the limit leaves", json.to_text()};
    return std::nullopt;
}

std::string_view family_of(std::string_view plan) {
    for (const char* catalog : {"small", "demo"})
        for (const PlanFact& known : plans_of(catalog))
            if (known.key == plan) return known.family;
    return {};
}

// A subscription is to a plan of its family.
Found check_families(const Json& json) {
    if (json.is_array())
        for (const Json& item : json.as_array())
            if (Found wrong = check_families(item)) return wrong;
    if (!json.is_object()) return std::nullopt;
    for (const auto& [name, member] : json.as_object())
        if (Found wrong = check_families(member)) return wrong;
    const Json* family = json.find("family");
    const Json* plan = json.at_path("plan/key");
    if (!family || !family->is_string() || !plan || !plan->is_string()) return std::nullopt;
    const std::string_view known = family_of(plan->as_string());
    if (!known.empty() && known != family->as_string())
        return Failure{"a subscription is to a plan of another family", json.to_text()};
    return std::nullopt;
}

bool fits(std::string_view pattern, std::string_view path, std::size_t& literals) {
    literals = 0;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view one = pattern.substr(1, pattern.find('/', 1) - 1);
        const std::string_view two = path.substr(1, path.find('/', 1) - 1);
        if (one.ends_with("...}")) return true;
        if (one == two)
            ++literals;
        else if (!one.starts_with('{'))
            return false;
        pattern.remove_prefix(one.size() + 1);
        path.remove_prefix(two.size() + 1);
    }
    return pattern.empty() && path.empty();
}

}  // namespace

std::string pattern_of(std::string_view method, std::string_view path) {
    static const std::vector<std::string> routes = all_routes();
    std::string best;
    std::size_t most = 0;
    for (const std::string& route : routes) {
        const std::size_t blank = route.find(' ');
        std::size_t literals = 0;
        if (std::string_view(route).substr(0, blank) != method ||
            !fits(std::string_view(route).substr(blank + 1), path, literals))
            continue;
        if (best.empty() || literals > most) {
            best = route;
            most = literals;
        }
    }
    return best;
}

bool is_refused(std::string_view pattern, const http::Response& response) {
    if (pattern.find("/platform_api") != std::string_view::npos)
        return response.body.starts_with(R"({"error")");
    return response.status >= 400;
}

Found check_reply(const http::Request& request, std::string_view pattern,
                  const http::Response& response, const Json& body) {
    if (Found wrong = check_status(request, response, body)) return wrong;
    const bool is_json = response.content_type.find("json") != std::string::npos;
    if (is_json && !response.body.empty() && !Json::parse(response.body))
        return Failure{"a reply that is no JSON", asked(request, response)};
    if (pattern.find("/platform_api") != std::string_view::npos) {
        const Json* code = body.at_path("error/code");
        if (code && code->is_number() && has(broken_codes, code->number_text()))
            return Failure{"error " + code->number_text() + " of the platform dialect",
                           asked(request, response)};
    }
    if (Found wrong = check_limits(body)) {
        wrong->detail = asked(request, response) + "\n" + wrong->detail;
        return wrong;
    }
    return check_families(body);
}

Found check_document(const http::Request& request, std::string_view pattern,
                     const http::Response& response) {
    static const api::native::Contract contract;
    const std::string path(pattern.substr(pattern.find(' ') + 1));
    if (contract.operation(http::method_text(request.method), path) == nullptr) return std::nullopt;
    for (const std::string& wrong : contract.check(path, request, response))
        return Failure{"a reply beside the document", asked(request, response) + "\n" + wrong};
    return std::nullopt;
}

}  // namespace rb::testing::walk
