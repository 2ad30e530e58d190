#include "api/native/faults.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace rb::api::native {
namespace {

// evidence: N-021
TEST(Faults, every_fault_has_a_status_that_the_document_knows) {
    for (std::size_t i = 0; i < enum_names(Fault{}).size(); ++i) {
        const auto fault = static_cast<Fault>(i);
        const auto response = refusal_response({fault, "", "a sentence", {}, {}}, "r");
        const int status = response.status;
        const bool is_known = status == 400 || status == 401 || status == 402 || status == 403 ||
                              status == 404 || status == 409 || status == 412 || status == 422 ||
                              status == 429 || status == 503;
        EXPECT_TRUE(is_known) << enum_text(fault) << " " << status;
        EXPECT_EQ(Json::parse(response.body)->find("code")->as_string(), enum_text(fault));
        const bool says_when = http::find(response.headers, "Retry-After") != nullptr;
        EXPECT_EQ(says_when, status == 429 || status == 503) << enum_text(fault);
    }
}

// evidence: N-020
TEST(Faults, blockers_and_the_earliest_instant_stand_beside_the_detail) {
    Refusal refusal{Fault::usage_does_not_fit,
                    "/plan",
                    "12 mailboxes in use, 10 allowed",
                    {{Fault::usage_does_not_fit, "mailboxes", "12", "10"}},
                    *Instant::parse("2026-04-01T00:00:00Z")};
    auto body = Json::parse(refusal_response(refusal, "r").body);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ(body->at_path("blockers/0/subject")->as_string(), "mailboxes");
    EXPECT_EQ(body->at_path("blockers/0/used")->as_string(), "12");
    EXPECT_EQ(body->at_path("errors/0/pointer")->as_string(), "/plan");
    EXPECT_EQ(body->find("possible_at")->as_string(), "2026-04-01T00:00:00Z");
}

}  // namespace
}  // namespace rb::api::native
