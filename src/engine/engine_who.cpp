// Who is who: keys, names, ids. Answers from applied state, at once.
#include <algorithm>

#include "base/id_source.h"
#include "domain/accounts/decide.h"
#include "domain/catalog/decide.h"
#include "engine/authority.h"
#include "engine/directory.h"
#include "engine/engine_impl.h"

namespace rb::engine {

bool Engine::exists(AccountId account) const {
    auto partition = partition_of(account);
    return partition && impl_->partitions[*partition]->peek(
                            [&](const Book& b) { return b.accounts.contains(account); });
}

AccountId Engine::tree_of(const accounts::Caller& caller) const {
    auto home = caller.is_platform() ? std::nullopt : partition_of(caller.account);
    if (!home) return {};
    return impl_->partitions[*home]->peek([&](const Book& b) {
        const AccountRecord* record = b.find(caller.account);
        return record ? record->account.top : AccountId{};
    });
}

bool Engine::reaches(const accounts::Caller& caller, AccountId account) const {
    const AccountId only = caller.narrowing.only;
    const bool is_his = caller.is_platform() ? exists(account) : is_within(account, caller.account);
    return is_his && (only.is_nil() || is_within(account, only));
}

bool Engine::is_within(AccountId account, AccountId ancestor) const {
    auto partition = partition_of(account);
    return partition && impl_->partitions[*partition]->peek(
                            [&](const Book& b) { return b.is_within(account, ancestor); });
}

namespace {

// Nothing: it is no key of the platform.
std::optional<Result<Principal>> platform_principal(const accounts::Platform& platform,
                                                    const Sha256& hash, Instant now) {
    auto key = std::ranges::find(platform.keys, hash, &accounts::PlatformKey::hash);
    if (key == platform.keys.end()) return std::nullopt;
    if (auto caller = accounts::caller_of(platform, *key, now))
        return Principal{*caller, key->id, {}, {}};
    const bool has_expired = !key->revoked_at && key->expires_at && *key->expires_at <= now;
    if (has_expired)
        return refuse(Fault::credentials_expired,
                      "this key expired at " + key->expires_at->to_text());
    return refuse(Fault::caller_is_unknown, "this key is not known here");
}

}  // namespace

Result<Principal> Engine::authenticate(accounts::Surface surface, std::string_view key_text) const {
    const auto unknown = [] {
        return refuse(Fault::caller_is_unknown, "this key is not known here");
    };
    Sha256 hash = Sha256::of(key_text);
    Instant wall = now();
    std::optional<Result<Principal>> platforms;
    auto owner = impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<KeyOwner> {
            if (surface == accounts::Surface::native)
                platforms = platform_principal(book.directory.platform, hash, wall);
            auto it = book.directory.keys.find(hash);
            if (it == book.directory.keys.end()) return std::nullopt;
            return it->second;
        });
    if (platforms) {
        if (*platforms) impl_->key_uses.touch((*platforms)->key.uuid, wall);
        return *platforms;
    }
    if (!owner) return unknown();
    auto home = partition_of(owner->account);
    if (!home) return unknown();
    return impl_->partitions[*home]->peek([&](const Book& book) -> Result<Principal> {
        const AccountRecord* r = book.find(owner->account);
        const accounts::ApiKey* key = r ? accounts::find_api_key(r->account, owner->key) : nullptr;
        if (!key || key->surface != surface || key->revoked_at) return unknown();
        if (key->expires_at && *key->expires_at <= wall)
            return refuse(Fault::credentials_expired,
                          "this key expired at " + key->expires_at->to_text());
        if (worst_of(book, *r) == accounts::Status::closed) return unknown();
        accounts::Role role = key->role;
        if (!key->member.is_nil()) {
            auto member =
                std::find_if(r->account.members.begin(), r->account.members.end(),
                             [&](const accounts::Member& m) { return m.id == key->member; });
            if (member == r->account.members.end()) return unknown();
            if (member->status != accounts::MemberStatus::active) return unknown();
            role = std::min(role, member->role);
        }
        const bool tells_usage =
            std::ranges::find(key->rights, accounts::meter_write) != key->rights.end();
        accounts::Caller caller{owner->account, role, key->id.uuid, false, tells_usage};
        caller.person = key->member.uuid;
        caller.narrowing = key->narrowing;
        impl_->key_uses.touch(key->id.uuid, wall);
        return Principal{caller, key->id, key->member, r->account.top};
    });
}

Result<ServiceKeyOwner> Engine::service_key(Uuid kid) const {
    const auto unknown = [] {
        return refuse(Fault::key_is_unknown, "this service key is not known here");
    };
    auto account = impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<AccountId> {
            auto it = book.directory.service_keys.find(kid);
            if (it == book.directory.service_keys.end()) return std::nullopt;
            return it->second;
        });
    auto home = account ? partition_of(*account) : std::nullopt;
    if (!home) return unknown();
    return impl_->partitions[*home]->peek([&](const Book& book) -> Result<ServiceKeyOwner> {
        const AccountRecord* r = book.find(*account);
        const accounts::ServiceKey* key = r ? accounts::find_service_key(r->account, kid) : nullptr;
        if (!key || key->revoked_at) return unknown();
        impl_->key_uses.touch(kid, now());
        return ServiceKeyOwner{*account, r->account.top, key->public_key_pem, key->roles};
    });
}

std::optional<Instant> Engine::last_used(Uuid key) const { return impl_->key_uses.last(key); }

Result<void> Engine::may(const accounts::Caller& caller, AccountId account,
                         accounts::Right right) const {
    auto home = partition_of(account);
    if (!home) return accounts::may(caller, right, {});
    return impl_->partitions[*home]->peek([&](const Book& book) -> Result<void> {
        auto ok = allowed(book, caller, account, right);
        return ok ? Result<void>() : std::unexpected(ok.error());
    });
}

Result<void> Engine::may_at_all(const accounts::Caller& caller, accounts::Right right) {
    return accounts::may_at_all(caller, right);
}

Result<void> Engine::may_overall(const accounts::Caller& caller, accounts::Right right) {
    return accounts::may_overall(caller, right);
}

std::string_view Engine::least_role(accounts::Right right) {
    return enum_text(accounts::rule_of(right).self);
}

std::string Engine::hide(std::string_view text) {
    return impl_->cursors.hide(text, entropy_.seed());
}

std::optional<std::string> Engine::show(std::string_view hidden) const {
    return impl_->cursors.show(hidden);
}

// What opens nothing any more is forgotten by the directory: else who makes keys and revokes them
// would fill it. A crash in between leaves a key there that opens nothing.
void Engine::end_keys(PartitionId home, Envelope&& envelope, Render&& render, Done&& done) {
    AccountId account = command_account(envelope.command);
    auto in_force = [this, home, account] {
        return impl_->partitions[home]->peek(
            [&](const Book& book) { return keys_in_force(book, account); });
    };
    auto then = [this, before = in_force(), in_force,
                 inner = std::move(done)](Result<Rendered>&& rendered) mutable {
        if (!rendered) return inner(std::move(rendered));
        auto events = forget_keys(before, in_force());
        if (events.empty()) return inner(std::move(rendered));
        step(
            "forget_keys", [events](const Book&) { return Result<std::vector<Event>>(events); },
            [inner = std::move(inner), rendered = std::move(rendered)](Result<void>) mutable {
                inner(std::move(rendered));
            });
    };
    submit(home, std::move(envelope), std::move(render), std::move(then));
}

std::optional<AccountId> Engine::account_named(std::string_view name) const {
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) { return named_everywhere(book.directory, name); });
}

std::optional<AccountId> Engine::account_numbered(std::int64_t number) const {
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) { return book.directory.accounts.numbered(number); });
}

std::string Engine::alias_of(AccountId account) const {
    return impl_->partitions[directory_partition]->peek([&](const Book& book) {
        auto it = book.directory.alias_of.find(account);
        return it == book.directory.alias_of.end() ? std::string() : it->second;
    });
}

namespace {

std::unexpected<Refusal> no_such_account(std::string_view field) {
    return refuse(Fault::account_is_unknown, "there is no such account", std::string(field));
}

std::unexpected<Refusal> ambiguous(std::string_view text, std::string_view field) {
    return refuse(Fault::reference_is_ambiguous,
                  "'" + std::string(text) +
                      "' is the key of one account and the name of another: use an id, or 'key:" +
                      std::string(text) + "' for the key, until the key is changed",
                  std::string(field));
}

}  // namespace

std::optional<AccountId> Engine::account_named(const accounts::Caller& caller,
                                               std::string_view name) const {
    auto named = named_near(caller.account, name);
    return named && reaches(caller, *named) ? named : std::nullopt;
}

// In the tree of an account, whether that account sees it or not.
std::optional<AccountId> Engine::named_near(AccountId account, std::string_view name) const {
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<AccountId> {
            auto entry = book.directory.accounts.find(account);
            return entry ? named_within(book.directory, entry->top, name) : std::nullopt;
        });
}

Result<AccountId> Engine::resolve(const accounts::Caller& caller, std::string_view reference,
                                  std::string_view field) const {
    const AccountId asker = caller.account;
    const bool is_key = reference.starts_with(accounts::key_prefix);
    if (auto id = AccountId::parse(reference)) {
        if (reaches(caller, *id)) return *id;
        return no_such_account(field);
    }
    if (caller.is_platform()) {
        if (is_key) return no_such_account(field);
        auto named = impl_->partitions[directory_partition]->peek(
            [&](const Book& book) { return named_by_platform(book.directory, reference); });
        if (!named) named.error().field = field;
        // One that is only reserved is nobody yet.
        return named && !reaches(caller, *named) ? no_such_account(field) : named;
    }
    const std::string_view text =
        is_key ? reference.substr(accounts::key_prefix.size()) : reference;
    auto home = partition_of(asker);
    if (!home) return no_such_account(field);
    const KeyMeaning key = impl_->partitions[*home]->peek(
        [&](const Book& book) { return key_meaning(book, asker, text); });
    auto sees = [&](AccountId id) { return !id.is_nil() && reaches(caller, id); };
    if (sees(key.own)) return key.own;
    if (!key.own.is_nil()) return no_such_account(field);
    if (!is_key) {
        const AccountId named = named_near(asker, text).value_or(AccountId{});
        const bool clash = !named.is_nil() && !key.before.is_nil() && named != key.before;
        if (clash) {
            const AccountId first = std::min(named, key.before);
            if (sees(first)) return first;
            if (sees(std::max(named, key.before))) return ambiguous(text, field);
        } else if (sees(named)) {
            return named;
        }
    }
    if (sees(key.before)) return key.before;
    if (sees(key.above)) return key.above;
    return no_such_account(field);
}

std::vector<ClashingKey> Engine::clashing_keys() const {
    std::vector<ClashingKey> found;
    for (const auto& partition : impl_->partitions)
        partition->peek([&](const Book& book) {
            book.accounts.for_each([&](const AccountRecord& r) {
                const accounts::Account& a = r.account;
                if (!a.profile.key.empty() && a.profile.key_giver.is_nil())
                    found.push_back({a.id, a.top, a.profile.key, {}});
            });
            return 0;
        });
    std::erase_if(found, [&](ClashingKey& clash) {
        auto named = named_near(clash.top, clash.key);
        if (named && *named != clash.account) clash.named = *named;
        const bool is_top = clash.account == clash.top;
        return (clash.named.is_nil() || is_top) && accounts::check_new_key(clash.key).has_value();
    });
    std::ranges::sort(found, {}, [](const ClashingKey& c) { return std::pair(c.top, c.account); });
    return found;
}

namespace {

// An id alone does not say in which tree it lives: each partition knows its own.
template <class Index, class Id>
std::optional<AccountId> look_up_owner(const std::vector<std::unique_ptr<Partition>>& partitions,
                                       Index Book::* index, Id id) {
    for (const auto& partition : partitions) {
        auto found = partition->peek([&](const Book& book) -> std::optional<AccountId> {
            auto it = (book.*index).find(id);
            if (it == (book.*index).end()) return std::nullopt;
            return it->second;
        });
        if (found) return found;
    }
    return std::nullopt;
}

}  // namespace

std::optional<AccountId> Engine::account_of(SubscriptionId subscription) const {
    return look_up_owner(impl_->partitions, &Book::subscription_accounts, subscription);
}

std::optional<AccountId> Engine::account_of(QuoteId quote) const {
    return look_up_owner(impl_->partitions, &Book::quote_accounts, quote);
}

std::optional<AccountId> Engine::account_of(ReservationId reservation) const {
    return look_up_owner(impl_->partitions, &Book::reservation_accounts, reservation);
}

std::vector<catalog::Difference> Engine::diff(const catalog::Draft& draft) const {
    return catalog::diff(*catalog(), draft);
}

std::map<PlanId, std::int64_t> Engine::live_subscriptions() const {
    std::map<PlanId, std::int64_t> counts;
    for (const auto& partition : impl_->partitions)
        partition->peek([&](const Book& book) {
            count_live_subscriptions(book, counts);
            return 0;
        });
    return counts;
}

bool Engine::has_root_key() const {
    return impl_->partitions[directory_partition]->peek(
        [](const Book& book) { return !book.directory.platform.keys.empty(); });
}

accounts::Platform Engine::platform() const {
    return impl_->partitions[directory_partition]->peek(
        [](const Book& book) { return book.directory.platform; });
}

void Engine::add_root_key(std::string_view key_text,
                          std::move_only_function<void(Result<void>)> done) {
    accounts::PlatformKey key;
    key.id = ApiKeyId{fresh_id()};
    key.hash = Sha256::of(key_text);
    key.hint =
        std::string(key_text.substr(key_text.size() - std::min<std::size_t>(4, key_text.size())));
    step(
        "add_root_key",
        [key, now = now()](const Book& book) -> Result<std::vector<Event>> {
            const accounts::Platform& platform = book.directory.platform;
            if (std::ranges::find(platform.keys, key.hash, &accounts::PlatformKey::hash) !=
                platform.keys.end())
                return std::vector<Event>{};
            auto made = accounts::decide(platform, accounts::AddPlatformKey{key}, now);
            if (!made) return std::unexpected(made.error());
            std::vector<Event> events;
            lift_all(events, std::move(*made));
            return events;
        },
        std::move(done));
}

}  // namespace rb::engine
