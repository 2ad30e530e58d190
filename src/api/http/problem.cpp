#include "api/http/problem.h"

#include "base/json.h"

namespace rb::http {

Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id, const std::vector<FieldError>& errors) {
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    JsonWriter w(response.body);
    w.begin_object();
    w.key("type").string("https://ratebook.dev/errors/" + std::string(code));
    w.key("title").string(status_text(status));
    w.key("status").integer(status);
    w.key("code").string(code);
    w.key("detail").string(detail);
    if (!request_id.empty()) w.key("request_id").string(request_id);
    if (!errors.empty()) {
        w.key("errors").begin_array();
        for (const FieldError& error : errors) {
            w.begin_object();
            w.key("pointer").string(error.pointer);
            w.key("detail").string(error.detail);
            w.end_object();
        }
        w.end_array();
    }
    w.end_object();
    return response;
}

}  // namespace rb::http
