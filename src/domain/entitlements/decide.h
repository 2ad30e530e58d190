#pragma once
// May this be used, and what follows when it is. One use passes all levels at once, all or nothing:
// the account, the pools above it, the packages and prices at which an agency above buys. Pure.
#include <span>
#include <variant>
#include <vector>

#include "base/id_source.h"
#include "domain/accounts/types.h"
#include "domain/entitlements/terms.h"
#include "domain/entitlements/types.h"
#include "domain/ledger/types.h"
#include "domain/metering/usage.h"
#include "domain/subscriptions/types.h"

namespace rb::entitlements {

// What follows from a use before it is counted, in this order.
using Event =
    std::variant<metering::CounterOpened, metering::EntityCounterOpened, metering::DrawOpened,
                 metering::PacksBought, metering::ThresholdPassed, metering::ReservationMade,
                 metering::ReservationEnded, ledger::EntryPosted, ledger::HoldPlaced,
                 ledger::HoldReleased, subscriptions::LinesAccrued, metering::MoneySpent,
                 metering::SpendThresholdPassed>;

// One level. The first party is the account that is asked about, then those above, upwards: those
// whose plans have a say, and every agency, which may have to buy what it sells.
struct Party {
    const accounts::Account* account = nullptr;
    const metering::Usage* usage = nullptr;
    const ledger::Wallet* wallet = nullptr;
    const Terms* terms = nullptr;
    metering::Scope scope = metering::Scope::own;
    // What waits for an invoice counts as owed; nullptr: nothing does.
    const subscriptions::Subscriptions* subscriptions = nullptr;
    bool is_on_plan = true;  // it holds itself what is shared with it
    AccountId seller{};      // the nearest agency above it; nil: the platform
};

// consume: counts, may be refused. fact: counts, is never refused for limits or money: what is
// beyond them is charged down to the credit limit and then owed. ask: nothing follows.
enum class Purpose : std::uint8_t { ask, consume, fact };

struct Act {
    metering::Use use;
    Purpose purpose = Purpose::ask;
    Instant now;
    // The open reservation that this use settles: what it holds is there for the use. nullptr:
    // none.
    const metering::ReservedUse* settles = nullptr;
    std::string_view entity{};  // as the caller calls it; `use` has its hash
    // A fact that the account below an agency tells of itself: it spends what the account has, and
    // no more. Its agency pays for what it sells, and has not asked for this.
    bool is_self_told = false;
};

// What one level would pay for a use, or has paid.
struct Cost {
    const Party* party = nullptr;
    std::int64_t units = 0;  // beyond what its packages have
    Amount total;            // tax included
    catalog::Settlement settlement = catalog::Settlement::prepaid;
};

struct Decision {
    Answer answer;
    std::vector<Event> events;  // empty: nothing but the count
    std::vector<Cost> costs;    // upwards; of levels that pay nothing none
};

// Refusals of a use stand in the answer (allowed false); faults are of the catalog, as price_in
// has them: price_is_missing, exchange_rate_is_missing, amount_exceeds_limit; entity_is_missing
// where a limit holds for each entity and the use names none; and, of facts too,
// quantity_exceeds_limit, amount_exceeds_limit and too_many where a sum or a list that the use adds
// to would leave its range.
Result<Decision> decide(const catalog::Catalog& catalog, std::span<const Party> parties,
                        const Act& act, IdSource& ids);

// Whether a kept draw is that of the package as it is given now.
bool stands(const metering::Draw& draw, const Terms& terms, const PackageTerms& p);
// The draw of a package as it stands, or as it begins now: with what rolls over from the period
// before, or what a change of the plan within the period carries on (what was used of the package
// that was left, and what is left of bought packs).
metering::Draw draw_now(const metering::Usage& usage, const Terms& terms,
                        const PackageTerms& package);

// Holds what the use would cost at every level that pays, tax included, or nothing at any: in the
// level's wallet where it would be paid from there, else as a sum that counts against its caps.
// Refusals stand in the answer as of a use; faults beside those of `decide` are too_many where a
// wallet has no room for another hold, and amount_exceeds_limit beyond what can be held in all.
struct Reserved {
    Answer answer;
    metering::ReservedUse reservation;
    std::vector<Event> events;  // the money's holds, the reservation; empty: it is not allowed
};
Result<Reserved> reserve(const catalog::Catalog& catalog, std::span<const Party> parties,
                         const Act& act, const Reserve& command, IdSource& ids);

// Who would pay for a reservation.
struct Payer {
    const accounts::Account* account = nullptr;
    const ledger::Wallet* wallet = nullptr;
};
// Ends a reservation of the account without a use: its money comes back at every level. `payers`
// are those of its costs, in their order, whatever their plans say by now.
std::vector<Event> end_reservation(AccountId account, const metering::ReservedUse& reservation,
                                   std::span<const Payer> payers, metering::Ending how, Instant now,
                                   IdSource& ids);

}  // namespace rb::entitlements
