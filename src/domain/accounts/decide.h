#pragma once
// What a command on one account would do. `parent` lookups and authority over the tree are the
// caller's business (engine): here stands what one account knows. No side effects.
#include <vector>

#include "base/id_source.h"
#include "domain/accounts/authority.h"
#include "domain/accounts/types.h"
#include "domain/faults/types.h"

namespace rb::accounts {

// `parent` is nullptr for a new tree. Checks: name (2 to 40 of [a-z0-9-], begins with a letter,
// ends without a hyphen), currency present (inherited from the parent when empty), depth, an active
// parent, clock only on a new tree (a child has its tree's), profile bounds of limits.h, credit
// limit >= 0, country codes.
Result<Event> decide(const Account* parent, const OpenAccount& command, Instant now);
// `line_currency` is the currency that lines have fixed (posted, accrued, owed, quoted or held), or
// empty. currency_is_fixed also where a spend cap or a credit limit stands in the present currency
// and would stay as it is.
Result<Event> decide(const Account& account, const UpdateProfile& command, Currency line_currency);
// Who acts: the account (nil: the platform), and how it stands to the one at hand.
struct Actor {
    AccountId account;
    Relation relation = Relation::platform;
};
// The amount is in the account's currency, zero or more. A cap of one who stands above may be
// lowered in its window, which leaves it his; only its author and those above him may do more
// (role_is_too_low).
enum class CapAuthority : std::uint8_t { own, outranked };
Result<Event> decide(const Account& account, const SetSpendCap& command, const Actor& actor,
                     CapAuthority authority);
// A closing can be undone for 30 days (limits::closing_undo_us); then a closed account stays
// closed. What becomes of what stands on it is the engine's business (engine/closing.h). A freeze
// is added to those that stand, and lifted by its author alone (role_is_too_low); one whose author
// is not known by the platform or the seller.
Result<Event> decide(const Account& account, const SetStatus& command, const Actor& actor,
                     Instant now);
// What a debt to `seller` does to the account by itself, and what its payment undoes: other freezes
// stay. nullopt: nothing.
std::optional<StatusSet> freeze_for_debt(const Account& account, AccountId seller, Instant now);
std::optional<StatusSet> thaw_after_debt(const Account& account);
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

// The right that a command needs: what touches an owner or a key of one is the owners'.
Right right_for(const Account& account, const AddMember& command);
Right right_for(const Account& account, const UpdateMember& command);
Right right_for(const Account& account, const RemoveMember& command);
Right right_for(const Account& account, const AddApiKey& command);
Right right_for(const Account& account, const RevokeApiKey& command);
// Whether a profile differs in what is the seller's: credit limit, exemption, an app store's cap,
// or the tax country taken away.
bool moves_seller_terms(const Profile& before, const Profile& after);
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

// Members that count as seats.
std::int64_t active_members(const Account& account);
std::int64_t invited_members(const Account& account);
const ApiKey* find_api_key(const Account& account, ApiKeyId id);
const ServiceKey* find_service_key(const Account& account, Uuid kid);

}  // namespace rb::accounts
