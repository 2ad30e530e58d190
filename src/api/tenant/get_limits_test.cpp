#include "api/tenant/test_helpdesk.h"

namespace rb::api::tenant {
namespace {

std::vector<std::string> names_of(const Json* object) {
    std::vector<std::string> names;
    if (object != nullptr && object->is_object())
        for (const auto& [name, value] : object->as_object()) names.push_back(name);
    return names;
}

const std::vector<std::string> plan_limit_fields = {"plan",
                                                    "price_usd",
                                                    "price_usd_minimum",
                                                    "tickets",
                                                    "ai_suggested_answers",
                                                    "mailboxes",
                                                    "kbs",
                                                    "web_scraped_pages",
                                                    "integration_shopify_customer_card",
                                                    "integration_shopify_product_sync",
                                                    "automation_rules",
                                                    "forms",
                                                    "multilingual_conversations",
                                                    "ai_training_data",
                                                    "sso_google_microsoft",
                                                    "api_access",
                                                    "lists",
                                                    "list_entries",
                                                    "fields",
                                                    "groups",
                                                    "agents_included",
                                                    "free_trial_days"};

TEST(TenantLimits, have_every_published_field_in_its_order) {
    Helpdesk desk;
    http::Response response = desk.limits();
    ASSERT_EQ(response.status, 200) << response.body;
    Json json = json_of(response);
    EXPECT_EQ(names_of(&json), (std::vector<std::string>{"data", "success", "errors"}));
    EXPECT_EQ(names_of(json.at_path("data")),
              (std::vector<std::string>{"current_plan", "is_trial", "trial_end_date",
                                        "expired_trial", "capped_amount", "plans", "usage"}));
    EXPECT_EQ(names_of(json.at_path("data/capped_amount")),
              (std::vector<std::string>{"is_shopify_payment", "current_user_count",
                                        "current_invite_count", "require_increase",
                                        "minimum_required_cap", "current_cap"}));
    ASSERT_EQ(json.at_path("data/plans")->as_array().size(), 4u);
    for (const Json& plan : json.at_path("data/plans")->as_array())
        EXPECT_EQ(names_of(&plan), plan_limit_fields);
    EXPECT_EQ(names_of(json.at_path("data/usage")), plan_limit_fields);
}

TEST(TenantLimits, show_the_four_plans_by_rank_with_prices_of_seats) {
    Helpdesk desk;
    http::Response response = desk.limits();
    EXPECT_EQ(at(response, "data/plans/0/plan"), "1");
    EXPECT_EQ(at(response, "data/plans/0/price_usd"), "0");
    EXPECT_EQ(at(response, "data/plans/0/free_trial_days"), "0");
    EXPECT_EQ(at(response, "data/plans/1/price_usd"), "15");
    EXPECT_EQ(at(response, "data/plans/1/price_usd_minimum"), "29");
    EXPECT_EQ(at(response, "data/plans/1/mailboxes"), "3");
    EXPECT_EQ(at(response, "data/plans/1/ai_suggested_answers"), "true");
    EXPECT_EQ(at(response, "data/plans/1/agents_included"), "1");
    EXPECT_EQ(at(response, "data/plans/1/free_trial_days"), "14");
    EXPECT_EQ(at(response, "data/plans/3/plan"), "4");
    EXPECT_EQ(at(response, "data/plans/3/list_entries"), "200000");
}

TEST(TenantLimits, of_a_tenant_without_subscription_are_those_of_the_default_plan) {
    Helpdesk desk;
    desk.set_gauge("mailboxes", 2);
    desk.add_members(desk.acme, 2, 1);
    http::Response response = desk.limits();
    EXPECT_EQ(at(response, "data/current_plan"), "1");
    EXPECT_EQ(at(response, "data/is_trial"), "false");
    EXPECT_EQ(at(response, "data/trial_end_date"), "null");
    EXPECT_EQ(at(response, "data/usage/plan"), "1");
    EXPECT_EQ(at(response, "data/usage/mailboxes"), "2");
    EXPECT_EQ(at(response, "data/usage/ai_suggested_answers"), "false");
    EXPECT_EQ(at(response, "data/usage/agents_included"), "2");
    EXPECT_EQ(at(response, "data/usage/price_usd"), "0");
    EXPECT_EQ(at(response, "data/capped_amount/current_user_count"), "2");
    EXPECT_EQ(at(response, "data/capped_amount/current_invite_count"), "1");
    EXPECT_EQ(at(response, "data/capped_amount/minimum_required_cap"), "0");
}

TEST(TenantLimits, show_when_an_app_store_payer_must_agree_to_more) {
    Helpdesk desk;
    desk.add_members(desk.acme, 2, 1);
    ASSERT_EQ(desk.change(R"({"plan":2})").status, 200);
    desk.set_cap(desk.acme, {true, Amount::of_micros(28'000'000, "USD")});
    http::Response response = desk.limits();
    EXPECT_EQ(at(response, "data/capped_amount/is_shopify_payment"), "true");
    // max(29, 15 x (2 users + 1 invitation - 1 included)) = 30
    EXPECT_EQ(at(response, "data/capped_amount/minimum_required_cap"), "30");
    EXPECT_EQ(at(response, "data/capped_amount/current_cap"), "28");
    EXPECT_EQ(at(response, "data/capped_amount/require_increase"), "true");
}

// evidence: T-003
TEST(TenantLimits, are_found_by_the_name_of_a_top_or_by_an_alias) {
    Helpdesk desk;
    AccountId branch = desk.open("branch", desk.acme);
    desk.open("branch", desk.other);
    auto ask = [&](const std::string& tenant) {
        return desk.send(http::Method::get, "/api/" + tenant + "/v1/plans/get_limits", "rb_admin")
            .status;
    };
    EXPECT_EQ(ask("ACME"), 200);
    EXPECT_EQ(ask("branch"), 403);
    desk.give(accounts::GrantAlias{branch, "acme-branch"});
    EXPECT_EQ(ask("Acme-Branch"), 200);
    EXPECT_EQ(ask("other"), 403);
    desk.give(accounts::GrantAlias{branch, ""});
    EXPECT_EQ(ask("acme-branch"), 403);
}

TEST(TenantLimits, need_the_role_admin) {
    Helpdesk desk;
    EXPECT_EQ(desk.limits("rb_owner").status, 200);
    http::Response response = desk.limits("rb_developer");
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(at(response, "errors/0/code"), "\"role_is_too_low\"");
    EXPECT_EQ(at(response, "data"), "null");
    EXPECT_EQ(at(response, "success"), "false");
}

TEST(TenantLimits, of_another_tenant_are_answered_like_those_of_none) {
    Helpdesk desk;
    http::Response foreign = desk.limits("rb_other");
    http::Response none =
        desk.send(http::Method::get, "/api/nobody/v1/plans/get_limits", "rb_other");
    EXPECT_EQ(foreign.status, 403);
    EXPECT_EQ(foreign.body, none.body);
    EXPECT_EQ(foreign.status, none.status);
}

TEST(TenantLimits, are_shown_to_an_account_above) {
    Helpdesk desk;
    AccountId branch = desk.open("branch", desk.acme);
    desk.give(accounts::GrantAlias{branch, "branch"});
    EXPECT_EQ(desk.send(http::Method::get, "/api/branch/v1/plans/get_limits", "rb_admin").status,
              200);
}

TEST(TenantLimits, are_refused_without_a_known_key) {
    Helpdesk desk;
    EXPECT_EQ(desk.limits("").status, 403);
    http::Response response = desk.limits("rb_guessed");
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(at(response, "errors/0/code"), "\"caller_is_unknown\"");
}

// evidence: T-032
TEST(TenantLimits, say_minus_one_for_what_has_no_end) {
    Helpdesk desk;
    desk.apply_catalog("mailboxes: 50", "mailboxes: unlimited");
    EXPECT_EQ(at(desk.limits(), "data/plans/3/mailboxes"), "-1");
    desk.apply_catalog("tickets: 100000", "tickets: 5000000000");
    EXPECT_EQ(at(desk.limits(), "data/plans/3/tickets"), "2147483647");
    desk.apply_catalog("      tickets: 100000\n", "");
    EXPECT_EQ(at(desk.limits(), "data/plans/3/tickets"), "0");
    EXPECT_EQ(at(desk.limits(), "data/plans/3/mailboxes"), "50");
}

// evidence: T-033
TEST(TenantLimits, leave_out_plans_without_a_number_of_the_dialect) {
    Helpdesk desk;
    desk.apply_catalog("number: 4", "number: 5");
    Json plans = *json_of(desk.limits()).at_path("data/plans");
    EXPECT_EQ(plans.as_array().size(), 3u);
}

// evidence: T-034, T-042, T-043
TEST(TenantLimits, are_in_dollars_and_caps_in_the_currency_of_the_account) {
    Helpdesk desk;
    AccountId kontor = desk.open("kontor", {}, "EUR");
    desk.add_key(kontor, "rb_kontor", accounts::Role::owner);
    desk.add_members(kontor, 4, 0);
    auto change = [&](std::string body) {
        return desk.send(http::Method::post, "/api/kontor/v1/plans/change_plan", "rb_kontor", body);
    };
    ASSERT_EQ(change(R"({"plan":2})").status, 200);
    desk.clock.advance(Duration::of_days(15));
    desk.engine().run_timers();
    http::Response response = change(R"({"plan":2})");
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(at(response, "data/plans/1/price_usd"), "15");
    // 15 x (4 - 1) = 45 USD are 38.295 EUR at 0.8510.
    EXPECT_EQ(at(response, "data/usage/price_usd"), "45");
    EXPECT_EQ(at(response, "data/capped_amount/minimum_required_cap"), "38.295");
}

TEST(TenantRoutes, have_the_versions_1_and_1_0_only) {
    Helpdesk desk;
    auto status = [&](std::string path) {
        return desk.send(http::Method::get, std::move(path), "rb_admin").status;
    };
    EXPECT_EQ(status("/api/acme/v1/plans/get_limits"), 200);
    EXPECT_EQ(status("/api/acme/v1.0/plans/get_limits"), 200);
    EXPECT_EQ(status("/api/ACME/V1/plans/get_limits"), 200);
    EXPECT_EQ(status("/api/acme/v2/plans/get_limits"), 400);
    EXPECT_EQ(status("/api/acme/v1.1/plans/get_limits"), 400);
    EXPECT_EQ(status("/api/acme/1/plans/get_limits"), 404);
    EXPECT_EQ(status("/api/acme/v1./plans/get_limits"), 404);
    EXPECT_EQ(status("/api/a/v1/plans/get_limits"), 404);
    EXPECT_EQ(status("/api/acme/v1/plans/change_plan"), 405);
}

}  // namespace
}  // namespace rb::api::tenant
