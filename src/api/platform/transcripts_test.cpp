// Every transcript of golden/api/platform runs in a world of its own.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "api/common/test_gate.h"
#include "api/platform/test_world.h"
#include "testing/transcript/transcript.h"

namespace rb::api::platform {
namespace {

const std::filesystem::path source = RATEBOOK_SOURCE_DIR;

// Tokens of all kinds, as the transcripts name them.
testing::Values values_of(World& world) {
    auto token = [&](std::string_view header, std::string_view claims) {
        return rs256(RsaKey::first(), header, claims);
    };
    std::string header = world.header();
    std::string nbf = world.claims("789456");
    nbf.insert(1, R"("nbf":)" + std::to_string(world.clock.now().us / 1'000'000 + 31) + ",");
    std::string good = world.token();
    return {
        {"token", good},
        {"token_of_us", world.us_token()},
        {"token_for_child", world.token("789457")},
        {"token_for_closed", world.token("789459")},
        {"token_for_frozen", world.token("789460")},
        {"token_for_stranger", world.token("789458")},
        {"token_with_text_issuer", world.token(R"("789456")")},
        {"token_without_issuer", token(header, R"({"iat":1775822400,"exp":1775822460})")},
        {"token_none", base64url(R"({"alg":"none"})") + "." + base64url(nbf) + "."},
        {"token_hs256",
         token(R"({"alg":"HS256","kid":")" + std::string(World::kid) + R"("})", nbf)},
        {"token_of_unknown_key",
         token(world.header("11111111-2222-4333-8444-555555555555"), world.claims("789456"))},
        {"token_of_revoked_key",
         token(world.header("22222222-2222-4333-8444-555555555555"), world.claims("789456"))},
        {"token_forged", rs256(RsaKey::second(), header, world.claims("789456"))},
        {"token_too_long", token(header, world.claims("789456", 3601))},
        {"token_of_3600", token(header, world.claims("789456", 3600))},
        {"token_ahead_30", token(header, world.claims("789456", 60, -30))},
        {"token_ahead_31", token(header, world.claims("789456", 60, -31))},
        {"token_not_yet", token(header, nbf)},
        {"token_expired_4", token(header, world.claims("789456", 60, 64))},
        {"token_expired_5", token(header, world.claims("789456", 60, 65))},
        {"api_key", std::string(World::api_key)},
        {"accountant_key", "0b9d0a54-1f5f-4a5e-9f1f-26a0c0f4b0aa"},
    };
}

// Beyond the world of the unit tests: a closed and a frozen account, a revoked key, a key of low
// role.
void add_to(World& world) {
    AccountId closed = world.open(789459, "voice-closed", world.russian, "RUR", "UTC", "");
    world.execute(accounts::SetStatus{closed, accounts::Status::closed});
    AccountId frozen = world.open(789460, "voice-frozen", world.russian, "RUR", "UTC", "");
    world.pay(frozen, "20000", "RUR");
    world.execute(accounts::SetStatus{frozen, accounts::Status::frozen});
    constexpr std::string_view revoked = "22222222-2222-4333-8444-555555555555";
    world.add_service_key(world.russian, revoked, RsaKey::first().public_pem());
    world.execute(accounts::RevokeServiceKey{world.russian, *Uuid::parse(revoked)});
    world.add_api_key(world.russian, "0b9d0a54-1f5f-4a5e-9f1f-26a0c0f4b0aa",
                      accounts::Role::accountant);
}

TEST(PlatformTranscripts, are_answered_as_written) {
    auto files = testing::transcripts_in(source / "golden/api/platform");
    ASSERT_FALSE(files.empty());
    for (const auto& file : files) {
        auto transcript = testing::read_transcript(file);
        ASSERT_TRUE(transcript) << transcript.error();
        World world;
        add_to(world);
        Gate closed(api::test::closed_gate());
        closed.begin_thread();
        if (file.stem() == "load") world.context->gate = &closed;
        for (const std::string& difference :
             testing::run_transcript(*transcript, world.router, values_of(world)))
            ADD_FAILURE() << difference;
    }
}

TEST(PlatformTranscripts, are_evidence_for_every_clause_and_for_no_other) {
    std::ifstream in(source / "src/api/platform/README.md");
    std::set<std::string> clauses;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("- **P-")) clauses.insert(line.substr(4, 5));
    ASSERT_GT(clauses.size(), 40u);
    std::set<std::string> shown;
    for (const auto& file : testing::transcripts_in(source / "golden/api/platform")) {
        auto transcript = testing::read_transcript(file);
        ASSERT_TRUE(transcript) << transcript.error();
        for (const testing::Exchange& exchange : transcript->exchanges)
            shown.insert(exchange.evidence.begin(), exchange.evidence.end());
    }
    EXPECT_EQ(shown, clauses);
}

}  // namespace
}  // namespace rb::api::platform
