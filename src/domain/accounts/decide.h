#pragma once
// What a command on one account would do. `parent` lookups and authority over the tree are the
// caller's business (engine): here stands what one account knows. No side effects.
#include <vector>

#include "base/id_source.h"
#include "domain/accounts/types.h"
#include "domain/faults/types.h"

namespace rb::accounts {

// `parent` is nullptr for a new tree. Checks: name (2 to 40 of [a-z0-9-], begins with a letter,
// ends without a hyphen), currency present (inherited from the parent when empty), depth, an active
// parent, clock only on a new tree (a child has its tree's), profile bounds of limits.h, credit
// limit >= 0, country codes.
Result<Event> decide(const Account* parent, const OpenAccount& command, Instant now);
// `wallet_currency` is the currency that postings have fixed, or empty.
Result<Event> decide(const Account& account, const UpdateProfile& command,
                     Currency wallet_currency);
// A closed account stays closed.
// The amount is in the account's currency, zero or more.
Result<Event> decide(const Account& account, const SetSpendCap& command);
Result<Event> decide(const Account& account, const SetStatus& command);
// Of a top only, whatever its status: a closed tree can still be asked for.
Result<RequestRateSet> decide(const Account& account, const SetRequestRate& command);
// Members are never left without an active owner among them by a demotion or a removal
// (field_is_invalid); the last member of all may go. A member's keys follow the member: a demotion
// lowers their roles, a removal takes them along. Removing and revoking work on a closed account
// too.
Result<Event> decide(const Account& account, const AddMember& command, Instant now, IdSource& ids);
Result<Event> decide(const Account& account, const UpdateMember& command);
Result<Event> decide(const Account& account, const RemoveMember& command);
// The key's role may not exceed its member's (role_is_too_low); expires_at lies ahead. A key that
// was revoked is unknown to a second revocation.
Result<Event> decide(const Account& account, const AddApiKey& command, Instant now);
Result<Event> decide(const Account& account, const RevokeApiKey& command, Instant now);
// Public half only, in PEM.
Result<Event> decide(const Account& account, const AddServiceKey& command, Instant now);
Result<Event> decide(const Account& account, const RevokeServiceKey& command, Instant now);

// An alias has the form of a name.
Result<void> check_alias(std::string_view alias);
// A key is written "key:cust-42" where a name could be meant: one that begins so, or as an id does,
// could never be meant by itself. For keys that are given anew; those of old stay.
inline constexpr std::string_view key_prefix = "key:";
Result<void> check_new_key(std::string_view key);

// Applies an event of this account. AccountOpened assigns the whole. Cannot fail.
void apply(Account& account, const Event& event);

// Frozen and closed accounts: may they be charged, may they change plans?
Result<void> must_be_active(const Account& account);
Result<void> must_not_be_closed(const Account& account);
// role_is_too_low names the role that is needed.
Result<void> require_role(const Caller& caller, Role minimum);

// Members that count as seats.
std::int64_t active_members(const Account& account);
std::int64_t invited_members(const Account& account);
const ApiKey* find_api_key(const Account& account, ApiKeyId id);
const ServiceKey* find_service_key(const Account& account, Uuid kid);

}  // namespace rb::accounts
