#pragma once
// Decisions on one wallet. Each gives one event or a refusal and changes nothing; a composition
// applies events to a copy of the wallet before it decides the next step. Every entry that leaves
// here sums to zero in each currency, checked in release builds too.
#include <optional>
#include <string>
#include <vector>

#include "base/id_source.h"
#include "base/int128.h"
#include "domain/faults/types.h"
#include "domain/ledger/types.h"

namespace rb::ledger {

// Whose wallet, how far below zero it may go, and when.
struct Booking {
    AccountId account;
    Currency currency;                     // the account's
    std::int64_t credit_limit_micros = 0;  // >= 0
    Instant now;
};

// May a charge cost more than can be spent? `allowed` is for facts that cannot be refused:
// available goes down to the credit limit, the rest is owed (receivable).
enum class Overdraft : std::uint8_t { refused, allowed };

// Money for something: what the sellers get. The wallet pays the sum, grants first in burn order,
// then available. The sum is positive (checked): nothing is posted for nothing. Single credits may
// be zero (dropped) or, a rounding difference, negative.
struct Charge {
    EntryKind kind = EntryKind::charge;
    std::string description;
    Uuid subject;
    std::vector<Posting> credits;  // one currency, sellers' buckets
};

// All refuse an amount that is not positive (field_is_invalid), is beyond limits.h or would take a
// balance beyond it (amount_exceeds_limit), or has another currency than the wallet
// (currency_is_fixed). A payment clears what is owed first, the rest becomes available.
Result<EntryPosted> pay_in(const Wallet&, const Booking&, const RecordPayment&, AccountId seller,
                           IdSource&);
// Money back to the customer: at most what is available as real money, which is neither held nor
// granted nor a credit limit, and after what is owed (money_is_short). A reference is needed.
Result<EntryPosted> pay_out(const Wallet&, const Booking&, const PayOut&, AccountId seller,
                            IdSource&);
// A payment or payout is recorded once under its reference: the entry that has it, when it is of
// this amount; else reference_is_taken.
Result<EntryId> recorded_as(const Entry& recorded, Amount amount);
// money_is_short with a blocker "money": needed and available with currency.
Result<EntryPosted> charge(const Wallet&, const Booking&, const Charge&, Overdraft, IdSource&);
// Money back: `debits` are the sellers' postings (their sum negative). What is owed is reduced
// first, the rest becomes available: credit for what was never paid is not spendable.
Result<EntryPosted> credit(const Wallet&, const Booking&, const Charge& debits, IdSource&);
// Moves between sellers' buckets only (recognition): no wallet is touched. The postings sum to
// zero.
EntryPosted move(const Booking&, const Charge& postings, IdSource&);

struct HoldOrder {
    Amount amount;
    std::string reason;
    Uuid subject;
    std::optional<Instant> expires_at;
};
// Holds take from available (with credit limit), never from grants. money_is_short as above.
Result<HoldPlaced> place_hold(const Wallet&, const Booking&, const HoldOrder&, IdSource&);
// `credits` sum to the captured amount, at most what is held (amount_exceeds_hold); the rest stays
// held. hold_is_settled from the hold's expiry on; an expired hold can only be released.
Result<HoldCaptured> capture(const Wallet&, const Booking&, HoldId, const Charge& credits,
                             IdSource&);
Result<HoldReleased> release(const Wallet&, const Booking&, HoldId, IdSource&);

Result<GrantMade> grant(const Wallet&, const Booking&, const GrantCredit&, AccountId seller,
                        IdSource&);
// Ends a grant, at its expiry or before it. Promotional: reverses promotion expense; paid: to
// breakage.
Result<GrantExpired> expire(const Wallet&, const Booking&, GrantId, IdSource&);

// The mirror image of an entry of this account; entry_is_reversed the second time. Money drawn from
// a grant returns to that grant, whose expiry stands. A receivable that was paid meanwhile returns
// to available. Available may go below zero: a reversed payment is a fact. Holds, captures, grants
// and reversals are not reversed this way, nor what moved deferred revenue (field_is_invalid says
// what to use).
Result<EntryPosted> reverse(const Wallet&, const Booking&, const ReverseEntry&, IdSource&);

// The end of an account. What is left of its paid grants becomes available, and what is available
// clears what is owed; nullopt: there is neither.
std::optional<EntryPosted> put_together(const Wallet&, const Booking&, IdSource&);
// What is available goes to the seller's breakage, or to a wallet of the same currency, where it
// clears what is owed first. There must be something (checked).
EntryPosted forfeit(const Wallet&, const Booking&, AccountId seller, IdSource&);
Result<EntryPosted> hand_over(const Wallet&, const Booking&, AccountId to, const Wallet& of_to,
                              IdSource&);
// What is owed, and what is below zero, becomes the seller's bad debt (checked: there is some).
EntryPosted write_off(const Wallet&, const Booking&, AccountId seller, IdSource&);

// May so much more wait for an invoice beside what does already (micros of the same currency)?
// amount_exceeds_limit: the sum would be beyond limits.h, whoever asks.
Result<void> check_accrual(int128 waiting, Amount more);
// money_is_short: a credit limit was given, and with what is owed and waits it would be passed.
// Without one an invoice is on terms.
Result<void> check_credit(const Wallet&, const Booking&, int128 waiting, Amount more);

// What can be spent now: available + grants + credit limit, in micros; never negative.
std::int64_t spendable_micros(const Wallet&, const Booking&);
const Hold* find_hold(const Wallet&, HoldId);
// Grants in burn order at an instant, without expired ones.
std::vector<const Grant*> burn_order(const Wallet&, Instant now);
// The earliest expiry of a hold or a grant, for the timer queue.
std::optional<Instant> next_expiry(const Wallet&);

// Applies the part of an event that concerns the wallet of `owner`: holds, grants, its postings.
void apply(Wallet& wallet, AccountId owner, const Event& event);
// The postings of an event (all events carry one entry).
const Entry& entry_of(const Event& event);
// Stops the process unless the postings sum to zero in each currency.
void check_zero_sum(const Entry& entry);

}  // namespace rb::ledger
