#pragma once
// Writes responses as HTTP/1.1 bytes. Header values from above lose CR, LF and NUL, so that no
// value can begin a header or a response of its own.
#include <ctime>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace rb::net {

// What the connection says after this response.
enum class Persistence { keep_alive, keep_alive_1_0, close };

struct ResponseFrame {
    std::string_view date;  // "Sun, 06 Nov 1994 08:49:37 GMT"
    std::string_view request_id;
    http::Method method = http::Method::get;  // of the request: HEAD gets no body
    Persistence persistence = Persistence::keep_alive;
};

// Appends to `out`. Date, Content-Length, Connection, Transfer-Encoding and X-Request-Id are net's
// own: such headers of the response are left out. An empty content type is not written.
void write_response(std::string& out, const http::Response& response, const ResponseFrame& frame);

// The Date header's value, made once a second. For one thread.
class DateText {
public:
    std::string_view at(std::time_t now);

private:
    std::time_t second_ = -1;
    char text_[40] = {};
    std::size_t size_ = 0;
};

}  // namespace rb::net
