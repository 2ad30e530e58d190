#pragma once
// Decisions of the directory: what is unique everywhere. Pure.
#include <set>
#include <vector>

#include "domain/faults/types.h"
#include "engine/book.h"

namespace rb::engine {

// Who holds the name, the number or the e-mail that is wanted, confirmed or not.
std::set<AccountId> holders(const Directory& directory, const AccountReserved& wanted);

// Reserves name, number (0: the next one) and e-mail for an account; `wanted.number` is filled in.
// Unconfirmed reservations of `abandoned` accounts (never opened, and nobody is opening them) give
// way. name_is_taken, email_is_taken, field_is_invalid.
Result<std::vector<Event>> reserve_account(const Directory& directory, AccountReserved& wanted,
                                           const std::set<AccountId>& abandoned);

// Of each key of an account that opens something, the event by which the directory would forget it.
std::vector<Event> keys_in_force(const Book& book, AccountId account);
// Those of `before` that are not left.
std::vector<Event> forget_keys(const std::vector<Event>& before, const std::vector<Event>& left);
// tree_is_full where the tree of the account has as many keys as it may.
Result<void> may_have_key(const Directory& directory, AccountId account, std::uint64_t keys_max);

}  // namespace rb::engine
