#pragma once
// What is bought and when. A subscription pins a plan version; its timeline within the current
// period is a list of accruals, from which every line is priced by difference
// (domain/rating/README.md).
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/amount.h"
#include "base/decimal.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/int128.h"
#include "base/period.h"
#include "domain/catalog/types.h"
#include "domain/ledger/types.h"

namespace rb {

struct SubscriptionTag {
    static constexpr std::string_view prefix = "sub_";
};
using SubscriptionId = Id<SubscriptionTag>;

}  // namespace rb

namespace rb::subscriptions {

// expired: the trial ended unconverted; the family's default plan's entitlements apply and it
// shows.
enum class Status : std::uint8_t { trialing, active, past_due, expired, ended };
constexpr auto enum_names(Status) {
    return std::array<std::string_view, 5>{"trialing", "active", "past_due", "expired", "ended"};
}

// One stretch of the current period under one price. part / whole is its share of the period.
struct Accrual {
    Period span;
    PlanRef plan;
    std::int64_t quantity = 1;
    Amount price;  // of the whole period for that quantity, in the account's currency
    std::int64_t part = 0;
    std::int64_t whole = 1;
    Decimal tax_percent;  // 0: untaxed
    catalog::TaxMode tax_mode = catalog::TaxMode::exclusive;
    // In advance: due when it is made. In arrears: due when its span is over.
    catalog::FeeTiming timing = catalog::FeeTiming::in_advance;
    bool operator==(const Accrual&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "span", s.span);
        v(2, "plan", s.plan);
        v(3, "quantity", s.quantity);
        v(4, "price", s.price);
        v(5, "part", s.part);
        v(6, "whole", s.whole);
        v(7, "tax_percent", s.tax_percent);
        v(8, "tax_mode", s.tax_mode);
        v(9, "timing", s.timing);
    }
};

// What the current period has cost so far: lines are round(cumulative exact) - billed. Accruals of
// earlier periods stand here, before those of the current one, only while they are unpaid.
struct PeriodAccount {
    std::vector<Accrual> accruals;
    Amount net_billed;
    Amount tax_billed;
    Amount deferred;  // of what was billed: in the seller's deferred revenue, not recognized yet
    bool operator==(const PeriodAccount&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "accruals", s.accruals);
        v(2, "net_billed", s.net_billed);
        v(3, "tax_billed", s.tax_billed);
        v(4, "deferred", s.deferred);
    }
};

// Fee and taxes of the upcoming period, held on the balance; the first renewal captures exactly
// these.
struct Reservation {
    HoldId hold;
    PlanRef plan;
    std::int64_t quantity = 1;
    Amount fee;  // net
    Amount tax;
    Instant period_start;
    Amount price;  // from which fee and tax were computed
    Decimal tax_percent;
    catalog::TaxMode tax_mode = catalog::TaxMode::exclusive;
    bool operator==(const Reservation&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "hold", s.hold);
        v(2, "plan", s.plan);
        v(3, "quantity", s.quantity);
        v(4, "fee", s.fee);
        v(5, "tax", s.tax);
        v(6, "period_start", s.period_start);
        v(7, "price", s.price);
        v(8, "tax_percent", s.tax_percent);
        v(9, "tax_mode", s.tax_mode);
    }
};

// What one seller in the middle pays for a subscription of an account below it: its accruals have
// the spans and shares of the subscription's own, at its own price.
struct Wholesale {
    AccountId payer;
    PeriodAccount account;
    std::optional<Reservation> reservation;
    bool operator==(const Wholesale&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "payer", s.payer);
        v(2, "account", s.account);
        v(3, "reservation", s.reservation);
    }
};

// A change that happens at the period's end. `to` nil: the subscription ends.
struct PendingChange {
    PlanRef to;
    std::int64_t quantity = 1;
    Instant at;
    Instant made_at;
    bool cancels() const { return to.plan.is_nil(); }
    bool operator==(const PendingChange&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "to", s.to);
        v(2, "quantity", s.quantity);
        v(3, "at", s.at);
        v(4, "made_at", s.made_at);
    }
};

struct Subscription {
    SubscriptionId id;
    std::string key;  // the caller's own; may be empty
    std::string family;
    PlanRef plan;
    catalog::PlanKind kind = catalog::PlanKind::regular;
    std::int64_t quantity = 1;
    Status status = Status::active;
    Instant started_at;
    Anchor anchor;
    Period period;                     // the current one; while trialing: from start to trial end
    std::optional<Instant> trial_end;  // kept after the trial has ended
    PeriodAccount account;             // of the current period
    std::optional<Reservation> reservation;
    std::optional<PendingChange> pending;
    std::optional<Instant> ended_at;
    std::optional<Instant> usage_since;  // usage of the period counts from here where it was reset
    // As the rule said by which it came onto its plan; renewals hold again where it is `always`.
    catalog::ReserveNext reserve_next = catalog::ReserveNext::off;
    std::uint64_t revision = 1;  // moves with every event of the subscription
    // Of the current period: the agencies between the account and the plan's owner, nearest first.
    // Empty: there is none, or nothing costs anything, or it was sold before this was kept.
    std::vector<Wholesale> wholesale;
    // The quote whose execution was the last change; nil: none, or that one had no quote, or what
    // it scheduled was withdrawn.
    Uuid quote;
    bool operator==(const Subscription&) const = default;
    bool is_live() const { return status != Status::ended; }

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "key", s.key);
        v(3, "family", s.family);
        v(4, "plan", s.plan);
        v(5, "kind", s.kind);
        v(6, "quantity", s.quantity);
        v(7, "status", s.status);
        v(8, "started_at", s.started_at);
        v(9, "anchor", s.anchor);
        v(10, "period", s.period);
        v(11, "trial_end", s.trial_end);
        v(12, "account", s.account);
        v(13, "reservation", s.reservation);
        v(14, "pending", s.pending);
        v(15, "ended_at", s.ended_at);
        v(16, "usage_since", s.usage_since);
        v(17, "revision", s.revision);
        v(18, "reserve_next", s.reserve_next);
        v(19, "wholesale", s.wholesale);
        v(20, "quote", s.quote);
    }
};

enum class LineKind : std::uint8_t { charge, credit, setup };
constexpr auto enum_names(LineKind) {
    return std::array<std::string_view, 3>{"charge", "credit", "setup"};
}

// One priced line. `exact` is the unrounded net in micros as a fraction, so that the residual
// shows.
struct Line {
    LineKind kind = LineKind::charge;
    PlanRef plan;
    std::string description;
    Period span;
    std::int64_t quantity = 1;
    Amount price;  // of a whole period
    std::int64_t part = 1;
    std::int64_t whole = 1;
    Amount net;  // negative for a credit
    Amount tax;
    Decimal tax_percent;
    catalog::TaxMode tax_mode = catalog::TaxMode::exclusive;
    std::string exact;  // "50200/31"
    bool operator==(const Line&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kind", s.kind);
        v(2, "plan", s.plan);
        v(3, "description", s.description);
        v(4, "span", s.span);
        v(5, "quantity", s.quantity);
        v(6, "price", s.price);
        v(7, "part", s.part);
        v(8, "whole", s.whole);
        v(9, "net", s.net);
        v(10, "tax", s.tax);
        v(11, "tax_percent", s.tax_percent);
        v(12, "tax_mode", s.tax_mode);
        v(13, "exact", s.exact);
    }
};

// A line that waits for an invoice (settlement invoiced or app_store).
struct AccruedLine {
    SubscriptionId subscription;
    Instant at;
    Line line;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "subscription", s.subscription);
        v(2, "at", s.at);
        v(3, "line", s.line);
    }
};

// What accrued lines come to, net and tax, in each currency: of a store from before a line fixed
// the currency there may be several. Follows from the lines; `lines` of them are in it.
struct AccruedSums {
    std::size_t lines = 0;
    std::vector<std::pair<Currency, int128>> micros;
};

// What a seller gives free, once to a tree (catalog::FreeFor).
enum class FreeThing : std::uint8_t { trial, plan };
constexpr auto enum_names(FreeThing) { return std::array<std::string_view, 2>{"trial", "plan"}; }

// How an account has a share in what its plan gives free (catalog::FreeFor). alone: all of it is
// its own. first: others below it may hold the plan together with it. joint: it holds the plan
// together with the first account of its tree. none: it would, but has add-ons of the family and
// with them what these give.
enum class Share : std::uint8_t { alone, first, joint, none };

// Which account below the first of its tree took a plan without a fee last.
struct FreePlanHolder {
    std::string family;
    AccountId account;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "family", s.family);
        v(2, "account", s.account);
    }
};

// All that an account has bought.
struct Subscriptions {
    std::vector<Subscription> items;  // by start; ended ones stay
    // Family keys; of the first account of a tree also those that the accounts below have used.
    std::vector<std::string> trials_used;
    std::vector<AccruedLine> accrued;        // not yet invoiced
    std::vector<FreePlanHolder> free_plans;  // of the first account of a tree; one a family

    // Adds what has come since it was asked last.
    const AccruedSums& accrued_sums() const;
    int128 accrued_micros(Currency currency) const;
    const Subscription* find(SubscriptionId id) const;
    Subscription* find(SubscriptionId id);
    // The live base subscription of a family (kind regular or hidden).
    const Subscription* base_of(std::string_view family) const;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "items", s.items);
        v(2, "trials_used", s.trials_used);
        v(3, "accrued", s.accrued);
        v(4, "free_plans", s.free_plans);
    }

private:
    mutable AccruedSums sums_;  // derived
};

// The currency that lines have fixed, accrued or still owed; empty: none has.
Currency fixed_currency(const Subscriptions& subscriptions);

// --- events: each carries the subscription as it is afterwards
// ----------------------------------------

struct SubscriptionStarted {
    AccountId account;
    Subscription subscription;
    std::vector<Line> lines;
    bool uses_trial = false;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "lines", s.lines);
        v(4, "uses_trial", s.uses_trial);
    }
};
struct PlanChanged {
    AccountId account;
    PlanRef from;
    Subscription subscription;
    std::vector<Line> lines;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "from", s.from);
        v(3, "subscription", s.subscription);
        v(4, "lines", s.lines);
    }
};
// A change or an end at the period's end was scheduled, replaced, or (no pending) withdrawn.
struct ChangeScheduled {
    AccountId account;
    Subscription subscription;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
    }
};
struct SubscriptionRenewed {
    AccountId account;
    Subscription subscription;
    std::vector<Line> lines;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "lines", s.lines);
    }
};
// The renewal could not be paid; `missing` is what the account lacks. Zero: it has enough, and the
// seller `payer` could not pay its own; nil: the account could not.
struct RenewalUnpaid {
    AccountId account;
    Subscription subscription;
    Amount missing;
    AccountId payer;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "missing", s.missing);
        v(4, "payer", s.payer);
    }
};
// The reservation that `always` wanted did not find all its money; nothing fails. The account is
// the one whose money it is: of a seller in the middle it is not the subscription's.
struct ReservationShort {
    AccountId account;
    SubscriptionId subscription;
    Amount missing;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "missing", s.missing);
    }
};
struct TrialEnded {
    AccountId account;
    Subscription subscription;
    std::vector<Line> lines;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "lines", s.lines);
    }
};
struct SubscriptionEnded {
    AccountId account;
    Subscription subscription;
    std::vector<Line> lines;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "lines", s.lines);
    }
};
struct LinesAccrued {
    AccountId account;
    std::vector<AccruedLine> lines;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "lines", s.lines);
    }
};

// Told of the first account of a tree: one below it took what is free once for all of them.
struct FreeThingTaken {
    AccountId account;
    std::string family;
    AccountId by;
    FreeThing thing = FreeThing::trial;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "family", s.family);
        v(3, "by", s.by);
        v(4, "thing", s.thing);
    }
};

using Event = std::variant<SubscriptionStarted, PlanChanged, ChangeScheduled, SubscriptionRenewed,
                           RenewalUnpaid, ReservationShort, TrialEnded, SubscriptionEnded,
                           LinesAccrued, FreeThingTaken>;

// Puts the subscription in place; marks a used trial; appends accrued lines. Cannot fail.
void apply(Subscriptions& subscriptions, const Event& event);

}  // namespace rb::subscriptions
