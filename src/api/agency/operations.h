#pragma once
// The operations of this dialect, one file each.
#include "api/common/context.h"
#include "api/http/message.h"

namespace rb::api::agency {

// One request whose caller is known.
struct Call {
    const Context& context;
    http::Request request;
    http::Respond respond;
    accounts::Caller caller;

    void refuse(const Refusal& refusal);
};

// Answers exactly once, at once or later; must not block.
void create_billing_plan(Call&& call);
void list_billing_plans(Call&& call);
void get_billing_plan(Call&& call);

}  // namespace rb::api::agency
