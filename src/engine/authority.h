#pragma once
// Where a caller stands to an account of a book, and so what accounts::may says of it.
#include "domain/accounts/authority.h"
#include "domain/entitlements/types.h"
#include "engine/book.h"

namespace rb::engine {

accounts::Stand standing_of(const Book& book, const accounts::Caller& caller,
                            const AccountRecord& record);
// To one that would stand below `parent`.
accounts::Stand standing_below(const Book& book, const accounts::Caller& caller,
                               const AccountRecord& parent);
// The worst status of the account and of all above it; kept with the record while nothing of its
// tree moves.
accounts::Status worst_of(Book& book, AccountRecord& record);
accounts::Status worst_of(const Book& book, const AccountRecord& record);
// As standing_of, for every use: without a walk for the platform and for the account itself.
accounts::Stand standing_in_turn(Book& book, const accounts::Caller& caller, AccountRecord& record);

// Leaves out of an answer what a balance or a cap comes to, where the caller may not read the money
// of the account that would pay: below an agency its own, and of one's own by a lesser role.
void withhold_money(const Book& book, const accounts::Caller& caller, AccountId asked,
                    entitlements::Answer& answer);

// The account, when the caller may do this to it.
Result<const AccountRecord*> allowed(const Book& book, const accounts::Caller& caller, AccountId id,
                                     accounts::Right right);

}  // namespace rb::engine
