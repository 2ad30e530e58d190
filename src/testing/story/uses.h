#pragma once
// Inside the room: uses, facts and questions. They are no commands of the engine but calls of their
// own, which answer about many at once; a story gives them one at a time.
#include <string>
#include <vector>

#include "domain/entitlements/types.h"
#include "engine/engine.h"
#include "testing/story/composer.h"
#include "testing/story/facts.h"

namespace rb::testing::story {

// What the engine said, of the account that was spoken of.
struct Said {
    AccountId account;
    Result<engine::Rendered> answer;
};

class Uses {
public:
    Uses(engine::Engine& engine, const Names& names) : engine_(engine), names_(names) {}

    static bool knows(const std::vector<std::string>& words) {
        return !words.empty() && (words[0] == "consume" || words[0] == "tell");
    }
    // "consume acme messages 5 id e1 with region=eu", "tell acme message.sent e1 count=5 at
    // 2026-04-01". The error is a sentence.
    Parsed<Said> command(const std::vector<std::string>& words);
    // "acme messages 5", behind "check".
    Result<engine::Rendered> check(Words& words, AccountId account, const accounts::Caller& caller);
    // The thresholds that were passed, oldest first.
    Result<engine::Rendered> warnings(AccountId account);

private:
    Result<engine::Rendered> consume(Words& words, AccountId account,
                                     const accounts::Caller& caller);
    Result<engine::Rendered> tell(Words& words, AccountId account, const accounts::Caller& caller);
    Result<engine::Rendered> told(AccountId account, const Result<entitlements::Answer>& answer);

    engine::Engine& engine_;
    const Names& names_;
};

}  // namespace rb::testing::story
