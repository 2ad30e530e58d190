#include <openssl/hmac.h>

#include <gtest/gtest.h>

#include "api/platform/test_world.h"
#include "api/platform/token.h"

namespace rb::api::platform {
namespace {

// The code with which GetAccountInfo answers a token.
int ask(World& world, const std::string& token) {
    return code_in(world.call_with(token, "GetAccountInfo", ""));
}

// A token of the russian account's key with this header and these claims.
std::string signed_token(std::string_view header, std::string_view payload) {
    return rs256(RsaKey::first(), header, payload);
}

std::string hs256(const std::string& secret, std::string_view header, std::string_view payload) {
    std::string text = base64url(header) + "." + base64url(payload);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    return text + "." + base64url({reinterpret_cast<const char*>(mac), size});
}

TEST(Token, a_good_one_is_accepted_in_all_the_forms_that_clients_send) {
    World world;
    EXPECT_EQ(ask(world, world.token("789456")), 0);
    EXPECT_EQ(ask(world, world.token(R"("789456")")), 0);
    EXPECT_EQ(ask(world, signed_token(world.header(), world.claims("789456", 3600))), 0);
    EXPECT_EQ(ask(world, signed_token(world.header(), world.claims("789456", 29, 5))), 0);
    std::string untyped = R"({"kid":"AB81C90C-543E-4B8C-9B88-1C4C5F1F1B4F","alg":"RS256"})";
    EXPECT_EQ(ask(world, signed_token(untyped, world.claims("789456"))), 0);
    std::string with_nbf = world.claims("789456");
    with_nbf.insert(1, R"("nbf":)" + std::to_string(world.clock.now().us / 1'000'000) + ",");
    EXPECT_EQ(ask(world, signed_token(world.header(), with_nbf)), 0);
}

TEST(Token, another_algorithm_is_refused_before_anything_is_verified) {
    World world;
    std::string claims = world.claims("789456");
    auto header = [](std::string_view algorithm) {
        return R"({"alg":")" + std::string(algorithm) + R"(","typ":"JWT","kid":")" +
               std::string(World::kid) + R"("})";
    };
    std::string unsigned_text = base64url(header("none")) + "." + base64url(claims) + ".";
    EXPECT_EQ(ask(world, unsigned_text), 447);
    EXPECT_EQ(ask(world, unsigned_text + "AAAA"), 447);
    EXPECT_EQ(ask(world, base64url(header("None")) + "." + base64url(claims) + ".AAAA"), 447);
    // The public key is public: whoever signs an HS256 token with it must not get in.
    std::string pem = RsaKey::first().public_pem();
    EXPECT_EQ(ask(world, hs256(pem, header("HS256"), claims)), 447);
    EXPECT_EQ(ask(world, hs256(pem, header("RS256"), claims)), 100);
    std::string text = base64url(header("RS512")) + "." + base64url(claims);
    EXPECT_EQ(ask(world, text + "." + base64url(RsaKey::first().sign(text, EVP_sha512()))), 447);
    text = base64url(world.header()) + "." + base64url(claims);
    EXPECT_EQ(ask(world, text + "." + base64url(RsaKey::first().sign(text, EVP_sha512()))), 100);
}

TEST(Token, a_signature_of_another_key_or_of_another_text_is_refused) {
    World world;
    EXPECT_EQ(ask(world, rs256(RsaKey::second(), world.header(), world.claims("789456"))), 100);
    std::string token = world.token();
    std::size_t second = token.rfind('.');
    std::size_t first = token.find('.');
    std::string forged =
        token.substr(0, first + 1) + base64url(world.claims("789458")) + token.substr(second);
    EXPECT_EQ(ask(world, forged), 100);
    std::string truncated = token.substr(0, token.size() - 10);
    EXPECT_EQ(ask(world, truncated), 100);
}

TEST(Token, its_key_must_be_known_and_stand) {
    World world;
    std::string claims = world.claims("789456");
    EXPECT_EQ(
        ask(world, signed_token(world.header("11111111-2222-4333-8444-555555555555"), claims)),
        433);
    EXPECT_EQ(ask(world, signed_token(world.header("no-uuid"), claims)), 433);
    EXPECT_EQ(ask(world, signed_token(R"({"alg":"RS256"})", claims)), 447);
    EXPECT_EQ(ask(world, signed_token(R"({"alg":"RS256","kid":7})", claims)), 447);
}

TEST(Token, a_revoked_key_lets_no_token_in_that_was_accepted_before) {
    World world;
    std::string token = world.token();
    EXPECT_EQ(ask(world, token), 0);
    EXPECT_EQ(ask(world, token), 0);
    world.execute(accounts::RevokeServiceKey{world.russian, *Uuid::parse(World::kid)});
    EXPECT_EQ(ask(world, token), 433);
}

TEST(Token, what_is_no_token_is_refused_as_malformed) {
    World world;
    std::string claims = world.claims("789456");
    std::string good = world.token();
    for (std::string token :
         {std::string("x"), std::string("a.b"), std::string("a.b.c"), std::string(".."),
          good + ".x", good + " x", "." + good, std::string(9000, 'a'), signed_token("[]", claims),
          signed_token(world.header(), "7"), signed_token(world.header(), claims + "x"),
          signed_token(R"({"alg":"RS256","alg":"RS256","kid":"x"})", claims),
          signed_token(R"({"alg":"RS256","typ":"JWE","kid":")" + std::string(World::kid) + R"("})",
                       claims),
          signed_token(R"({"alg":"RS256","crit":["x"],"kid":")" + std::string(World::kid) + R"("})",
                       claims)})
        EXPECT_EQ(ask(world, token), 447) << token;
}

TEST(Token, the_claims_that_matter_must_be_there_and_of_their_kind) {
    World world;
    std::string now = std::to_string(world.clock.now().us / 1'000'000);
    std::string later = std::to_string(world.clock.now().us / 1'000'000 + 60);
    for (std::string payload :
         {R"({"iat":)" + now + R"(,"exp":)" + later + "}", R"({"iss":789456,"exp":)" + later + "}",
          R"({"iss":789456,"iat":)" + now + "}",
          R"({"iss":789456,"iat":")" + now + R"(","exp":)" + later + "}",
          R"({"iss":789456,"iat":)" + now + R"(,"exp":null})",
          R"({"iss":789456,"iat":-1,"exp":)" + later + "}",
          R"({"iss":789456,"iat":)" + now + R"(,"exp":1e300})",
          R"({"iss":789456.5,"iat":)" + now + R"(,"exp":)" + later + "}",
          R"({"iss":"voice-ru","iat":)" + now + R"(,"exp":)" + later + "}",
          R"({"iss":-5,"iat":)" + now + R"(,"exp":)" + later + "}",
          R"({"iss":true,"iat":)" + now + R"(,"exp":)" + later + "}",
          R"({"iss":789456,"nbf":"x","iat":)" + now + R"(,"exp":)" + later + "}"})
        EXPECT_EQ(ask(world, signed_token(world.header(), payload)), 447) << payload;
}

TEST(Token, its_times_are_checked_with_a_small_skew) {
    World world;
    auto token = [&](std::int64_t seconds, std::int64_t before) {
        return signed_token(world.header(), world.claims("789456", seconds, before));
    };
    EXPECT_EQ(ask(world, token(3601, 0)), 454);
    EXPECT_EQ(ask(world, token(60, -30)), 0);
    EXPECT_EQ(ask(world, token(60, -31)), 455);
    EXPECT_EQ(ask(world, token(60, 64)), 0);
    EXPECT_EQ(ask(world, token(60, 65)), 456);
    std::string payload = world.claims("789456");
    payload.insert(1, R"("nbf":)" + std::to_string(world.clock.now().us / 1'000'000 + 31) + ",");
    EXPECT_EQ(ask(world, signed_token(world.header(), payload)), 455);
    // Also one that was accepted before.
    std::string good = token(60, 0);
    EXPECT_EQ(ask(world, good), 0);
    world.clock.advance(Duration::of_seconds(64));
    EXPECT_EQ(ask(world, good), 0);
    world.clock.advance(Duration::of_seconds(1));
    EXPECT_EQ(ask(world, good), 456);
}

TEST(Token, acts_for_the_account_of_its_key_or_one_below_and_for_no_other) {
    World world;
    auto info = [&](std::string_view issuer) {
        return world.call_with(world.token(issuer), "GetAccountInfo", "");
    };
    EXPECT_NE(info("789457").find(R"("account_name":"voice-ru-child")"), std::string::npos);
    EXPECT_EQ(code_in(info("789458")), 100);
    EXPECT_EQ(code_in(info("1")), 100);
    world.add_service_key(world.child, "5e0b8f0a-8f7c-4f3c-8d87-3a3f0a9a2b11",
                          RsaKey::second().public_pem());
    std::string childs =
        rs256(RsaKey::second(), world.header("5e0b8f0a-8f7c-4f3c-8d87-3a3f0a9a2b11"),
              world.claims("789456"));
    EXPECT_EQ(ask(world, childs), 100);
}

TEST(Token, wins_over_key_parameters_and_ignores_an_account_id_beside_it) {
    World world;
    std::string body = world.call("GetAccountInfo", "account_id=789458&api_key=nonsense");
    EXPECT_NE(body.find(R"("account_id":789456,)"), std::string::npos) << body;
}

TEST(TokenCache, forgets_the_oldest_when_it_is_full) {
    TokenCache cache;
    auto hash = [](std::size_t n) { return Sha256::of(std::to_string(n)); };
    for (std::size_t n = 0; n < TokenCache::token_cache_max * 5 / 4; ++n) cache.put(hash(n), {});
    EXPECT_LE(cache.size(), TokenCache::token_cache_max);
    EXPECT_GT(cache.size(), TokenCache::token_cache_max * 9 / 10);
    EXPECT_FALSE(cache.find(hash(0)));
    EXPECT_TRUE(cache.find(hash(TokenCache::token_cache_max * 5 / 4 - 1)));
}

int ask_by_key(World& world, std::string query) {
    return code_in(world.call_with("", "GetAccountInfo", std::move(query)));
}

TEST(ApiKey, acts_for_its_account_and_those_below) {
    World world;
    std::string key = "api_key=" + std::string(World::api_key);
    EXPECT_EQ(ask_by_key(world, "account_id=789456&" + key), 0);
    EXPECT_EQ(ask_by_key(world, "account_name=voice-ru&" + key), 0);
    EXPECT_EQ(ask_by_key(world, "account_id=789457&" + key), 0);
    EXPECT_EQ(ask_by_key(world, "account_id=789458&" + key), 100);
    EXPECT_EQ(ask_by_key(world, "account_name=voice-us&" + key), 100);
    EXPECT_EQ(ask_by_key(world, "account_id=5&" + key), 100);
    EXPECT_EQ(ask_by_key(world, "account_id=x&" + key), 115);
    EXPECT_EQ(ask_by_key(world, "account_email=voice-ru@example.com&" + key), 100);
    EXPECT_EQ(ask_by_key(world, "account_name=voice-ru-child&" + key), 0);
    // A name of another tree that is the same is another account's.
    world.open(5000, "voice-ru-child", world.american, "USD", "America/Los_Angeles", "");
    EXPECT_EQ(ask_by_key(world, "account_name=voice-ru-child&" + key), 0);
    EXPECT_EQ(ask_by_key(world, key), 100);
    std::string upper = "api_key=EEC36D6C-A0EB-46B5-A006-1C2B65343BAC";
    EXPECT_EQ(ask_by_key(world, "account_id=789456&" + upper), 0);
}

TEST(ApiKey, must_be_known_and_of_this_surface) {
    World world;
    EXPECT_EQ(ask_by_key(world, ""), 100);
    EXPECT_EQ(ask_by_key(world, "account_id=789456"), 100);
    EXPECT_EQ(ask_by_key(world, "account_id=789456&api_key=x"), 100);
    EXPECT_EQ(ask_by_key(world, "account_id=789456&api_key=11111111-2222-4333-8444-555555555555"),
              100);
    EXPECT_EQ(ask_by_key(world, "account_id=789456&account_password=x"), 100);
    http::Request request;
    request.path = "/platform_api/GetAccountInfo";
    request.headers = {{"Authorization", "Basic eDp5"}};
    EXPECT_EQ(code_in(world.send(std::move(request)).body), 100);
}

TEST(ApiKey, keeps_its_role) {
    World world;
    std::string text = "0b9d0a54-1f5f-4a5e-9f1f-26a0c0f4b0aa";
    world.add_api_key(world.russian, text, accounts::Role::accountant);
    std::string query = "account_id=789456&api_key=" + text;
    EXPECT_EQ(ask_by_key(world, query), 0);
    EXPECT_EQ(code_in(world.call_with("", "ChangeAccountPlan",
                                      query + "&plan_type=IM&plan_subscription_template_id=185")),
              104);
}

}  // namespace
}  // namespace rb::api::platform
