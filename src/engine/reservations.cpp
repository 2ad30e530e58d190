#include "engine/reservations.h"

#include <algorithm>
#include <list>

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/ledger/decide.h"
#include "engine/authority.h"
#include "engine/usage_block.h"
#include "engine/usage_terms.h"

namespace rb::engine {

namespace {

using entitlements::Answer;
using entitlements::Purpose;
using metering::ReservedUse;

struct Parties {
    std::vector<entitlements::Party> list;
    std::vector<std::unique_ptr<entitlements::Terms>> kept;
    std::list<ledger::Wallet> wallets;  // with a reservation's money back in them
};

Parties parties_of(const DecideInput& in, const AccountRecord& record, Name meter) {
    Parties parties;
    gather_once(in.book, in.catalog, record, meter, in.now, parties.list, parties.kept);
    return parties;
}

Result<const catalog::Meter*> reservable(const catalog::Settings& settings,
                                         const std::string& key) {
    auto feature = settings.features.find(key);
    if (feature == settings.features.end())
        return refuse(Fault::feature_is_unknown, "the catalog has no such feature", "/feature");
    auto meter = settings.meters.find(feature->second.meter);
    bool adds_up = meter != settings.meters.end() &&
                   (meter->second.aggregation == catalog::Aggregation::count ||
                    meter->second.aggregation == catalog::Aggregation::sum);
    if (feature->second.kind != catalog::FeatureKind::metered || !adds_up)
        return refuse(Fault::field_is_invalid,
                      "expected a metered feature whose meter counts or sums", "/feature");
    return &meter->second;
}

Result<const ReservedUse*> open_reservation(const AccountRecord& record, ReservationId id) {
    const ReservedUse* found = metering::find_reservation(record.usage, id.uuid);
    if (found == nullptr)
        return refuse(Fault::reservation_is_unknown, "there is no such open reservation",
                      "/reservation");
    return found;
}

// Also those whose plans say nothing of the meter any more.
std::vector<entitlements::Payer> payers_of(const DecideInput& in, const ReservedUse& reservation) {
    std::vector<entitlements::Payer> payers;
    for (const metering::ReservedCost& cost : reservation.costs) {
        const AccountRecord* payer = in.book.find(cost.payer);
        RB_CHECK(payer != nullptr, "who would pay for a reservation is in its tree");
        payers.push_back({&payer->account, &payer->wallet});
    }
    return payers;
}

// Lets each party see its wallet as the reservation's end leaves it. A wallet above many accounts
// has many holds, and a use asks for none of them: only the one that goes is copied.
void put_back(const std::vector<entitlements::Event>& ended, Parties& parties) {
    for (const entitlements::Event& event : ended) {
        const auto* back = std::get_if<ledger::HoldReleased>(&event);
        if (back == nullptr) continue;
        auto party = std::ranges::find_if(parties.list, [back](const entitlements::Party& p) {
            return p.account->id == back->account;
        });
        if (party == parties.list.end()) continue;
        const ledger::Wallet& before = *party->wallet;
        ledger::Wallet& after = parties.wallets.emplace_back();
        after.currency = before.currency;
        after.micros = before.micros;
        after.grants = before.grants;
        after.holds.push_back(*ledger::find_hold(before, back->hold));
        ledger::apply(after, back->account, ledger::Event(*back));
        party->wallet = &after;
    }
}

metering::UsageCounted one_use(const AccountRecord& record, const entitlements::Act& act) {
    UsageRow row{};
    row.account = record.account.id;
    row.meter = act.use.meter;
    row.aggregation = act.use.aggregation;
    row.quantity = act.use.quantity;
    row.at = row.occurred_at = act.now;
    row.entity = act.use.entity;
    UsageBlockWriter block;
    block.add(row);
    return {block.finish()};
}

Answer refusal_of(const AccountRecord& record, accounts::Status worst) {
    bool is_frozen = worst == accounts::Status::frozen;
    Answer answer;
    answer.account = record.account.id;
    answer.reason = is_frozen ? Fault::account_is_frozen : Fault::account_is_closed;
    const std::string whose =
        record.account.status == worst ? "the account" : "an account above it";
    answer.detail = whose + (is_frozen ? " is frozen" : " is closed");
    return answer;
}

}  // namespace

Result<Decided> reserve(const DecideInput& in, const AccountRecord& record,
                        const entitlements::Reserve& c, IdSource& ids) {
    const accounts::Status worst = worst_of(in.book, record);
    if (worst == accounts::Status::frozen)
        return refuse(Fault::account_is_frozen, "the account is frozen, or one above it");
    if (worst == accounts::Status::closed)
        return refuse(Fault::account_is_closed, "the account is closed, or one above it");
    auto meter = reservable(in.catalog.settings, c.feature);
    if (!meter) return std::unexpected(meter.error());
    if (c.quantity < 1 || c.quantity > limits::quantity_max)
        return refuse(Fault::field_is_invalid, "expected a quantity from 1 to 1000000000000000",
                      "/quantity");
    if (c.expires_at <= in.now)
        return refuse(Fault::instant_is_in_the_past, "a reservation expires in the future",
                      "/expires_at");
    if (record.usage.reservations.size() >= limits::reservations_open_max)
        return refuse(Fault::too_many, "an account has at most 10000 open reservations");
    if (c.entity.size() > limits::entity_bytes_max)
        return refuse(Fault::field_is_invalid, "expected 1 to 255 bytes of text", "/entity");
    // Sums are kept at every level, also where no plan asks about them.
    for (const AccountRecord* r = &record; r != nullptr;
         r = r->account.parent.is_nil() ? nullptr : in.book.find(r->account.parent))
        if (auto ok = metering::check_held(r->usage, (*meter)->key, c.quantity); !ok)
            return std::unexpected(ok.error());
    entitlements::Act act{
        {(*meter)->key, (*meter)->aggregation, c.quantity, {}, in.now}, Purpose::ask, in.now};
    if (!c.entity.empty())
        act.use.entity = keyed_hash(in.key, record.account.top.uuid, (*meter)->key, c.entity);
    Parties parties = parties_of(in, record, act.use.meter);
    auto reserved = entitlements::reserve(in.catalog, parties.list, act, c, ids);
    if (!reserved) return std::unexpected(reserved.error());
    withhold_money(in.book, in.caller, record.account.id, reserved->answer);
    Decided out;
    out.reply = ReservationReply{
        std::move(reserved->answer),
        {ReservationId{reserved->reservation.id}, c.feature, c.quantity, c.expires_at}};
    lift_all(out.events, std::move(reserved->events));
    return out;
}

// What was put aside is there, whatever plans say by now, so up to that quantity it is a fact. The
// money comes back at every level first and then pays, credit before the rest as for any use.
Result<Decided> commit(const DecideInput& in, const AccountRecord& record,
                       const entitlements::CommitReservation& c, IdSource& ids) {
    auto found = open_reservation(record, c.reservation);
    if (!found) return std::unexpected(found.error());
    const ReservedUse& held = **found;
    std::int64_t quantity = c.quantity.value_or(held.quantity);
    if (quantity < 0 || quantity > limits::quantity_max)
        return refuse(Fault::field_is_invalid, "expected a quantity from 0 to 1000000000000000",
                      "/quantity");
    bool is_more = quantity > held.quantity;
    ReservationReply reply{{}, {c.reservation, held.feature, quantity, held.expires_at}};
    Decided out;
    const accounts::Status worst = worst_of(in.book, record);
    if (is_more && worst != accounts::Status::active) {
        reply.answer = refusal_of(record, worst);
        out.reply = std::move(reply);
        return out;
    }
    Parties parties = parties_of(in, record, held.meter);
    auto ended = entitlements::end_reservation(record.account.id, held, payers_of(in, held),
                                               metering::Ending::committed, in.now, ids);
    put_back(ended, parties);
    const catalog::Meter& meter = in.catalog.settings.meters.at(held.meter);
    entitlements::Act act{{meter.key, meter.aggregation, quantity, {}, in.now, held.entity},
                          is_more ? Purpose::consume : Purpose::fact,
                          in.now,
                          &held};
    auto decided = entitlements::decide(in.catalog, parties.list, act, ids);
    if (!decided) return std::unexpected(decided.error());
    reply.answer = std::move(decided->answer);
    withhold_money(in.book, in.caller, record.account.id, reply.answer);
    if (reply.answer.allowed) {
        Answer& answer = reply.answer;
        answer.counted = true;
        answer.used += quantity;
        if (answer.remaining)
            answer.remaining = std::max<std::int64_t>(0, *answer.remaining - quantity);
        lift_all(out.events, std::move(ended));
        lift_all(out.events, std::move(decided->events));
        if (quantity > 0) out.events.emplace_back(one_use(record, act));
    }
    out.reply = std::move(reply);
    return out;
}

Result<Decided> release(const DecideInput& in, const AccountRecord& record,
                        const entitlements::ReleaseReservation& c, IdSource& ids) {
    auto found = open_reservation(record, c.reservation);
    if (!found) return std::unexpected(found.error());
    const ReservedUse& held = **found;
    ReservationReply reply{{}, {c.reservation, held.feature, held.quantity, held.expires_at}};
    reply.answer.allowed = true;
    Decided out;
    out.reply = std::move(reply);
    give_back(in, record, held, metering::Ending::released, ids, out.events);
    return out;
}

void give_back(const DecideInput& in, const AccountRecord& record, const ReservedUse& reservation,
               metering::Ending how, IdSource& ids, std::vector<Event>& out) {
    lift_all(out, entitlements::end_reservation(record.account.id, reservation,
                                                payers_of(in, reservation), how, in.now, ids));
}

}  // namespace rb::engine
