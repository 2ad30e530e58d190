#pragma once
// Routes a request by method and path. A pattern is "/v1/accounts/{account}/balance"; a literal
// segment wins over a "{name}", "{rest...}" at the end takes what is left, slashes included.
// Building is done once before serving; routing is const and safe from any thread, as are the
// handlers themselves. An unknown path and a known path with another method are told apart (404,
// 405 with Allow).
#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace rb::http {

// As Handler, but callable many times and from several threads at once.
using SharedHandler = std::function<void(Request&&, Respond)>;

class Router {
public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // A pattern given twice for a method stops the process. `body_bytes_max`: larger bodies get
    // 413.
    void add(Method method, std::string pattern, SharedHandler handler,
             std::size_t body_bytes_max = 0 /* limits::http_body_bytes_default */);

    // What to answer for unknown paths below a prefix ("/v1" -> problem+json); the longest prefix
    // wins.
    void set_not_found(std::string prefix, SharedHandler handler);

    // What a path below a prefix answers to a method that it does not have, in the shape of its
    // surface; the longest prefix wins. The router adds Allow. Without one it is a problem
    // document.
    using WrongMethod = std::function<Response(const Request& request)>;
    void set_wrong_method(std::string prefix, WrongMethod response);

    // A path that has no handler for OPTIONS answers it with 204 and Allow.
    void handle(Request&& request, Respond respond) const;
    // The largest body that the target may have; asked before the body is read.
    std::size_t body_bytes_max(Method method, std::string_view path) const;

    // "GET /v1/plans", sorted: the OpenAPI document is checked against it.
    std::vector<std::string> routes() const;

private:
    struct Node;
    Response answer_wrong_method(const Request& request, const std::string& allow) const;

    // Patterns without parameters; they live in their endpoints.
    using Exact = boost::unordered_flat_map<std::string_view, const Node*>;
    std::unique_ptr<Node> root_;
    Exact exact_;
    template <class What>
    using ByPrefix = std::vector<std::pair<std::string, What>>;  // the longest first
    ByPrefix<SharedHandler> not_found_;
    ByPrefix<WrongMethod> wrong_method_;
};

}  // namespace rb::http
