#include "api/http/cors.h"

#include <gtest/gtest.h>

namespace rb::http {
namespace {

Router shop() {
    Router router;
    router.add(Method::get, "/plans", [](Request&&, Respond respond) {
        respond(std::move(Response::json(200, "{}").with("ETag", "\"1\"")));
    });
    router.add(Method::post, "/plans",
               [](Request&&, Respond respond) { respond(Response::json(201, "{}")); });
    return router;
}

Response ask(const Cors& cors, Method method, std::string path, std::vector<Header> headers) {
    const Router router = shop();
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.headers = std::move(headers);
    std::optional<Response> answer;
    cors.handle(router, std::move(request), [&](Response&& r) { answer = std::move(r); });
    EXPECT_TRUE(answer.has_value());
    return answer ? std::move(*answer) : Response{};
}

std::string header(const Response& response, std::string_view name) {
    std::string values;
    for (const Header& h : response.headers)
        if (same_name(h.first, name)) values += h.second;
    return values;
}

const Header from_app{"Origin", "https://app.example.com"};
const Header from_other{"Origin", "https://other.example.com"};
const Header preflight{"Access-Control-Request-Method", "POST"};

TEST(Cors, nothing_is_said_where_no_origin_is_allowed) {
    const Cors cors({});
    const Response answer = ask(cors, Method::get, "/plans", {from_app});
    EXPECT_EQ(answer.headers, (std::vector<Header>{{"ETag", "\"1\""}}));
    const Response options = ask(cors, Method::options, "/plans", {from_app, preflight});
    EXPECT_EQ(options.headers, (std::vector<Header>{{"Allow", "GET, HEAD, POST, OPTIONS"}}));
}

TEST(Cors, an_allowed_origin_may_read_answers_and_errors) {
    const Cors cors({"http://localhost:3000", "https://app.example.com"});
    for (const char* path : {"/plans", "/none"}) {
        const Response answer = ask(cors, Method::get, path, {from_app});
        EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), from_app.second) << path;
        EXPECT_TRUE(header(answer, "Access-Control-Expose-Headers").contains("X-Request-Id"));
        EXPECT_EQ(header(answer, "Access-Control-Allow-Credentials"), "");
        EXPECT_EQ(header(answer, "Vary"), "Origin");
    }
    EXPECT_EQ(ask(cors, Method::put, "/plans", {from_app}).status, 405);
    EXPECT_EQ(header(ask(cors, Method::put, "/plans", {from_app}), "Access-Control-Allow-Origin"),
              from_app.second);
}

TEST(Cors, other_origins_and_clients_without_one_are_told_nothing) {
    const Cors cors({"https://app.example.com"});
    for (const std::vector<Header>& headers :
         {std::vector<Header>{from_other}, {}, {{"Origin", "null"}}}) {
        const Response answer = ask(cors, Method::get, "/plans", headers);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), "");
        EXPECT_EQ(header(answer, "Vary"), "Origin");
    }
    const Response options = ask(cors, Method::options, "/plans", {from_other, preflight});
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(header(options, "Access-Control-Allow-Methods"), "");
}

TEST(Cors, a_preflight_is_told_the_methods_of_its_path) {
    const Cors cors({"https://app.example.com"});
    const Response options = ask(cors, Method::options, "/plans", {from_app, preflight});
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(header(options, "Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
    EXPECT_TRUE(header(options, "Access-Control-Allow-Headers").contains("Authorization"));
    EXPECT_EQ(header(options, "Access-Control-Max-Age"), "7200");
    EXPECT_EQ(header(options, "Vary"), "Origin");
    // Plain OPTIONS is no preflight.
    EXPECT_EQ(
        header(ask(cors, Method::options, "/plans", {from_app}), "Access-Control-Allow-Methods"),
        "");
    EXPECT_EQ(ask(cors, Method::options, "/none", {from_app, preflight}).status, 404);
}

TEST(Cors, an_origin_is_a_scheme_and_a_host) {
    for (const char* good : {"https://app.example.com", "http://localhost:3000", "http://[::1]:80"})
        EXPECT_EQ(Cors::parse_origin(good).value_or("refused"), good);
    for (const char* bad : {"", "*", "null", "app.example.com", "https://", "https://a/",
                            "https://A.example", "ftp://a", "https://a b", "https://a,https://b"})
        EXPECT_FALSE(Cors::parse_origin(bad)) << bad;
    EXPECT_TRUE(Cors::parse_origin("*").error().contains("every page of the web"));
}

}  // namespace
}  // namespace rb::http
