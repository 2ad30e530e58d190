// Quantity put aside, with the money that it would cost at every level.
#include "base/check.h"
#include "base/limits.h"
#include "domain/entitlements/decide.h"
#include "domain/ledger/decide.h"

namespace rb::entitlements {

namespace {

ledger::Booking booking_of(const accounts::Account& account, Instant now) {
    return {account.id, account.profile.currency, account.profile.credit_limit_micros, now};
}

// Sums of what is held stay within one amount, so that no cap overflows.
Result<void> check_room(const Cost& cost) {
    std::int64_t held =
        metering::money_held_micros(*cost.party->usage, metering::SpendLimit::account);
    if (cost.total.micros() <= limits::amount_micros_max - held) return {};
    return refuse(Fault::amount_exceeds_limit,
                  "reservations would hold more than 1000000000000 of the currency", "/quantity");
}

void refuse_with(Answer& answer, const Cost& cost, Refusal&& why) {
    answer.allowed = false;
    answer.reason = why.fault;
    answer.detail = std::move(why.detail);
    answer.account = cost.party->account->id;
}

}  // namespace

Result<Reserved> reserve(const catalog::Catalog& catalog, std::span<const Party> parties,
                         const Act& act, const Reserve& command, IdSource& ids) {
    Act asked = act;
    asked.purpose = Purpose::ask;
    auto decided = decide(catalog, parties, asked, ids);
    if (!decided) return std::unexpected(decided.error());
    Reserved out;
    out.answer = std::move(decided->answer);
    if (!out.answer.allowed) return out;
    metering::ReservedUse& r = out.reservation;
    r.id = ids.next_uuid();
    r.feature = command.feature;
    r.meter = act.use.meter;
    r.quantity = act.use.quantity;
    r.expires_at = command.expires_at;
    r.entity = act.use.entity;
    for (const Cost& cost : decided->costs) {
        if (auto ok = check_room(cost); !ok) return std::unexpected(ok.error());
        const accounts::Account& payer = *cost.party->account;
        metering::ReservedCost& kept = r.costs.emplace_back();
        kept.payer = payer.id;
        kept.units = cost.units;
        kept.money_micros = cost.total.micros();
        kept.is_payers = cost.settlement == catalog::Settlement::app_store;
        bool is_from_wallet =
            cost.settlement == catalog::Settlement::prepaid && cost.total.is_positive();
        if (!is_from_wallet) continue;
        auto placed =
            ledger::place_hold(*cost.party->wallet, booking_of(payer, act.now),
                               {cost.total, "reserved: " + command.feature, r.id, {}}, ids);
        // Credit would pay for the use, but cannot be put aside: it may end before.
        if (!placed && placed.error().fault == Fault::money_is_short) {
            refuse_with(out.answer, cost, std::move(placed.error()));
            out.events.clear();
            return out;
        }
        if (!placed) return std::unexpected(placed.error());
        kept.hold = placed->hold.id.uuid;
        out.events.emplace_back(std::move(*placed));
    }
    out.events.emplace_back(metering::ReservationMade{parties.front().account->id, r});
    return out;
}

std::vector<Event> end_reservation(AccountId account, const metering::ReservedUse& reservation,
                                   std::span<const Payer> payers, metering::Ending how, Instant now,
                                   IdSource& ids) {
    RB_CHECK(payers.size() == reservation.costs.size(), "each cost of a reservation has its payer");
    std::vector<Event> events;
    events.emplace_back(metering::ReservationEnded{account, reservation.id, how});
    for (std::size_t i = 0; i < payers.size(); ++i) {
        const metering::ReservedCost& cost = reservation.costs[i];
        if (cost.hold.is_nil()) continue;
        auto released = ledger::release(*payers[i].wallet, booking_of(*payers[i].account, now),
                                        HoldId{cost.hold}, ids);
        RB_CHECK(released.has_value(), "the money of a reservation is held until it ends");
        events.emplace_back(std::move(*released));
    }
    return events;
}

}  // namespace rb::entitlements
