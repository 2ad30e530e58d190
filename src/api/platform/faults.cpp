#include "api/platform/faults.h"

namespace rb::api::platform {

// Grouped by code. Without a default: -Wswitch is an error.
Code code_of(Fault fault) {
    switch (fault) {
        case Fault::field_is_missing:
        case Fault::entity_is_missing:
            return Code::required_is_empty;
        case Fault::field_is_invalid:
        case Fault::field_is_unknown:
        case Fault::quote_is_unknown:
        case Fault::quote_has_expired:
        case Fault::hold_is_unknown:
        case Fault::hold_is_settled:
        case Fault::grant_is_unknown:
        case Fault::feature_is_unknown:
        case Fault::meter_is_unknown:
        case Fault::reservation_is_unknown:
        case Fault::reservation_is_settled:
        case Fault::clock_is_unknown:
        case Fault::quantity_is_not_allowed:
            return Code::arguments_are_invalid;
        case Fault::caller_is_unknown:
        case Fault::credentials_expired:
            return Code::authorization_failed;
        case Fault::role_is_too_low:
        case Fault::scope_is_missing:
        case Fault::feature_is_not_in_plan:
        case Fault::account_is_frozen:
            return Code::method_is_forbidden;
        case Fault::reference_is_ambiguous:
        case Fault::quarantine_is_unknown:
        case Fault::operator_is_unknown:
        case Fault::account_is_unknown:
            return Code::account_id_is_invalid;
        case Fault::account_is_closed:
            return Code::account_is_not_active;
        case Fault::plan_is_unknown:
        case Fault::plan_is_archived:
            return Code::plan_is_invalid;
        case Fault::subscription_is_unknown:
        case Fault::subscription_has_ended:
            return Code::subscription_is_invalid;
        case Fault::entry_is_unknown:
        case Fault::entry_is_reversed:
            return Code::transaction_id_is_invalid;
        case Fault::member_is_unknown:
            return Code::admin_user_is_invalid;
        case Fault::key_is_unknown:
            return Code::key_id_is_invalid;
        case Fault::name_is_taken:
            return Code::name_is_used;
        case Fault::email_is_taken:
            return Code::email_is_used;
        case Fault::key_is_taken:
        case Fault::key_is_last:
        case Fault::reference_is_taken:
            return Code::value_is_not_unique;
        case Fault::account_tree_is_too_deep:
        case Fault::account_would_be_its_own_ancestor:
            return Code::parent_account_is_invalid;
        case Fault::currency_is_fixed:
        case Fault::currency_is_unknown:
            return Code::currency_is_invalid;
        case Fault::allowance_is_used_up:
        case Fault::package_is_used_up:
        case Fault::too_many_members:
        case Fault::too_many_entities:
        case Fault::too_many:
        case Fault::tree_is_full:
            return Code::limit_is_exceeded;
        case Fault::catalog_is_invalid:
            return Code::configuration_is_broken;
        case Fault::price_is_missing:
        case Fault::exchange_rate_is_missing:
            return Code::billing_failed;
        case Fault::account_is_not_settled:
        case Fault::plan_is_in_use:
        case Fault::plan_is_not_allowed:
        case Fault::plan_is_current:
        case Fault::family_is_taken:
        case Fault::usage_does_not_fit:
        case Fault::approval_is_required:
        case Fault::change_is_not_pending:
        case Fault::trial_is_used:
            return Code::plan_change_is_forbidden;
        case Fault::money_is_short:
        case Fault::spend_cap_is_reached:
        case Fault::seller_is_short_of_money:
        case Fault::cap_is_too_low:
            return Code::money_is_insufficient;
        case Fault::amount_exceeds_hold:
        case Fault::amount_exceeds_limit:
        case Fault::quantity_exceeds_limit:
            return Code::amount_is_invalid;
        case Fault::instant_is_in_the_past:
        case Fault::event_is_too_old:
        case Fault::instant_is_in_the_future:
        case Fault::clock_moves_forward_only:
            return Code::date_is_invalid;
        case Fault::idempotency_key_is_reused:
            return Code::request_was_repeated;
        case Fault::catalog_has_moved:
        case Fault::quote_is_stale:
        case Fault::clock_is_advancing:
        case Fault::idempotency_is_full:
        case Fault::engine_is_overloaded:
        case Fault::deduplication_is_full:
        case Fault::rate_is_exceeded:
        case Fault::position_is_not_reached:
            return Code::retry_later;
        case Fault::store_is_full:
        case Fault::store_is_stopped:
        case Fault::account_is_quarantined:
        case Fault::invariant_would_break:
            return Code::store_failed;
    }
    return Code::billing_failed;
}

Failure failure_of(const Refusal& refusal) { return {code_of(refusal.fault), refusal.detail}; }

http::Response refused(const Refusal& refusal, std::string_view) {
    return error_response(failure_of(refusal));
}

}  // namespace rb::api::platform
