#pragma once
// Inside the room: the money of a decision. Steps are tried on a copy of the wallet in their order,
// and every step that succeeds leaves its event; a step that fails leaves nothing. Copy a till to
// try several steps together.
#include <string>
#include <utility>
#include <vector>

#include "base/id_source.h"
#include "domain/changes/deed.h"

namespace rb::changes {

class Till {
public:
    Till(const World& world, IdSource& ids);

    // One entry for all lines: a charge, or money back, whichever they sum to. Nothing for no
    // postings.
    Result<void> post(const std::vector<Booked>& lines, SubscriptionId subject);
    // Money back as a paid credit grant of the seller's.
    Result<void> give(const std::vector<Booked>& lines, SubscriptionId subject);
    // A charge that cannot be refused any more: down to the credit limit, the rest is receivable.
    Result<void> post_fact(const std::vector<Booked>& lines, SubscriptionId subject);
    // Deferred revenue becomes revenue.
    void recognize(AccountId seller, Amount amount, SubscriptionId subject);
    // Holds `amount`, at most the cost of the upcoming period, for it.
    Result<subscriptions::Reservation> reserve(const Upcoming& next, Amount amount,
                                               SubscriptionId subject);
    // Pays the lines from the hold as far as it goes, the rest from the wallet.
    Result<void> capture(HoldId hold, const std::vector<Booked>& lines, SubscriptionId subject);
    // Back to available; nothing where the hold is gone.
    void release(HoldId hold);

    template <class E>
    void note(E event) {
        events_.emplace_back(std::move(event));
    }
    Amount spendable() const;
    // What can be held: no grants.
    Amount holdable() const;
    // Still held; zero where the hold is gone.
    Amount held(HoldId hold) const;
    std::vector<Event> take() { return std::exchange(events_, {}); }
    // A till of another payer of the same decision; what it has done is taken over.
    Till beside(const World& payer) const { return Till(payer, *ids_); }
    void join(Till&& other);

private:
    template <class E>
    void keep(E event);
    ledger::Charge order_of(const std::vector<Booked>& lines, SubscriptionId subject) const;
    Result<void> charge(const std::vector<Booked>& lines, SubscriptionId subject,
                        ledger::Overdraft overdraft);

    IdSource* ids_;
    ledger::Wallet wallet_;
    ledger::Booking booking_;
    std::string for_;  // behind what a seller in the middle pays: who buys it
    std::vector<Event> events_;
};

// Applies the event to the wallet if it is one of money.
void apply_money(ledger::Wallet& wallet, AccountId owner, const Event& event);

Amount total_of(const std::vector<Booked>& lines, Currency currency);
// Net and tax of lines, whether they post or accrue.
rating::Components sum_of(const std::vector<Booked>& lines, Currency currency);
// A money_is_short refusal with its blocker "money".
Refusal money_short(const World& world, Amount needed, Amount available);
// What a buyer is told of a seller that cannot pay its own; not how much it has.
Refusal seller_short();
// ", for shop": behind what a seller in the middle pays. Empty where the account buys for itself.
std::string buyer_text(const World& world);
// Lines that wait for an invoice; nothing when there are none.
void accrue(Till& till, const World& world, SubscriptionId subscription,
            const std::vector<Booked>& lines);

// Everything that a deed does to money, in its order: the hold that is left, credits, charges,
// recognition, the new hold; then lines accrue. First the buyer's, then that of each seller in the
// middle. Fills in the reservation and the wholesale of `deed.after`.
Result<void> settle(Till& till, const World& world, const Terms& terms, Deed& deed);

}  // namespace rb::changes
