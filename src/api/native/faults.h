#pragma once
// Refusals as problem documents (RFC 9457).
#include <string_view>

#include "api/http/message.h"
#include "api/native/fields.h"
#include "domain/faults/types.h"

namespace rb::api::native {

// The HTTP status of every fault.
int status_of(Fault fault);

// `code` is the fault's name; a field at fault stands in errors[], blockers and the earliest
// possible instant beside it where there are any. 401 says how to authenticate, 429 and 503 when to
// come back.
http::Response refusal_response(const Refusal& refusal, std::string_view request_id);
// All that is wrong with an input at once.
http::Response errors_response(const Errors& errors, std::string_view request_id);

}  // namespace rb::api::native
