#pragma once
// Bodies of /v1 as commands' parts.
#include <map>
#include <optional>
#include <string>

#include "api/common/context.h"
#include "api/native/call.h"
#include "api/native/fields.h"
#include "domain/accounts/types.h"
#include "domain/changes/types.h"

namespace rb::api::native {

// What a body says of a profile: only what it names. Applied to a new profile or to a present one.
struct ProfilePatch {
    std::optional<std::string> display_name;
    std::optional<std::string> key;
    std::optional<Currency> currency;
    std::optional<Zone> zone;
    std::optional<std::string> locale;
    std::optional<std::string> tax_country;
    std::optional<std::string> tax_region;
    std::optional<bool> tax_exempt;
    std::optional<Amount> credit_limit;
    std::optional<Amount> notify_below;
    bool clears_notify_below = false;
    std::optional<bool> app_store;
    std::optional<Amount> cap;
    bool clears_cap = false;
    std::optional<std::string> free_data;
    Personal personal;  // in clear, by the name under which it is sealed; empty: erased
};
ProfilePatch read_profile(Fields& fields);
// Money must be in the profile's currency as it is after the patch (field_is_invalid).
Result<void> patch_profile(accounts::Profile& profile, const ProfilePatch& patch,
                           engine::Engine& engine, std::string_view wrapped_data_key);

// {read_only, scopes, only_account}: what takes away from a key. Nothing given: nothing is.
accounts::Narrowing read_narrowing(Fields& fields);

// What is asked of a subscription; the plan is looked up when the account is at hand.
struct AskBody {
    changes::Ask ask;
    std::string plan;              // id or key; empty: cancelling
    std::optional<QuoteId> quote;  // execute this one; nothing else is given then
};
enum class AskShape : std::uint8_t {
    start_quote,   // {plan, quantity, skip_trial, cap, key}
    start,         // the same, or {quote}
    change_quote,  // {plan, quantity, effective, cap}, or {cancel: true, effective}
    change,        // the same, or {quote}
};
AskBody read_ask(Fields& fields, AskShape shape);
// The plan by id or key as the account sees it, in its latest version. plan_is_unknown.
Result<PlanRef> find_plan(const engine::Reader& reader, const engine::AccountRecord& record,
                          std::string_view plan);

}  // namespace rb::api::native
