#pragma once
// Which currency an account can no longer leave.
#include "engine/account_record.h"

namespace rb::engine {

// What lines have fixed: the wallet's postings, lines that accrued or are owed, what reservations
// hold and uses have spent, quotes that are open at `now`. Empty: nothing has.
Currency fixed_currency(const AccountRecord& record, Instant now);

}  // namespace rb::engine
