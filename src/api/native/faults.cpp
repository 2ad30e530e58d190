#include "api/native/faults.h"

#include "api/http/problem.h"
#include "api/native/to_wire.h"
#include "base/json.h"

namespace rb::api::native {

namespace {

// Seconds after which asking again makes sense; 0: not by waiting.
int retry_after_of(Fault fault) {
    switch (status_of(fault)) {
        case 429:
            return 60;
        case 503:
            return fault == Fault::store_is_full || fault == Fault::store_is_stopped ||
                           fault == Fault::account_is_quarantined
                       ? 30
                       : 1;
        default:
            return 0;
    }
}

http::Response with_headers(http::Response&& response, Fault fault) {
    if (response.status == 401) response.with("WWW-Authenticate", "Bearer realm=\"ratebook\"");
    if (int seconds = retry_after_of(fault); seconds > 0)
        response.with("Retry-After", std::to_string(seconds));
    return std::move(response);
}

}  // namespace

int status_of(Fault fault) {
    switch (fault) {
        case Fault::field_is_missing:
        case Fault::field_is_invalid:
        case Fault::field_is_unknown:
            return 400;
        case Fault::caller_is_unknown:
        case Fault::credentials_expired:
            return 401;
        case Fault::money_is_short:
        case Fault::spend_cap_is_reached:
        case Fault::seller_is_short_of_money:
            return 402;
        case Fault::role_is_too_low:
        case Fault::scope_is_missing:
        case Fault::feature_is_not_in_plan:
        case Fault::allowance_is_used_up:
        case Fault::package_is_used_up:
        case Fault::account_is_frozen:
            return 403;
        case Fault::account_is_unknown:
        case Fault::plan_is_unknown:
        case Fault::subscription_is_unknown:
        case Fault::quote_is_unknown:
        case Fault::hold_is_unknown:
        case Fault::entry_is_unknown:
        case Fault::member_is_unknown:
        case Fault::key_is_unknown:
        case Fault::feature_is_unknown:
        case Fault::clock_is_unknown:
        case Fault::meter_is_unknown:
        case Fault::reservation_is_unknown:
        case Fault::grant_is_unknown:
        case Fault::quarantine_is_unknown:
        case Fault::operator_is_unknown:
            return 404;
        case Fault::account_is_closed:
        case Fault::name_is_taken:
        case Fault::email_is_taken:
        case Fault::key_is_taken:
        case Fault::key_is_last:
        case Fault::currency_is_fixed:
        case Fault::plan_is_archived:
        case Fault::plan_is_in_use:
        case Fault::plan_is_current:
        case Fault::family_is_taken:
        case Fault::subscription_has_ended:
        case Fault::change_is_not_pending:
        case Fault::trial_is_used:
        case Fault::quote_has_expired:
        case Fault::quote_is_stale:
        case Fault::hold_is_settled:
        case Fault::entry_is_reversed:
        case Fault::clock_is_advancing:
        case Fault::reservation_is_settled:
        case Fault::idempotency_key_is_reused:
        case Fault::reference_is_ambiguous:
        case Fault::reference_is_taken:
        case Fault::account_is_not_settled:
            return 409;
        case Fault::catalog_has_moved:
            return 412;
        case Fault::account_tree_is_too_deep:
        case Fault::account_would_be_its_own_ancestor:
        case Fault::too_many:
        case Fault::catalog_is_invalid:
        case Fault::currency_is_unknown:
        case Fault::price_is_missing:
        case Fault::exchange_rate_is_missing:
        case Fault::plan_is_not_allowed:
        case Fault::quantity_is_not_allowed:
        case Fault::usage_does_not_fit:
        case Fault::cap_is_too_low:
        case Fault::approval_is_required:
        case Fault::amount_exceeds_hold:
        case Fault::amount_exceeds_limit:
        case Fault::instant_is_in_the_past:
        case Fault::event_is_too_old:
        case Fault::instant_is_in_the_future:
        case Fault::too_many_members:
        case Fault::entity_is_missing:
        case Fault::too_many_entities:
        case Fault::clock_moves_forward_only:
        case Fault::quantity_exceeds_limit:
            return 422;
        case Fault::rate_is_exceeded:
        case Fault::tree_is_full:
        case Fault::idempotency_is_full:
            return 429;
        case Fault::account_is_quarantined:
        case Fault::invariant_would_break:
        case Fault::store_is_full:
        case Fault::store_is_stopped:
        case Fault::engine_is_overloaded:
        case Fault::deduplication_is_full:
        case Fault::position_is_not_reached:
            return 503;
    }
    return 500;
}

http::Response refusal_response(const Refusal& refusal, std::string_view request_id) {
    std::vector<http::FieldError> errors;
    if (!refusal.field.empty()) errors.push_back({refusal.field, refusal.detail});
    auto response = http::problem(status_of(refusal.fault), enum_text(refusal.fault),
                                  refusal.detail, request_id, errors);
    if (!refusal.blockers.empty() || refusal.possible_at) {
        response.body.pop_back();
        response.body += ',';
        JsonWriter w(response.body);
        w.key("blockers");
        write_blockers(w, refusal.blockers);
        if (refusal.possible_at) w.key("possible_at").string(refusal.possible_at->to_text());
        response.body += '}';
    }
    return with_headers(std::move(response), refusal.fault);
}

http::Response errors_response(const Errors& errors, std::string_view request_id) {
    const auto& list = errors.list();
    std::string detail = list.front().pointer.empty()
                             ? list.front().detail
                             : list.front().pointer + ": " + list.front().detail;
    if (list.size() > 1)
        detail += " (and " + std::to_string(list.size() - 1) + " more: see errors)";
    return http::problem(status_of(errors.fault()), enum_text(errors.fault()), detail, request_id,
                         list);
}

}  // namespace rb::api::native
