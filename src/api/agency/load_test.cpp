// What this dialect answers when there is too much to do. evidence
#include "api/agency/test_reseller.h"
#include "api/common/test_gate.h"

namespace rb::api::agency {
namespace {

std::string header(const http::Response& response, std::string_view name) {
    const auto* found = http::find(response.headers, name);
    return found ? *found : std::string();
}

TEST(AgencyLoad, a_tree_that_has_its_share_waiting_is_answered_503_with_a_detail) {
    Reseller reseller;
    Gate gate(api::test::closed_gate());
    gate.begin_thread();
    reseller.stand_behind(gate);
    for (const auto& response :
         {reseller.list(), reseller.create(std::string(growth_plan)), reseller.get("any")}) {
        EXPECT_EQ(response.status, 503);
        EXPECT_NE(text_at(response, "detail"), "");
        EXPECT_EQ(header(response, "Retry-After"), "1");
        EXPECT_EQ(response.pace, http::Pace::rest);
    }
}

TEST(AgencyLoad, a_tree_is_told_its_rate_and_answered_429_beyond_it) {
    Reseller reseller;
    Gate gate(api::test::rate_of_one());
    reseller.stand_behind(gate);
    auto response = reseller.list();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "RateLimit"), "\"tree\";r=0;t=1");
    while (response.status == 200) response = reseller.list();
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_EQ(header(response, "RateLimit-Policy"), "\"tree\";q=1;w=1");
}

}  // namespace
}  // namespace rb::api::agency
