#pragma once
// Errors as RFC 9457 documents. `code` is stable and for programs; `detail` is a sentence for
// people. The type is "https://ratebook.dev/errors/<code>"; the title is the status's own text.
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace rb::http {

// One thing wrong with the body: a JSON pointer ("/items/0/name", "" for the whole) and a sentence.
struct FieldError {
    std::string pointer;
    std::string detail;
};

// `errors` and an empty `request_id` are left out of the document when there are none.
Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id, const std::vector<FieldError>& errors = {});

}  // namespace rb::http
