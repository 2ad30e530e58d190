#pragma once
// Inside the engine: reservations of an account, decided against the book with everyone who would
// pay for them. Who may ask is decided before. Pure.
#include <vector>

#include "engine/decide.h"

namespace rb::engine {

Result<Decided> reserve(const DecideInput& in, const AccountRecord& record,
                        const entitlements::Reserve& command, IdSource& ids);
Result<Decided> commit(const DecideInput& in, const AccountRecord& record,
                       const entitlements::CommitReservation& command, IdSource& ids);
Result<Decided> release(const DecideInput& in, const AccountRecord& record,
                        const entitlements::ReleaseReservation& command, IdSource& ids);

// Ends an open reservation of the account without a use; what follows goes behind `out`.
void give_back(const DecideInput& in, const AccountRecord& record,
               const metering::ReservedUse& reservation, metering::Ending how, IdSource& ids,
               std::vector<Event>& out);

}  // namespace rb::engine
