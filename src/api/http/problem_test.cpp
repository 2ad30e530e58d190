#include "api/http/problem.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace rb::http {
namespace {

TEST(Problem, writes_all_members_and_the_errors_with_their_pointers) {
    const Response response = problem(422, "body_is_invalid", "The body has \"2\" faults.", "req_1",
                                      {{"/name", "must not be empty"}, {"/items/0", "is unknown"}});
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(response.body,
              R"({"type":"https://ratebook.dev/errors/body_is_invalid",)"
              R"("title":"Unprocessable Content","status":422,"code":"body_is_invalid",)"
              R"("detail":"The body has \"2\" faults.","request_id":"req_1",)"
              R"("errors":[{"pointer":"/name","detail":"must not be empty"},)"
              R"({"pointer":"/items/0","detail":"is unknown"}]})");
    EXPECT_TRUE(Json::parse(response.body).has_value());
}

TEST(Problem, leaves_out_what_is_not_there) {
    EXPECT_EQ(problem(404, "not_found", "x", "").body,
              R"({"type":"https://ratebook.dev/errors/not_found","title":"Not Found",)"
              R"("status":404,"code":"not_found","detail":"x"})");
}

TEST(StatusText, has_a_word_for_every_status) {
    EXPECT_EQ(status_text(421), "Misdirected Request");
    for (int status = 100; status < 600; ++status) EXPECT_FALSE(status_text(status).empty());
}

}  // namespace
}  // namespace rb::http
