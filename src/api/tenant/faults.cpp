#include "api/tenant/faults.h"

#include "base/enums.h"
#include "base/json.h"

namespace rb::api::tenant {

namespace {

constexpr int bad_request = 400;
constexpr int forbidden = 403;
constexpr int too_many_requests = 429;
constexpr int unavailable = 503;

int status_of(Fault fault) {
    switch (fault) {
        case Fault::caller_is_unknown:
        case Fault::credentials_expired:
        case Fault::role_is_too_low:
        case Fault::scope_is_missing:
        case Fault::account_is_unknown:
            return forbidden;
        case Fault::field_is_missing:
        case Fault::field_is_invalid:
        case Fault::field_is_unknown:
        case Fault::plan_is_unknown:
        case Fault::subscription_is_unknown:
        case Fault::quote_is_unknown:
        case Fault::hold_is_unknown:
        case Fault::entry_is_unknown:
        case Fault::member_is_unknown:
        case Fault::key_is_unknown:
        case Fault::feature_is_unknown:
        case Fault::clock_is_unknown:
        case Fault::account_is_frozen:
        case Fault::account_is_closed:
        case Fault::name_is_taken:
        case Fault::email_is_taken:
        case Fault::key_is_taken:
        case Fault::key_is_last:
        case Fault::account_tree_is_too_deep:
        case Fault::account_would_be_its_own_ancestor:
        case Fault::currency_is_fixed:
        case Fault::too_many:
        case Fault::catalog_is_invalid:
        case Fault::catalog_has_moved:
        case Fault::currency_is_unknown:
        case Fault::price_is_missing:
        case Fault::exchange_rate_is_missing:
        case Fault::plan_is_archived:
        case Fault::plan_is_in_use:
        case Fault::plan_is_not_allowed:
        case Fault::plan_is_current:
        case Fault::family_is_taken:
        case Fault::quantity_is_not_allowed:
        case Fault::usage_does_not_fit:
        case Fault::money_is_short:
        case Fault::spend_cap_is_reached:
        case Fault::seller_is_short_of_money:
        case Fault::quarantine_is_unknown:
        case Fault::operator_is_unknown:
        case Fault::reference_is_ambiguous:
        case Fault::quantity_exceeds_limit:
        case Fault::cap_is_too_low:
        case Fault::approval_is_required:
        case Fault::subscription_has_ended:
        case Fault::change_is_not_pending:
        case Fault::trial_is_used:
        case Fault::quote_has_expired:
        case Fault::quote_is_stale:
        case Fault::hold_is_settled:
        case Fault::amount_exceeds_hold:
        case Fault::amount_exceeds_limit:
        case Fault::entry_is_reversed:
        case Fault::reference_is_taken:
        case Fault::account_is_not_settled:
        case Fault::grant_is_unknown:
        case Fault::instant_is_in_the_past:
        case Fault::clock_moves_forward_only:
        case Fault::clock_is_advancing:
        case Fault::meter_is_unknown:
        case Fault::reservation_is_unknown:
        case Fault::feature_is_not_in_plan:
        case Fault::allowance_is_used_up:
        case Fault::package_is_used_up:
        case Fault::event_is_too_old:
        case Fault::instant_is_in_the_future:
        case Fault::reservation_is_settled:
        case Fault::too_many_members:
        case Fault::entity_is_missing:
        case Fault::too_many_entities:
        case Fault::idempotency_key_is_reused:
            return bad_request;
        case Fault::rate_is_exceeded:
        case Fault::tree_is_full:
            return too_many_requests;
        case Fault::idempotency_is_full:
        case Fault::account_is_quarantined:
        case Fault::invariant_would_break:
        case Fault::store_is_full:
        case Fault::store_is_stopped:
        case Fault::engine_is_overloaded:
        case Fault::deduplication_is_full:
        case Fault::position_is_not_reached:
            return unavailable;
    }
    return bad_request;
}

// The engine's field as a field of DTO_tenant_change_plan_input.
std::string field_of(const Refusal& refusal) {
    if (refusal.field == "/cap") return "capped_amount";
    if (refusal.field == "/plan") return "plan";
    return {};
}

}  // namespace

http::Response error_response(int status, const std::vector<WireError>& errors) {
    std::string body;
    JsonWriter w(body);
    w.begin_object();
    w.key("data").null();
    w.key("success").boolean(false);
    w.key("errors").begin_array();
    for (const WireError& error : errors) {
        w.begin_object();
        w.key("code").string(error.code);
        w.key("field");
        if (error.field.empty())
            w.null();
        else
            w.string(error.field);
        w.key("message").string(error.message);
        w.end_object();
    }
    w.end_array().end_object();
    return http::Response::json(status, std::move(body));
}

http::Response path_is_unknown() {
    return error_response(404, {{"path_is_unknown", "", "There is nothing at this path."}});
}

http::Response refusal_response(const Refusal& refusal, std::string_view /*request_id*/) {
    std::vector<WireError> errors;
    for (const Blocker& b : refusal.blockers) {
        if (b.fault != Fault::usage_does_not_fit) continue;
        errors.push_back({std::string(enum_text(b.fault)), b.subject,
                          b.subject + ": " + b.used + " in use, " + b.allowed + " allowed"});
    }
    if (errors.empty())
        errors.push_back(
            {std::string(enum_text(refusal.fault)), field_of(refusal), refusal.detail});
    int status = status_of(refusal.fault);
    http::Response response = error_response(status, errors);
    if (status == unavailable || status == too_many_requests) response.with("Retry-After", "1");
    return response;
}

}  // namespace rb::api::tenant
