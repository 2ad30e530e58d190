#include "domain/metering/usage.h"

#include <algorithm>

#include "base/check.h"
#include "domain/metering/entities.h"
#include "domain/metering/rolling.h"

namespace rb::metering {

namespace {

using catalog::Aggregation;
using catalog::WindowKind;

void add(Counter& counter, const Use& use) {
    if (counter.window == WindowKind::rolling)
        return add_to_steps(counter, step_of(counter.rolling, use.occurred_at), use.quantity);
    switch (counter.aggregation) {
        case Aggregation::count:
        case Aggregation::sum:
            counter.value += use.quantity;
            return;
        case Aggregation::max:
            counter.value = std::max(counter.value, use.quantity);
            return;
        case Aggregation::latest:
            if (use.occurred_at < counter.newest) return;
            counter.newest = use.occurred_at;
            counter.value = use.quantity;
            return;
        case Aggregation::unique:
            if (has_member(counter, use.member)) return;
            counter.members.push_back(use.member);
            counter.index.insert(use.member);
            ++counter.value;
            return;
    }
}

bool is_additive(Aggregation aggregation) {
    return aggregation == Aggregation::count || aggregation == Aggregation::sum ||
           aggregation == Aggregation::unique;
}

bool is_of(const Draw& draw, const Use& use) {
    return draw.span.contains(use.occurred_at) && draw.meters.contains(use.meter);
}

// `scope` says of which draws: of the account's own use all in which it has a share.
void take(Usage& usage, const Use& use, Scope scope, const Sharing& sharing) {
    if (!is_additive(use.aggregation)) return;
    std::int64_t rest = use.quantity;
    Draw* last = nullptr;
    for (Draw& draw : usage.draws) {
        bool matches = (scope == Scope::own || draw.scope == scope) &&
                       (draw.scope != Scope::shared || sharing.in(draw.family, draw.plan.plan)) &&
                       is_of(draw, use);
        if (!matches) continue;
        last = &draw;
        std::int64_t part =
            std::clamp<std::int64_t>(draw.left(), 0, std::max<std::int64_t>(rest, 0));
        draw.used += part;
        rest -= part;
        if (rest == 0) return;
    }
    // A correction downwards, or a fact beyond what there was.
    if (last != nullptr) last->used = std::max<std::int64_t>(0, last->used + rest);
}

Held& held_of(Usage& usage, Name meter) {
    auto at = std::ranges::find(usage.held, meter, &Held::meter);
    if (at != usage.held.end()) return *at;
    Held& held = usage.held.emplace_back();
    held.meter = meter;
    return held;
}

// A reservation from before every level held what it would pay has one hold, of the account itself.
// Under which caps it would be charged was not told: under all, as it was counted then.
ReservedUse with_costs(const ReservationMade& event) {
    ReservedUse made = event.reservation;
    if (!made.hold.is_nil())
        made.costs.push_back({event.account, 0, made.money_micros, made.hold, true});
    made.hold = {};
    made.money_micros = 0;
    return made;
}

void add_cost(Held& held, const ReservedCost& cost, std::int64_t sign) {
    held.units += sign * cost.units;
    held.money_micros += sign * cost.money_micros;
    if (cost.is_payers) held.payers_micros += sign * cost.money_micros;
}

}  // namespace

std::int64_t value_at(const Counter& counter, Instant now) {
    if (counter.window != WindowKind::rolling) return counter.value;
    return sum_of_steps(counter, step_of(counter.rolling, now));
}

bool has_member(const Counter& counter, const Uuid& member) {
    if (counter.index.size() != counter.members.size()) {
        // Only after the counter was read back; it makes nothing observable.
        auto& index = const_cast<Counter&>(counter).index;
        index.clear();
        index.insert(counter.members.begin(), counter.members.end());
    }
    return counter.index.contains(member);
}

std::int64_t value_after(const Counter& counter, const Use& use) {
    std::int64_t value = value_at(counter, use.occurred_at);
    switch (counter.aggregation) {
        case Aggregation::count:
        case Aggregation::sum:
            return value + use.quantity;
        case Aggregation::max:
            return std::max(value, use.quantity);
        case Aggregation::latest:
            return use.occurred_at < counter.newest ? value : use.quantity;
        case Aggregation::unique:
            return has_member(counter, use.member) ? value : value + 1;
    }
    return value;
}

std::int64_t held(const Usage& usage, Name meter, Scope scope) {
    for (const Held& h : usage.held)
        if (h.meter == meter) return scope == Scope::own ? h.own : h.own + h.below;
    return 0;
}

const ReservedUse* find_reservation(const Usage& usage, const Uuid& id) {
    auto at = std::ranges::find(usage.reservations, id, &ReservedUse::id);
    return at == usage.reservations.end() ? nullptr : &*at;
}

const Counter* find(const Usage& usage, const CounterName& name) {
    for (const Counter& c : usage.counters)
        if (c.span == name.span && c.window == name.window && c.scope == name.scope &&
            c.rolling == name.rolling && c.meter == name.meter && c.plan == name.plan)
            return &c;
    return nullptr;
}

const Draw* find(const Usage& usage, const DrawName& name) {
    for (const Draw& d : usage.draws)
        if (d.subscription == name.subscription && d.package == name.package &&
            d.scope == name.scope && d.family == name.family)
            return &d;
    return nullptr;
}

Period calendar_span(catalog::WindowKind window, Instant at, Zone zone) {
    if (window == WindowKind::rolling || window == WindowKind::lifetime)
        return {{0}, {Instant::us_max}};
    CivilDate day = zone.date_of(at);
    if (window == WindowKind::day) return {zone.midnight(day), zone.midnight(add_days(day, 1))};
    CivilDate first{day.year, day.month, 1};
    CivilDate after = add_days(first, 31);
    return {zone.midnight(first), zone.midnight({after.year, after.month, 1})};
}

std::int64_t increase_of(const Usage& usage, const Use& use, Scope scope) {
    if (use.aggregation != Aggregation::unique) return use.quantity;
    for (const Counter& c : usage.counters)
        if (c.window == WindowKind::subscription &&
            (c.scope == scope || (scope == Scope::own && c.scope != Scope::shared)) &&
            c.span.contains(use.occurred_at) && c.meter == use.meter && !has_member(c, use.member))
            return 1;
    return 0;
}

void count(Usage& usage, const Use& use, Scope scope, const Sharing& sharing) {
    Use drawn = use;
    drawn.quantity = increase_of(usage, use, scope);
    // Before the windows know the member.
    Use shared = use;
    bool shares = false;
    for (const Draw& draw : usage.draws)
        if (draw.scope == Scope::shared && is_of(draw, use) &&
            sharing.in(draw.family, draw.plan.plan)) [[unlikely]]
            shares = true;
    if (shares) shared.quantity = increase_of(usage, use, Scope::shared);
    for (Counter& counter : usage.counters) {
        if (!counter.span.contains(use.occurred_at) || counter.meter != use.meter) continue;
        if (counter.scope == Scope::shared ? sharing.in(counter.family, counter.plan)
                                           : scope == Scope::own || counter.scope == scope)
            add(counter, use);
    }
    if (scope == Scope::own && !use.entity.is_nil()) count_entity(usage, use);
    if (scope == Scope::own) return take(usage, shares ? shared : drawn, scope, sharing);
    take(usage, drawn, Scope::pooled, sharing);
    if (shares) take(usage, shared, Scope::shared, sharing);
}

void apply(Usage& usage, const CounterOpened& event) {
    const Counter& c = event.counter;
    auto is_over = [&c](const Counter& before) {
        return before.meter == c.meter && before.window == c.window && before.scope == c.scope &&
               before.rolling == c.rolling && before.plan == c.plan &&
               (before.span == c.span || before.span.end <= c.span.start);
    };
    auto place = std::ranges::find_if(usage.counters, is_over);
    if (place == usage.counters.end()) return usage.counters.push_back(c);
    *place = c;
    usage.counters.erase(std::remove_if(place + 1, usage.counters.end(), is_over),
                         usage.counters.end());
}

void apply(Usage& usage, const DrawOpened& event) {
    const Draw& d = event.draw;
    if (const Draw* before = find(usage, DrawName{d.subscription, d.family, d.package, d.scope}))
        *const_cast<Draw*>(before) = d;
    else
        usage.draws.push_back(d);
}

void apply(Usage& usage, const PacksBought& event) {
    const Draw* found =
        find(usage, DrawName{event.subscription, event.family, event.package, event.scope});
    RB_CHECK(found != nullptr, "packs are bought for a package that was opened");
    auto& draw = const_cast<Draw&>(*found);
    draw.size += event.units;
    draw.packs += event.packs;
}

void apply(Usage& usage, const MoneySpent& event) {
    // An account has one cap of its own; of its payer each subscription's period counts.
    std::erase_if(usage.spent, [&](const Spent& s) {
        bool is_over = event.against == SpendLimit::account ? s.span != event.span
                                                            : s.span.end <= event.span.start;
        return s.against == event.against && is_over;
    });
    for (Spent& s : usage.spent)
        if (s.against == event.against && s.span == event.span) {
            s.amount += event.amount;
            return;
        }
    usage.spent.push_back({event.against, event.span, event.amount});
}

void forget_spent(Usage& usage) {
    std::erase_if(usage.spent, [](const Spent& s) { return s.against == SpendLimit::account; });
}

std::int64_t spent_micros(const Usage& usage, SpendLimit against, const Period& span) {
    for (const Spent& s : usage.spent)
        if (s.against == against && s.span == span) return s.amount.micros();
    return 0;
}

std::int64_t money_held_micros(const Usage& usage, SpendLimit against) {
    std::int64_t sum = 0;
    for (const Held& h : usage.held)
        sum += against == SpendLimit::account ? h.money_micros : h.payers_micros;
    return sum;
}

std::int64_t units_bought(const Usage& usage, Name meter) {
    for (const Held& h : usage.held)
        if (h.meter == meter) return h.units;
    return 0;
}

const ReservedCost* find_cost(const ReservedUse& reservation, AccountId payer) {
    auto at = std::ranges::find(reservation.costs, payer, &ReservedCost::payer);
    return at == reservation.costs.end() ? nullptr : &*at;
}

void apply(Usage& usage, const ReservationMade& event, AccountId level) {
    const ReservedUse made = with_costs(event);
    bool is_own = level == event.account;
    Held& held = held_of(usage, made.meter);
    (is_own ? held.own : held.below) += made.quantity;
    if (const ReservedCost* cost = find_cost(made, level)) add_cost(held, *cost, 1);
    if (!is_own) return;
    if (!made.entity.is_nil()) hold_for(held, made.entity, made.quantity);
    usage.reservations.push_back(made);
}

void apply(Usage& usage, const ReservationEnded& event, const ReservedUse& ended, AccountId level) {
    bool is_own = level == event.account;
    Held& held = held_of(usage, ended.meter);
    (is_own ? held.own : held.below) -= ended.quantity;
    if (const ReservedCost* cost = find_cost(ended, level)) add_cost(held, *cost, -1);
    RB_CHECK(held.own >= 0 && held.below >= 0 && held.units >= 0 && held.money_micros >= 0,
             "no more is released than was held");
    if (is_own && !ended.entity.is_nil()) hold_for(held, ended.entity, -ended.quantity);
    if (held.own == 0 && held.below == 0)
        std::erase_if(usage.held, [&](const Held& h) { return h.meter == ended.meter; });
    if (is_own)
        std::erase_if(usage.reservations,
                      [&](const ReservedUse& r) { return r.id == event.reservation; });
}

std::optional<Instant> next_expiry(const Usage& usage) {
    std::optional<Instant> earliest;
    for (const ReservedUse& r : usage.reservations)
        if (!earliest || r.expires_at < *earliest) earliest = r.expires_at;
    return earliest;
}

}  // namespace rb::metering
