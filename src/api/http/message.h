#pragma once
// A request and a response as values; no sockets, no threads. Header names are compared without
// regard to case; a request's target is split into path and query, both still percent-encoded in
// `target`.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rb::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
std::string_view method_text(Method method);  // "GET"; "OTHER" for other
Method method_of(std::string_view text);      // methods are told apart by case
std::string_view status_text(int status);     // 404 -> "Not Found"
// Header names, without regard to case.
bool same_name(std::string_view a, std::string_view b);

using Header = std::pair<std::string, std::string>;
// Names and values in their order; a name may repeat.
using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Request {
    Method method = Method::get;
    // Origin-form path, percent-encoded, without query: "/v1/plans". An absolute-form target is
    // reduced to it by the parser; `scheme_host` then holds "https://api.example.com".
    std::string path;
    std::string query;  // after '?', percent-encoded
    std::string scheme_host;
    std::vector<Header> headers;
    std::string body;
    std::string remote_address;  // "127.0.0.1"
    std::string request_id;      // of the caller's X-Request-Id, else made by net
    bool secure = false;         // arrived over TLS

    // Filled by the router: the decoded values of "{name}" segments.
    Parameters path_parameters;

    // The first header of this name, or nullptr.
    const std::string* header(std::string_view name) const;
    std::string_view path_parameter(std::string_view name) const;  // "" when there is none
    // "Bearer x" -> "x"; "" when there is no such header.
    std::string_view bearer_token() const;
};

// rest: the server has more to do than it can; the connection of this response is not read from for
// a moment, so that a client that asks again at once costs little.
enum class Pace : std::uint8_t { go_on, rest };

struct Response {
    int status = 200;
    Pace pace = Pace::go_on;
    std::string content_type = "application/json";
    std::vector<Header> headers;  // besides Content-Type, Content-Length, Date, Connection
    std::string body;
    std::size_t items = 0;  // of a batch: what it cost besides its bytes

    static Response json(int status, std::string body);
    Response& with(std::string name, std::string value);
};

// Called exactly once, from any thread.
using Respond = std::move_only_function<void(Response&&)>;
// Must not block: it runs on an I/O thread. It answers by calling `respond`, at once or later.
using Handler = std::move_only_function<void(Request&&, Respond)>;

// RFC 3986 decoding; "+" stays "+" in paths and means a blank in queries and forms.
Parsed<std::string> percent_decode(std::string_view text);
Parsed<Parameters> parse_query(std::string_view query);
// application/x-www-form-urlencoded.
Parsed<Parameters> parse_urlencoded(std::string_view body);
// multipart/form-data: (name, content) of each part; part headers other than the name are ignored,
// the name may be unquoted. `content_type` is the whole header with its boundary.
Parsed<Parameters> parse_multipart(std::string_view content_type, std::string_view body);
const std::string* find(const Parameters& parameters, std::string_view name);

}  // namespace rb::http
