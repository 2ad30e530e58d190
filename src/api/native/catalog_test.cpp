#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

const Shop::Headers yaml{{"Content-Type", "application/yaml"}};

std::string dearer() {
    std::string text(small_catalog);
    const std::string from = R"(name: Small, fee: {USD: "30"})";
    return text.replace(text.find(from), from.size(), R"(name: Small, fee: {USD: "40"})");
}

// evidence: N-040
TEST(Catalog, comes_back_as_json_and_as_yaml_and_goes_in_again_unchanged) {
    Shop shop;
    auto json = shop.get("/v1/catalog");
    EXPECT_EQ(json.at("plans/small/name"), "Small");
    EXPECT_EQ(json.header("Catalog-Version"), "1");
    auto text = shop.get("/v1/catalog", {{"Accept", "application/yaml"}});
    EXPECT_EQ(text.response.content_type, "application/yaml");
    EXPECT_NE(text.header("ETag"), json.header("ETag"));
    EXPECT_EQ(shop.put("/v1/catalog", text.response.body, yaml).at("version"), "1");
    EXPECT_EQ(shop.put("/v1/catalog", json.response.body, {{"Content-Type", "application/json"}})
                  .at("version"),
              "1");
}

// evidence: N-041
TEST(Catalog, is_refused_when_it_has_moved_since_it_was_read) {
    Shop shop;
    const std::string etag = shop.get("/v1/catalog").header("ETag");
    Shop::Headers with_etag{{"Content-Type", "application/yaml"}, {"If-Match", etag}};
    EXPECT_EQ(shop.put("/v1/catalog", dearer(), with_etag).at("version"), "2");
    auto stale = shop.put("/v1/catalog", std::string(small_catalog), with_etag);
    EXPECT_EQ(stale.status(), 412);
    EXPECT_EQ(stale.at("code"), "catalog_has_moved");
    EXPECT_EQ(shop.put("/v1/catalog?expected_version=1", std::string(small_catalog), yaml).status(),
              412);
    EXPECT_EQ(
        shop.put("/v1/catalog?expected_version=2", std::string(small_catalog), yaml).at("version"),
        "3");
    EXPECT_EQ(shop.put("/v1/catalog?expected_version=x", std::string(small_catalog), yaml).status(),
              400);
}

// evidence: N-042
TEST(Catalog, findings_have_lines_and_a_bad_file_changes_nothing) {
    Shop shop;
    auto bad = shop.put("/v1/catalog", "catalog: 1\nplanz: {}\n", yaml);
    EXPECT_EQ(bad.status(), 422) << bad.response.body;
    EXPECT_EQ(bad.at("code"), "catalog_is_invalid");
    EXPECT_EQ(bad.at("errors/0/line"), "2");
    EXPECT_EQ(bad.at("errors/0/pointer"), "/planz");
    EXPECT_EQ(shop.get("/v1/catalog").header("Catalog-Version"), "1");
    auto lint = shop.post("/v1/catalog/lint", "catalog: 1\nplanz: {}\n", yaml);
    EXPECT_EQ(lint.status(), 200);
    EXPECT_EQ(lint.at("ok"), "false");
    EXPECT_EQ(shop.post("/v1/catalog/lint", std::string(small_catalog), yaml).at("ok"), "true");
    shop.is_checked = false;
    EXPECT_EQ(shop.put("/v1/catalog", "", yaml).status(), 400);
    EXPECT_EQ(
        shop.put("/v1/catalog", "catalog: 1", {{"Content-Type", "application/json"}}).status(),
        400);
    EXPECT_EQ(shop.put("/v1/catalog", "catalog: 1", {{"Content-Type", "text/plain"}}).status(),
              400);
}

// evidence: N-042
TEST(Catalog, a_diff_says_what_would_change_and_for_how_many) {
    Shop shop;
    shop.open("acme");
    shop.pay("acme", "100");
    shop.post("/v1/accounts/acme/subscriptions", R"({"plan":"small"})");
    auto diff = shop.post("/v1/catalog/diff", dearer(), yaml);
    ASSERT_EQ(diff.status(), 200) << diff.response.body;
    EXPECT_EQ(diff.at("version"), "1");
    EXPECT_EQ(diff.body.find("differences")->as_array().size(), 1u);
    EXPECT_EQ(diff.at("differences/0/kind"), "changed");
    EXPECT_EQ(diff.at("differences/0/live_subscriptions"), "1");
    EXPECT_EQ(shop.post("/v1/catalog/diff", std::string(small_catalog), yaml).at("differences"),
              "[]");
}

// evidence: N-005
TEST(Catalog, belongs_to_the_platform_alone) {
    Shop shop;
    shop.open("acme");
    shop.use(shop.make_key("acme", "owner"));
    EXPECT_EQ(shop.get("/v1/catalog").status(), 403);
    EXPECT_EQ(shop.put("/v1/catalog", std::string(small_catalog), yaml).status(), 403);
    EXPECT_EQ(shop.post("/v1/catalog/diff", std::string(small_catalog), yaml).status(), 403);
    EXPECT_EQ(shop.post("/v1/catalog/lint", std::string(small_catalog), yaml).status(), 403);
}

// evidence: N-005, N-022
TEST(Plans, are_listed_by_page_and_hidden_ones_are_the_platforms_own) {
    Shop shop;
    shop.open("acme");
    auto first = shop.get("/v1/plans?limit=3&family=DESK");
    EXPECT_EQ(first.at("items/0/key"), "free");
    EXPECT_EQ(first.at("items/2/key"), "secret");
    auto rest = shop.get("/v1/plans?limit=3&cursor=" + first.at("next_cursor"));
    EXPECT_EQ(rest.at("items/0/key"), "small");
    EXPECT_EQ(rest.at("next_cursor"), "null");
    EXPECT_EQ(shop.get("/v1/plans?family=NONE").at("items"), "[]");
    auto small = shop.get("/v1/plans/small");
    EXPECT_EQ(small.money("fee/0"), "30.00 USD");
    EXPECT_EQ(shop.get("/v1/plans/" + small.at("id")).response.body, small.response.body);
    EXPECT_EQ(shop.get("/v1/plans/secret?account=acme").status(), 200);
    shop.use(shop.make_key("acme", "user"));
    EXPECT_EQ(shop.get("/v1/plans").body.find("items")->as_array().size(), 3u);
    EXPECT_EQ(shop.get("/v1/plans/secret").status(), 404);
    EXPECT_EQ(shop.get("/v1/plans?account=other").status(), 404);
}

}  // namespace
}  // namespace rb::api::native
