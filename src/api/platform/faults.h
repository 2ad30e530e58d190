#pragma once
// From the engine's refusals to the dialect's errors.
#include "api/platform/errors.h"
#include "domain/faults/types.h"

namespace rb::api::platform {

// Exhaustive: a fault that is added without a code does not compile.
Code code_of(Fault fault);
Failure failure_of(const Refusal& refusal);
// The shape that api::answer wants.
http::Response refused(const Refusal& refusal, std::string_view request_id);

}  // namespace rb::api::platform
