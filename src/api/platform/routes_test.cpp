#include <gtest/gtest.h>

#include "api/platform/faults.h"
#include "api/platform/parameters.h"
#include "api/platform/test_world.h"

namespace rb::api::platform {
namespace {

http::Request request_of(World& world, http::Method method, std::string path,
                         std::string query = "") {
    http::Request request;
    request.method = method;
    request.path = std::move(path);
    request.query = std::move(query);
    request.headers = {{"Authorization", "Bearer " + world.token()}};
    return request;
}

int ask(World& world, http::Method method, std::string path, std::string query = "") {
    http::Response response =
        world.send(request_of(world, method, std::move(path), std::move(query)));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json");
    return code_in(response.body);
}

TEST(Routes, a_method_comes_in_the_path_in_cmd_or_in_both) {
    World world;
    using http::Method;
    for (Method method : {Method::post, Method::get}) {
        EXPECT_EQ(ask(world, method, "/platform_api/GetAccountPlans"), 0);
        EXPECT_EQ(ask(world, method, "/platform_api/GetAccountPlans/", "plan_type=IM"), 0);
        EXPECT_EQ(ask(world, method, "/platform_api", "cmd=GetAccountPlans"), 0);
        EXPECT_EQ(ask(world, method, "/platform_api/", "cmd=GetAccountPlans"), 0);
        EXPECT_EQ(ask(world, method, "/platform_api/GetAccountPlans", "cmd=GetAccountPlans"), 0);
        EXPECT_EQ(ask(world, method, "/platform_api/GetAccountPlans", "cmd=GetAccountInfo"), 101);
        EXPECT_EQ(ask(world, method, "/platform_api"), 102);
        EXPECT_EQ(ask(world, method, "/platform_api/"), 102);
        EXPECT_EQ(ask(world, method, "/platform_api/StartScenarios"), 103);
        EXPECT_EQ(ask(world, method, "/platform_api/getaccountplans"), 103);
        EXPECT_EQ(ask(world, method, "/platform_api/GetAccountPlans/x"), 103);
        EXPECT_EQ(ask(world, method, "/platform_api", "cmd=%41ddAccount"), 103);
    }
}

TEST(Routes, an_unknown_method_is_told_before_credentials_are_asked_for) {
    World world;
    EXPECT_EQ(code_in(world.call_with("", "NoMethod", "")), 103);
    EXPECT_EQ(code_in(world.call_with("", "GetAccountInfo", "")), 100);
}

// The plan ids that GetAvailablePlans answers with for a body.
std::string plans_for(World& world, std::string content_type, std::string body) {
    http::Request request = request_of(world, http::Method::post, "/platform_api");
    if (!content_type.empty()) request.headers.emplace_back("Content-Type", content_type);
    request.body = std::move(body);
    std::string answer = world.send(std::move(request)).body;
    if (int code = code_in(answer)) return "error " + std::to_string(code);
    std::string ids;
    auto json = Json::parse(answer);
    for (const Json& plan : json->find("result")->as_array())
        ids += (ids.empty() ? "" : " ") + plan.find("plan_subscription_template_id")->number_text();
    return ids;
}

TEST(Parameters, every_encoding_of_a_body_says_the_same) {
    World world;
    constexpr std::string_view multipart =
        "--x\r\nContent-Disposition: form-data; name=\"cmd\"\r\n\r\nGetAvailablePlans\r\n"
        "--x\r\nContent-Disposition: form-data; name=plan_type\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nIM;MAU\r\n"
        "--x\r\nContent-Disposition: form-data; name=\"plan_subscription_template_id\"\r\n\r\n"
        "186;188\r\n--x--\r\n";
    EXPECT_EQ(plans_for(world, "multipart/form-data; boundary=x", std::string(multipart)),
              "186 188");
    std::string form =
        "cmd=GetAvailablePlans&plan_type=IM%3BMAU&plan_subscription_template_id=186%3b188";
    EXPECT_EQ(plans_for(world, "application/x-www-form-urlencoded", form), "186 188");
    EXPECT_EQ(plans_for(world, "", form), "186 188");
    EXPECT_EQ(plans_for(world, "Application/JSON; charset=utf-8",
                        R"({"cmd":"GetAvailablePlans","plan_subscription_template_id":186,)"
                        R"("plan_type":null})"),
              "186");
}

TEST(Parameters, a_body_that_cannot_be_read_is_refused) {
    World world;
    for (auto [content_type, body] : std::vector<std::pair<std::string, std::string>>{
             {"text/xml", "<a/>"},
             {"application/json", "{"},
             {"application/json", "[]"},
             {"application/json", R"({"cmd":{"a":1}})"},
             {"application/json", R"({"plan_type":["IM"],"cmd":"GetAvailablePlans"})"},
             {"multipart/form-data", "--x\r\n"},
             {"application/x-www-form-urlencoded", "cmd=%zz"}})
        EXPECT_EQ(plans_for(world, content_type, body), "error 101") << content_type << body;
}

TEST(Parameters, an_empty_body_and_an_empty_object_are_harmless) {
    World world;
    for (std::string body : {"", "{}", " {} ", "\r\n"}) {
        http::Request request =
            request_of(world, http::Method::post, "/platform_api/GetAccountInfo");
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = body;
        EXPECT_EQ(code_in(world.send(std::move(request)).body), 0) << body;
    }
}

Arguments arguments_of(std::string query, std::string form = "") {
    http::Request request;
    request.query = std::move(query);
    request.body = std::move(form);
    auto arguments = Arguments::of(request);
    EXPECT_TRUE(arguments) << arguments.error().text;
    return arguments ? *arguments : Arguments();
}

TEST(Parameters, query_and_body_are_merged_and_must_not_contradict) {
    Arguments arguments = arguments_of("a=1&b=&c=3", "b=2&c=3&d=");
    EXPECT_EQ(arguments.text("a"), "1");
    EXPECT_EQ(arguments.text("b"), "2");
    EXPECT_EQ(arguments.text("c"), "3");
    EXPECT_FALSE(arguments.has("d"));
    http::Request request;
    request.query = "a=1";
    request.body = "a=2";
    auto contradiction = Arguments::of(request);
    ASSERT_FALSE(contradiction);
    EXPECT_EQ(contradiction.error().code, Code::arguments_are_invalid);
    EXPECT_NE(contradiction.error().text.find("'a'"), std::string::npos);
}

TEST(Parameters, booleans_are_read_in_any_case) {
    for (std::string yes : {"true", "True", "TRUE"})
        EXPECT_EQ(**arguments_of("x=" + yes).boolean("x"), true);
    for (std::string no : {"false", "False"})
        EXPECT_EQ(**arguments_of("x=" + no).boolean("x"), false);
    EXPECT_FALSE(*arguments_of("x=").boolean("x"));
    EXPECT_FALSE(arguments_of("x=1").boolean("x"));
}

TEST(Parameters, lists_stand_between_semicolons_and_all_is_no_filter) {
    using Numbers = std::vector<std::int64_t>;
    auto integers = [](std::string query) {
        return arguments_of(std::move(query)).integers("x", Code::plan_is_invalid);
    };
    EXPECT_EQ(**integers("x=1;2%3B3"), (Numbers{1, 2, 3}));
    EXPECT_EQ(**integers("x=%201%20;;2;"), (Numbers{1, 2}));
    EXPECT_FALSE(*integers("x=all"));
    EXPECT_FALSE(*integers("x=ANY"));
    EXPECT_FALSE(*integers("x=;"));
    EXPECT_FALSE(*integers(""));
    for (std::string bad : {"1,2", "1.5", "0x1", "9223372036854775808", "1;b"}) {
        auto numbers = integers("x=" + bad);
        ASSERT_FALSE(numbers) << bad;
        EXPECT_EQ(numbers.error().code, Code::plan_is_invalid);
    }
}

TEST(Parameters, the_same_question_has_one_canonical_text) {
    EXPECT_EQ(arguments_of("cmd=X&b=2&a=1&api_key=k").canonical(),
              arguments_of("account_id=7", "a=1&b=2").canonical());
    EXPECT_NE(arguments_of("a=1&b=2").canonical(), arguments_of("a=12&b=").canonical());
}

TEST(Errors, every_fault_has_a_code_with_a_text) {
    for (std::size_t i = 0; i < enum_names(Fault{}).size(); ++i) {
        Code code = code_of(static_cast<Fault>(i));
        EXPECT_FALSE(text_of(code).empty()) << enum_names(Fault{})[i];
    }
    EXPECT_EQ(error_body({Code::plan_change_is_forbidden, "No \"way\"."}),
              R"({"error":{"code":379,"msg":"No \"way\"."}})");
    EXPECT_EQ(
        error_body(failure_of({Fault::money_is_short, {}, {}, {}, {}})),
        R"({"error":{"code":127,"msg":"The balance does not cover the fee and its taxes."}})");
}

}  // namespace
}  // namespace rb::api::platform
