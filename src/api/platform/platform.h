#pragma once
// The platform dialect: README.md has its clauses. A translator and nothing else.
#include <span>
#include <string_view>

#include "api/common/context.h"
#include "api/http/router.h"

namespace rb::api::platform {

// The names of the methods that there are.
std::span<const std::string_view> method_names();

// Adds every route of this dialect. `context` must outlive the router.
void add_routes(http::Router& router, const Context& context);

}  // namespace rb::api::platform
