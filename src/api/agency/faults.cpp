#include "api/agency/faults.h"

#include "base/json.h"

namespace rb::api::agency {

namespace {

// The engine's field of a plan as a field of IBillingPlanCreate.
std::string field_of(std::string_view pointer) {
    constexpr std::string_view entitlements = "/entitlements/";
    if (pointer.starts_with(entitlements)) return std::string(pointer.substr(entitlements.size()));
    if (pointer == "/group") return "billing_plan_group";
    if (pointer == "/lookup_key") return "plan_lookup_key";
    if (pointer == "/is_default") return "default_plan";
    if (!pointer.empty()) pointer.remove_prefix(1);
    return std::string(pointer);
}

http::Response unavailable(int status, std::string_view detail) {
    http::Response response = detail_response(status, detail);
    response.with("Retry-After", "1");
    return response;
}

}  // namespace

http::Response validation_response(const std::vector<FieldFault>& faults) {
    std::string body;
    JsonWriter w(body);
    w.begin_object().key("detail").begin_array();
    for (const FieldFault& fault : faults) {
        w.begin_object();
        w.key("loc").begin_array();
        for (const std::string& place : fault.loc) w.string(place);
        w.end_array();
        w.key("msg").string(fault.message);
        w.key("type").string(fault.type);
        w.end_object();
    }
    w.end_array().end_object();
    return http::Response::json(422, std::move(body));
}

http::Response detail_response(int status, std::string_view detail) {
    std::string body;
    JsonWriter(body).begin_object().key("detail").string(detail).end_object();
    return http::Response::json(status, std::move(body));
}

http::Response not_authenticated(std::string_view detail) {
    http::Response response = detail_response(401, detail);
    response.with("WWW-Authenticate", "APIKey");
    return response;
}

http::Response refusal_response(const Refusal& refusal, std::string_view /*request_id*/) {
    switch (refusal.fault) {
        case Fault::field_is_missing:
        case Fault::field_is_invalid:
        case Fault::field_is_unknown:
        case Fault::feature_is_unknown: {
            std::vector<std::string> loc{"body"};
            if (!refusal.field.empty()) loc.push_back(field_of(refusal.field));
            return validation_response({{std::move(loc), refusal.detail, "value_error"}});
        }
        case Fault::caller_is_unknown:
        case Fault::credentials_expired:
            return not_authenticated(refusal.detail);
        case Fault::role_is_too_low:
        case Fault::scope_is_missing:
        case Fault::account_is_frozen:
        case Fault::account_is_closed:
            return detail_response(403, refusal.detail);
        case Fault::account_is_unknown:
            return detail_response(404, "Agency not found");
        case Fault::plan_is_unknown:
            return detail_response(404, "Billing plan not found");
        case Fault::subscription_is_unknown:
        case Fault::quote_is_unknown:
        case Fault::hold_is_unknown:
        case Fault::entry_is_unknown:
        case Fault::member_is_unknown:
        case Fault::key_is_unknown:
        case Fault::clock_is_unknown:
        case Fault::meter_is_unknown:
        case Fault::reservation_is_unknown:
        case Fault::grant_is_unknown:
        case Fault::quarantine_is_unknown:
        case Fault::operator_is_unknown:
            return detail_response(404, refusal.detail);
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
        case Fault::reference_is_ambiguous:
        case Fault::quantity_exceeds_limit:
        case Fault::tree_is_full:
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
        case Fault::instant_is_in_the_past:
        case Fault::clock_moves_forward_only:
        case Fault::clock_is_advancing:
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
            return detail_response(409, refusal.detail);
        case Fault::idempotency_is_full:
        case Fault::store_is_full:
        case Fault::account_is_quarantined:
        case Fault::invariant_would_break:
        case Fault::store_is_stopped:
        case Fault::engine_is_overloaded:
        case Fault::deduplication_is_full:
        case Fault::position_is_not_reached:
            return unavailable(503, refusal.detail);
        case Fault::rate_is_exceeded:
            return unavailable(429, refusal.detail);
    }
    return detail_response(409, refusal.detail);
}

}  // namespace rb::api::agency
