#pragma once
// Quotes, and the commands that start, change and end subscriptions. A quote is executed to the
// same cents or refused as stale; a command without a quote makes its own and executes it at once.
#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/text.h"
#include "domain/accounts/types.h"
#include "domain/faults/types.h"
#include "domain/ledger/types.h"
#include "domain/subscriptions/types.h"

namespace rb {

struct QuoteTag {
    static constexpr std::string_view prefix = "quo_";
};
using QuoteId = Id<QuoteTag>;

}  // namespace rb

namespace rb::changes {

enum class QuoteKind : std::uint8_t { start, change, cancel };
constexpr auto enum_names(QuoteKind) {
    return std::array<std::string_view, 3>{"start", "change", "cancel"};
}

// What is asked for; the same for a quote and for doing it.
struct Ask {
    QuoteKind kind = QuoteKind::start;
    SubscriptionId subscription;           // change, cancel
    PlanRef plan;                          // start, change
    std::optional<std::int64_t> quantity;  // none: the present one, or 1, or the members for seats
    bool skip_trial = false;
    // Overrides the rule's moment, only towards later (now -> period_end); none: as the rule says.
    std::optional<catalog::Effective> effective;
    std::optional<Amount> cap;  // the payer's new consent (tenant dialect)
    std::string key;            // the caller's own key of a new subscription
    bool operator==(const Ask&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kind", s.kind);
        v(2, "subscription", s.subscription);
        v(3, "plan", s.plan);
        v(4, "quantity", s.quantity);
        v(5, "skip_trial", s.skip_trial);
        v(6, "effective", s.effective);
        v(7, "cap", s.cap);
        v(8, "key", s.key);
    }
};

// A charge that is to come.
struct NextCharge {
    Instant at;
    Amount fee;
    Amount tax;
    bool operator==(const NextCharge&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "at", s.at);
        v(2, "fee", s.fee);
        v(3, "tax", s.tax);
    }
};

struct Quote {
    QuoteId id;
    Ask ask;       // with every default filled in
    PlanRef from;  // nil when starting
    Instant priced_at;
    Instant expires_at;
    catalog::Effective effective = catalog::Effective::now;
    Instant effective_at;
    std::vector<subscriptions::Line> lines;  // decided now
    Amount due_now;                          // sum of net and tax of lines; negative: comes back
    Amount credit_to_grant;  // part of due_now that becomes a credit grant (unused: credit)
    std::optional<Amount> reserved_fee;  // of the upcoming period, held when executed
    std::optional<Amount> reserved_tax;
    Amount released;  // the hold of the plan that is left
    std::optional<NextCharge> next_charge;
    std::optional<Instant> trial_end;
    std::vector<Blocker> blockers;       // not empty: executing would be refused
    std::optional<Instant> possible_at;  // the earliest instant without them, where it is known
    Sha256 basis;                        // hash over exactly what was read to price it

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "ask", s.ask);
        v(3, "from", s.from);
        v(4, "priced_at", s.priced_at);
        v(5, "expires_at", s.expires_at);
        v(6, "effective", s.effective);
        v(7, "effective_at", s.effective_at);
        v(8, "lines", s.lines);
        v(9, "due_now", s.due_now);
        v(10, "credit_to_grant", s.credit_to_grant);
        v(11, "reserved_fee", s.reserved_fee);
        v(12, "reserved_tax", s.reserved_tax);
        v(13, "released", s.released);
        v(14, "next_charge", s.next_charge);
        v(15, "trial_end", s.trial_end);
        v(16, "blockers", s.blockers);
        v(17, "possible_at", s.possible_at);
        v(18, "basis", s.basis);
    }
};

struct MakeQuote {
    AccountId account;
    Ask ask;
};
// Start, change or cancel at once, priced now.
struct Change {
    AccountId account;
    Ask ask;
};
struct ExecuteQuote {
    AccountId account;
    QuoteId quote;
};
// Withdraws what waits for the period's end.
struct WithdrawPending {
    AccountId account;
    SubscriptionId subscription;
};

struct QuoteMade {
    AccountId account;
    Quote quote;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "quote", s.quote);
    }
};
// What became of a quote: told again to who executes it again (limits::executed_quote_lifetime_us).
struct Executed {
    Quote quote;  // as it was executed
    SubscriptionId subscription;
    Instant at;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "quote", s.quote);
        v(2, "subscription", s.subscription);
        v(3, "at", s.at);
    }
};
struct QuoteExecuted {
    AccountId account;
    QuoteId quote;
    std::optional<Executed> done;  // none: from before this was kept
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "quote", s.quote);
        v(3, "done", s.done);
    }
};
struct CapSet {
    AccountId account;
    Amount cap;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "cap", s.cap);
    }
};

// Everything that a change may bring about, in the order of its happening.
using Event = std::variant<
    QuoteMade, QuoteExecuted, CapSet, ledger::EntryPosted, ledger::HoldPlaced, ledger::HoldCaptured,
    ledger::HoldReleased, ledger::GrantMade, ledger::GrantExpired,
    subscriptions::SubscriptionStarted, subscriptions::PlanChanged, subscriptions::ChangeScheduled,
    subscriptions::SubscriptionRenewed, subscriptions::RenewalUnpaid,
    subscriptions::ReservationShort, subscriptions::TrialEnded, subscriptions::SubscriptionEnded,
    subscriptions::LinesAccrued, accounts::StatusSet, subscriptions::FreeThingTaken>;

// Open quotes of an account. QuoteMade drops those that had expired by its priced_at.
using Quotes = std::vector<Quote>;

// Done by this command, or by an earlier one that executed the same quote.
enum class Doing : std::uint8_t { now, before };

// What was done: the quote that was executed, and the subscription after it.
struct Outcome {
    Quote quote;
    SubscriptionId subscription;
    Doing done = Doing::now;
};

}  // namespace rb::changes
