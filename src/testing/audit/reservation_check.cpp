#include "testing/audit/reservation_check.h"

#include <algorithm>

namespace rb::testing::audit {

namespace {

// What was made before every level held what it would pay has one hold, of the account itself.
std::vector<metering::ReservedCost> costs_of(const metering::ReservationMade& e) {
    const metering::ReservedUse& r = e.reservation;
    if (r.hold.is_nil()) return r.costs;
    return {{e.account, 0, r.money_micros, r.hold, true}};
}

std::string text_of(const Uuid& id) { return ReservationId{id}.to_text(); }

}  // namespace

Problem ReservationCheck::take(const engine::Event& event) {
    if (const auto* e = std::get_if<metering::ReservationMade>(&event)) return made(*e);
    if (const auto* e = std::get_if<metering::ReservationEnded>(&event)) return ended(*e);
    if (const auto* e = std::get_if<ledger::HoldCaptured>(&event))
        return taken(e->account, e->hold);
    if (const auto* e = std::get_if<ledger::HoldReleased>(&event))
        return taken(e->account, e->hold);
    return std::nullopt;
}

Problem ReservationCheck::made(const metering::ReservationMade& e) {
    const Uuid& id = e.reservation.id;
    if (ended_.contains(id) || open_.contains(id)) return "a reservation is made twice";
    if (e.reservation.quantity <= 0) return text_of(id) + " reserves nothing";
    Open open{e.account, e.reservation, costs_of(e)};
    AccountId level = e.account;
    for (const metering::ReservedCost& cost : open.costs) {
        // Upwards, and each once.
        while (!level.is_nil() && level != cost.payer) level = parents_[level];
        if (level.is_nil())
            return text_of(id) + " would be paid by an account that does not stand above";
        level = parents_[level];
        if (cost.units < 0 || cost.units > e.reservation.quantity || cost.money_micros < 0)
            return text_of(id) + " would buy more than it reserves";
        if (Problem found = is_held(id, cost)) return found;
        if (!cost.hold.is_nil()) holds_.insert({cost.payer, HoldId{cost.hold}});
    }
    add(open, 1);
    open_.emplace(id, std::move(open));
    return std::nullopt;
}

Problem ReservationCheck::is_held(const Uuid& id, const metering::ReservedCost& cost) const {
    if (cost.hold.is_nil()) return std::nullopt;
    auto hold = ledger_.holds().find({cost.payer, HoldId{cost.hold}});
    if (hold == ledger_.holds().end() || hold->second.subject != id)
        return text_of(id) + " names a hold that is not its own, or not open";
    if (hold->second.micros != cost.money_micros)
        return text_of(id) + " holds other money than it would cost";
    return std::nullopt;
}

Problem ReservationCheck::ended(const metering::ReservationEnded& e) {
    auto found = open_.find(e.reservation);
    if (found == open_.end()) return "a reservation ends that is not open";
    if (found->second.account != e.account)
        return text_of(e.reservation) + " ends for another account than it was made for";
    for (const metering::ReservedCost& cost : found->second.costs) {
        if (cost.hold.is_nil()) continue;
        HoldKey key{cost.payer, HoldId{cost.hold}};
        holds_.erase(key);
        must_be_gone_.push_back(key);
    }
    add(found->second, -1);
    ended_.insert(e.reservation);
    open_.erase(found);
    return std::nullopt;
}

Problem ReservationCheck::taken(AccountId account, HoldId hold) const {
    if (!holds_.contains({account, hold})) return std::nullopt;
    return hold.to_text() + " is taken from a reservation that is open";
}

// What is held at the account itself and at each one above it.
void ReservationCheck::add(const Open& open, int sign) {
    const std::string meter = open.use.meter.text();
    for (AccountId level = open.account; !level.is_nil(); level = parents_[level]) {
        HeldSum& sum = sums_[{level, meter}];
        (level == open.account ? sum.own : sum.below) += sign * int128{open.use.quantity};
        for (const metering::ReservedCost& cost : open.costs) {
            if (cost.payer != level) continue;
            sum.units += sign * int128{cost.units};
            sum.money += sign * int128{cost.money_micros};
            if (cost.is_payers) sum.payers += sign * int128{cost.money_micros};
        }
        if (sum == HeldSum{}) sums_.erase({level, meter});
    }
}

Problem ReservationCheck::settled() {
    for (const auto& [account, hold] : must_be_gone_)
        if (ledger_.holds().contains({account, hold}))
            return hold.to_text() + " outlives its reservation";
    must_be_gone_.clear();
    return std::nullopt;
}

ProblemOf ReservationCheck::at_the_end() const {
    for (const auto& [id, open] : open_)
        for (const metering::ReservedCost& cost : open.costs)
            if (Problem found = is_held(id, cost)) return std::pair(open.account, *found);
    for (const auto& [key, hold] : ledger_.holds())
        if (open_.contains(hold.subject) && !holds_.contains(key))
            return std::pair(key.first, key.second.to_text() +
                                            " is held for a reservation that does not name it");
    return std::nullopt;
}

std::optional<std::string> difference(const HeldSums& sums, AccountId account,
                                      const metering::Usage& usage) {
    std::size_t known = 0;
    for (auto at = sums.lower_bound({account, ""}); at != sums.end() && at->first.first == account;
         ++at)
        ++known;
    if (known != usage.held.size()) return "the engine holds of other meters than reservations do";
    for (const metering::Held& h : usage.held) {
        auto ours = sums.find({account, h.meter.text()});
        HeldSum theirs{h.own, h.below, h.units, h.money_micros, h.payers_micros};
        if (ours == sums.end() || ours->second != theirs)
            return h.meter.text() + ": the engine holds other sums than its reservations";
    }
    return std::nullopt;
}

}  // namespace rb::testing::audit
