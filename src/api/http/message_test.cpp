#include "api/http/message.h"

#include <gtest/gtest.h>

namespace rb::http {
namespace {

TEST(Request, finds_the_first_header_whatever_the_case_of_its_name) {
    Request request;
    request.headers = {{"Content-Type", "a"}, {"X-Plan", "first"}, {"x-plan", "second"}};
    ASSERT_NE(request.header("x-PLAN"), nullptr);
    EXPECT_EQ(*request.header("x-PLAN"), "first");
    EXPECT_EQ(request.header("x-pla"), nullptr);
    EXPECT_EQ(request.header("x-plan-id"), nullptr);
}

TEST(Request, reads_a_bearer_token_and_nothing_else) {
    Request request;
    EXPECT_EQ(request.bearer_token(), "");
    request.headers = {{"authorization", "bearer  abc.def"}};
    EXPECT_EQ(request.bearer_token(), "abc.def");
    request.headers = {{"Authorization", "Basic abc"}};
    EXPECT_EQ(request.bearer_token(), "");
    request.headers = {{"Authorization", "Bearer"}};
    EXPECT_EQ(request.bearer_token(), "");
}

TEST(Request, has_an_empty_path_parameter_for_an_unknown_name) {
    Request request;
    request.path_parameters = {{"account", "acc_1"}};
    EXPECT_EQ(request.path_parameter("account"), "acc_1");
    EXPECT_EQ(request.path_parameter("plan"), "");
}

TEST(Method, text_and_back_agree_and_case_matters) {
    for (Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch,
                          Method::del, Method::options}) {
        EXPECT_EQ(method_of(method_text(method)), method);
    }
    EXPECT_EQ(method_of("get"), Method::other);
    EXPECT_EQ(method_of("TRACE"), Method::other);
    EXPECT_EQ(method_of(""), Method::other);
}

TEST(Response, json_carries_status_body_and_added_headers) {
    Response response = Response::json(201, "{}");
    response.with("ETag", "\"1\"").with("Location", "/v1/plans/1");
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, "{}");
    EXPECT_EQ(response.headers,
              (std::vector<Header>{{"ETag", "\"1\""}, {"Location", "/v1/plans/1"}}));
}

}  // namespace
}  // namespace rb::http
