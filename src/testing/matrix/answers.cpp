#include "testing/matrix/answers.h"

#include <algorithm>

#include "base/json.h"
#include "testing/json_at.h"

namespace rb::testing::matrix {

namespace {

// The refusal's name; "" when it is none.
std::string code_of(const Row& row, const http::Response& response) {
    const Json json = Json::parse(response.body).value_or(Json());
    const std::string_view body = response.body;
    if (row.route.contains("/platform_api")) return text_or_digits_at(json, "error/code");
    if (row.route.contains("/api/v1/agency"))
        return response.status < 300 ? "" : std::to_string(response.status);
    if (row.route.contains("/api/{tenant}"))
        return response.status < 300 ? "" : text_at(json, "errors/0/code");
    if (response.status >= 300) {
        if (const std::string code = text_at(json, "code"); !code.empty()) return code;
        // OFREP's errors have no room for the name of a fault.
        if (body.contains("frozen")) return "account_is_frozen";
        if (body.contains("closed")) return "account_is_closed";
        return text_at(json, "errorCode");
    }
    if (row.route == "POST /v1/events") return text_at(json, "results/0/error/code");
    const bool asks = row.deeds.front() == "check" || row.deeds.front() == "use" ||
                      row.deeds.front() == "reserve";
    for (const char* reason : {"account_is_frozen", "account_is_closed"})
        if (asks && body.contains(reason)) return reason;
    return {};
}

}  // namespace

Judged judge(const Row& row, const http::Response& response) {
    const std::string code = code_of(row, response);
    auto is = [&](std::string_view name) { return code == name; };
    auto verdict = [&] {
        if (is("")) return Verdict::allowed;
        if (is("caller_is_unknown") || is("100") || is("433") || is("401"))
            return response.body.contains("expired") ? Verdict::expired : Verdict::unauthenticated;
        if (is("credentials_expired")) return Verdict::expired;
        if (is("role_is_too_low")) return Verdict::role;
        if (is("scope_is_missing")) return Verdict::meter;
        if (std::ranges::find(row.then, code) != row.then.end()) return Verdict::allowed;
        if (is("account_is_frozen")) return Verdict::frozen;
        if (is("account_is_closed") || is("131")) return Verdict::closed;
        if (is("104") || is("403")) return Verdict::forbidden;
        return Verdict::other;
    };
    return {verdict(), code};
}

bool is_same(const http::Response& a, const http::Response& b) {
    return a.status == b.status && a.body == b.body && a.content_type == b.content_type &&
           a.headers == b.headers;
}

bool is_refusal(const Row& row, const http::Response& response) {
    return !code_of(row, response).empty();
}

}  // namespace rb::testing::matrix
