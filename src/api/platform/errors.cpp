#include "api/platform/errors.h"

#include "base/json.h"

namespace rb::api::platform {

std::string_view text_of(Code code) {
    switch (code) {
        case Code::store_failed:
            return "The data cannot be written at present.";
        case Code::billing_failed:
            return "The amount cannot be computed at present.";
        case Code::configuration_is_broken:
            return "The catalog has an error.";
        case Code::authorization_failed:
            return "You could not be recognized.";
        case Code::arguments_are_invalid:
            return "A parameter is not valid.";
        case Code::method_is_missing:
            return "Name the method in the path or in the field 'cmd'.";
        case Code::method_is_unknown:
            return "There is no such method.";
        case Code::method_is_forbidden:
            return "You may not do this.";
        case Code::name_is_used:
            return "Another account has this name.";
        case Code::plan_is_invalid:
            return "There is no such plan of this type.";
        case Code::account_id_is_invalid:
            return "There is no such account.";
        case Code::money_is_insufficient:
            return "The balance does not cover the fee and its taxes.";
        case Code::email_is_used:
            return "Another account has this e-mail address.";
        case Code::account_is_not_active:
            return "The account is closed.";
        case Code::required_is_empty:
            return "A required parameter is missing.";
        case Code::parent_account_is_invalid:
            return "The account cannot stand below this parent.";
        case Code::transaction_id_is_invalid:
            return "There is no such transaction.";
        case Code::currency_is_invalid:
            return "The currency is not valid here.";
        case Code::amount_is_invalid:
            return "The amount is out of bounds.";
        case Code::date_is_invalid:
            return "The date is not valid here.";
        case Code::admin_user_is_invalid:
            return "There is no such member.";
        case Code::subscription_is_invalid:
            return "There is no such subscription.";
        case Code::plan_change_is_forbidden:
            return "The plan cannot be changed to this one.";
        case Code::retry_later:
            return "Please repeat the request a little later.";
        case Code::plan_type_is_invalid:
            return "There is no such plan type.";
        case Code::key_id_is_invalid:
            return "The token's key is not known.";
        case Code::token_format_is_invalid:
            return "The token is not a valid RS256 JWT.";
        case Code::token_lifetime_is_too_long:
            return "A token may live for at most 3600 seconds.";
        case Code::token_is_from_the_future:
            return "The token's time has not come yet.";
        case Code::token_is_expired:
            return "The token's time is over.";
        case Code::request_was_repeated:
            return "The idempotency key was used with another request.";
        case Code::value_is_not_unique:
            return "The value is in use already.";
        case Code::limit_is_exceeded:
            return "There are too many of these.";
    }
    return "";
}

std::string error_body(const Failure& failure) {
    std::string out;
    JsonWriter w(out);
    w.begin_object().key("error").begin_object();
    w.key("code").integer(static_cast<int>(failure.code));
    w.key("msg").string(failure.text.empty() ? text_of(failure.code) : failure.text);
    w.end_object().end_object();
    return out;
}

http::Response error_response(const Failure& failure) {
    return http::Response::json(200, error_body(failure));
}

}  // namespace rb::api::platform
