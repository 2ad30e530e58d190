#include <gtest/gtest.h>

#include "api/platform/test_world.h"

namespace rb::api::platform {
namespace {

constexpr std::string_view small_and_medium =
    R"({"result":[{"plan_subscription_template_id":185,"plan_type":"IM","plan_name":"IM small",)"
    R"("periodic_charge":9170.604,"packages":[{"price_group_id":[7561],"package_name":"small",)"
    R"("may_overrun":true,"overrun_price":3.668242,"overrun_resources":100,)"
    R"("package_size":500000}]},)"
    R"({"plan_subscription_template_id":186,"plan_type":"IM","plan_name":"IM medium",)"
    R"("periodic_charge":91706.04,"packages":[{"price_group_id":[7561],"package_name":"medium",)"
    R"("may_overrun":true,"overrun_price":0.275118,"overrun_resources":100,)"
    R"("package_size":10000000}]}]})";

std::vector<std::string> ids_in(const std::string& body) {
    std::vector<std::string> ids;
    auto json = Json::parse(body);
    const Json* result = json ? json->find("result") : nullptr;
    if (!result || !result->is_array()) return {"no result: " + body};
    for (const Json& plan : result->as_array())
        ids.push_back(plan.find("plan_subscription_template_id")->number_text());
    return ids;
}
using Ids = std::vector<std::string>;

TEST(AvailablePlans, a_rouble_account_sees_the_published_figures_to_the_last_digit) {
    World world;
    EXPECT_EQ(world.call("GetAvailablePlans", "plan_type=IM"), small_and_medium);
}

TEST(AvailablePlans, both_types_are_filtered_by_type_and_id) {
    World world;
    EXPECT_EQ(ids_in(world.call("GetAvailablePlans")), (Ids{"185", "186", "188", "189"}));
    EXPECT_EQ(ids_in(world.call("GetAvailablePlans", "plan_type=MAU;IM")),
              (Ids{"185", "186", "188", "189"}));
    EXPECT_EQ(ids_in(world.call("GetAvailablePlans", "plan_type=all")),
              (Ids{"185", "186", "188", "189"}));
    EXPECT_EQ(ids_in(world.call("GetAvailablePlans", "plan_subscription_template_id=186;188;9")),
              (Ids{"186", "188"}));
    EXPECT_EQ(
        ids_in(world.call("GetAvailablePlans", "plan_type=IM&plan_subscription_template_id=188")),
        Ids{});
    EXPECT_EQ(code_in(world.call("GetAvailablePlans", "plan_type=HELPDESK")), 426);
    EXPECT_EQ(code_in(world.call("GetAvailablePlans", "plan_type=im")), 426);
    EXPECT_EQ(code_in(world.call("GetAvailablePlans", "plan_subscription_template_id=x")), 110);
}

TEST(AvailablePlans, only_dearer_plans_are_left_after_a_change) {
    World world;
    EXPECT_EQ(
        code_in(world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=185")),
        0);
    EXPECT_EQ(ids_in(world.call("GetAvailablePlans", "plan_type=IM")), Ids{"186"});
    world.pay(world.russian, "200000", "RUR");
    EXPECT_EQ(
        code_in(world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=186")),
        0);
    EXPECT_EQ(ids_in(world.call("GetAvailablePlans", "plan_type=IM")), Ids{});
}

TEST(AccountPlans, show_the_free_plans_until_others_are_bought) {
    World world;
    EXPECT_EQ(
        world.call("GetAccountPlans", "plan_type=IM"),
        R"({"result":[{"plan_subscription_template_id":184,"plan_type":"IM","plan_name":"IM free",)"
        R"("periodic_charge":0,"next_charge":"2026-05-01","packages":[{"price_group_id":[7561],)"
        R"("package_name":"free","may_overrun":false,"overrun_price":0,"overrun_resources":0,)"
        R"("package_size":50000,"orig_package_size":50000,"resource_left":50000}]}]})");
    EXPECT_EQ(ids_in(world.call("GetAccountPlans")), (Ids{"184", "187"}));
    EXPECT_EQ(ids_in(world.call("GetAccountPlans", "plan_subscription_template_id=187")),
              Ids{"187"});
    EXPECT_EQ(code_in(world.call("GetAccountPlans", "plan_type=XX")), 426);
}

TEST(AccountPlans, show_the_plan_that_was_bought_with_its_next_charge) {
    World world;
    world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=185");
    EXPECT_EQ(world.call("GetAccountPlans", "plan_type=IM"),
              R"({"result":[{"plan_subscription_template_id":185,"plan_type":"IM",)"
              R"("plan_name":"IM small","periodic_charge":9170.604,"next_charge":"2026-05-01",)"
              R"("packages":[)"
              R"({"price_group_id":[7561],"package_name":"small","may_overrun":true,)"
              R"("overrun_price":3.668242,"overrun_resources":100,"package_size":500000,)"
              R"("orig_package_size":500000,"resource_left":500000}]}]})");
}

TEST(AccountPlans, the_next_charge_is_a_date_of_the_account_zone) {
    // In Moscow it is May already, in Los Angeles still April.
    World world(*Instant::parse("2026-04-30T22:00:00Z"));
    EXPECT_NE(world.call("GetAccountPlans", "plan_type=IM").find(R"("next_charge":"2026-06-01")"),
              std::string::npos);
    EXPECT_NE(world.call_with(world.us_token(), "GetAccountPlans", "plan_type=IM")
                  .find(R"("next_charge":"2026-05-01")"),
              std::string::npos);
}

TEST(ChangeAccountPlan, holds_the_fee_of_the_upcoming_month_and_its_taxes) {
    World world;
    // 9170.604 and 20 % of it are 11004.7248; the started month itself is not charged.
    EXPECT_EQ(world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=185"),
              R"({"result":1,"account_info":{"account_id":789456,"frozen":false,)"
              R"("balance":8995.2752,"currency":"RUR"}})");
    auto committed = Json::parse(world.call("GetAccountInfo", "return_live_balance=false"));
    ASSERT_TRUE(committed);
    EXPECT_EQ(committed->at_path("result/balance")->number_text(), "20000");
}

TEST(ChangeAccountPlan, gives_back_what_was_held_for_the_plan_that_is_left) {
    World world;
    world.pay(world.russian, "200000", "RUR");
    world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=185");
    std::string body =
        world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=186");
    // 220000 - 91706.04 * 1.2 = 109952.752
    EXPECT_NE(body.find(R"("balance":109952.752,)"), std::string::npos) << body;
}

TEST(ChangeAccountPlan, refuses_what_is_not_asked_rightly) {
    World world;
    EXPECT_EQ(code_in(world.call("ChangeAccountPlan")), 134);
    EXPECT_EQ(code_in(world.call("ChangeAccountPlan", "plan_type=")), 134);
    EXPECT_EQ(code_in(world.call("ChangeAccountPlan", "plan_type=HELPDESK")), 426);
    EXPECT_EQ(code_in(world.call("ChangeAccountPlan",
                                 "plan_type=IM;MAU&plan_subscription_template_id=185")),
              426);
    for (std::string id : {"1024", "188", "abc", "0", "-1", "1"})
        EXPECT_EQ(code_in(world.call("ChangeAccountPlan",
                                     "plan_type=IM&plan_subscription_template_id=" + id)),
                  110)
            << id;
}

TEST(ChangeAccountPlan, without_a_plan_changes_nothing) {
    World world;
    auto before = world.engine->state_hashes();
    EXPECT_EQ(world.call("ChangeAccountPlan", "plan_type=IM&may_overrun=false&auto_charge=true"),
              R"({"result":1,"account_info":{"account_id":789456,"frozen":false,)"
              R"("balance":20000,"currency":"RUR"}})");
    EXPECT_EQ(world.engine->state_hashes(), before);
}

TEST(ChangeAccountPlan, refuses_the_same_plan_and_cheaper_ones) {
    World world;
    EXPECT_EQ(
        code_in(world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=184")),
        379);
    world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=185");
    auto before = world.engine->state_hashes();
    for (std::string id : {"184", "185"})
        EXPECT_EQ(code_in(world.call("ChangeAccountPlan",
                                     "plan_type=IM&plan_subscription_template_id=" + id)),
                  379)
            << id;
    EXPECT_EQ(world.engine->state_hashes(), before);
}

TEST(ChangeAccountPlan, moves_nothing_when_money_is_short) {
    World world;
    auto before = world.engine->state_hashes();
    EXPECT_EQ(
        code_in(world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=186")),
        127);
    EXPECT_EQ(world.engine->state_hashes(), before);
    EXPECT_EQ(ids_in(world.call("GetAccountPlans", "plan_type=IM")), Ids{"184"});
}

TEST(ChangeAccountPlan, a_repeated_idempotency_key_changes_once) {
    World world;
    std::vector<http::Header> key{{"Idempotency-Key", "k1"}};
    std::string query = "plan_type=IM&plan_subscription_template_id=185";
    std::string first = world.call_with(world.token(), "ChangeAccountPlan", query, key);
    EXPECT_EQ(code_in(first), 0) << first;
    EXPECT_EQ(world.call_with(world.token(), "ChangeAccountPlan", query, key), first);
    // The same question in another encoding, from a client that makes a new boundary each time.
    http::Request request;
    request.method = http::Method::post;
    request.path = "/platform_api";
    request.headers = {{"Authorization", "Bearer " + world.token()},
                       {"Idempotency-Key", "k1"},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "cmd=ChangeAccountPlan&plan_subscription_template_id=185&plan_type=IM";
    EXPECT_EQ(world.send(std::move(request)).body, first);
    EXPECT_EQ(code_in(world.call_with(world.token(), "ChangeAccountPlan",
                                      "plan_type=IM&plan_subscription_template_id=186", key)),
              484);
    EXPECT_EQ(code_in(world.call_with(world.token(), "ChangeAccountPlan", query,
                                      {{"Idempotency-Key", ""}})),
              101);
}

TEST(ChangeAccountPlan, a_frozen_account_reads_and_changes_nothing) {
    World world;
    world.execute(accounts::SetStatus{world.russian, accounts::Status::frozen});
    EXPECT_EQ(code_in(world.call("GetAvailablePlans")), 0);
    EXPECT_NE(world.call("GetAccountInfo").find(R"("active":true,"frozen":true)"),
              std::string::npos);
    EXPECT_EQ(
        code_in(world.call("ChangeAccountPlan", "plan_type=IM&plan_subscription_template_id=185")),
        104);
}

TEST(AccountInfo, tells_what_is_known_and_leaves_out_the_rest) {
    World world;
    EXPECT_EQ(world.call("GetAccountInfo"),
              R"({"result":{"account_id":789456,"account_name":"voice-ru",)"
              R"("account_email":"voice-ru@example.com","account_first_name":"Ada",)"
              R"("created":"2026-04-10 12:00:00","language_code":"en","location":"Europe/Moscow",)"
              R"("active":true,"frozen":false,"balance":20000,"credit_limit":0,"currency":"RUR"},)"
              R"("api_address":"api.example.com"})");
    EXPECT_EQ(code_in(world.call("GetAccountInfo", "return_live_balance=maybe")), 101);
}

TEST(AccountInfo, a_closed_account_is_told_so_by_every_method) {
    World world;
    std::string token = world.token("789457");
    world.execute(accounts::SetStatus{world.child, accounts::Status::closed});
    for (std::string_view method : {"GetAccountInfo", "GetAccountPlans", "GetAvailablePlans"})
        EXPECT_EQ(code_in(world.call_with(token, method, "")), 131) << method;
    EXPECT_EQ(code_in(world.call_with(token, "ChangeAccountPlan",
                                      "plan_type=IM&plan_subscription_template_id=185")),
              131);
}

// The key is of the account above, which is frozen, then closed.
TEST(AccountInfo, what_stands_above_holds_below) {
    World world;
    std::string token = world.token("789457");
    const std::string change = "plan_type=IM&plan_subscription_template_id=185";
    world.execute(accounts::SetStatus{world.russian, accounts::Status::frozen});
    EXPECT_EQ(code_in(world.call_with(token, "GetAccountInfo", "")), 0);
    EXPECT_EQ(code_in(world.call_with(token, "ChangeAccountPlan", change)), 104);
    accounts::SetStatus closing{world.russian, accounts::Status::closed};
    closing.closing = {.balance = accounts::BalanceAtEnd::forfeit,
                       .unused = accounts::UnusedAtEnd::none};
    world.execute(closing);
    for (std::string_view method : {"GetAccountInfo", "GetAccountPlans", "GetAvailablePlans"})
        EXPECT_EQ(code_in(world.call_with(token, method, "")), 131) << method;
    EXPECT_EQ(code_in(world.call_with(token, "ChangeAccountPlan", change)), 131);
}

}  // namespace
}  // namespace rb::api::platform
