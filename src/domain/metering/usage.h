#pragma once
// Counting. Pure; every function but `value_at` and `find` changes the usage that it is given and
// cannot fail: what may be counted was decided before.
#include <cstdint>
#include <string_view>

#include "base/zone.h"
#include "domain/metering/rolling.h"
#include "domain/metering/types.h"

namespace rb::metering {

// The value at an instant: of a rolling window without what has left it.
std::int64_t value_at(const Counter& counter, Instant now);
// What the value would be after the use, at its instant.
std::int64_t value_after(const Counter& counter, const Use& use);
// The index of members is made when it is asked for first.
bool has_member(const Counter& counter, const Uuid& member);
std::int64_t held(const Usage& usage, Name meter, Scope scope);
const ReservedUse* find_reservation(const Usage& usage, const Uuid& id);

// What identifies a counter. Plans of different periods count the same meter side by side, each
// over its own span.
struct CounterName {
    Name meter;
    catalog::WindowKind window = catalog::WindowKind::subscription;
    Duration rolling;
    Scope scope = Scope::own;
    Period span;
    PlanId plan{};  // of the scope shared
};
const Counter* find(const Usage& usage, const CounterName& name);
// And a draw.
struct DrawName {
    Uuid subscription;
    Name family;
    std::uint32_t package = 0;
    Scope scope = Scope::own;
};
const Draw* find(const Usage& usage, const DrawName& name);

// The calendar's day or month that contains an instant; ever, for rolling and lifetime. Not for
// subscription periods, which their subscription knows.
Period calendar_span(catalog::WindowKind window, Instant at, Zone zone);

// How much more a package would have to give: the quantity; of a unique meter 1 where the member is
// new in the period, else 0.
std::int64_t increase_of(const Usage& usage, const Use& use, Scope scope);
// Whether the account that used holds a plan of a family together with others. Views what its
// maker gives; nobody holds anything without one.
struct Sharing {
    const void* of = nullptr;
    bool (*holds)(const void* of, Name family, PlanId plan) = nullptr;
    bool in(Name family, PlanId plan) const { return holds != nullptr && holds(of, family, plan); }
};
// Adds the use to every counter whose span contains it, and takes it from the packages of its
// meter, in their order. `scope` pooled: the use of an account below this one. What is shared
// counts only who shares in it.
void count(Usage& usage, const Use& use, Scope scope, const Sharing& sharing = {});
void apply(Usage& usage, const CounterOpened& event);
void apply(Usage& usage, const DrawOpened& event);
void apply(Usage& usage, const PacksBought& event);
void apply(Usage& usage, const MoneySpent& event);
// The account's cap counts over another window from now on, or no more.
void forget_spent(Usage& usage);
// None yet: zero micros.
std::int64_t spent_micros(const Usage& usage, SpendLimit against, const Period& span);
// What open reservations, also those of accounts below, would cost the account that would be
// charged against this cap. At most limits::amount_micros_max.
std::int64_t money_held_micros(const Usage& usage, SpendLimit against);
// How many units of what they hold would be bought: these are not held of a package.
std::int64_t units_bought(const Usage& usage, Name meter);
// nullptr: the level would pay nothing.
const ReservedCost* find_cost(const ReservedUse& reservation, AccountId payer);
// For the usage of `level`: the account itself, or one above it, where nothing but sums is kept.
void apply(Usage& usage, const ReservationMade& event, AccountId level);
void apply(Usage& usage, const ReservationEnded& event, const ReservedUse& ended, AccountId level);
std::optional<Instant> next_expiry(const Usage& usage);

}  // namespace rb::metering
