#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"

namespace rb::accounts {

namespace {

template <class Key>
void add_key(std::vector<Key>& keys, const Key& key, std::size_t keys_max) {
    // A key that was revoked stays visible until its place is needed: the oldest goes first.
    if (keys.size() >= keys_max)
        if (auto at = std::ranges::find_if(keys, [](const Key& k) { return bool(k.revoked_at); });
            at != keys.end())
            keys.erase(at);
    keys.push_back(key);
}

void apply_one(Account& account, const AccountOpened& event) { account = event.account; }

void apply_one(Account& account, const ProfileUpdated& event) { account.profile = event.profile; }

void apply_one(Account& account, const StatusSet& event) {
    account.status = event.status;
    account.freezes = event.freezes;
    account.closed_at = event.at;
}
void apply_one(Account& account, const SpendCapSet& event) { account.spend_cap = event.cap; }

void apply_one(Account& account, const MemberAdded& event) {
    account.members.push_back(event.member);
}

void apply_one(Account& account, const MemberUpdated& event) {
    auto at = std::ranges::find(account.members, event.member, &Member::id);
    RB_CHECK(at != account.members.end(), "a member that is updated is there");
    at->role = event.role;
    at->status = event.status;
    for (ApiKey& key : account.api_keys)
        if (key.member == event.member) key.role = std::min(key.role, event.role);
}

void apply_one(Account& account, const MemberRemoved& event) {
    auto removed = std::erase_if(account.members,
                                 [&](const Member& member) { return member.id == event.member; });
    RB_CHECK(removed == 1, "a member that is removed was there");
    std::erase_if(account.api_keys, [&](const ApiKey& key) { return key.member == event.member; });
}

void apply_one(Account& account, const ApiKeyAdded& event) {
    add_key(account.api_keys, event.key, limits::api_keys_max);
}

void apply_one(Account& account, const ApiKeyRevoked& event) {
    auto at = std::ranges::find(account.api_keys, event.key, &ApiKey::id);
    RB_CHECK(at != account.api_keys.end(), "a key that is revoked is there");
    at->revoked_at = event.at;
}

void apply_one(Account& account, const ServiceKeyAdded& event) {
    add_key(account.service_keys, event.key, limits::service_keys_max);
}

void apply_one(Account& account, const ServiceKeyRevoked& event) {
    auto at = std::ranges::find(account.service_keys, event.kid, &ServiceKey::kid);
    RB_CHECK(at != account.service_keys.end(), "a key that is revoked is there");
    at->revoked_at = event.at;
}

}  // namespace

void apply(Account& account, const Event& event) {
    std::visit([&account](const auto& e) { apply_one(account, e); }, event);
}

}  // namespace rb::accounts
