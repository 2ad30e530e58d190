#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/check.h"
#include "domain/accounts/decide.h"

namespace rb::accounts {

namespace {

std::unexpected<Refusal> key_is_unknown(std::string_view field) {
    return refuse(Fault::key_is_unknown, "the account has no such key in force",
                  std::string(field));
}

template <class Key>
std::int64_t count_in_force(const std::vector<Key>& keys) {
    return std::ranges::count_if(keys, [](const Key& key) { return !key.revoked_at; });
}

Result<void> check_member_of_key(const Account& account, const ApiKey& key) {
    if (key.member.is_nil()) return {};
    auto at = std::ranges::find(account.members, key.member, &Member::id);
    if (at == account.members.end())
        return refuse(Fault::member_is_unknown, "the account has no such member", "/member");
    if (key.role <= at->role) return {};
    std::string role(enum_text(at->role));
    return refuse(Fault::role_is_too_low,
                  "expected the role " + role + " or lower: the key's member is " + role, "/role");
}

// Of the role owner, or in the hand of one who is.
bool is_owners(const Account& account, const ApiKey& key) {
    auto at = std::ranges::find(account.members, key.member, &Member::id);
    return key.role == Role::owner ||
           (!key.member.is_nil() && at != account.members.end() && at->role == Role::owner);
}

Result<void> check_rights(const std::vector<std::string>& rights) {
    for (std::size_t i = 0; i < rights.size(); ++i)
        if (rights[i] != meter_write || i > 0)
            return refuse(Fault::field_is_invalid, "expected meter:write once, or nothing",
                          "/rights/" + std::to_string(i));
    return {};
}

}  // namespace

Right right_for(const Account& account, const AddApiKey& command) {
    return is_owners(account, command.key) ? Right::manage_owners : Right::make_key;
}

Right right_for(const Account& account, const RevokeApiKey& command) {
    const ApiKey* key = find_api_key(account, command.key);
    return key != nullptr && is_owners(account, *key) ? Right::manage_owners : Right::revoke_key;
}

Result<Event> decide(const Account& account, const AddApiKey& command, Instant now) {
    RB_CHECK(!command.key.id.is_nil(), "the key's id was reserved before");
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    if (count_in_force(account.api_keys) >= static_cast<std::int64_t>(limits::api_keys_max))
        return refuse(Fault::too_many, "an account has at most 1000 keys: revoke some first");
    if (auto ok = check_text(command.key.name, limits::name_bytes_max, "/name"); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_member_of_key(account, command.key); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_rights(command.key.rights); !ok) return std::unexpected(ok.error());
    if (command.key.expires_at && *command.key.expires_at <= now)
        return refuse(Fault::instant_is_in_the_past,
                      "expected an expiry after " + now.to_text() + ", the present instant",
                      "/expires_at");
    if (find_api_key(account, command.key.id) != nullptr)
        return refuse(Fault::key_is_taken, "the account has a key of this id", "/key");
    ApiKey key = command.key;
    key.created_at = now;
    key.revoked_at.reset();
    return ApiKeyAdded{account.id, std::move(key)};
}

Result<Event> decide(const Account& account, const RevokeApiKey& command, Instant now) {
    const ApiKey* key = find_api_key(account, command.key);
    if (key == nullptr || key->revoked_at) return key_is_unknown("/key");
    return ApiKeyRevoked{account.id, command.key, now};
}

Result<Event> decide(const Account& account, const AddServiceKey& command, Instant now) {
    const ServiceKey& given = command.key;
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    if (count_in_force(account.service_keys) >= static_cast<std::int64_t>(limits::service_keys_max))
        return refuse(Fault::too_many,
                      "an account has at most 100 service keys: revoke some first");
    if (given.kid.is_nil())
        return refuse(Fault::field_is_missing, "expected the key's id, a UUID", "/kid");
    if (auto ok = check_text(given.name, limits::name_bytes_max, "/name"); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_public_key(given.public_key_pem); !ok) return std::unexpected(ok.error());
    if (given.roles.size() > service_roles_max)
        return refuse(Fault::too_many, "expected at most 100 roles", "/roles");
    for (std::size_t i = 0; i < given.roles.size(); ++i)
        if (auto ok =
                check_text(given.roles[i], limits::key_bytes_max, "/roles/" + std::to_string(i));
            !ok)
            return std::unexpected(ok.error());
    if (find_service_key(account, given.kid) != nullptr)
        return refuse(Fault::key_is_taken, "expected a new key id: this one was used before",
                      "/kid");
    ServiceKey key = given;
    key.created_at = now;
    key.revoked_at.reset();
    return ServiceKeyAdded{account.id, std::move(key)};
}

Result<Event> decide(const Account& account, const RevokeServiceKey& command, Instant now) {
    const ServiceKey* key = find_service_key(account, command.kid);
    if (key == nullptr || key->revoked_at) return key_is_unknown("/kid");
    return ServiceKeyRevoked{account.id, command.kid, now};
}

}  // namespace rb::accounts
