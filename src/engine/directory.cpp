#include "engine/directory.h"

namespace rb::engine {

std::set<AccountId> holders(const Directory& directory, const AccountReserved& wanted) {
    std::set<AccountId> out;
    const DirectoryTable& accounts = directory.accounts;
    for (const auto& holder : {accounts.named(wanted.name), accounts.numbered(wanted.number),
                               accounts.with_email(wanted.email_fingerprint)})
        if (holder) out.insert(*holder);
    return out;
}

Result<std::vector<Event>> reserve_account(const Directory& directory, AccountReserved& wanted,
                                           const std::set<AccountId>& abandoned) {
    constexpr std::int64_t number_max = (std::int64_t{1} << 53) - 1;
    if (wanted.number < 0 || wanted.number > number_max)
        return refuse(Fault::field_is_invalid, "an account number lies between 1 and 2^53 - 1",
                      "/number");
    std::vector<Event> events;
    for (AccountId holder : holders(directory, wanted)) {
        const DirectoryEntry entry = *directory.accounts.find(holder);
        if (!entry.confirmed && abandoned.contains(holder)) {
            events.push_back(AccountLapsed{holder});
        } else if (entry.name == wanted.name) {
            return refuse(Fault::name_is_taken, "the name '" + wanted.name + "' is taken", "/name");
        } else if (entry.number == wanted.number) {
            return refuse(Fault::name_is_taken,
                          "the account number " + std::to_string(wanted.number) + " is taken",
                          "/number");
        } else {
            return refuse(Fault::email_is_taken, "another account has this e-mail address",
                          "/email");
        }
    }
    if (wanted.number == 0) wanted.number = directory.next_number;
    events.push_back(wanted);
    return events;
}

std::vector<Event> keys_in_force(const Book& book, AccountId account) {
    std::vector<Event> out;
    const AccountRecord* r = book.find(account);
    if (r == nullptr) return out;
    for (const accounts::ApiKey& key : r->account.api_keys)
        if (!key.revoked_at) out.emplace_back(KeyForgotten{key.hash, account});
    for (const accounts::ServiceKey& key : r->account.service_keys)
        if (!key.revoked_at) out.emplace_back(ServiceKeyForgotten{key.kid, account});
    return out;
}

std::vector<Event> forget_keys(const std::vector<Event>& before, const std::vector<Event>& left) {
    auto bytes_of = [](const Event& event) {
        std::string bytes(1, static_cast<char>(kind_number(event)));
        encode_event(bytes, event);
        return bytes;
    };
    std::set<std::string> stay;
    for (const Event& event : left) stay.insert(bytes_of(event));
    std::vector<Event> out;
    for (const Event& event : before)
        if (!stay.contains(bytes_of(event))) out.push_back(event);
    return out;
}

Result<void> may_have_key(const Directory& directory, AccountId account, std::uint64_t keys_max) {
    auto entry = directory.accounts.find(account);
    auto keys = entry ? directory.keys_of_tree.find(entry->top) : directory.keys_of_tree.end();
    if (keys == directory.keys_of_tree.end() || keys->second < keys_max) return {};
    return tree_is_full("keys", keys->second, keys_max);
}

}  // namespace rb::engine
