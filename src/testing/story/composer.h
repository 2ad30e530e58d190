#pragma once
// Inside the room: from the words of a command to an envelope for the engine.
#include <map>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "testing/story/names.h"
#include "testing/story/words.h"

namespace rb::testing::story {

struct Composed {
    engine::Envelope envelope;
    AccountId account;  // by whose eyes the reply is told; nil: of the catalog or a clock
    std::string name;   // for the id in the reply; empty: none
    Thing thing = Thing::account;
};

class Composer {
public:
    Composer(engine::Engine& engine, const Names& names) : engine_(engine), names_(names) {}

    // The error is a sentence.
    Parsed<Composed> compose(const std::vector<std::string>& words);

    // Who "by acme" or "by acme/accountant" is; the platform without it.
    accounts::Caller caller(Words& words) const;
    AccountId account(Words& words) const;
    const Named* named(Words& words, Thing thing) const;
    // The account's profile, a default one where there is none.
    accounts::Profile profile_of(AccountId account) const;

private:
    using Make = engine::Command (Composer::*)(Words&);
    static const std::map<std::string_view, Make>& verbs();

    engine::Command open(Words&);
    engine::Command update(Words&);
    engine::Command status(Words&);
    engine::Command spend_cap(Words&);
    engine::Command rate(Words&);
    engine::Command alias(Words&);
    engine::Command member(Words&);
    engine::Command remove_member(Words&);
    engine::Command pay(Words&);
    engine::Command pay_out(Words&);
    engine::Command hold(Words&);
    engine::Command capture(Words&);
    engine::Command release(Words&);
    engine::Command grant(Words&);
    engine::Command reverse(Words&);
    engine::Command gauge(Words&);
    engine::Command reserve(Words&);
    engine::Command commit(Words&);
    engine::Command give_back(Words&);
    engine::Command subscribe(Words&);
    engine::Command change(Words&);
    engine::Command cancel(Words&);
    engine::Command quote(Words&);
    engine::Command execute(Words&);
    engine::Command withdraw(Words&);
    engine::Command publish(Words&);
    engine::Command archive(Words&);
    engine::Command make_clock(Words&);
    engine::Command advance(Words&);

    void profile_options(Words&, accounts::Profile&);
    void package_options(Words&, const std::string& package, catalog::PlanVersion&);
    changes::Ask ask(Words&, changes::QuoteKind kind);
    PlanRef plan(Words&);
    void bind_as(Words&, Thing thing);
    std::optional<Instant> expiry(Words&) const;

    engine::Engine& engine_;
    const Names& names_;
    Composed made_;
};

}  // namespace rb::testing::story
