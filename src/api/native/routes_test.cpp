#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

std::set<std::string> words(std::string_view text) {
    std::set<std::string> out;
    while (!text.empty()) {
        const std::size_t blank = text.find(' ');
        out.emplace(text.substr(0, blank));
        if (blank == std::string_view::npos) break;
        text.remove_prefix(blank + 1);
    }
    return out;
}

// evidence: N-024
TEST(Routes, every_route_is_in_the_document_and_the_other_way_round) {
    Shop shop("");
    Contract contract;
    EXPECT_EQ(shop.router().routes(), contract.operations());
}

TEST(Routes, the_document_states_exactly_the_parameters_that_are_read) {
    Contract contract;
    for (auto table : {routes(), open_routes()})
        for (const Route& route : table) {
            const std::string method(http::method_text(route.method));
            const Json* operation = contract.operation(method, route.pattern);
            ASSERT_NE(operation, nullptr) << method << " " << route.pattern;
            std::set<std::string> query, path;
            for (const Json* parameter : contract.parameters(*operation)) {
                const std::string& where = parameter->find("in")->as_string();
                if (where == "query") query.insert(parameter->find("name")->as_string());
                if (where == "path") path.insert(parameter->find("name")->as_string());
            }
            EXPECT_EQ(query, words(route.query)) << method << " " << route.pattern;
            std::set<std::string> named;
            for (std::string_view rest = route.pattern; rest.find('{') != rest.npos;) {
                rest.remove_prefix(rest.find('{') + 1);
                named.emplace(rest.substr(0, rest.find('}')));
            }
            EXPECT_EQ(path, named) << method << " " << route.pattern;
        }
}

TEST(Routes, every_operation_has_an_id_of_its_own_a_summary_and_a_success) {
    Contract contract;
    std::set<std::string> ids;
    for (const auto& [path, item] : contract.document().find("paths")->as_object())
        for (const auto& [method, operation] : item.as_object()) {
            EXPECT_TRUE(ids.insert(operation.find("operationId")->as_string()).second) << path;
            EXPECT_NE(operation.find("summary"), nullptr) << path;
            const auto& responses = operation.find("responses")->as_object();
            EXPECT_TRUE(std::ranges::any_of(responses, [](const auto& r) {
                return r.first.starts_with("2");
            })) << path;
        }
}

TEST(Routes, examples_of_requests_keep_to_their_schemas) {
    Contract contract;
    int examples = 0;
    for (const auto& [path, item] : contract.document().find("paths")->as_object())
        for (const auto& [method, operation] : item.as_object()) {
            const Json* json = operation.at_path("requestBody/content");
            json = json ? json->find("application/json") : nullptr;
            const Json* example = json ? json->find("example") : nullptr;
            if (!example) continue;
            ++examples;
            std::vector<std::string> wrong;
            contract.validate(*json->find("schema"), *example, "", wrong);
            EXPECT_TRUE(wrong.empty()) << path << ": " << (wrong.empty() ? "" : wrong.front());
        }
    EXPECT_GT(examples, 10);
}

// evidence: N-001
TEST(Routes, without_a_key_or_with_a_wrong_one_nothing_is_told) {
    Shop shop;
    shop.use("");
    for (auto answer : {shop.get("/v1/accounts"),
                        shop.get("/v1/accounts", {{"Authorization", "Bearer rb_wrong"}}),
                        shop.get("/v1/catalog"), shop.post("/v1/accounts", "{}")}) {
        EXPECT_EQ(answer.status(), 401);
        EXPECT_EQ(answer.at("code"), "caller_is_unknown");
        EXPECT_NE(answer.header("WWW-Authenticate"), "");
        EXPECT_EQ(answer.response.content_type, "application/problem+json");
    }
}

// evidence: N-010
TEST(Routes, unknown_and_repeated_query_parameters_are_refused) {
    Shop shop;
    auto unknown = shop.get("/v1/plans?famly=DESK");
    EXPECT_EQ(unknown.status(), 400);
    EXPECT_EQ(unknown.at("code"), "field_is_unknown");
    EXPECT_EQ(unknown.at("errors/0/pointer"), "/famly");
    EXPECT_EQ(shop.get("/v1/plans?family=A&family=B").status(), 400);
    EXPECT_EQ(shop.get("/v1/plans?limit=0").at("errors/0/pointer"), "/limit");
    EXPECT_EQ(shop.get("/v1/plans?limit=201").status(), 400);
    EXPECT_EQ(shop.get("/v1/plans?cursor=zz").at("errors/0/pointer"), "/cursor");
    EXPECT_EQ(shop.get("/v1/catalog?x=1").status(), 400);
}

// evidence: N-023
TEST(Routes, replies_are_never_kept_by_caches_and_carry_the_request_id) {
    Shop shop;
    EXPECT_EQ(shop.get("/v1/accounts").header("Cache-Control"), "no-store");
    EXPECT_EQ(shop.get("/v1/accounts/nobody").at("request_id"), "req-1");
}

// evidence: N-082
TEST(Operations, health_readiness_and_version_need_no_key) {
    Shop shop("");
    shop.use("");
    EXPECT_EQ(shop.get("/healthz").status(), 200);
    auto ready = shop.get("/readyz");
    EXPECT_EQ(ready.status(), 200);
    EXPECT_EQ(ready.at("ready"), "true");
    EXPECT_EQ(shop.get("/version").at("version"), "1.2.3");
    EXPECT_EQ(shop.get("/openapi.json").at("info/version"), "1.2.3");
}

// evidence: N-082
TEST(Operations, the_contract_is_made_once_and_not_sent_to_who_has_it) {
    Shop shop("");
    shop.use("");
    auto first = shop.get("/openapi.json");
    const std::string tag = first.header("ETag");
    ASSERT_NE(tag, "");
    EXPECT_EQ(shop.get("/openapi.json").response.body, first.response.body);
    auto again = shop.get("/openapi.json", {{"If-None-Match", tag}});
    EXPECT_EQ(again.status(), 304);
    EXPECT_EQ(again.response.body, "");
}

// evidence: N-082
TEST(Operations, a_jump_of_the_clock_shows_in_readiness) {
    // The simulated clock's monotonic reading moves with its wall; a jump is a wall that moves
    // alone.
    class JumpingClock : public engine::Clock {
    public:
        Instant now() override { return wall; }
        std::int64_t monotonic_us() override { return 0; }
        Instant wall = *Instant::parse("2026-03-01T00:00:00Z");
    };
    auto store = store::memory::make();
    testing::ClearVault vault;
    JumpingClock clock;
    testing::SimEntropy entropy;
    auto engine = engine::Engine::open(*store, vault, clock, entropy, {engine::Threads::none, 1});
    ASSERT_TRUE(engine.has_value());
    Context context{**engine, "1", "h"};
    http::Router router;
    add_routes(router, context);
    clock.wall = clock.wall + Duration::of_days(40);
    (void)(*engine)->now();
    http::Request request;
    request.path = "/readyz";
    http::Response response;
    router.handle(std::move(request), [&](http::Response&& r) { response = std::move(r); });
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.body.find("\"clock_jumped\":true"), std::string::npos);
}

// evidence: N-084
TEST(Home, is_a_page_for_browsers_and_nothing_for_who_asks_for_json) {
    Shop shop("");
    shop.use("");
    for (const Shop::Headers& headers :
         {Shop::Headers{}, {{"Accept", "*/*"}}, {{"Accept", "text/html,application/json;q=0.9"}}}) {
        auto page = shop.get("/", headers);
        EXPECT_EQ(page.status(), 200);
        EXPECT_TRUE(page.response.body.contains("version 1.2.3. It is ready."));
        EXPECT_EQ(page.response.body.find("src="), std::string::npos);
        EXPECT_TRUE(page.header("Content-Security-Policy").starts_with("default-src 'none'; base"));
    }
    auto none = shop.get("/", {{"Accept", "application/json"}});
    EXPECT_EQ(none.status(), 404);
    EXPECT_EQ(none.at("code"), "not_found");
    EXPECT_EQ(none.header("Vary"), "Accept");
}

// evidence: N-083
TEST(Docs, the_page_lists_every_operation_and_loads_nothing) {
    Shop shop("");
    shop.use("");
    auto page = shop.get("/docs");
    EXPECT_EQ(page.status(), 200);
    Contract contract;
    for (const std::string& operation : contract.operations()) {
        const std::size_t blank = operation.find(' ');
        EXPECT_NE(page.response.body.find("<b>" + operation.substr(0, blank) + "</b> " +
                                          operation.substr(blank + 1) + "</dt>"),
                  std::string::npos)
            << operation;
    }
    EXPECT_EQ(page.response.body.find("<script"), std::string::npos);
    EXPECT_EQ(page.response.body.find("src="), std::string::npos);
    const std::string policy = page.header("Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; style-src 'sha256-")) << policy;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
}

}  // namespace
}  // namespace rb::api::native
