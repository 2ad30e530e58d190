// What this surface answers when there is too much to do. evidence: N-130, N-131, N-132
#include "api/common/test_gate.h"
#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

TEST(Load, a_tree_that_has_its_share_waiting_is_answered_503_and_nothing_was_done) {
    Shop shop;
    shop.use_root();
    const std::string account = shop.open("acme");
    shop.use(shop.make_key(account, "owner"));
    Gate gate(test::closed_gate());
    gate.begin_thread();
    shop.stand_behind(gate);
    const auto answer = shop.post("/v1/accounts/" + account + "/members", R"({"role":"user"})");
    EXPECT_EQ(answer.status(), 503);
    EXPECT_EQ(answer.at("code"), "engine_is_overloaded");
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_EQ(answer.response.content_type, "application/problem+json");
    EXPECT_EQ(answer.response.pace, http::Pace::rest);
    EXPECT_EQ(shop.get("/healthz").status(), 200) << "what needs no key has no queue";
    shop.use("rb_unknown");
    EXPECT_EQ(shop.get("/v1/accounts/" + account).status(), 401) << "who asks is known before";
}

TEST(Load, a_tree_is_told_its_rate_and_answered_429_beyond_it) {
    Shop shop;
    shop.use_root();
    const std::string account = shop.open("acme");
    const std::string child = shop.open("acme-shop", R"("parent":")" + account + '"');
    const std::string key = shop.make_key(account, "owner");
    const std::string key_below = shop.make_key(child, "owner");
    Gate gate(test::rate_of_one());
    shop.stand_behind(gate);
    shop.use(key);
    auto answer = shop.get("/v1/accounts/" + account);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.header("RateLimit-Policy"), "\"tree\";q=1;w=1");
    EXPECT_EQ(answer.header("RateLimit"), "\"tree\";r=0;t=1");
    shop.use(key_below);
    do answer = shop.get("/v1/accounts/" + child);  // of the same tree
    while (answer.status() == 200);
    EXPECT_EQ(answer.status(), 429);
    EXPECT_EQ(answer.at("code"), "rate_is_exceeded");
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_EQ(answer.header("RateLimit"), "\"tree\";r=0;t=1");
    shop.use_root();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(shop.get("/v1/accounts").header("RateLimit"), "");
}

TEST(Load, a_tree_of_a_rate_of_its_own_is_held_to_it_also_after_a_restart) {
    Shop shop;
    shop.use_root();
    const std::string account = shop.open("acme");
    const std::string child = shop.open("acme-shop", R"("parent":")" + account + '"');
    const std::string key = shop.make_key(child, "user");
    const std::string path = "/v1/accounts/" + account + "/rate";
    const auto gated = [&] {
        Gate::Options options;
        options.rate = Rate{500};
        options.own_rates = &shop.engine().tree_rates();
        return options;
    };
    auto answer = shop.put(path, R"({"requests_per_second":7})");
    EXPECT_EQ(answer.status(), 200);
    const auto policy_of_child = [&] {
        shop.use(key);
        const auto got = shop.get("/v1/accounts/" + child + "/rate");
        shop.use_root();
        return got.at("source") + " " + got.header("RateLimit-Policy");
    };
    {
        Gate gate(gated());
        shop.stand_behind(gate);
        EXPECT_EQ(policy_of_child(), "account \"tree\";q=7;w=1");
    }
    shop.reopen_from_journal();
    shop.reopen();
    Gate gate(gated());
    shop.stand_behind(gate);
    EXPECT_EQ(policy_of_child(), "account \"tree\";q=7;w=1");
    EXPECT_EQ(shop.put(path, R"({"requests_per_second":8})").status(), 200);
    EXPECT_EQ(policy_of_child(), "account \"tree\";q=8;w=1");
    answer = shop.del(path);
    EXPECT_EQ(answer.at("source"), "server");
    EXPECT_EQ(answer.at("requests_per_second"), "500");
    EXPECT_EQ(policy_of_child(), "server \"tree\";q=500;w=1");
}

}  // namespace
}  // namespace rb::api::native
