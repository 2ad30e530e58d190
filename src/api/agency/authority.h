#pragma once
// Who asks, and for which agency.
#include <expected>
#include <optional>

#include "api/agency/faults.h"
#include "api/common/context.h"

namespace rb::api::agency {

// The key of the api_key parameter of the query, and of nothing else.
std::expected<engine::Principal, http::Response> authenticate(const Context& context,
                                                              const http::Request& request);

// A UUID in the path; a fault is added when it is none.
std::optional<Uuid> path_uuid(const http::Request& request, std::string_view name,
                              std::vector<FieldFault>& faults);

// is the agency the caller's account, or below it?
bool has_authority(const Context& context, const accounts::Caller& caller, AccountId agency);

}  // namespace rb::api::agency
