// What is held back, as the platform and as tenants see it. evidence: N-009
#include <gtest/gtest.h>

#include "api/native/test_shop.h"
#include "engine/test_broken.h"

namespace rb::api::native {
namespace {

TEST(Quarantines, are_the_platforms_to_see_and_to_end) {
    Shop shop;
    shop.use_root();
    const std::string acme = shop.open("acme");
    const std::string other = shop.open("other");
    const std::string key = shop.make_key(acme, "owner");
    EXPECT_EQ(shop.get("/readyz").at("quarantines"), "0");
    EXPECT_EQ(shop.get("/v1/quarantines").response.body, R"({"items":[],"next_cursor":null})");
    EXPECT_EQ(shop.del("/v1/quarantines/acme").at("code"), "quarantine_is_unknown");

    const Instant now = shop.engine().now();
    shop.reopen_from_journal();  // nothing is in flight
    engine::test::append(
        shop.store(), now,
        {engine::test::baseless_reservation(*AccountId::parse(acme), 1, now + Duration{1})});
    shop.reopen_from_journal();
    shop.use_root();
    auto refused = shop.get("/v1/accounts/acme");
    EXPECT_EQ(refused.status(), 503);
    EXPECT_EQ(refused.at("code"), "account_is_quarantined");
    EXPECT_EQ(refused.header("Retry-After"), "30");
    EXPECT_EQ(shop.get("/v1/accounts/other").status(), 200);
    EXPECT_EQ(shop.get("/readyz").at("quarantines"), "1");
    EXPECT_EQ(shop.get("/readyz").at("ready"), "true");

    auto list = shop.get("/v1/quarantines");
    EXPECT_EQ(list.at("items/0/account"), acme);
    EXPECT_EQ(list.at("items/0/about"), acme);
    EXPECT_EQ(list.at("items/0/command"), "timer");
    EXPECT_NE(list.at("items/0/rule"), "");
    EXPECT_EQ(list.at("items/0/place").substr(0, 4), "src/");

    shop.use(key);
    EXPECT_EQ(shop.get("/v1/accounts/acme").at("code"), "account_is_quarantined");
    EXPECT_EQ(shop.get("/v1/quarantines").at("code"), "role_is_too_low");
    EXPECT_EQ(shop.del("/v1/quarantines/acme").at("code"), "role_is_too_low");

    shop.use_root();
    EXPECT_EQ(shop.del("/v1/quarantines/other").at("code"), "quarantine_is_unknown");
    EXPECT_EQ(shop.del("/v1/quarantines/acme").status(), 204);
    EXPECT_EQ(shop.get("/v1/quarantines").at("items/0"), "(nothing at items/0)");
}

}  // namespace
}  // namespace rb::api::native
