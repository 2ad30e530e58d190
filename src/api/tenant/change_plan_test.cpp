#include "api/tenant/from_wire.h"
#include "api/tenant/test_helpdesk.h"

namespace rb::api::tenant {
namespace {

TEST(TenantChange, to_a_paid_plan_begins_its_trial) {
    Helpdesk desk;
    http::Response response = desk.change(R"({"plan": "medium", "theme": "dark"})");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(at(response, "data/current_plan"), "3");
    EXPECT_EQ(at(response, "data/is_trial"), "true");
    EXPECT_EQ(at(response, "data/trial_end_date").substr(0, 12), "\"2026-04-24T");
    EXPECT_EQ(at(response, "data/expired_trial"), "false");
    EXPECT_EQ(at(response, "data/usage/price_usd"), "0");
    EXPECT_EQ(response.body, desk.limits().body);
}

// evidence: T-036, T-037, T-042, T-050
TEST(TenantChange, of_an_expired_trial_shows_the_default_plan_until_one_is_bought) {
    Helpdesk desk;
    desk.add_members(desk.acme, 4, 0);
    ASSERT_EQ(desk.change(R"({"plan":2})").status, 200);
    desk.clock.advance(Duration::of_days(15));
    desk.engine().run_timers();
    http::Response expired = desk.limits();
    EXPECT_EQ(at(expired, "data/current_plan"), "1");
    EXPECT_EQ(at(expired, "data/is_trial"), "false");
    EXPECT_EQ(at(expired, "data/expired_trial"), "true");
    EXPECT_NE(at(expired, "data/trial_end_date"), "null");

    http::Response bought = desk.change(R"({"plan":2})");
    ASSERT_EQ(bought.status, 200) << bought.body;
    EXPECT_EQ(at(bought, "data/current_plan"), "2");
    EXPECT_EQ(at(bought, "data/expired_trial"), "false");
    // max(29, 15 x (4 - 1)) = 45
    EXPECT_EQ(at(bought, "data/usage/price_usd"), "45");
    EXPECT_EQ(at(bought, "data/usage/price_usd_minimum"), "45");
}

TEST(TenantChange, that_does_not_fit_names_each_field) {
    Helpdesk desk;
    ASSERT_EQ(desk.change(R"({"plan":4})").status, 200);
    desk.set_gauge("mailboxes", 12);
    desk.set_gauge("forms", 30);
    desk.set_gauge("kbs", 5);
    http::Response response = desk.change(R"({"plan":3})");
    EXPECT_EQ(response.status, 400);
    Json errors = *json_of(response).find("errors");
    ASSERT_EQ(errors.as_array().size(), 2u) << response.body;
    EXPECT_EQ(at(response, "errors/0/field"), "\"forms\"");
    EXPECT_EQ(at(response, "errors/0/message"), "\"forms: 30 in use, 25 allowed\"");
    EXPECT_EQ(at(response, "errors/1/field"), "\"mailboxes\"");
    EXPECT_EQ(at(response, "errors/1/message"), "\"mailboxes: 12 in use, 10 allowed\"");
    EXPECT_EQ(at(desk.limits(), "data/current_plan"), "4");
}

TEST(TenantChange, with_too_low_a_cap_names_the_least_one) {
    Helpdesk desk;
    desk.add_members(desk.acme, 5, 1);
    http::Response response = desk.change(R"({"plan":2,"capped_amount":74.99})");
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_EQ(at(response, "errors/0/code"), "\"cap_is_too_low\"");
    EXPECT_EQ(at(response, "errors/0/field"), "\"capped_amount\"");
    // 15 x (5 + 1 - 1) = 75
    EXPECT_NE(response.body.find("75.00 USD"), std::string::npos) << response.body;
    EXPECT_EQ(at(desk.limits(), "data/current_plan"), "1");
    http::Response enough = desk.change(R"({"plan":2,"capped_amount":75.00})");
    ASSERT_EQ(enough.status, 200) << enough.body;
    EXPECT_EQ(at(enough, "data/capped_amount/current_cap"), "75");
    EXPECT_EQ(at(enough, "data/capped_amount/minimum_required_cap"), "75");
}

TEST(TenantChange, is_the_owners_alone) {
    Helpdesk desk;
    http::Response response = desk.change(R"({"plan":2})", "rb_admin");
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(at(desk.limits(), "data/current_plan"), "1");
    EXPECT_EQ(desk.change(R"({"plan":2})", "rb_other").status, 403);
    // Who may not change learns nothing of the body.
    EXPECT_EQ(desk.change("{", "rb_admin").status, 403);
}

// evidence: T-051
TEST(TenantChange, to_the_present_plan_is_refused_unless_seats_have_changed) {
    Helpdesk desk;
    http::Response free = desk.change(R"({"plan":"FREE"})");
    EXPECT_EQ(free.status, 400);
    EXPECT_EQ(at(free, "errors/0/code"), "\"plan_is_current\"");
    EXPECT_EQ(at(free, "errors/0/field"), "\"plan\"");
    ASSERT_EQ(desk.change(R"({"plan":2})").status, 200);
    EXPECT_EQ(desk.change(R"({"plan":2})").status, 400);
    desk.add_members(desk.acme, 3, 0);
    EXPECT_EQ(desk.change(R"({"plan":2})").status, 200);
}

TEST(TenantChange, down_to_free_within_its_limits_is_done) {
    Helpdesk desk;
    ASSERT_EQ(desk.change(R"({"plan":2})").status, 200);
    http::Response response = desk.change(R"({"plan":1})");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(at(response, "data/current_plan"), "1");
}

TEST(TenantChange, is_done_once_for_one_idempotency_key) {
    Helpdesk desk;
    auto once = [&](std::string body) {
        return desk.send(http::Method::post, "/api/acme/v1/plans/change_plan", "rb_owner",
                         std::move(body), {{"Idempotency-Key", "k1"}});
    };
    http::Response first = once(R"({"plan":2})");
    ASSERT_EQ(first.status, 200);
    http::Response again = once(R"({"plan":2})");
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.body, first.body);
    http::Response reused = once(R"({"plan":3})");
    EXPECT_EQ(reused.status, 400);
    EXPECT_EQ(at(reused, "errors/0/code"), "\"idempotency_key_is_reused\"");
    EXPECT_EQ(at(desk.limits(), "data/current_plan"), "2");
}

// evidence: T-055
TEST(TenantChange, that_raises_an_app_stores_cap_needs_its_approval) {
    Helpdesk desk;
    desk.set_cap(desk.acme, {true, {}});
    http::Response low = desk.change(R"({"plan":2})");
    EXPECT_EQ(low.status, 400);
    EXPECT_EQ(at(low, "errors/0/code"), "\"cap_is_too_low\"");
    http::Response response = desk.change(R"({"plan":2,"capped_amount":50})");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(at(response, "errors/0/code"), "\"approval_is_required\"");
    EXPECT_EQ(at(response, "errors/0/field"), "\"capped_amount\"");
    EXPECT_EQ(at(desk.limits(), "data/current_plan"), "1");
}

// evidence: T-022
TEST(TenantFaults, have_400_403_and_for_the_machine_503) {
    auto status = [](Fault fault) {
        return refusal_response({fault, {}, "why", {}, {}}, "").status;
    };
    EXPECT_EQ(status(Fault::plan_is_not_allowed), 400);
    EXPECT_EQ(status(Fault::money_is_short), 400);
    EXPECT_EQ(status(Fault::role_is_too_low), 403);
    http::Response full = refusal_response({Fault::store_is_full, {}, "full", {}, {}}, "");
    EXPECT_EQ(full.status, 503);
    ASSERT_EQ(full.headers.size(), 1u);
    EXPECT_EQ(full.headers[0].first, "Retry-After");
}

std::string fault_of(std::string_view body) {
    auto input = change_plan_from_wire(body);
    if (input) return "";
    std::string text;
    for (const WireError& error : input.error()) text += error.code + "@" + error.field + " ";
    return text;
}

TEST(TenantChangeInput, names_every_field_that_is_wrong) {
    EXPECT_EQ(fault_of(R"({"plan":2})"), "");
    EXPECT_EQ(fault_of(R"({})"), "field_is_missing@plan ");
    EXPECT_EQ(fault_of(R"({"plan":null})"), "field_is_missing@plan ");
    for (std::string_view plan : {"0", "5", "-1", "1.5", "\"UNKNOWN\"", "\"2\"", "\"\"", "true",
                                  "[2]", "99999999999999999999"})
        EXPECT_EQ(fault_of("{\"plan\":" + std::string(plan) + "}"), "field_is_invalid@plan ")
            << plan;
    for (std::string_view cap : {"-0.01", "0.0000001", "\"10\"", "1e300", "1000000000000.01"})
        EXPECT_EQ(fault_of(R"({"plan":1,"capped_amount":)" + std::string(cap) + "}"),
                  "field_is_invalid@capped_amount ")
            << cap;
    EXPECT_EQ(fault_of(R"({"capped_amount":-1})"),
              "field_is_missing@plan field_is_invalid@capped_amount ");
    for (std::string_view body : {"", "[]", "2", "{\"plan\":2", "{\"plan\":2,\"plan\":3}"})
        EXPECT_EQ(fault_of(body), "field_is_invalid@ ") << body;
}

TEST(TenantChangeInput, reads_a_cap_from_its_text) {
    auto cap = [](std::string_view text) {
        return change_plan_from_wire(R"({"plan":"Small","capped_amount":)" + std::string(text) +
                                     "}")
            ->capped_amount;
    };
    // 2^53 + 1 has no place in floating point; nor has 0.1.
    EXPECT_EQ(cap("900719925474.099301")->to_text(), "900719925474.099301");
    EXPECT_EQ(cap("0.1")->to_text(), "0.1");
    EXPECT_EQ(cap("1e2")->to_text(), "100");
    EXPECT_FALSE(cap("null"));
    EXPECT_FALSE(cap("0"));
    EXPECT_FALSE(cap("0.00"));
}

}  // namespace
}  // namespace rb::api::tenant
