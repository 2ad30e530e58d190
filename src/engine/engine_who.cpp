// Who is who: keys, names, ids. Answers from applied state, at once.
#include <algorithm>

#include "base/id_source.h"
#include "domain/accounts/decide.h"
#include "domain/catalog/decide.h"
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

bool Engine::is_within(AccountId account, AccountId ancestor) const {
    auto partition = partition_of(account);
    return partition && impl_->partitions[*partition]->peek(
                            [&](const Book& b) { return b.is_within(account, ancestor); });
}

Result<Principal> Engine::authenticate(accounts::Surface surface, std::string_view key_text) const {
    const auto unknown = [] {
        return refuse(Fault::caller_is_unknown, "this key is not known here");
    };
    Sha256 hash = Sha256::of(key_text);
    std::optional<Principal> root;
    auto owner = impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<KeyOwner> {
            if (surface == accounts::Surface::native)
                for (const RootKey& key : book.directory.root_keys)
                    if (key.hash == hash)
                        root = Principal{accounts::Caller::platform(key.key.uuid), key.key, {}, {}};
            auto it = book.directory.keys.find(hash);
            if (it == book.directory.keys.end()) return std::nullopt;
            return it->second;
        });
    if (root) return *root;
    if (!owner) return unknown();
    auto home = partition_of(owner->account);
    if (!home) return unknown();
    Instant wall = now();
    return impl_->partitions[*home]->peek([&](const Book& book) -> Result<Principal> {
        const AccountRecord* r = book.find(owner->account);
        const accounts::ApiKey* key = r ? accounts::find_api_key(r->account, owner->key) : nullptr;
        if (!key || key->surface != surface || key->revoked_at) return unknown();
        if (key->expires_at && *key->expires_at <= wall)
            return refuse(Fault::credentials_expired,
                          "this key expired at " + key->expires_at->to_text());
        if (r->account.status == accounts::Status::closed) return unknown();
        accounts::Role role = key->role;
        if (!key->member.is_nil()) {
            auto member =
                std::find_if(r->account.members.begin(), r->account.members.end(),
                             [&](const accounts::Member& m) { return m.id == key->member; });
            if (member == r->account.members.end()) return unknown();
            role = std::min(role, member->role);
        }
        return Principal{
            {owner->account, role, key->id.uuid, false}, key->id, key->member, r->account.top};
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
        return ServiceKeyOwner{*account, r->account.top, key->public_key_pem, key->roles};
    });
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
        [&](const Book& book) { return book.directory.accounts.named(name); });
}

std::optional<AccountId> Engine::account_numbered(std::int64_t number) const {
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) { return book.directory.accounts.numbered(number); });
}

std::optional<AccountId> Engine::account_keyed(AccountId within, std::string_view key) const {
    auto partition = partition_of(within);
    if (!partition) return std::nullopt;
    return impl_->partitions[*partition]->peek([&](const Book& book) -> std::optional<AccountId> {
        const Tree* tree = book.tree_of(within);
        if (!tree) return std::nullopt;
        auto it = tree->keys.find(key);
        if (it == tree->keys.end()) return std::nullopt;
        return it->second;
    });
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
        [](const Book& book) { return !book.directory.root_keys.empty(); });
}

void Engine::add_root_key(std::string_view key_text,
                          std::move_only_function<void(Result<void>)> done) {
    RootKeyAdded event{
        ApiKeyId{fresh_id()}, Sha256::of(key_text),
        std::string(key_text.substr(key_text.size() - std::min<std::size_t>(4, key_text.size()))),
        now()};
    step(
        "add_root_key",
        [event](const Book& book) -> Result<std::vector<Event>> {
            for (const RootKey& key : book.directory.root_keys)
                if (key.hash == event.hash) return std::vector<Event>{};
            return std::vector<Event>{event};
        },
        std::move(done));
}

}  // namespace rb::engine
