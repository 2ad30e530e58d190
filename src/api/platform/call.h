#pragma once
// One call of a method whose caller is known: what every operation gets, and how it answers.
#include <functional>
#include <optional>
#include <string>

#include "api/common/context.h"
#include "api/platform/auth.h"
#include "api/platform/errors.h"
#include "api/platform/parameters.h"

namespace rb::api::platform {

struct Call {
    const Context& context;  // outlives the router, and so every call
    Arguments arguments;
    Actor actor;
    std::optional<std::string> idempotency_key;
    std::string request_id;
    http::Respond respond;

    void refuse(const Refusal& refusal);
};

// Answers exactly once, at once or later; must not block.
using Operation = void (*)(Call call);

void get_account_info(Call call);
void get_account_plans(Call call);
void get_available_plans(Call call);
void change_account_plan(Call call);

// Answers with what `body` writes about the acting account at one moment, or with its failure. A
// closed account is refused before. `body` runs under a lock: it formats, nothing else.
using AccountBody = std::move_only_function<Outcome<std::string>(
    const engine::Reader& reader, const engine::AccountRecord& record)>;
void answer_about_account(Call call, accounts::Right right, AccountBody body);

// `plan_type` and `plan_subscription_template_id` as the lists that they are in queries. nullopt:
// no filter. plan_type_is_invalid for a type that this dialect does not show.
struct PlanFilter {
    std::optional<std::vector<std::string>> types;
    std::optional<std::vector<std::int64_t>> numbers;

    static Outcome<PlanFilter> of(const Arguments& arguments, const catalog::Catalog& catalog);
    bool takes_type(const std::string& family) const;
    bool takes(const catalog::PlanHead& head) const;  // also: the plan has a number at all
};

// The family of a plan type; nullptr: this dialect shows none of that name.
const catalog::Family* family_of_type(const catalog::Catalog& catalog, std::string_view type);

}  // namespace rb::api::platform
