#pragma once
// How this dialect says no: {"detail": "..."}, or 422 with a list of what is wrong (A-020 to
//
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http/message.h"
#include "domain/faults/types.h"

namespace rb::api::agency {

// One member of `detail` under 422. `loc` begins with "body", "path", "query" or "header"; `type`
// is a word of Pydantic 2.
struct FieldFault {
    std::vector<std::string> loc;
    std::string message;
    std::string type;
};

http::Response validation_response(const std::vector<FieldFault>& faults);
http::Response detail_response(int status, std::string_view detail);
// 401 with what to send.
http::Response not_authenticated(std::string_view detail);

http::Response refusal_response(const Refusal& refusal, std::string_view request_id);

}  // namespace rb::api::agency
