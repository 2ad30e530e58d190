#include "api/http/router.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace rb::http {
namespace {

// Answers with its own name and the parameters it was given.
SharedHandler named(std::string name) {
    return [name = std::move(name)](Request&& request, Respond respond) {
        std::string body = name;
        for (const auto& [key, value] : request.path_parameters) body += " " + key + "=" + value;
        respond(Response::json(200, std::move(body)));
    };
}

Response ask(const Router& router, Method method, std::string path) {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.request_id = "req_1";
    Response out;
    out.status = 0;
    router.handle(std::move(request), [&out](Response&& response) { out = std::move(response); });
    return out;
}

std::string get(const Router& router, std::string path) {
    const Response response = ask(router, Method::get, std::move(path));
    return response.status == 200 ? response.body : std::to_string(response.status);
}

TEST(Router, a_literal_wins_over_a_parameter_and_a_parameter_over_the_rest) {
    Router router;
    router.add(Method::get, "/v1/plans/{plan}", named("one"));
    router.add(Method::get, "/v1/plans/mine", named("mine"));
    router.add(Method::get, "/v1/plans/{plan}/prices/{price}", named("price"));
    router.add(Method::get, "/v1/{rest...}", named("rest"));
    EXPECT_EQ(get(router, "/v1/plans/mine"), "mine");
    EXPECT_EQ(get(router, "/v1/plans/pro"), "one plan=pro");
    EXPECT_EQ(get(router, "/v1/plans/mine/prices/7"), "price plan=mine price=7");
    EXPECT_EQ(get(router, "/v1/plans/pro/other/x"), "rest rest=plans/pro/other/x");
    EXPECT_EQ(get(router, "/v1/"), "rest rest=");
    EXPECT_EQ(get(router, "/v1"), "404");
}

TEST(Router, a_literal_without_the_method_does_not_hide_a_parameter_that_has_it) {
    Router router;
    router.add(Method::post, "/plans/search", named("search"));
    router.add(Method::get, "/plans/{plan}", named("one"));
    EXPECT_EQ(get(router, "/plans/search"), "one plan=search");
    EXPECT_EQ(ask(router, Method::post, "/plans/search").body, "search");
}

TEST(Router, decodes_parameters_after_splitting_the_path) {
    Router router;
    router.add(Method::get, "/a/{x}/b", named("ab"));
    router.add(Method::get, "/files/{path...}", named("files"));
    EXPECT_EQ(get(router, "/a/1%2F2%20+/b"), "ab x=1/2 +");
    EXPECT_EQ(get(router, "/%61/1/%62"), "ab x=1");
    EXPECT_EQ(get(router, "/files/a%20b/c"), "files path=a b/c");
    EXPECT_EQ(get(router, "/a/%zz/b"), "400");
    EXPECT_EQ(get(router, "/a/%ff/b"), "400");
}

TEST(Router, an_empty_segment_is_no_parameter_and_a_trailing_slash_is_another_path) {
    Router router;
    router.add(Method::get, "/", named("root"));
    router.add(Method::get, "/a/{x}", named("a"));
    EXPECT_EQ(get(router, "/"), "root");
    EXPECT_EQ(get(router, "/a/"), "404");
    EXPECT_EQ(get(router, "/a/1/"), "404");
    EXPECT_EQ(get(router, "//a/1"), "404");
    EXPECT_EQ(get(router, ""), "404");
    EXPECT_EQ(get(router, "*"), "404");
}

TEST(Router, tells_an_unknown_path_from_a_known_path_with_another_method) {
    Router router;
    router.add(Method::get, "/plans/{plan}", named("get"));
    router.add(Method::del, "/plans/{plan}", named("delete"));
    router.add(Method::put, "/plans/first", named("put"));
    const Response unknown = ask(router, Method::get, "/nothing");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_NE(unknown.body.find("\"request_id\":\"req_1\""), std::string::npos);
    const Response wrong = ask(router, Method::post, "/plans/first");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.headers, (std::vector<Header>{{"Allow", "GET, HEAD, PUT, DELETE, OPTIONS"}}));
    EXPECT_EQ(ask(router, Method::other, "/plans/1").status, 405);
}

TEST(Router, answers_options_with_the_methods_of_the_path) {
    Router router;
    router.add(Method::get, "/a/{x}", named("get"));
    router.add(Method::post, "/a/{x}", named("post"));
    router.add(Method::options, "/own", named("own"));
    const Response options = ask(router, Method::options, "/a/1");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.content_type, "");
    EXPECT_EQ(options.body, "");
    EXPECT_EQ(options.headers, (std::vector<Header>{{"Allow", "GET, HEAD, POST, OPTIONS"}}));
    EXPECT_EQ(ask(router, Method::options, "/own").body, "own");
    EXPECT_EQ(ask(router, Method::options, "/none").status, 404);
}

TEST(Router, says_that_a_method_is_wrong_in_the_shape_of_the_surface) {
    Router router;
    router.add(Method::get, "/a/x", named("x"));
    router.add(Method::get, "/a/b/x", named("x"));
    router.add(Method::get, "/c", named("c"));
    router.set_wrong_method("/a", [](const Request&) { return Response::json(405, "a"); });
    router.set_wrong_method("/a/b", [](const Request&) { return Response::json(405, "b"); });
    EXPECT_EQ(ask(router, Method::put, "/a/x").body, "a");
    EXPECT_EQ(ask(router, Method::put, "/a/b/x").body, "b");
    EXPECT_EQ(ask(router, Method::put, "/a/b/x").headers,
              (std::vector<Header>{{"Allow", "GET, HEAD, OPTIONS"}}));
    EXPECT_EQ(ask(router, Method::put, "/c").content_type, "application/problem+json");
    EXPECT_EQ(ask(router, Method::options, "/a/x").status, 204);
}

TEST(Router, answers_head_by_the_handler_of_get) {
    Router router;
    router.add(Method::get, "/a", named("get"));
    router.add(Method::get, "/b", named("get"));
    router.add(Method::head, "/b", named("head"));
    EXPECT_EQ(ask(router, Method::head, "/a").body, "get");
    EXPECT_EQ(ask(router, Method::head, "/b").body, "head");
}

TEST(Router, the_longest_not_found_prefix_answers_unknown_paths_below_it) {
    Router router;
    router.add(Method::get, "/v1/plans", named("plans"));
    router.set_not_found("/", named("any"));
    router.set_not_found("/v1", named("v1"));
    router.set_not_found("/v1/deep/", named("deep"));
    EXPECT_EQ(get(router, "/v1/nothing"), "v1");
    EXPECT_EQ(get(router, "/v1"), "v1");
    EXPECT_EQ(get(router, "/v1/deep/x"), "deep");
    EXPECT_EQ(get(router, "/v10"), "any");
    EXPECT_EQ(get(router, "/v1/plans"), "plans");
    EXPECT_EQ(ask(router, Method::post, "/v1/plans").status, 405);
}

TEST(Router, knows_the_largest_body_of_a_target) {
    Router router;
    router.add(Method::post, "/a", named("a"));
    router.add(Method::post, "/b/{x}", named("b"), 77);
    EXPECT_EQ(router.body_bytes_max(Method::post, "/a"), limits::http_body_bytes_default);
    EXPECT_EQ(router.body_bytes_max(Method::post, "/b/1"), 77u);
    EXPECT_EQ(router.body_bytes_max(Method::post, "/c"), limits::http_body_bytes_default);
    EXPECT_EQ(router.body_bytes_max(Method::get, "/b/1"), limits::http_body_bytes_default);
}

TEST(Router, lists_its_routes_sorted) {
    Router router;
    router.add(Method::post, "/b/{x}", named(""));
    router.add(Method::get, "/b/{y}", named(""));
    router.add(Method::get, "/a/{rest...}", named(""));
    EXPECT_EQ(router.routes(),
              (std::vector<std::string>{"GET /a/{rest...}", "GET /b/{y}", "POST /b/{x}"}));
}

TEST(RouterDeathTest, a_pattern_given_twice_for_a_method_stops_the_process) {
    Router router;
    router.add(Method::get, "/a/{x}", named(""));
    router.add(Method::post, "/a/{x}", named(""));
    EXPECT_DEATH(router.add(Method::get, "/a/{y}", named("")), "once for a method");
    EXPECT_DEATH(router.add(Method::get, "/{rest...}/a", named("")), "ends a pattern");
}

}  // namespace
}  // namespace rb::http
