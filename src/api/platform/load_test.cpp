// What this dialect answers when there is too much to do. evidence: P-018
#include <gtest/gtest.h>

#include "api/common/test_gate.h"
#include "api/platform/test_world.h"

namespace rb::api::platform {
namespace {

std::string header(const http::Response& response, std::string_view name) {
    const auto* found = http::find(response.headers, name);
    return found ? *found : std::string();
}

http::Response ask(World& world, const std::string& bearer) {
    http::Request request;
    request.method = http::Method::post;
    request.path = "/platform_api/GetAccountPlans";
    request.headers = {{"Authorization", "Bearer " + bearer}};
    return world.send(std::move(request));
}

TEST(PlatformLoad, a_tree_that_has_its_share_waiting_is_told_to_retry_later) {
    World world;
    Gate gate(api::test::closed_gate());
    gate.begin_thread();
    world.context->gate = &gate;
    const auto response = ask(world, world.token());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(code_in(response.body), 416);
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_EQ(response.pace, http::Pace::rest);
}

TEST(PlatformLoad, a_tree_is_told_its_rate_and_to_retry_later_beyond_it) {
    World world;
    Gate gate(api::test::rate_of_one());
    world.context->gate = &gate;
    auto response = ask(world, world.token());
    EXPECT_EQ(code_in(response.body), 0);
    EXPECT_EQ(header(response, "RateLimit"), "\"tree\";r=0;t=1");
    while (code_in(response.body) == 0) response = ask(world, world.token("789457"));
    EXPECT_EQ(code_in(response.body), 416);
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_EQ(header(response, "RateLimit-Policy"), "\"tree\";q=1;w=1");
    EXPECT_EQ(code_in(ask(world, world.us_token()).body), 0) << "another tree has its own";
}

}  // namespace
}  // namespace rb::api::platform
