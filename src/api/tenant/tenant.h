#pragma once
// The tenant dialect: README.md has its clauses. A translator and nothing else.
#include "api/common/context.h"
#include "api/http/router.h"

namespace rb::api::tenant {

// Adds every route of this dialect. `context` must outlive the router.
void add_routes(http::Router& router, const Context& context);

}  // namespace rb::api::tenant
