#pragma once
// What every reply must keep to, whatever was asked: statuses, codes, JSON, the document of /v1,
// numbers of limits that agree with each other.
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "base/json.h"

namespace rb::testing::walk {

// What a walk found. `kind` tells one fault from another while a walk is shortened.
struct Failure {
    std::string kind;
    std::string detail;
};
using Found = std::optional<Failure>;

// The pattern of the route that a request takes, "POST /v1/accounts/{account}/holds"; empty: none.
std::string pattern_of(std::string_view method, std::string_view path);

Found check_reply(const http::Request& request, std::string_view pattern,
                  const http::Response& response, const Json& body);
// As check_reply, against the OpenAPI document; slower.
Found check_document(const http::Request& request, std::string_view pattern,
                     const http::Response& response);
// Did the server say no, in whatever way its surface says it?
bool is_refused(std::string_view pattern, const http::Response& response);

}  // namespace rb::testing::walk
