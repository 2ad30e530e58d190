// A tree of path segments. Each node has its literal children, at most one parameter child and at
// most one "rest" child, tried in this order; a branch that ends without the wanted method is left
// again, so that GET /plans/{plan} is found although only POST /plans/search exists.
#include "api/http/router.h"

#include <algorithm>
#include <array>
#include <map>

#include "api/http/problem.h"
#include "api/http/sighting.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::http {
namespace {

constexpr std::size_t method_count = static_cast<std::size_t>(Method::other) + 1;
constexpr std::size_t parameters_max = 8;  // of a pattern

struct Endpoint {
    std::string pattern;
    std::vector<std::string> names;  // of the parameters, in their order
    SharedHandler handler;
    std::size_t body_bytes_max;
};

using Endpoints = std::array<std::unique_ptr<Endpoint>, method_count>;

const Endpoint* endpoint_of(const Endpoints& endpoints, Method method) {
    const auto& exact = endpoints[static_cast<std::size_t>(method)];
    if (exact) return exact.get();
    if (method == Method::head) return endpoints[static_cast<std::size_t>(Method::get)].get();
    return nullptr;
}

}  // namespace

struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::unique_ptr<Node> rest;
    Endpoints endpoints;

    // What a walk through the tree finds: the endpoint and the raw values of its parameters, or the
    // methods that the path has.
    struct Match {
        const Endpoint* endpoint = nullptr;
        std::array<std::string_view, parameters_max> values;
        std::size_t value_count = 0;
        std::array<bool, method_count> allowed{};
        bool path_known = false;
    };

    // `path` is what follows the '/' before this node's children; `depth` counts segments.
    bool find(Method method, std::string_view path, Match& match) const;
    bool finish(Method method, Match& match) const;
    // As find, for a whole path; a path that is a pattern itself takes no walk.
    bool find_path(const Exact& exact, Method method, std::string_view path, Match& match) const;
    void collect(std::vector<std::string>& out) const;
};

bool Router::Node::finish(Method method, Match& match) const {
    match.endpoint = endpoint_of(endpoints, method);
    for (std::size_t i = 0; i < method_count; ++i) {
        if (!endpoints[i]) continue;
        match.allowed[i] = true;
        match.path_known = true;
    }
    return match.endpoint != nullptr;
}

bool Router::Node::find_path(const Exact& exact, Method method, std::string_view path,
                             Match& match) const {
    if (auto literal = exact.find(path); literal != exact.end()) {
        // A literal wins over a parameter, so the walk would end here too.
        match.endpoint = endpoint_of(literal->second->endpoints, method);
        if (match.endpoint != nullptr) return true;
    }
    return path.starts_with('/') && find(method, path.substr(1), match);
}

bool Router::Node::find(Method method, std::string_view path, Match& match) const {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    auto descend = [&](const Node& child) {
        return slash == std::string_view::npos ? child.finish(method, match)
                                               : child.find(method, path.substr(slash + 1), match);
    };
    auto literal = literals.find(segment);
    if (literal == literals.end() && segment.find('%') != std::string_view::npos) {
        // "%76" spells the same path as "v".
        if (auto decoded = percent_decode(segment)) literal = literals.find(*decoded);
    }
    if (literal != literals.end() && descend(*literal->second)) return true;
    const std::size_t values = match.value_count;
    if (values == parameters_max) return false;
    if (parameter && !segment.empty()) {
        match.values[match.value_count++] = segment;
        if (descend(*parameter)) return true;
        match.value_count = values;
    }
    if (rest) {
        match.values[match.value_count++] = path;
        if (rest->finish(method, match)) return true;
        match.value_count = values;
    }
    return false;
}

void Router::Node::collect(std::vector<std::string>& out) const {
    for (std::size_t i = 0; i < method_count; ++i) {
        if (!endpoints[i]) continue;
        out.push_back(std::string(method_text(static_cast<Method>(i))) + " " +
                      endpoints[i]->pattern);
    }
    for (const auto& [name, child] : literals) child->collect(out);
    if (parameter) parameter->collect(out);
    if (rest) rest->collect(out);
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string pattern, SharedHandler handler,
                 std::size_t body_bytes_max) {
    RB_CHECK(pattern.starts_with('/'), "a route's pattern begins with '/'");
    RB_CHECK(method != Method::other, "a route has a method");
    auto endpoint = std::make_unique<Endpoint>();
    Node* node = root_.get();
    std::string_view path = std::string_view(pattern).substr(1);
    for (bool last = false; !last;) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        last = slash == std::string_view::npos;
        if (!last) path.remove_prefix(slash + 1);
        if (!segment.starts_with('{')) {
            auto& child = node->literals[std::string(segment)];
            if (!child) child = std::make_unique<Node>();
            node = child.get();
            continue;
        }
        RB_CHECK(segment.ends_with('}') && segment.size() > 2, "a parameter is a whole segment");
        std::string_view name = segment.substr(1, segment.size() - 2);
        const bool takes_rest = name.ends_with("...");
        if (takes_rest) name.remove_suffix(3);
        RB_CHECK(!takes_rest || last, "'{name...}' ends a pattern");
        auto& child = takes_rest ? node->rest : node->parameter;
        if (!child) child = std::make_unique<Node>();
        node = child.get();
        RB_CHECK(std::ranges::count(endpoint->names, name) == 0, "a parameter's name is used once");
        RB_CHECK(endpoint->names.size() < parameters_max, "a pattern has at most 8 parameters");
        endpoint->names.emplace_back(name);
    }
    auto& slot = node->endpoints[static_cast<std::size_t>(method)];
    RB_CHECK(!slot, "a pattern is given once for a method");
    endpoint->pattern = std::move(pattern);
    endpoint->handler = std::move(handler);
    endpoint->body_bytes_max =
        body_bytes_max == 0 ? limits::http_body_bytes_default : body_bytes_max;
    if (endpoint->names.empty()) exact_[endpoint->pattern] = node;
    slot = std::move(endpoint);
}

namespace {

template <class ByPrefix, class What>
void add_prefix(ByPrefix& all, std::string prefix, What what) {
    while (prefix.ends_with('/')) prefix.pop_back();
    all.emplace_back(std::move(prefix), std::move(what));
    // The longest first: the first that fits wins.
    std::ranges::stable_sort(all, std::ranges::greater(),
                             [](const auto& entry) { return entry.first.size(); });
}

// nullptr: no prefix fits.
template <class ByPrefix>
auto find_prefix(const ByPrefix& all, std::string_view path) -> decltype(&all.front().second) {
    for (const auto& [prefix, what] : all)
        if (path.starts_with(prefix) &&
            (path.size() == prefix.size() || path[prefix.size()] == '/'))
            return &what;
    return nullptr;
}

// "GET, HEAD, OPTIONS": what a path has, and what is answered for it besides.
std::string allow_text(std::array<bool, method_count> allowed) {
    auto has = [&allowed](Method method) -> bool& {
        return allowed[static_cast<std::size_t>(method)];
    };
    if (has(Method::get)) has(Method::head) = true;
    has(Method::options) = true;
    std::string text;
    for (std::size_t i = 0; i < method_count; ++i) {
        if (!allowed[i]) continue;
        if (!text.empty()) text += ", ";
        text += method_text(static_cast<Method>(i));
    }
    return text;
}

}  // namespace

void Router::set_not_found(std::string prefix, SharedHandler handler) {
    add_prefix(not_found_, std::move(prefix), std::move(handler));
}

void Router::set_wrong_method(std::string prefix, WrongMethod response) {
    add_prefix(wrong_method_, std::move(prefix), std::move(response));
}

Response Router::answer_wrong_method(const Request& request, const std::string& allow) const {
    Response response;
    if (request.method == Method::options) {
        response.status = 204;
        response.content_type.clear();
    } else if (const WrongMethod* own = find_prefix(wrong_method_, request.path)) {
        response = (*own)(request);
    } else {
        response = problem(405, "method_not_allowed", "this path has the methods " + allow,
                           request.request_id);
    }
    return std::move(response.with("Allow", allow));
}

void Router::handle(Request&& request, Respond respond) const {
    Node::Match match;
    const std::string_view path = request.path;
    if (root_->find_path(exact_, request.method, path, match)) {
        const Endpoint& endpoint = *match.endpoint;
        sighting().route = endpoint.pattern;
        for (std::size_t i = 0; i < match.value_count; ++i) {
            auto value = percent_decode(match.values[i]);
            if (!value || !is_utf8(*value)) {
                return respond(problem(400, "malformed_path",
                                       "the path must be percent-encoded UTF-8",
                                       request.request_id));
            }
            request.path_parameters.emplace_back(endpoint.names[i], std::move(*value));
        }
        return endpoint.handler(std::move(request), std::move(respond));
    }
    if (match.path_known) return respond(answer_wrong_method(request, allow_text(match.allowed)));
    if (const SharedHandler* handler = find_prefix(not_found_, path))
        return (*handler)(std::move(request), std::move(respond));
    respond(problem(404, "not_found", "there is nothing at this path", request.request_id));
}

std::size_t Router::body_bytes_max(Method method, std::string_view path) const {
    Node::Match match;
    if (root_->find_path(exact_, method, path, match)) {
        return match.endpoint->body_bytes_max;
    }
    return limits::http_body_bytes_default;
}

std::vector<std::string> Router::routes() const {
    std::vector<std::string> out;
    root_->collect(out);
    std::ranges::sort(out);
    return out;
}

}  // namespace rb::http
