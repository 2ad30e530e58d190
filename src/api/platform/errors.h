#pragma once
// The dialect's errors: a code of the contract and a sentence of our own. Success and errors alike
// go out as HTTP 200 application/json (P-012); the body tells them apart.
#include <expected>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace rb::api::platform {

// The codes of the contract that this server gives.
enum class Code : int {
    store_failed = 4,
    billing_failed = 5,
    configuration_is_broken = 13,
    authorization_failed = 100,
    arguments_are_invalid = 101,
    method_is_missing = 102,
    method_is_unknown = 103,
    method_is_forbidden = 104,
    name_is_used = 106,
    plan_is_invalid = 110,
    account_id_is_invalid = 115,
    money_is_insufficient = 127,
    email_is_used = 128,
    account_is_not_active = 131,
    required_is_empty = 134,
    parent_account_is_invalid = 177,
    transaction_id_is_invalid = 197,
    currency_is_invalid = 210,
    amount_is_invalid = 225,
    date_is_invalid = 233,
    admin_user_is_invalid = 284,
    subscription_is_invalid = 376,
    plan_change_is_forbidden = 379,
    retry_later = 416,
    plan_type_is_invalid = 426,
    key_id_is_invalid = 433,
    token_format_is_invalid = 447,
    token_lifetime_is_too_long = 454,
    token_is_from_the_future = 455,
    token_is_expired = 456,
    request_was_repeated = 484,
    value_is_not_unique = 493,
    limit_is_exceeded = 512,
};

// What a code means, in a sentence.
std::string_view text_of(Code code);

struct Failure {
    Code code = Code::arguments_are_invalid;
    std::string text;  // empty: text_of(code)
};

template <class T>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> fail(Code code, std::string text = {}) {
    return std::unexpected(Failure{code, std::move(text)});
}

// {"error":{"code":379,"msg":"..."}}
std::string error_body(const Failure& failure);
http::Response error_response(const Failure& failure);

}  // namespace rb::api::platform
