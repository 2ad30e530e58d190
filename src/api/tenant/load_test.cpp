// What this dialect answers when there is too much to do. evidence: T-022, T-024
#include "api/common/test_gate.h"
#include "api/tenant/test_helpdesk.h"

namespace rb::api::tenant {
namespace {

std::string header(const http::Response& response, std::string_view name) {
    const auto* found = http::find(response.headers, name);
    return found ? *found : std::string();
}

TEST(TenantLoad, a_tree_that_has_its_share_waiting_is_answered_503_in_the_wrapper) {
    Helpdesk desk;
    Gate gate(api::test::closed_gate());
    gate.begin_thread();
    desk.stand_behind(gate);
    for (const auto& response : {desk.limits(), desk.change(R"({"plan":2})")}) {
        EXPECT_EQ(response.status, 503);
        EXPECT_EQ(at(response, "errors/0/code"), "\"engine_is_overloaded\"");
        EXPECT_EQ(header(response, "Retry-After"), "1");
        EXPECT_EQ(response.pace, http::Pace::rest);
    }
}

TEST(TenantLoad, a_tree_is_told_its_rate_and_answered_429_beyond_it) {
    Helpdesk desk;
    Gate gate(api::test::rate_of_one());
    desk.stand_behind(gate);
    auto response = desk.limits();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "RateLimit"), "\"tree\";r=0;t=1");
    while (response.status == 200) response = desk.limits();
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(at(response, "errors/0/code"), "\"rate_is_exceeded\"");
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_EQ(header(response, "RateLimit-Policy"), "\"tree\";q=1;w=1");
}

}  // namespace
}  // namespace rb::api::tenant
