#include "api/tenant/admission.h"

#include <algorithm>

#include "api/tenant/faults.h"
#include "base/text.h"

namespace rb::api::tenant {

namespace {

constexpr std::size_t tenant_chars_min = 2;

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

enum class Version : std::uint8_t { one, other, none };

// "v1", "v1.0"; other: a version that there is not; none: no version at all.
Version version_of(std::string_view segment) {
    if (!segment.starts_with('v') && !segment.starts_with('V')) return Version::none;
    segment.remove_prefix(1);
    std::size_t point = segment.find('.');
    if (!is_digits(segment.substr(0, point))) return Version::none;
    if (point != std::string_view::npos && !is_digits(segment.substr(point + 1)))
        return Version::none;
    return segment == "1" || segment == "1.0" ? Version::one : Version::other;
}

std::unexpected<http::Response> no(const Refusal& refusal, const http::Request& request) {
    return std::unexpected(refusal_response(refusal, request.request_id));
}

}  // namespace

std::expected<Admission, http::Response> admit(const Context& context, const http::Request& request,
                                               accounts::Right right) {
    std::string_view tenant = request.path_parameter("tenant");
    Version version = version_of(request.path_parameter("version"));
    if (version == Version::none || tenant.size() < tenant_chars_min)
        return std::unexpected(path_is_unknown());
    if (version == Version::other)
        return std::unexpected(
            error_response(400, {{"version_is_unsupported", "version", "expected v1 or v1.0"}}));

    auto principal = bearer_principal(context, request);
    if (!principal) return no(principal.error(), request);
    const accounts::Caller& caller = principal->caller;
    auto account = context.engine.account_named(to_lower(tenant));
    auto may = context.engine.may(caller, account.value_or(AccountId{}), right);
    // One answer for a tenant that does not exist and for one that is not the caller's.
    if (!may && may.error().fault == Fault::account_is_unknown)
        return no({Fault::account_is_unknown, {}, "there is no such tenant for this key", {}, {}},
                  request);
    if (!may && may.error().fault == Fault::role_is_too_low)
        return no(
            {Fault::role_is_too_low,
             {},
             "this needs a key with the role " + std::string(engine::Engine::least_role(right)),
             {},
             {}},
            request);
    if (!may) return no({may.error().fault, {}, may.error().detail, {}, {}}, request);
    return Admission{caller, *account, principal->tree};
}

}  // namespace rb::api::tenant
