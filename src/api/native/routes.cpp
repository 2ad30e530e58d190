#include "api/native/routes.h"

#include "api/native/cloud_events.h"
#include "api/native/faults.h"
#include "api/native/home_page.h"
#include "api/native/native.h"
#include "base/limits.h"

namespace rb::api::native {

using http::Method;

std::span<const Route> routes() {
    static constexpr Route table[] = {
        {Method::get, "/v1/catalog", get_catalog, ""},
        {Method::put, "/v1/catalog", put_catalog, "expected_version"},
        {Method::post, "/v1/catalog/diff", diff_catalog, ""},
        {Method::post, "/v1/catalog/lint", lint_catalog, ""},
        {Method::get, "/v1/plans", list_plans, "account family limit cursor"},
        {Method::get, "/v1/plans/{plan}", get_plan, "account"},

        {Method::post, "/v1/accounts", open_account, ""},
        {Method::get, "/v1/accounts", list_accounts, "parent limit cursor"},
        {Method::get, "/v1/accounts/{account}", get_account, ""},
        {Method::patch, "/v1/accounts/{account}", patch_account, ""},
        {Method::get, "/v1/accounts/{account}/children", list_children, "limit cursor"},
        {Method::post, "/v1/accounts/{account}/status", set_account_status, ""},

        {Method::get, "/v1/accounts/{account}/members", list_members, ""},
        {Method::post, "/v1/accounts/{account}/members", add_member, ""},
        {Method::patch, "/v1/accounts/{account}/members/{member}", patch_member, ""},
        {Method::del, "/v1/accounts/{account}/members/{member}", remove_member, ""},

        {Method::get, "/v1/accounts/{account}/api_keys", list_api_keys, ""},
        {Method::post, "/v1/accounts/{account}/api_keys", add_api_key, ""},
        {Method::del, "/v1/accounts/{account}/api_keys/{key}", revoke_api_key, ""},
        {Method::get, "/v1/accounts/{account}/service_keys", list_service_keys, ""},
        {Method::post, "/v1/accounts/{account}/service_keys", add_service_key, ""},
        {Method::del, "/v1/accounts/{account}/service_keys/{key}", revoke_service_key, ""},

        {Method::post, "/v1/accounts/{account}/payments", record_payment, ""},
        {Method::post, "/v1/accounts/{account}/payouts", record_payout, ""},
        {Method::post, "/v1/accounts/{account}/credit_grants", grant_credit, ""},
        {Method::get, "/v1/accounts/{account}/balance", get_balance, "at"},
        {Method::get, "/v1/accounts/{account}/ledger_entries", list_ledger_entries, "limit cursor"},
        {Method::post, "/v1/accounts/{account}/ledger_entries/{entry}/reversal",
         reverse_ledger_entry, ""},
        {Method::get, "/v1/accounts/{account}/holds", list_holds, "limit cursor"},
        {Method::post, "/v1/accounts/{account}/holds", place_hold, ""},
        {Method::post, "/v1/accounts/{account}/holds/{hold}/capture", capture_hold, ""},
        {Method::post, "/v1/accounts/{account}/holds/{hold}/release", release_hold, ""},

        {Method::post, "/v1/accounts/{account}/quotes", quote_start, ""},
        {Method::post, "/v1/subscriptions/{subscription}/quotes", quote_change, ""},
        {Method::get, "/v1/quotes/{quote}", get_quote, ""},

        {Method::post, "/v1/accounts/{account}/subscriptions", start_subscription, ""},
        {Method::get, "/v1/accounts/{account}/subscriptions", list_subscriptions, "limit cursor"},
        {Method::get, "/v1/accounts/{account}/available_plans", list_available_plans, "family"},
        {Method::get, "/v1/subscriptions/{subscription}", get_subscription, ""},
        {Method::post, "/v1/subscriptions/{subscription}/changes", change_subscription, ""},
        {Method::post, "/v1/subscriptions/{subscription}/cancel", cancel_subscription, ""},
        {Method::del, "/v1/subscriptions/{subscription}/pending_change", withdraw_pending_change,
         ""},

        {Method::get, "/v1/accounts/{account}/gauges", list_gauges, ""},
        {Method::put, "/v1/accounts/{account}/gauges/{feature}", set_gauge, ""},
        {Method::post, "/v1/accounts/{account}/gauges/{feature}", set_gauge, ""},
        {Method::get, "/v1/accounts/{account}/entitlements", list_entitlements, ""},
        {Method::get, "/v1/accounts/{account}/spend-cap", get_spend_cap, ""},
        {Method::put, "/v1/accounts/{account}/spend-cap", put_spend_cap, ""},
        {Method::del, "/v1/accounts/{account}/spend-cap", remove_spend_cap, ""},
        {Method::put, "/v1/accounts/{account}/alias", put_alias, ""},
        {Method::del, "/v1/accounts/{account}/alias", remove_alias, ""},
        {Method::get, "/v1/accounts/{account}/rate", get_rate, ""},
        {Method::put, "/v1/accounts/{account}/rate", put_rate, ""},
        {Method::del, "/v1/accounts/{account}/rate", remove_rate, ""},
        {Method::get, "/v1/accounts/{account}/usage", get_usage, "meter from to by dimension"},

        {Method::post, "/v1/events", ingest_events, ""},
        {Method::post, "/v1/entitlements/check", check_use, ""},
        {Method::post, "/v1/entitlements/consume", consume_use, ""},
        {Method::post, "/v1/reservations", reserve_use, ""},
        {Method::post, "/v1/reservations/{reservation}/commit", commit_reservation, ""},
        {Method::post, "/v1/reservations/{reservation}/release", release_reservation, ""},
        {Method::post, "/ofrep/v1/evaluate/flags", evaluate_flags, ""},
        {Method::post, "/ofrep/v1/evaluate/flags/{key}", evaluate_flag, ""},

        {Method::post, "/v1/test_clocks", make_clock, ""},
        {Method::get, "/v1/test_clocks/{clock}", get_clock, ""},
        {Method::post, "/v1/test_clocks/{clock}/advance", advance_clock, ""},

        {Method::get, "/v1/audit", list_audit,
         "account key operator member command from to limit cursor"},
        {Method::get, "/v1/operators", list_operators, ""},
        {Method::post, "/v1/operators", add_operator, ""},
        {Method::patch, "/v1/operators/{operator}", patch_operator, ""},
        {Method::del, "/v1/operators/{operator}", remove_operator, ""},
        {Method::get, "/v1/platform_keys", list_platform_keys, ""},
        {Method::post, "/v1/platform_keys", add_platform_key, ""},
        {Method::patch, "/v1/platform_keys/{key}", patch_platform_key, ""},
        {Method::post, "/v1/platform_keys/{key}/rotation", rotate_platform_key, ""},
        {Method::del, "/v1/platform_keys/{key}", revoke_platform_key, ""},

        {Method::get, "/v1/quarantines", list_quarantines, ""},
        {Method::del, "/v1/quarantines/{account}", release_quarantine, ""},

        {Method::get, "/v1/changes", list_changes, "after limit wait"},
    };
    return table;
}

std::span<const Route> open_routes() {
    static constexpr Route table[] = {
        {Method::get, "/", get_home, ""},
        {Method::get, "/healthz", get_health, ""},
        {Method::get, "/readyz", get_readiness, ""},
        {Method::get, "/version", get_version, ""},
        {Method::get, "/openapi.json", get_openapi, ""},
        {Method::get, "/docs", get_docs, ""},
    };
    return table;
}

namespace {

bool is_listed(std::string_view names, std::string_view name) {
    while (!names.empty()) {
        const std::size_t blank = names.find(' ');
        if (names.substr(0, blank) == name) return true;
        if (blank == std::string_view::npos) break;
        names.remove_prefix(blank + 1);
    }
    return false;
}

// The query's parameters: each known, none twice.
http::Parameters read_query(const http::Request& request, std::string_view names, Errors& errors) {
    auto parsed = http::parse_query(request.query);
    if (!parsed) {
        errors.add(Fault::field_is_invalid, "", "the query is malformed: " + parsed.error());
        return {};
    }
    for (std::size_t i = 0; i < parsed->size(); ++i) {
        const std::string& name = (*parsed)[i].first;
        if (!is_listed(names, name))
            errors.add(Fault::field_is_unknown, "/" + name,
                       "there is no such query parameter here");
        for (std::size_t j = 0; j < i; ++j)
            if ((*parsed)[j].first == name)
                errors.add(Fault::field_is_invalid, "/" + name, "a query parameter is given once");
    }
    return std::move(*parsed);
}

enum class Access : std::uint8_t { open, with_key };

const AccountId nobody{Uuid{~std::uint64_t{0}, ~std::uint64_t{0}}};

void serve(const Context& context, const Route& route, Access access, http::Request&& request,
           http::Respond respond) {
    if (access == Access::with_key) {
        // Replies are the caller's own and never a cache's.
        respond = [inner = std::move(respond)](http::Response&& response) mutable {
            inner(std::move(response.with("Cache-Control", "no-store")));
        };
    }
    Call call{context, std::move(request), std::move(respond), {}, {}};
    Visit visit;
    if (access == Access::with_key) {
        auto principal = bearer_principal(context, call.request);
        if (!principal) return call.refuse(principal.error());
        call.caller = principal->caller;
        visit = {principal->tree, call.request.body.size(),
                 route.method == Method::get ? Visit::Reply::any : Visit::Reply::small};
    }
    Errors errors;
    call.query = read_query(call.request, route.query, errors);
    if (!errors.empty()) return call.refuse(errors);
    // Probes are answered at once. All else that needs no key is asked by one tree, of nobody,
    // which waits beside the others for what its large replies cost.
    const bool is_probe = route.pattern == "/healthz" || route.pattern == "/readyz";
    if (access == Access::open && is_probe) return route.operation(std::move(call));
    if (access == Access::open) visit = {nobody, 0, Visit::Reply::any};
    enter(context, visit, std::move(call), route.operation);
}

std::size_t body_bytes_max(const Route& route) {
    if (route.pattern.starts_with("/v1/catalog") && route.method != Method::get)
        return limits::catalog_file_bytes_max;
    if (route.pattern == "/v1/events") return events_body_bytes_max;
    return 0;
}

void add(http::Router& router, const Context& context, std::span<const Route> table,
         Access access) {
    for (const Route& route : table) {
        router.add(
            route.method, std::string(route.pattern),
            [&context, &route, access](http::Request&& request, http::Respond respond) {
                serve(context, route, access, std::move(request), std::move(respond));
            },
            body_bytes_max(route));
    }
}

}  // namespace

void add_routes(http::Router& router, const Context& context) {
    add(router, context, routes(), Access::with_key);
    add(router, context, open_routes(), Access::open);
}

}  // namespace rb::api::native
