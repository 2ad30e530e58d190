#pragma once
// Who is let in to a route of a tenant, before anything of the request is read.
#include <expected>

#include "api/common/context.h"
#include "api/http/message.h"

namespace rb::api::tenant {

struct Admission {
    accounts::Caller caller;
    AccountId tenant;
    AccountId tree;  // the top of the caller's; nil: the platform itself
};

// Checks, in this order: the route's constraints (T-001 to T-003), the key (T-004), the tenant
// (T-005), the role (T-006). Else what to answer.
std::expected<Admission, http::Response> admit(const Context& context, const http::Request& request,
                                               accounts::Right right);

}  // namespace rb::api::tenant
