#pragma once
// Cross-origin requests (the fetch standard): which pages of other origins may read answers. Off
// until an origin is allowed. Credentials of the browser (cookies) are never allowed; a page sends
// its key itself, as any client.
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/http/router.h"
#include "base/result.h"

namespace rb::http {

class Cors {
public:
    // "https://app.example.com", "http://localhost:3000": scheme, host and perhaps a port, in lower
    // case, nothing behind. "*" is refused.
    static Parsed<std::string> parse_origin(std::string_view text);

    // Allows none where it is empty.
    explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    // Hands the request to the router. Where an origin is allowed, every answer says `Vary:
    // Origin`, those to an allowed origin that it may read them, and those to its preflights what
    // it may send. To others nothing is said, which is how a browser knows.
    void handle(const Router& router, Request&& request, Respond respond) const;

    // The same for an answer that is not the router's.
    void add_headers(const Request& request, Response& response) const;

private:
    const std::string* allowed_origin(const Request& request) const;

    std::vector<std::string> origins_;
};

}  // namespace rb::http
