#pragma once
// Quote, start, change, cancel, renew: the one place that takes the timeline, usage, money and
// rules together. Pure: `now` and every id come in; nothing is changed.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id_source.h"
#include "domain/accounts/types.h"
#include "domain/catalog/catalog.h"
#include "domain/changes/types.h"
#include "domain/faults/types.h"
#include "domain/ledger/types.h"
#include "domain/metering/types.h"
#include "domain/subscriptions/types.h"

namespace rb::changes {

// Another account of the tree, as far as decisions ask; nullptr: there is none.
struct Neighbour {
    const accounts::Account* account = nullptr;
    const subscriptions::Subscriptions* subscriptions = nullptr;
};

// An agency above an account, its money, and what waits for its own invoice (nullptr: nothing).
struct Seller {
    const accounts::Account* account = nullptr;
    const ledger::Wallet* wallet = nullptr;
    const subscriptions::Subscriptions* subscriptions = nullptr;
};

// Everything that a decision may read. References stay valid during the call only.
struct World {
    const catalog::Catalog& catalog;
    // Tables of plans that the account may see besides the platform's: its ancestors' own, nearest
    // first.
    std::vector<const catalog::PlanTable*> owned_plans;
    const accounts::Account& account;
    const ledger::Wallet& wallet;
    const subscriptions::Subscriptions& subscriptions;
    const metering::Gauges& gauges;
    const Quotes& quotes;
    const accounts::Caller& caller;
    Instant now;
    accounts::Status worst = accounts::Status::active;  // of all above the account
    std::function<Neighbour(AccountId)> look{};         // without it the account stands alone
    // The agencies above the account, nearest first. Each sells to the one before it and buys of
    // the one behind it, the last one of the platform.
    std::vector<Seller> sellers{};
    // Where `account` is one of these: who buys below it. nullptr: the account buys for itself.
    const accounts::Account* buyer = nullptr;
    // Then `subscriptions` are the buyer's, and these are the account's own; nullptr: it has none.
    const subscriptions::Subscriptions* seller_subscriptions = nullptr;
};
// The world with other money in it.
World with_wallets(const World& world, const ledger::Wallet& wallet, std::vector<Seller> sellers);

template <class Reply>
struct Decision {
    std::vector<Event> events;
    Reply reply;
};

// A quote is made also when there are blockers; it lists them. Refused only for what cannot be
// priced: unknown or archived plan, unknown or ended subscription, no price in the currency, no
// rate, a quantity or cap that is none (quantity_is_not_allowed, field_is_invalid); too_many open
// quotes.
Result<Decision<Quote>> decide(const World& world, const MakeQuote& command, IdSource& ids);

// Order of faults: account closed or frozen (not for support), a malformed cap, subscription
// unknown or ended, plan unknown or archived (also an older version, not for support), key or
// family taken, plan current, rule (plan_is_not_allowed), quantity, price, usage_does_not_fit, cap,
// money, the money of a seller in the middle (seller_is_short_of_money).
Result<Decision<Outcome>> decide(const World& world, const Change& command, IdSource& ids);
// quote_is_unknown (it names the subscription that is as the quote said, if one is),
// quote_has_expired, quote_is_stale; then fit and money under their own names. One that was
// executed before is unknown here: who keeps those answers (engine/executed_quotes.h).
Result<Decision<Outcome>> decide(const World& world, const ExecuteQuote& command, IdSource& ids);
// change_is_not_pending. What was held for the pending plan is released.
Result<Decision<SubscriptionId>> decide(const World& world, const WithdrawPending& command,
                                        IdSource& ids);

// When the subscription next does something by itself: its period's end (trial end, renewal,
// scheduled change). nullopt when ended, or expired with nothing to come.
std::optional<Instant> next_due(const subscriptions::Subscription& subscription);
// What happens then. world.now is the due instant. Always moves the subscription's next_due
// forward.
std::vector<Event> fire(const World& world, SubscriptionId subscription, IdSource& ids);
// After money came in: past-due subscriptions that can now be paid are (oldest first), and a frozen
// account whose last debt is paid is active again. Also for an account whose seller was short and
// has been paid.
std::vector<Event> settle_past_due(const World& world, IdSource& ids);

// When the account is closed: every live subscription ends, without credit and without a last bill;
// what was reserved is released and what was deferred is recognized. In the order of subscriptions.
std::vector<Event> end_all(const World& world, IdSource& ids);
// As end_all, but what was paid for time that is not over comes back to the balance, by the second,
// whatever the rules say of leaving; where a price cannot be found any more, nothing does.
std::vector<Event> end_all_with_credit(const World& world, IdSource& ids);

// A plan as the account would see it.
struct Offer {
    const catalog::Plan* plan = nullptr;
    PlanRef ref;
    Amount fee;  // of one period in the account's currency, for the present quantity
    bool current = false;
    bool allowed = false;           // by the rules, for this caller
    std::vector<Blocker> blockers;  // why not, or what else stands against it
};
// Plans of a family (empty: of all families that the account may see), by family, then rank, then
// key. Plans without a price in the account's currency are left out; hidden and archived ones too.
std::vector<Offer> offers(const World& world, std::string_view family);

using subscriptions::Share;

// The plan that holds for a family: the live base subscription's, or the family's default when
// there is none or its trial has expired. nullptr: neither.
struct Effective {
    const catalog::Plan* plan = nullptr;
    const catalog::PlanVersion* version = nullptr;
    const subscriptions::Subscription* subscription = nullptr;  // nullptr: the default plan
    Share share = Share::alone;
};
Effective effective_plan(const World& world, std::string_view family);
const catalog::Plan* find_plan(const World& world, PlanId id);
const catalog::PlanVersion* find_version(const World& world, const PlanRef& ref);

// Cap arithmetic of per-seat plans: max(minimum, per seat x max(0, members + invitations -
// included)), zero for a free plan.
Result<Amount> required_cap(const World& world, const catalog::PlanVersion& version);
// Limits of the plan that the account's gauges exceed now.
std::vector<Blocker> fit(const World& world, const catalog::PlanVersion& version);

// The fee of one period for a quantity, in the account's currency, at the rate of `at`.
Result<Amount> fee_of(const World& world, const catalog::PlanVersion& version,
                      std::int64_t quantity, Instant at);

// Applies the part of an event that concerns the account's quotes.
void apply(Quotes& quotes, const Event& event);

}  // namespace rb::changes
