#pragma once
// The end of an account: what becomes of its money, debts and paid periods is said by who closes
// it, and has an entry for each. What stands and of which nothing is said is refused, all at once,
// as blockers of account_is_not_settled:
//
//   paid_period  a subscription that is paid for time to come: `unused`
//   holds        how many holds of the seller's are open; they are released: `balance`
//   balance      money that is left after all that: `balance`
//   debt         what is owed or below zero, or a subscription that is past due: `debt`
//
// Promotional grants stay and expire; what waits for an invoice waits on. What stands below is
// closed by its status alone and keeps what it has: each account is settled by a call of its own,
// before or after the one above it.
#include "engine/decide.h"

namespace rb::engine {

// The events besides its status. role_is_too_low where money goes to the outside or a debt is
// written off by another than the seller; account_is_unknown, currency_is_fixed or field_is_invalid
// at /transfer_to.
Result<std::vector<Event>> settle_closing(const DecideInput& in, const AccountRecord& record,
                                          const accounts::SetStatus& command, IdSource& ids);

}  // namespace rb::engine
