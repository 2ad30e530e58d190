#pragma once
// Who calls: a service account by its token, or an account by its key (P-020 to P-039).
#include "api/common/context.h"
#include "api/platform/errors.h"
#include "api/platform/parameters.h"
#include "api/platform/token.h"

namespace rb::api::platform {

// The account that acts, with the authority of its caller.
struct Actor {
    AccountId account;
    accounts::Caller caller;
    AccountId tree;  // the top of the account's tree
};

// A token in the Authorization header; without one `api_key` with `account_id` or `account_name`.
// Thread-safe; `cache` is shared by all calls.
Outcome<Actor> authenticate(const engine::Engine& engine, TokenCache& cache,
                            const http::Request& request, const Arguments& arguments);

}  // namespace rb::api::platform
