#include <algorithm>

#include "domain/accounts/decide.h"

namespace rb::accounts {

namespace {

std::int64_t count_members(const Account& account, MemberStatus status) {
    return std::ranges::count(account.members, status, &Member::status);
}

}  // namespace

Result<void> must_not_be_closed(const Account& account) {
    if (account.status == Status::closed)
        return refuse(Fault::account_is_closed, "the account is closed and takes no changes");
    return {};
}

Result<void> must_be_active(const Account& account) {
    if (account.status == Status::frozen)
        return refuse(Fault::account_is_frozen, "the account is frozen: activate it first");
    return must_not_be_closed(account);
}

std::int64_t active_members(const Account& account) {
    return count_members(account, MemberStatus::active);
}

std::int64_t invited_members(const Account& account) {
    return count_members(account, MemberStatus::invited);
}

const ApiKey* find_api_key(const Account& account, ApiKeyId id) {
    auto at = std::ranges::find(account.api_keys, id, &ApiKey::id);
    return at == account.api_keys.end() ? nullptr : &*at;
}

const ServiceKey* find_service_key(const Account& account, Uuid kid) {
    auto at = std::ranges::find(account.service_keys, kid, &ServiceKey::kid);
    return at == account.service_keys.end() ? nullptr : &*at;
}

}  // namespace rb::accounts
