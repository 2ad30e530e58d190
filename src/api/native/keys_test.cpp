#include <gtest/gtest.h>

#include "api/common/rsa_key.h"
#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

TEST(Members, are_added_changed_and_removed) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/members";
    auto ada = shop.post(path, R"({"email":"ada@x.example","name":"Ada","role":"owner"})");
    ASSERT_EQ(ada.status(), 201) << ada.response.body;
    auto bob = shop.post(path, R"({"email":"bob@x.example","role":"user","status":"invited"})");
    EXPECT_EQ(bob.at("status"), "invited");
    EXPECT_EQ(bob.at("name"), "null");
    auto patched = shop.patch(path + "/" + bob.at("id"), R"({"status":"active"})");
    EXPECT_EQ(patched.at("role"), "user");
    EXPECT_EQ(patched.at("status"), "active");
    EXPECT_EQ(shop.get(path).at("items/1/email"), "bob@x.example");
    EXPECT_EQ(shop.patch(path + "/" + ada.at("id"), R"({"role":"user"})").status(), 400);
    EXPECT_EQ(shop.del(path + "/" + bob.at("id")).status(), 204);
    EXPECT_EQ(shop.del(path + "/" + bob.at("id")).at("code"), "member_is_unknown");
    EXPECT_EQ(shop.patch(path + "/mem_x", "{}").status(), 404);
    EXPECT_EQ(shop.post(path, R"({"name":"x"})").at("errors/0/pointer"), "/email");
}

// evidence: N-055
TEST(Members, an_admin_neither_makes_nor_unmakes_owners) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/members";
    auto ada = shop.post(path, R"({"email":"a@x.example","role":"owner"})");
    shop.post(path, R"({"email":"b@x.example","role":"owner"})");
    shop.use(shop.make_key("acme", "admin"));
    EXPECT_EQ(shop.post(path, R"({"email":"e@x.example","role":"owner"})").status(), 403);
    EXPECT_EQ(shop.patch(path + "/" + ada.at("id"), R"({"role":"user"})").status(), 403);
    EXPECT_EQ(shop.del(path + "/" + ada.at("id")).status(), 403);
    EXPECT_EQ(shop.post(path, R"({"email":"u@x.example","role":"user"})").status(), 201);
}

// evidence: N-031
TEST(ApiKeys, the_text_is_shown_once_and_opens_its_account) {
    Shop shop;
    const std::string acme = shop.open("acme");
    const Shop::Headers key{{"Idempotency-Key", "k"}};
    const std::string path = "/v1/accounts/acme/api_keys";
    auto made = shop.post(path, R"({"role":"developer","name":"backend"})", key);
    ASSERT_EQ(made.status(), 201) << made.response.body;
    const std::string text = made.at("text");
    EXPECT_TRUE(text.starts_with("rb_")) << text;
    EXPECT_EQ(made.at("hint"), text.substr(text.size() - 4));
    auto again = shop.post(path, R"({"role":"developer","name":"backend"})", key);
    EXPECT_EQ(again.at("id"), made.at("id"));
    EXPECT_EQ(again.at("text"), "null");
    EXPECT_EQ(again.response.body.find(text), std::string::npos);
    auto list = shop.get(path);
    EXPECT_EQ(list.body.find("items")->as_array().size(), 1u);
    EXPECT_EQ(list.response.body.find(text), std::string::npos);
    shop.use(text);
    EXPECT_EQ(shop.get("/v1/accounts/acme").at("id"), acme);
    shop.use_root();
    EXPECT_NE(shop.del(path + "/" + made.at("id")).at("revoked_at"), "null");
    EXPECT_EQ(shop.del(path + "/" + made.at("id")).at("code"), "key_is_unknown");
    shop.use(text);
    EXPECT_EQ(shop.get("/v1/accounts/acme").status(), 401);
}

// evidence: N-001
TEST(ApiKeys, an_expired_key_is_refused_under_its_own_name) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/api_keys";
    auto made = shop.post(path, R"({"role":"user","expires_at":"2026-03-02T00:00:00Z"})");
    EXPECT_EQ(shop.post(path, R"({"role":"user","expires_at":"2020-01-01T00:00:00Z"})").at("code"),
              "instant_is_in_the_past");
    shop.use(made.at("text"));
    EXPECT_EQ(shop.get("/v1/accounts/acme").status(), 200);
    shop.clock().advance(Duration::of_minutes(50));
    for (int i = 0; i < 30; ++i) {
        shop.clock().advance(Duration::of_minutes(50));
        shop.get("/healthz");
        (void)shop.engine().now();
    }
    auto late = shop.get("/v1/accounts/acme");
    EXPECT_EQ(late.status(), 401);
    EXPECT_EQ(late.at("code"), "credentials_expired");
}

// evidence: N-001, N-004, N-055
TEST(ApiKeys, a_key_works_on_its_own_surface_and_never_above_its_maker) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/api_keys";
    auto agency = shop.post(path, R"({"role":"admin","surface":"agency"})");
    EXPECT_TRUE(agency.at("text").starts_with("in-"));
    const std::string admin = shop.make_key("acme", "admin");
    shop.use(agency.at("text"));
    EXPECT_EQ(shop.get("/v1/accounts/acme").status(), 401);
    shop.use(admin);
    EXPECT_EQ(shop.post(path, R"({"role":"owner"})").at("code"), "role_is_too_low");
    const std::string user = shop.make_key("acme", "user");
    shop.use(user);
    EXPECT_EQ(shop.get(path).status(), 403);
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance").status(), 403);
    EXPECT_EQ(shop.get("/v1/accounts/acme/balance?at=2026-01-01T00:00:00Z").status(), 403);
    EXPECT_EQ(shop.get("/v1/accounts/acme/ledger_entries").status(), 403);
    EXPECT_EQ(shop.get("/v1/changes").status(), 403);
    EXPECT_EQ(shop.patch("/v1/accounts/acme", R"({"locale":"fr"})").status(), 403);
    EXPECT_EQ(
        shop.patch("/v1/accounts/acme", R"({"locale":"fr"})", {{"If-Match", "\"x\""}}).status(),
        403);
    EXPECT_EQ(shop.get("/v1/accounts/acme").status(), 200);
}

// evidence: N-031, N-056
TEST(ServiceKeys, a_pair_is_made_and_the_private_half_is_given_once) {
    Shop shop;
    shop.open("acme", R"("email":"a@x.example")");
    const std::string path = "/v1/accounts/acme/service_keys";
    const Shop::Headers key{{"Idempotency-Key", "k"}};
    auto made = shop.post(path, R"({"name":"robot","roles":["Owner"]})", key);
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_TRUE(made.at("private_key").starts_with("-----BEGIN PRIVATE KEY-----"));
    EXPECT_EQ(made.at("account_email"), "a@x.example");
    EXPECT_EQ(made.at("account_id"), shop.get("/v1/accounts/acme").at("number"));
    auto again = shop.post(path, R"({"name":"robot","roles":["Owner"]})", key);
    EXPECT_EQ(again.at("key_id"), made.at("key_id"));
    EXPECT_EQ(again.at("private_key"), "null");
    auto list = shop.get(path);
    EXPECT_EQ(list.at("items/0/key_id"), made.at("key_id"));
    EXPECT_TRUE(list.at("items/0/public_key").starts_with("-----BEGIN PUBLIC KEY-----"));
    EXPECT_EQ(list.response.body.find("PRIVATE"), std::string::npos);
    EXPECT_NE(shop.del(path + "/" + made.at("key_id")).at("revoked_at"), "null");
    EXPECT_EQ(shop.del(path + "/" + made.at("key_id")).status(), 404);
    EXPECT_EQ(shop.del(path + "/x").status(), 404);
}

// evidence: N-056
TEST(ServiceKeys, a_public_half_of_the_callers_own_is_taken_and_a_bad_one_refused) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/service_keys";
    RsaKey pair = make_rsa_key();
    auto body_of = [](const std::string& pem) {
        std::string text = R"({"public_key":)";
        write_json_string(text, pem);
        return text + "}";
    };
    auto made = shop.post(path, body_of(pair.public_pem));
    EXPECT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("private_key"), "null");
    EXPECT_EQ(shop.get(path).at("items/0/public_key"), pair.public_pem);
    EXPECT_EQ(shop.post(path, body_of("nonsense")).at("errors/0/pointer"), "/public_key");
    EXPECT_EQ(shop.post(path, body_of(pair.private_pem)).status(), 400);
}

// The maker of this test makes none: whoever gets as far as asking it is told so.
// evidence: N-056 N-133
TEST(ServiceKeys, no_pair_is_made_for_an_account_that_may_have_no_more) {
    Shop shop;
    shop.open("acme");
    const std::string path = "/v1/accounts/acme/service_keys";
    EXPECT_EQ(shop.post(path, "{}", {{"Idempotency-Key", "first"}}).status(), 201);
    RsaMaker maker({0, 0});
    shop.make_keys_by(maker);
    auto full = shop.post(path, "{}");
    EXPECT_EQ(full.status(), 429);
    EXPECT_EQ(full.at("code"), "tree_is_full");
    std::string body = R"({"public_key":)";
    write_json_string(body, make_rsa_key().public_pem);
    body += "}";
    for (int i = 1; i < 100; ++i) ASSERT_EQ(shop.post(path, body).status(), 201) << i;
    EXPECT_EQ(shop.post(path, "{}").at("code"), "too_many");
    EXPECT_EQ(shop.post("/v1/accounts/nobody/service_keys", "{}").status(), 404);
    EXPECT_EQ(shop.post(path, "{}", {{"Idempotency-Key", "first"}}).status(), 201)
        << "what was answered before is answered again";
    shop.use(shop.make_key("acme", "user"));
    EXPECT_EQ(shop.post(path, "{}").status(), 403);
}

}  // namespace
}  // namespace rb::api::native
