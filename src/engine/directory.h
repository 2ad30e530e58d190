#pragma once
// Decisions of the directory: what is unique everywhere. Pure.
#include <set>
#include <vector>

#include "domain/faults/types.h"
#include "engine/book.h"

namespace rb::engine {

// Who holds the name, the number or the e-mail that is wanted, confirmed or not.
std::set<AccountId> holders(const Directory& directory, const AccountReserved& wanted);

// The number that an account gets which asks for none: the next free one, from one again after
// 2^53 - 1.
std::int64_t next_free_number(const Directory& directory);
// What that is once a number was given out. One that was chosen far ahead does not move it: else
// whoever chooses could use them all up.
std::int64_t next_number_after(const Directory& directory, std::int64_t number);

// Reserves name, number (0: the next one) and e-mail for an account; `wanted.number` is filled in.
// Unconfirmed reservations of `abandoned` accounts (never opened, and nobody is opening them) give
// way. name_is_taken, email_is_taken, field_is_invalid.
Result<std::vector<Event>> reserve_account(const Directory& directory, AccountReserved& wanted,
                                           const std::set<AccountId>& abandoned);

}  // namespace rb::engine
