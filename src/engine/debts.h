#pragma once
// What money that came in pays besides: what the account owes, and what accounts below it owe only
// because it, their seller, was short.
#include "engine/decide.h"

namespace rb::engine {

// `wallet` is the account's with the money in it. At most limits::debts_settled_max accounts below,
// in the order of their ids: the others are settled by the next payment, or when they renew.
void settle_debts(const DecideInput& in, const AccountRecord& record, ledger::Wallet wallet,
                  IdSource& ids, std::vector<Event>& out);

}  // namespace rb::engine
