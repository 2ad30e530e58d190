#pragma once
// Decisions of the directory: which names, numbers, e-mails and aliases are free. Pure.
#include <set>
#include <string_view>
#include <vector>

#include "domain/faults/types.h"
#include "engine/book.h"

namespace rb::engine {

// Who holds the name, the number or the e-mail that is wanted, confirmed or not. Names and e-mails
// of other trees' children are nobody's business.
std::set<AccountId> holders(const Directory& directory, const AccountReserved& wanted);

// Reserves name, number (0: the next one) and e-mail for an account; `wanted.number` is filled in.
// Unconfirmed reservations of `abandoned` accounts (never opened, and nobody is opening them) give
// way. name_is_taken, email_is_taken, field_is_invalid.
Result<std::vector<Event>> reserve_account(const Directory& directory, AccountReserved& wanted,
                                           const std::set<AccountId>& abandoned);

// Gives the account another alias, or (empty) takes the one it has. An alias has the form of a name
// and is no top's name, nobody's alias, and no name of another account of its tree.
// account_is_unknown, name_is_taken, field_is_invalid.
Result<std::vector<Event>> grant_alias(const Directory& directory, AccountId account,
                                       std::string_view alias);

// Whom a name means everywhere: the top that has it; else the account with this alias; else the
// child that was given it when names were unique everywhere.
std::optional<AccountId> named_everywhere(const Directory& directory, std::string_view name);
// Whom it means to the platform: the same; else the child to whom the platform gave it.
// account_is_unknown; reference_is_ambiguous where it gave it to several.
Result<AccountId> named_by_platform(const Directory& directory, std::string_view name);
// Whom a name means within a tree: the account of this name, or with this alias.
std::optional<AccountId> named_within(const Directory& directory, AccountId top,
                                      std::string_view name);

// Of each key of an account that opens something, the event by which the directory would forget it.
std::vector<Event> keys_in_force(const Book& book, AccountId account);
// Those of `before` that are not left.
std::vector<Event> forget_keys(const std::vector<Event>& before, const std::vector<Event>& left);
// tree_is_full where the tree of the account has as many keys as it may.
Result<void> may_have_key(const Directory& directory, AccountId account, std::uint64_t keys_max);

}  // namespace rb::engine
