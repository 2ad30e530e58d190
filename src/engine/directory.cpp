#include "engine/directory.h"

#include "domain/accounts/decide.h"

namespace rb::engine {

namespace {

std::optional<AccountId> with_alias(const Directory& directory, std::string_view alias) {
    auto it = directory.aliases.find(alias);
    return it == directory.aliases.end() ? std::nullopt : std::optional(it->second);
}

bool is_in_tree(const Directory& directory, AccountId account, AccountId top) {
    auto entry = directory.accounts.find(account);
    return entry && entry->top == top;
}

std::unexpected<Refusal> name_taken(std::string_view name, std::string_view field) {
    return refuse(Fault::name_is_taken, "the name '" + std::string(name) + "' is taken",
                  std::string(field));
}

// Whoever the name would be confused with, were it given to an account of this scope.
std::optional<AccountId> holder_of_name(const Directory& directory, AccountId scope,
                                        std::string_view name) {
    if (!scope.is_nil()) return named_within(directory, scope, name);
    auto top = directory.accounts.top_named(name);
    return top ? top : with_alias(directory, name);
}

}  // namespace

std::optional<AccountId> named_everywhere(const Directory& directory, std::string_view name) {
    if (auto top = directory.accounts.top_named(name)) return top;
    if (auto alias = with_alias(directory, name)) return alias;
    const auto child = directory.accounts.child_named(name);
    return child.reach == NameReach::everywhere ? child.child : std::nullopt;
}

Result<AccountId> named_by_platform(const Directory& directory, std::string_view name) {
    if (auto named = named_everywhere(directory, name)) return *named;
    const auto child = directory.accounts.child_named(name);
    if (!child.child) return refuse(Fault::account_is_unknown, "there is no such account");
    if (!child.is_shared) return *child.child;
    return refuse(Fault::reference_is_ambiguous, "accounts of several trees have the name '" +
                                                     std::string(name) +
                                                     "': use an id, or grant an alias");
}

std::optional<AccountId> named_within(const Directory& directory, AccountId top,
                                      std::string_view name) {
    if (auto named = directory.accounts.named_in(top, name)) return named;
    auto alias = with_alias(directory, name);
    return alias && is_in_tree(directory, *alias, top) ? alias : std::nullopt;
}

std::set<AccountId> holders(const Directory& directory, const AccountReserved& wanted) {
    std::set<AccountId> out;
    const DirectoryTable& accounts = directory.accounts;
    const AccountId scope = wanted.top == wanted.account ? AccountId{} : wanted.top;
    auto add = [&](const std::optional<AccountId>& holder) {
        if (holder) out.insert(*holder);
    };
    add(holder_of_name(directory, scope, wanted.name));
    add(accounts.numbered(wanted.number));
    add(accounts.with_email(scope, wanted.email_fingerprint));
    return out;
}

Result<std::vector<Event>> reserve_account(const Directory& directory, AccountReserved& wanted,
                                           const std::set<AccountId>& abandoned) {
    if (wanted.number < 0 || wanted.number > account_number_max)
        return refuse(Fault::field_is_invalid, "an account number lies between 1 and 2^53 - 1",
                      "/number");
    std::vector<Event> events;
    for (AccountId holder : holders(directory, wanted)) {
        const DirectoryEntry entry = *directory.accounts.find(holder);
        if (!entry.confirmed && abandoned.contains(holder)) {
            events.push_back(AccountLapsed{holder});
        } else if (wanted.number != 0 && entry.number == wanted.number) {
            return refuse(Fault::name_is_taken,
                          "the account number " + std::to_string(wanted.number) + " is taken",
                          "/number");
        } else if (entry.name != wanted.name && !wanted.email_fingerprint.empty() &&
                   entry.email_fingerprint == wanted.email_fingerprint) {
            return refuse(Fault::email_is_taken, "another account has this e-mail address",
                          "/email");
        } else {
            return name_taken(wanted.name, "/name");
        }
    }
    if (wanted.number == 0) wanted.number = directory.next_number;
    if (wanted.number > account_number_max)
        return refuse(Fault::field_is_invalid, "no account number is left: give one that is free",
                      "/number");
    events.push_back(wanted);
    return events;
}

Result<std::vector<Event>> grant_alias(const Directory& directory, AccountId account,
                                       std::string_view alias) {
    auto entry = directory.accounts.find(account);
    if (!entry || !entry->confirmed)
        return refuse(Fault::account_is_unknown, "there is no such account", "/account");
    auto had = directory.alias_of.find(account);
    if (alias == (had == directory.alias_of.end() ? std::string_view{} : had->second))
        return std::vector<Event>{};
    if (!alias.empty()) {
        if (auto ok = accounts::check_alias(alias); !ok) return std::unexpected(ok.error());
        for (const auto& holder :
             {holder_of_name(directory, {}, alias), directory.accounts.named_in(entry->top, alias)})
            if (holder && *holder != account) return name_taken(alias, "/alias");
    }
    return std::vector<Event>{AliasGranted{account, std::string(alias)}};
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
