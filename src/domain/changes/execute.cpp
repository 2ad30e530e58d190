// Doing it: directly, or as a quote said.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "domain/changes/free.h"
#include "domain/changes/lookup.h"
#include "domain/changes/quote.h"

namespace rb::changes {

namespace {

using subscriptions::Subscription;

// The event that says what has become of the subscription.
Event event_of(const World& world, const Terms& terms, const Deed& deed) {
    AccountId account = world.account.id;
    std::vector<subscriptions::Line> lines;
    for (const auto* booked : {&deed.credits, &deed.charges})
        for (const Booked& b : *booked) lines.push_back(b.line);
    switch (terms.course) {
        case Course::start:
            return subscriptions::SubscriptionStarted{account, deed.after, lines,
                                                      terms.starts_trial};
        case Course::restart:
        case Course::trial_change:
        case Course::change_now:
            return subscriptions::PlanChanged{account, terms.from.ref, deed.after, lines};
        case Course::change_later:
        case Course::end_later:
            return subscriptions::ChangeScheduled{account, deed.after};
        case Course::end_now:
            return subscriptions::SubscriptionEnded{account, deed.after, lines};
    }
    RB_CHECK(false, "an unknown course");
    return QuoteExecuted{};
}

// Fit, cap and money are the present ones, whenever it was priced.
Result<Decision<Outcome>> carry_out(const World& world, const Terms& terms, Deed deed, Quote quote,
                                    IdSource& ids) {
    for (const Refusal& refused : terms.objections) return std::unexpected(refused);
    for (const Refusal& refused : checks(world, terms)) return std::unexpected(refused);
    if (terms.course == Course::start) deed.after.id = ids.next<SubscriptionId>();
    Till till(world, ids);
    deed.after.quote = quote.id.uuid;
    if (!quote.id.is_nil())
        till.note(
            QuoteExecuted{world.account.id, quote.id, Executed{quote, deed.after.id, world.now}});
    const auto& cap = terms.ask.cap;
    if (cap && world.account.profile.cap.amount != cap) till.note(CapSet{world.account.id, *cap});
    if (auto paid = settle(till, world, terms, deed); !paid) return std::unexpected(paid.error());
    till.note(event_of(world, terms, deed));
    for (subscriptions::FreeThingTaken& taken : taken_with(world, terms))
        till.note(std::move(taken));
    return Decision<Outcome>{till.take(), {std::move(quote), deed.after.id}};
}

// Says what has become of it, where a subscription still is as the quote made it.
std::unexpected<Refusal> unknown_quote(const World& world, QuoteId quote) {
    std::string detail = "the account has no such quote";
    for (const Subscription& s : world.subscriptions.items)
        if (!quote.is_nil() && s.quote == quote.uuid)
            detail = "this quote was executed, and the subscription " + s.id.to_text() +
                     " is as it said: there is nothing to be done again";
    return refuse(Fault::quote_is_unknown, std::move(detail), "/quote");
}

}  // namespace

Result<Decision<Outcome>> decide(const World& world, const Change& command, IdSource& ids) {
    if (auto refused = account_objection(world)) return std::unexpected(*refused);
    auto terms = resolve(world, command.ask, world.now);
    if (!terms) return std::unexpected(terms.error());
    for (const Refusal& refused : terms->objections) return std::unexpected(refused);
    auto deed = price(world, *terms);
    if (!deed) return std::unexpected(deed.error());
    Quote quote = quote_of(world, *terms, *deed);
    return carry_out(world, *terms, std::move(*deed), std::move(quote), ids);
}

Result<Decision<Outcome>> decide(const World& world, const ExecuteQuote& command, IdSource& ids) {
    if (auto refused = account_objection(world)) return std::unexpected(*refused);
    auto found = std::ranges::find(world.quotes, command.quote, &Quote::id);
    if (found == world.quotes.end()) return unknown_quote(world, command.quote);
    const Quote& quote = *found;
    if (world.now > quote.expires_at)
        return refuse(Fault::quote_has_expired,
                      "the quote expired at " + quote.expires_at.to_text() + ": make a new one",
                      "/quote");
    auto stale = refuse(Fault::quote_is_stale,
                        "what the quote was priced from has changed: make a new one", "/quote");
    auto terms = resolve(world, quote.ask, quote.priced_at);
    if (!terms) {
        const catalog::Plan* plan = find_plan(world, quote.ask.plan.plan);
        if (plan != nullptr && plan->head.archived) return std::unexpected(terms.error());
        return stale;
    }
    if (basis_of(world, *terms) != quote.basis) return stale;
    auto deed = price(world, *terms);
    if (!deed) return stale;
    Quote again = quote_of(world, *terms, *deed);
    RB_CHECK(again.lines == quote.lines, "a quote is executed to the same cents");
    again.id = quote.id;
    return carry_out(world, *terms, std::move(*deed), std::move(again), ids);
}

Result<Decision<SubscriptionId>> decide(const World& world, const WithdrawPending& command,
                                        IdSource& ids) {
    if (auto refused = account_objection(world)) return std::unexpected(*refused);
    const Subscription* found = world.subscriptions.find(command.subscription);
    if (found == nullptr)
        return refuse(Fault::subscription_is_unknown, "the account has no such subscription",
                      "/subscription");
    if (!found->is_live())
        return refuse(Fault::subscription_has_ended, "the subscription has ended", "/subscription");
    if (!found->pending)
        return refuse(Fault::change_is_not_pending, "nothing waits for the end of the period",
                      "/subscription");
    Subscription after = *found;
    after.revision += 1;
    after.pending.reset();
    after.quote = {};
    Till till(world, ids);
    // The money was held for the plan that is not coming.
    if (after.reservation) till.release(after.reservation->hold);
    after.reservation.reset();
    for (std::size_t i = 0; i < world.sellers.size(); ++i) {
        World seller = world_of_seller(world, i);
        Till own = till.beside(seller);
        for (subscriptions::Wholesale& kept : after.wholesale)
            if (kept.payer == seller.account.id && kept.reservation) {
                own.release(kept.reservation->hold);
                kept.reservation.reset();
            }
        till.join(std::move(own));
    }
    till.note(subscriptions::ChangeScheduled{world.account.id, after});
    return Decision<SubscriptionId>{till.take(), after.id};
}

}  // namespace rb::changes
