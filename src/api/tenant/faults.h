#pragma once
// How this dialect says no: DTO_response_wrap without data (T-021) under 400, 403 or 503.
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "domain/faults/types.h"

namespace rb::api::tenant {

// One member of `errors`. `field` is a field of a DTO of this dialect; empty: none, null on the
// wire.
struct WireError {
    std::string code;
    std::string field;
    std::string message;
};

http::Response error_response(int status, const std::vector<WireError>& errors);

// T-025.
http::Response path_is_unknown();

// T-022, T-023. A refusal with blockers of usage gives one error a blocker.
http::Response refusal_response(const Refusal& refusal, std::string_view request_id);

}  // namespace rb::api::tenant
