#pragma once
// Why not: the closed list of faults of the whole domain, and the refusal that carries one.
// One list for all rooms, because a dialect switches over it exhaustively and a command that
// composes several rooms refuses in one fixed order. Members are sentences of fact. Their numbers
// are journaled (Blocker): a new one stands at the very end of the list, never in between.
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"

namespace rb {

enum class Fault : std::uint8_t {
    // The request.
    field_is_missing,
    field_is_invalid,
    field_is_unknown,
    // Who asks.
    caller_is_unknown,  // no or wrong credentials
    credentials_expired,
    role_is_too_low,
    scope_is_missing,
    // What it is about; a thing of another tree is answered like one that does not exist.
    account_is_unknown,
    plan_is_unknown,
    subscription_is_unknown,
    quote_is_unknown,
    hold_is_unknown,
    entry_is_unknown,
    member_is_unknown,
    key_is_unknown,
    feature_is_unknown,
    clock_is_unknown,
    // Accounts.
    account_is_frozen,
    account_is_closed,
    name_is_taken,
    email_is_taken,
    key_is_taken,  // the caller's own key of an object
    account_tree_is_too_deep,
    account_would_be_its_own_ancestor,
    currency_is_fixed,  // by the first posting
    too_many,           // a limit of limits.h; detail says which
    // Catalog.
    catalog_is_invalid,
    catalog_has_moved,  // the version it was diffed against is not the current one
    currency_is_unknown,
    price_is_missing,  // the plan has no price in this currency and no rate leads there
    exchange_rate_is_missing,
    plan_is_archived,
    plan_is_in_use,
    // Changes.
    plan_is_not_allowed,  // the change rules do not let this pair of plans
    plan_is_current,      // already on it
    family_is_taken,      // the account has a base subscription of the family
    quantity_is_not_allowed,
    usage_does_not_fit,
    money_is_short,
    cap_is_too_low,
    approval_is_required,
    subscription_has_ended,
    change_is_not_pending,
    trial_is_used,
    quote_has_expired,
    quote_is_stale,
    // Ledger.
    hold_is_settled,
    amount_exceeds_hold,
    amount_exceeds_limit,
    entry_is_reversed,
    grant_is_unknown,
    // Time and repetition.
    instant_is_in_the_past,
    clock_moves_forward_only,
    clock_is_advancing,
    idempotency_key_is_reused,  // with another request
    idempotency_is_full,
    // The machine.
    store_is_full,
    store_is_stopped,
    engine_is_overloaded,
    position_is_not_reached,  // a read waited too long for its position
    // Usage and entitlements.
    meter_is_unknown,          // no meter counts events of this type
    feature_is_not_in_plan,    // no plan of the account gives it
    allowance_is_used_up,      // a hard limit of the account, or a pool of one above it
    package_is_used_up,        // a package that may not overrun
    event_is_too_old,          // before the meter's late window
    instant_is_in_the_future,  // further than clocks may differ
    reservation_is_unknown,
    reservation_is_settled,
    too_many_members,       // distinct values of a unique meter in one window
    deduplication_is_full,  // no more ids can be told apart; nothing is counted
    rate_is_exceeded,       // of one tree, as configured
    entity_is_missing,      // a limit holds for each entity, and the use names none
    too_many_entities,      // in one window of an account
    spend_cap_is_reached,   // what usage may cost the account, or its payer, in a window
    // One tree among many.
    account_is_quarantined,    // an invariant would have broken there: nothing of it is served
    quarantine_is_unknown,     // the account is in none
    tree_is_full,              // its share of what all trees have together is used up
    seller_is_short_of_money,  // who sells it cannot pay for what it buys itself
    reference_is_ambiguous,    // a name or key that several accounts have
    quantity_exceeds_limit,    // the sum that it would be added to leaves its range
    invariant_would_break,     // of the directory or the catalog: this one command is refused
    // The platform's own people and keys.
    operator_is_unknown,
    key_is_last,             // the last root key that does not expire
    reference_is_taken,      // by a payment or payout of another amount
    account_is_not_settled,  // something stands on an account that is to be closed: blockers say
                             // what
};

constexpr auto enum_names(Fault) {
    return std::array<std::string_view, 85>{"field_is_missing",
                                            "field_is_invalid",
                                            "field_is_unknown",
                                            "caller_is_unknown",
                                            "credentials_expired",
                                            "role_is_too_low",
                                            "scope_is_missing",
                                            "account_is_unknown",
                                            "plan_is_unknown",
                                            "subscription_is_unknown",
                                            "quote_is_unknown",
                                            "hold_is_unknown",
                                            "entry_is_unknown",
                                            "member_is_unknown",
                                            "key_is_unknown",
                                            "feature_is_unknown",
                                            "clock_is_unknown",
                                            "account_is_frozen",
                                            "account_is_closed",
                                            "name_is_taken",
                                            "email_is_taken",
                                            "key_is_taken",
                                            "account_tree_is_too_deep",
                                            "account_would_be_its_own_ancestor",
                                            "currency_is_fixed",
                                            "too_many",
                                            "catalog_is_invalid",
                                            "catalog_has_moved",
                                            "currency_is_unknown",
                                            "price_is_missing",
                                            "exchange_rate_is_missing",
                                            "plan_is_archived",
                                            "plan_is_in_use",
                                            "plan_is_not_allowed",
                                            "plan_is_current",
                                            "family_is_taken",
                                            "quantity_is_not_allowed",
                                            "usage_does_not_fit",
                                            "money_is_short",
                                            "cap_is_too_low",
                                            "approval_is_required",
                                            "subscription_has_ended",
                                            "change_is_not_pending",
                                            "trial_is_used",
                                            "quote_has_expired",
                                            "quote_is_stale",
                                            "hold_is_settled",
                                            "amount_exceeds_hold",
                                            "amount_exceeds_limit",
                                            "entry_is_reversed",
                                            "grant_is_unknown",
                                            "instant_is_in_the_past",
                                            "clock_moves_forward_only",
                                            "clock_is_advancing",
                                            "idempotency_key_is_reused",
                                            "idempotency_is_full",
                                            "store_is_full",
                                            "store_is_stopped",
                                            "engine_is_overloaded",
                                            "position_is_not_reached",
                                            "meter_is_unknown",
                                            "feature_is_not_in_plan",
                                            "allowance_is_used_up",
                                            "package_is_used_up",
                                            "event_is_too_old",
                                            "instant_is_in_the_future",
                                            "reservation_is_unknown",
                                            "reservation_is_settled",
                                            "too_many_members",
                                            "deduplication_is_full",
                                            "rate_is_exceeded",
                                            "entity_is_missing",
                                            "too_many_entities",
                                            "spend_cap_is_reached",
                                            "account_is_quarantined",
                                            "quarantine_is_unknown",
                                            "tree_is_full",
                                            "seller_is_short_of_money",
                                            "reference_is_ambiguous",
                                            "quantity_exceeds_limit",
                                            "invariant_would_break",
                                            "operator_is_unknown",
                                            "key_is_last",
                                            "reference_is_taken",
                                            "account_is_not_settled"};
}

// One exact reason among several: "mailboxes: 12 in use, 10 allowed".
struct Blocker {
    Fault fault = Fault::usage_does_not_fit;
    std::string subject;  // a feature key, or "money", "cap"
    std::string used;     // what stands against it, as text: "12", "150.00 USD"
    std::string allowed;  // what would fit, as text: "10"
    bool operator==(const Blocker&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "fault", s.fault);
        v(2, "subject", s.subject);
        v(3, "used", s.used);
        v(4, "allowed", s.allowed);
    }
};

// A refused command: nothing was changed.
struct Refusal {
    Fault fault = Fault::field_is_invalid;
    std::string field;   // JSON pointer of the field at fault, "/plan"; empty when it is none
    std::string detail;  // one sentence: what is wrong and what would be right
    std::vector<Blocker> blockers;
    std::optional<Instant> possible_at;  // the earliest instant at which it could be done
};

template <class T>
using Result = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(Fault fault, std::string detail, std::string field = {}) {
    return std::unexpected(Refusal{fault, std::move(field), std::move(detail), {}, {}});
}

}  // namespace rb
