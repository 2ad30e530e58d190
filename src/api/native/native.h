#pragma once
// The native surface: /v1, /openapi.json, /docs, /healthz, /readyz, /version.
#include "api/common/context.h"
#include "api/http/router.h"

namespace rb::api::native {

// Adds every route of this surface. `context` must outlive the router.
void add_routes(http::Router& router, const Context& context);

// The OpenAPI 3.1 document, as served at /openapi.json.
std::string openapi_document(const Context& context);

}  // namespace rb::api::native
