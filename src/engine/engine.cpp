#include <algorithm>
#include <cstring>

#include "base/codec.h"
#include "base/id_source.h"
#include "base/limits.h"
#include "base/notice.h"
#include "domain/accounts/decide.h"
#include "domain/catalog/decide.h"
#include "engine/directory.h"
#include "engine/engine_impl.h"
#include "engine/shown_fact.h"

namespace rb::engine {

namespace {

// How often it is saved when keys were used.
constexpr Duration key_uses_every = Duration::of_minutes(10);
constexpr std::string_view tree_ids_fact = "tree_ids_until";

// Under what the command records something once; nothing: it does not, or names no reference.
std::optional<Reference> reference_of(const Command& command) {
    std::optional<Reference> out;
    if (const auto* c = std::get_if<ledger::RecordPayment>(&command))
        out = {c->account, ledger::EntryKind::payment, c->provider, c->reference};
    else if (const auto* p = std::get_if<ledger::PayOut>(&command))
        out = {p->account, ledger::EntryKind::payout, p->provider, p->reference};
    else if (const auto* s = std::get_if<accounts::SetStatus>(&command))
        if (s->closing.balance == accounts::BalanceAtEnd::refund)
            out = {s->account, ledger::EntryKind::payout, s->closing.provider,
                   s->closing.reference};
    if (out && out->text.empty()) return std::nullopt;
    return out;
}

// By which commands of one reference wait for each other.
Sha256 hash_of(const Reference& reference) {
    std::string text = "reference";
    codec::put(text, reference.account);
    codec::put(text, reference.kind);
    codec::put(text, reference.provider);
    codec::put(text, reference.text);
    return Sha256::of(text);
}

}  // namespace

Engine::Engine(Store& store, Vault& vault, Clock& clock, Entropy& entropy, Options options)
    : store_(store),
      vault_(vault),
      clock_(clock),
      entropy_(entropy),
      options_(options),
      impl_(std::make_unique<Impl>(store, clock, options.threads)) {}

Engine::~Engine() { stop(); }

Parsed<std::unique_ptr<Engine>> Engine::open(Store& store, Vault& vault, Clock& clock,
                                             Entropy& entropy, Options options) {
    std::unique_ptr<Engine> engine(new Engine(store, vault, clock, entropy, options));
    if (auto ok = engine->load(); !ok) return Unparsed(ok.error());
    return engine;
}

Parsed<void> Engine::load() {
    auto stored = store_.journal().meta("partitions");
    if (!stored) return Unparsed(stored.error());
    if (*stored) {
        auto count = parse_int(**stored);
        if (!count || *count < 1) return Unparsed("the store's number of partitions is unreadable");
        options_.tree_partitions = static_cast<std::uint32_t>(*count);
    } else if (auto ok = store_.journal().set_meta("partitions",
                                                   std::to_string(options_.tree_partitions));
               !ok) {
        return ok;
    }
    auto key = usage_key();
    if (!key) return Unparsed(key.error());
    impl_->cursors = CursorSeal(*key);
    for (PartitionId id = 0; id < first_tree_partition + options_.tree_partitions; ++id) {
        auto& partition = impl_->partitions.emplace_back(
            std::make_unique<Partition>(id, options_.accounts_awake_max));
        partition->set_usage_key(*key);
        partition->set_id_budget(options_.ids);
        partition->set_backlog(&impl_->views.backlog());
        partition->set_names([this](AccountId top, std::string_view name) {
            return impl_->partitions[directory_partition]->peek([&](const Book& book) {
                return top.is_nil() ? named_everywhere(book.directory, name)
                                    : named_within(book.directory, top, name);
            });
        });
        partition->set_bounds(options_.bounds);
    }
    if (auto ok = load_partitions(); !ok) return ok;
    if (auto ok = find_tree_ids(); !ok) return ok;
    if (auto ok = note_narrowed_keys(*stored ? StoreAge::before : StoreAge::fresh); !ok) return ok;
    for (auto& partition : impl_->partitions) {
        partition->peek([this](const Book& book) {
            for (const auto& [top, rate] : book.request_rates) impl_->rates.set(top, rate);
        });
        impl_->views.begin(partition->id());
        if (partition->batches_since_snapshot() > limits::batches_replayed_max)
            if (auto ok = partition->snapshot(store_.views()); !ok) return ok;
    }
    Partition& catalog = *impl_->partitions[catalog_partition];
    impl_->publish_catalog(catalog, catalog.head().seq);
    if (options_.threads == Threads::own) {
        impl_->views.start();
        impl_->readers.start();
        impl_->committer.start();
        impl_->upkeep.start();
        impl_->ticker = std::thread([this] {
            std::unique_lock lock(impl_->tick_mutex);
            while (!impl_->stopping) {
                impl_->tick.wait_for(lock, std::chrono::milliseconds(50));
                if (impl_->stopping) break;
                lock.unlock();
                fire_due();
                const std::int64_t at = impl_->wall.monotonic_us();
                impl_->feed.expire(at);
                if (at >= impl_->key_uses_due_us) {
                    impl_->key_uses_due_us = at + key_uses_every.us;
                    impl_->views.task({}, [this](Views* views) {
                        if (views) save_key_uses(*views);
                    });
                }
                lock.lock();
            }
        });
    }
    reconcile_directory();
    return impl_->key_uses.load(store_.views());
}

// The directory beside the others: it takes about as long as the largest of them, and partitions
// ask nothing of each other. The error is that of the first one.
Parsed<void> Engine::load_partitions() {
    auto load = [this](PartitionId id) { return impl_->partitions[id]->load(store_); };
    Parsed<void> catalog = load(catalog_partition);
    if (!catalog) return catalog;
    Parsed<void> directory;
    std::thread beside([&] { directory = load(directory_partition); });
    Parsed<void> trees;
    for (PartitionId id = first_tree_partition; trees && id < impl_->partitions.size(); ++id)
        trees = load(id);
    beside.join();
    return directory ? trees : directory;
}

// Made with the store: hashes in its journal mean nothing under another.
Parsed<UsageKey> Engine::usage_key() {
    UsageKey key;
    auto stored = store_.journal().meta("usage_key");
    if (!stored) return Unparsed(stored.error());
    if (!*stored) {
        // Before the key: a store with a key and without this is from before.
        if (auto ok = store_.journal().set_meta(tree_ids_fact, "0"); !ok)
            return Unparsed(ok.error());
        Uuid seed = entropy_.seed();
        std::memcpy(key.bytes.data(), &seed, key.bytes.size());
        std::string text(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size());
        if (auto ok = store_.journal().set_meta("usage_key", text); !ok)
            return Unparsed(ok.error());
        return key;
    }
    if ((*stored)->size() != key.bytes.size())
        return Unparsed("the store's key for usage is unreadable");
    std::memcpy(key.bytes.data(), (*stored)->data(), key.bytes.size());
    return key;
}

// Until when ids of events were remembered by their tree alone: until the first start of a version
// that scopes them by account and teller, which puts it down; in a new store never.
Parsed<void> Engine::find_tree_ids() {
    auto stored = store_.journal().meta(tree_ids_fact);
    if (!stored) return Unparsed(stored.error());
    Instant until;
    if (*stored && !(*stored)->empty()) {
        auto us = parse_int(**stored);
        if (!us || *us < 0)
            return Unparsed("the store's instant of the first scoped event id is unreadable");
        until.us = *us;
    } else {
        // The clock may have been ahead when the last of them was received.
        until = impl_->wall.now();
        for (auto& partition : impl_->partitions)
            until = std::max(until, partition->peek([](const Book& book) { return book.wall; }));
        if (auto ok = store_.journal().set_meta(tree_ids_fact, std::to_string(until.us)); !ok)
            return ok;
    }
    for (auto& partition : impl_->partitions) partition->set_tree_ids_until(until);
    return {};
}

// Keys had no rights once, and those that could tell what their account uses can only add to it
// now. Told once, by the start that finds it.
Parsed<void> Engine::note_narrowed_keys(StoreAge age) {
    auto known = store_.journal().meta("key_rights");
    if (!known) return Unparsed(known.error());
    if (*known == "1") return {};
    if (age == StoreAge::before) {
        std::int64_t count = 0;
        for (auto& partition : impl_->partitions)
            partition->peek([&](const Book& book) {
                book.accounts.for_each([&](const AccountRecord& record) {
                    count += std::ranges::count_if(
                        record.account.api_keys, [](const accounts::ApiKey& key) {
                            return !key.revoked_at && key.role >= accounts::Role::developer &&
                                   key.surface == accounts::Surface::native && key.rights.empty();
                        });
                });
                return 0;
            });
        keys_narrowed_ = count;
    }
    return store_.journal().set_meta("key_rights", "1");
}

void Engine::stop() {
    {
        std::lock_guard lock(impl_->tick_mutex);
        impl_->stopping = true;
    }
    impl_->tick.notify_all();
    if (impl_->ticker.joinable()) impl_->ticker.join();
    impl_->upkeep.stop();
    if (options_.threads == Threads::none) impl_->committer.commit_all();
    impl_->committer.stop();
    impl_->readers.stop(FairWorker::Waiting::is_run);
    impl_->views.stop();
    if (stopped_ || impl_->committer.stopped_serving()) return;
    stopped_ = true;
    save_key_uses(store_.views());
    // A failed snapshot costs the next start a longer replay and nothing else.
    for (auto& partition : impl_->partitions)
        if (auto ok = partition->snapshot(store_.views()); !ok)
            notice(Severity::warning, "snapshot: " + ok.error());
}

void Engine::save_key_uses(Views& views) {
    if (auto ok = impl_->key_uses.save(views, now()); !ok)
        notice(Severity::warning, "when keys were used is not saved: " + ok.error());
}

bool Engine::fire_due() {
    if (impl_->wall.jumped() || impl_->committer.stopped_serving()) return false;
    bool more = false;
    for (auto& partition : impl_->partitions) {
        if (partition->id() < first_tree_partition) continue;
        more |=
            partition->fire_slice(moment(), impl_->catalog.load(), limits::timers_per_slice_max);
        if (partition->has_pending()) decided();
    }
    return more;
}

void Engine::run_timers() {
    while (fire_due()) {
    }
}

Moment Engine::moment() { return {impl_->wall.now(), entropy_.seed()}; }

Instant Engine::now() const { return impl_->wall.now(); }

Uuid Engine::fresh_id() { return IdSource(now(), entropy_.seed()).next_uuid(); }

const TreeRates& Engine::tree_rates() const { return impl_->rates; }

std::shared_ptr<const catalog::Catalog> Engine::catalog() const { return impl_->catalog.load(); }

void Engine::decided() {
    if (options_.threads == Threads::own) return impl_->committer.notify();
    impl_->committer.commit_all();
    impl_->upkeep.work_here();
}

PartitionId Engine::home_of(Uuid id) const {
    return first_tree_partition +
           static_cast<PartitionId>(UuidHash{}(id) % options_.tree_partitions);
}

std::optional<PartitionId> Engine::partition_of(AccountId account) const {
    if (options_.tree_partitions == 1) return first_tree_partition;
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<PartitionId> {
            auto entry = book.directory.accounts.find(account);
            if (!entry) return std::nullopt;
            return entry->partition;
        });
}

std::optional<Refusal> Engine::stopped() const {
    if (!impl_->committer.stopped_serving()) return std::nullopt;
    return Refusal{Fault::store_is_stopped,
                   {},
                   "this store is not served any more: " + impl_->committer.failure(),
                   {},
                   {}};
}

void Engine::submit(PartitionId partition, Envelope&& envelope, Render&& render, Done&& done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    impl_->partitions[partition]->submit({std::move(envelope), moment(), impl_->catalog.load(),
                                          impl_->catalog_seq.load(), std::move(render),
                                          std::move(done)});
    decided();
}

Result<Partition::Prospect> Engine::would_submit(PartitionId home, Envelope& envelope) {
    if (auto why = begin_call()) return std::unexpected(*why);
    Partition::Submission asked{std::move(envelope),       moment(), impl_->catalog.load(),
                                impl_->catalog_seq.load(), {},       {}};
    auto prospect = impl_->partitions[home]->would_submit(asked);
    envelope = std::move(asked.envelope);
    if (impl_->partitions[home]->has_pending()) decided();
    return prospect;
}

void Engine::step(std::string_view name, Partition::Step step,
                  std::move_only_function<void(Result<void>)> done) {
    impl_->partitions[directory_partition]->submit_step(name, moment(), step, std::move(done));
    decided();
}

namespace {

// Aliases, operators and keys of the platform.
bool is_of_directory(const Command& command) {
    return std::visit(
        []<class C>(const C&) {
            return std::is_same_v<C, accounts::GrantAlias> ||
                   std::is_same_v<C, accounts::AddOperator> ||
                   std::is_same_v<C, accounts::UpdateOperator> ||
                   std::is_same_v<C, accounts::RemoveOperator> ||
                   std::is_same_v<C, accounts::AddPlatformKey> ||
                   std::is_same_v<C, accounts::ChangePlatformKey> ||
                   std::is_same_v<C, accounts::RotatePlatformKey> ||
                   std::is_same_v<C, accounts::RevokePlatformKey>;
        },
        command);
}

}  // namespace

void Engine::execute(Envelope envelope, Render render, Done done) {
    const Command& command = envelope.command;
    if (std::holds_alternative<catalog::ApplyCatalog>(command))
        return submit(catalog_partition, std::move(envelope), std::move(render), std::move(done));
    if (auto* c = std::get_if<MakeClock>(&envelope.command)) {
        // As for new trees: one that is asked for again goes where its reply is kept.
        if (envelope.idempotency) {
            Uuid place;
            Sha256 key = idempotency_hash({}, envelope.caller, *envelope.idempotency);
            std::memcpy(&place, key.bytes.data(), sizeof place);
            while (home_of(c->clock.uuid) != home_of(place)) c->clock = ClockId{fresh_id()};
        }
        PartitionId home = home_of(c->clock.uuid);
        return submit(home, std::move(envelope), std::move(render), std::move(done));
    }
    if (const auto* c = std::get_if<AdvanceClock>(&command)) {
        PartitionId home = home_of(c->clock.uuid);
        submit(home, std::move(envelope), std::move(render), std::move(done));
        if (options_.threads == Threads::none)
            run_timers();
        else
            impl_->tick.notify_one();
        return;
    }
    bool several_steps = std::holds_alternative<accounts::OpenAccount>(command) ||
                         std::holds_alternative<accounts::AddApiKey>(command) ||
                         std::holds_alternative<accounts::AddServiceKey>(command);
    if (several_steps && envelope.idempotency) {
        Sha256 key =
            idempotency_hash(command_account(command), envelope.caller, *envelope.idempotency);
        if (!enter(key, envelope, render, done)) return;
    }
    if (std::holds_alternative<accounts::OpenAccount>(command))
        return open_account(std::move(envelope), std::move(render), std::move(done));
    if (const auto* c = std::get_if<accounts::AddApiKey>(&command)) {
        Event registration = KeyRegistered{c->key.hash, c->account, c->key.id};
        return add_key(std::move(envelope), std::move(render), std::move(done),
                       std::move(registration));
    }
    if (const auto* c = std::get_if<accounts::AddServiceKey>(&command)) {
        Event registration = ServiceKeyRegistered{c->key.kid, c->account};
        return add_key(std::move(envelope), std::move(render), std::move(done),
                       std::move(registration));
    }
    if (is_of_directory(command))
        return submit(directory_partition, std::move(envelope), std::move(render), std::move(done));
    if (std::holds_alternative<ledger::ReverseEntry>(command))
        return reverse_entry(std::move(envelope), std::move(render), std::move(done));
    if (auto reference = reference_of(command))
        return record_once(*reference, std::move(envelope), std::move(render), std::move(done));
    auto partition = partition_of(command_account(command));
    if (!partition)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    bool ends_keys = std::holds_alternative<accounts::RevokeApiKey>(command) ||
                     std::holds_alternative<accounts::RevokeServiceKey>(command) ||
                     std::holds_alternative<accounts::RemoveMember>(command);
    if (ends_keys)
        return end_keys(*partition, std::move(envelope), std::move(render), std::move(done));
    submit(*partition, std::move(envelope), std::move(render), std::move(done));
}

// True: go on, and `done` lets the next one in. False: this one waits for the same key's first.
bool Engine::enter(const Sha256& key, Envelope& envelope, Render& render, Done& done) {
    std::lock_guard lock(impl_->in_flight_mutex);
    auto [it, first] = impl_->in_flight.try_emplace(key);
    if (!first) {
        it->second.push_back(
            [this, e = std::move(envelope), r = std::move(render), d = std::move(done)]() mutable {
                execute(std::move(e), std::move(r), std::move(d));
            });
        return false;
    }
    done = [this, key, inner = std::move(done)](Result<Rendered>&& outcome) mutable {
        std::vector<std::move_only_function<void()>> waiting;
        {
            std::lock_guard guard(impl_->in_flight_mutex);
            auto node = impl_->in_flight.extract(key);
            if (node) waiting = std::move(node.mapped());
        }
        inner(std::move(outcome));
        for (auto& next : waiting) next();
    };
    return true;
}

// Holders of what is wanted that were never opened and that nobody is opening now: left by a crash,
// or by an open that was refused. From here on `wanted.account` itself counts as being opened.
std::set<AccountId> Engine::abandoned_holders(const AccountReserved& wanted) {
    std::set<AccountId> found = impl_->partitions[directory_partition]->peek(
        [&](const Book& book) { return holders(book.directory, wanted); });
    std::erase_if(found, [this](AccountId id) { return exists(id); });
    std::lock_guard lock(impl_->in_flight_mutex);
    std::erase_if(found, [this](AccountId id) { return impl_->opening.contains(id); });
    impl_->opening.insert(wanted.account);
    return found;
}

// A free number for an account that the platform does not open. Were they in a row, they would tell
// how many accounts all trees open.
std::int64_t Engine::number_by_chance() {
    constexpr std::uint64_t first = 1'000'000'000, count = 9'000'000'000'000;
    for (;;) {
        const Uuid seed = entropy_.seed();
        const auto number = static_cast<std::int64_t>(first + (seed.high ^ seed.low) % count);
        if (!account_numbered(number)) return number;
    }
}

// The tree is asked whether it would open the account, name and number are reserved, the tree then
// opens it, the reservation is confirmed. What is refused at once has written nothing. A
// reservation that is never used lapses when its name is wanted again.
void Engine::open_account(Envelope&& envelope, Render&& render, Done&& done) {
    auto& command = std::get<accounts::OpenAccount>(envelope.command);
    PartitionId home = 0;
    AccountId top;
    // Numbers are one row for all trees: who chose one would learn of the others.
    if (!envelope.caller.is_platform() && command.number != 0)
        return done(refuse(Fault::role_is_too_low,
                           "only the platform itself chooses an account's number", "/number"));
    if (command.id.is_nil()) command.id = AccountId{fresh_id()};
    if (command.name.empty()) command.name = "a" + command.id.uuid.to_base32().substr(10);
    if (command.parent.is_nil()) {
        // A command that is sent again with its key goes to the partition that has kept the reply.
        Uuid place = command.id.uuid;
        if (envelope.idempotency)
            std::memcpy(&place,
                        idempotency_hash({}, envelope.caller, *envelope.idempotency).bytes.data(),
                        sizeof place);
        home = home_of(command.clock.is_nil() ? place : command.clock.uuid);
        top = command.id;
    } else {
        auto parent = partition_of(command.parent);
        if (!parent)
            return done(refuse(Fault::account_is_unknown, "there is no such account", "/parent"));
        home = *parent;
        top = impl_->partitions[home]->peek([&](const Book& book) {
            const AccountRecord* r = book.find(command.parent);
            return r ? r->account.top : AccountId{};
        });
    }
    if (!envelope.caller.is_platform()) command.number = number_by_chance();
    auto prospect = would_submit(home, envelope);
    if (!prospect) return done(std::unexpected(prospect.error()));
    // A key that was answered before is answered again without reserving anything.
    if (*prospect == Partition::Prospect::answered)
        return submit(home, std::move(envelope), std::move(render), std::move(done));
    AccountReserved reserve{command.id,
                            top,
                            home,
                            command.name,
                            command.number,
                            envelope.email_fingerprint,
                            now() + Duration{limits::name_reservation_us},
                            envelope.caller.is_platform() ? NameReach::platform : NameReach::tree};
    auto reserved = std::make_shared<AccountReserved>(reserve);
    auto directory_step = [reserved, abandoned = abandoned_holders(reserve)](const Book& book) {
        return reserve_account(book.directory, *reserved, abandoned);
    };
    done = [this, id = command.id, inner = std::move(done)](Result<Rendered>&& outcome) mutable {
        {
            std::lock_guard lock(impl_->in_flight_mutex);
            impl_->opening.erase(id);
        }
        inner(std::move(outcome));
    };
    auto then = [this, reserved, home, e = std::move(envelope), r = std::move(render),
                 d = std::move(done)](Result<void> outcome) mutable {
        if (!outcome) return d(std::unexpected(outcome.error()));
        auto& open = std::get<accounts::OpenAccount>(e.command);
        open.number = reserved->number;
        AccountId id = open.id;
        auto confirm = [this, id, inner = std::move(d)](Result<Rendered>&& rendered) mutable {
            if (!rendered || rendered->replayed) {
                // Nothing was opened under this reservation: its name is free again at once.
                if (exists(id)) return inner(std::move(rendered));
                return step(
                    "lapse_account",
                    [id](const Book&) { return Result<std::vector<Event>>({AccountLapsed{id}}); },
                    [inner = std::move(inner), rendered = std::move(rendered)](
                        Result<void>) mutable { inner(std::move(rendered)); });
            }
            step(
                "confirm_account",
                [id](const Book&) { return Result<std::vector<Event>>({AccountConfirmed{id}}); },
                [inner = std::move(inner), rendered = std::move(rendered)](Result<void>) mutable {
                    inner(std::move(rendered));
                });
        };
        submit(home, std::move(e), std::move(r), std::move(confirm));
    };
    step("reserve_account", directory_step, std::move(then));
}

namespace {

Event forgotten(const Event& registration) {
    if (const auto* key = std::get_if<KeyRegistered>(&registration))
        return KeyForgotten{key->hash, key->account};
    const auto& key = std::get<ServiceKeyRegistered>(registration);
    return ServiceKeyForgotten{key.kid, key.account};
}

}  // namespace

// The directory learns the key before its account, which has been asked; without the key in its
// account it opens nothing.
void Engine::add_key(Envelope&& envelope, Render&& render, Done&& done, Event registration) {
    AccountId account = command_account(envelope.command);
    auto home = partition_of(account);
    if (!home)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    auto prospect = would_submit(*home, envelope);
    if (!prospect) return done(std::unexpected(prospect.error()));
    if (*prospect == Partition::Prospect::answered)
        return submit(*home, std::move(envelope), std::move(render), std::move(done));
    auto directory_step = [registration, account, keys_max = options_.bounds.keys](
                              const Book& book) -> Result<std::vector<Event>> {
        if (auto ok = may_have_key(book.directory, account, keys_max); !ok)
            return std::unexpected(ok.error());
        return std::vector<Event>{registration};
    };
    step("register_key", directory_step,
         [this, home, registration, e = std::move(envelope), r = std::move(render),
          d = std::move(done)](Result<void> outcome) mutable {
             if (!outcome) return d(std::unexpected(outcome.error()));
             submit(*home, std::move(e), std::move(r),
                    [this, registration, d = std::move(d)](Result<Rendered>&& rendered) mutable {
                        if (rendered && !rendered->replayed) return d(std::move(rendered));
                        drop_registration(registration, std::move(d), std::move(rendered));
                    });
         });
}

// What another one was quicker with leaves no registration behind.
void Engine::drop_registration(const Event& registration, Done&& done,
                               Result<Rendered>&& rendered) {
    step(
        "forget_keys",
        [event = forgotten(registration)](const Book&) {
            return Result<std::vector<Event>>({event});
        },
        [done = std::move(done), rendered = std::move(rendered)](Result<void>) mutable {
            done(std::move(rendered));
        });
}

// The entry as the journal holds it is looked up first; the wallet knows what was reversed already.
void Engine::reverse_entry(Envelope&& envelope, Render&& render, Done&& done) {
    auto home = partition_of(command_account(envelope.command));
    if (!home)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    if (auto ok =
            may(envelope.caller, command_account(envelope.command), accounts::Right::book_money);
        !ok)
        return done(std::unexpected(ok.error()));
    const AccountId tree = tree_of(envelope.caller);
    if (auto ok = impl_->views.has_room(tree); !ok) return done(std::unexpected(ok.error()));
    impl_->views.task(tree, [this, home, e = std::move(envelope), r = std::move(render),
                             d = std::move(done)](Views* views) mutable {
        if (!views) return d(views_are_behind());
        auto& command = std::get<ledger::ReverseEntry>(e.command);
        auto row = views->entry(command.original.id);
        if (!row || !*row)
            return d(refuse(Fault::entry_is_unknown, "there is no such entry", "/entry"));
        command.original = (*row)->entry;
        submit(*home, std::move(e), std::move(r), std::move(d));
    });
}

// What has this reference is looked up first, in the views, which hold whatever was answered before
// they are asked. What was not is of a command that this one waits for: of one reference, one at a
// time is on its way. So neither the book nor this has to remember references.
void Engine::record_once(const Reference& reference, Envelope&& envelope, Render&& render,
                         Done&& done) {
    auto home = partition_of(reference.account);
    if (!home)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    if (!enter(hash_of(reference), envelope, render, done)) return;
    submit_once(*home, reference, std::move(envelope), std::move(render), std::move(done));
}

void Engine::submit_once(PartitionId home, const Reference& reference, Envelope&& envelope,
                         Render&& render, Done&& done) {
    const AccountId tree = tree_of(envelope.caller);
    if (auto ok = impl_->views.has_room(tree); !ok) return done(std::unexpected(ok.error()));
    impl_->views.task(tree, [this, home, reference, e = std::move(envelope), r = std::move(render),
                             d = std::move(done)](Views* views) mutable {
        if (!views) return d(views_are_behind());
        auto row = views->recorded(reference);
        if (!row) return d(views_are_behind());
        if (*row)
            std::visit(
                [&]<class C>(C& command) {
                    if constexpr (requires { command.closing.recorded; })
                        command.closing.recorded = (*row)->entry.id.uuid;
                    else if constexpr (requires { command.recorded; })
                        command.recorded = std::move((*row)->entry);
                },
                e.command);
        submit(home, std::move(e), std::move(r), std::move(d));
    });
}

void Engine::read(AccountId account, accounts::Caller caller, Read read, Done done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    std::optional<PartitionId> partition = first_tree_partition;
    if (!account.is_nil()) partition = partition_of(account);
    if (!partition)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    impl_->partitions[*partition]->read(
        {account, caller, moment(), impl_->catalog.load(), std::move(read), std::move(done)});
    if (impl_->partitions[*partition]->has_pending()) decided();
}

void Engine::read_clock(ClockId clock, accounts::Caller caller, Read read, Done done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    impl_->partitions[home_of(clock.uuid)]->read(
        {{}, caller, moment(), impl_->catalog.load(), std::move(read), std::move(done)});
}

void Engine::facts(accounts::Caller caller, std::string after, std::size_t limit, Duration wait,
                   FactsDone done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    auto ok = may_overall(caller, accounts::Right::follow_changes);
    if (ok && !caller.is_platform())
        ok = may(caller, caller.account, accounts::Right::follow_changes);
    if (!ok) return done(std::unexpected(ok.error()));
    FactFeed::Request request;
    // The numbers of a cursor count what all trees do together, so a tree's own is hidden from it.
    const bool is_platform = caller.is_platform();
    if (!is_platform && !after.empty()) {
        auto bytes = parse_hex(after);
        auto shown = bytes ? show(*bytes) : std::nullopt;
        if (!shown)
            return done(refuse(Fault::field_is_invalid, "this cursor was not made here", "/after"));
        after = std::move(*shown);
    }
    if (!is_platform)
        done = [this, inner = std::move(done)](Result<FactPage>&& page) mutable {
            if (page) page->cursor = to_hex(hide(page->cursor));
            inner(std::move(page));
        };
    request.after = std::move(after);
    request.limit = limit;
    request.deadline_us = wait.us > 0 ? impl_->wall.monotonic_us() + wait.us : 0;
    request.partitions = static_cast<PartitionId>(impl_->partitions.size());
    request.visible = [this, caller](Event& event) {
        if (caller.is_platform()) return true;
        AccountId account = subject_account(event);
        if (account.is_nil() || !is_within(account, caller.account)) return false;
        leave_out(event, [&](AccountId owner) {
            return owner == account || (!owner.is_nil() && is_within(owner, caller.account));
        });
        return true;
    };
    request.tree = tree_of(caller);
    if (auto room = impl_->readers.has_room(request.tree); !room)
        return done(std::unexpected(room.error()));
    auto run = [this, tree = request.tree](FactFeed::Work work) {
        impl_->readers.run(tree, std::move(work));
    };
    impl_->feed.ask(std::move(request), std::move(done), run);
}

// Accounts that were opened when the process ended before their reservation was confirmed.
void Engine::reconcile_directory() {
    std::vector<AccountId> open =
        impl_->partitions[directory_partition]->peek([](const Book& book) {
            std::vector<AccountId> ids;
            book.directory.accounts.for_each([&](const DirectoryEntry& entry) {
                if (!entry.confirmed) ids.push_back(entry.account);
            });
            std::sort(ids.begin(), ids.end());
            return ids;
        });
    for (AccountId id : open)
        if (exists(id))
            step(
                "confirm_account",
                [id](const Book&) { return Result<std::vector<Event>>({AccountConfirmed{id}}); },
                [](Result<void>) {});
}

Status Engine::status() {
    Status s;
    s.serving = !impl_->committer.stopped_serving();
    s.store_full = impl_->committer.is_full() || impl_->views.is_stuck();
    s.clock_jumped = impl_->wall.jumped();
    s.failure = impl_->committer.failure();
    for (auto& partition : impl_->partitions)
        partition->peek([&](const Book& book) {
            s.events += book.event_count;
            s.accounts += book.accounts.size();
            s.quarantines += book.quarantines.size();
            s.keys += book.directory.keys.size() + book.directory.service_keys.size();
            s.keys += static_cast<std::uint64_t>(
                std::ranges::count_if(book.directory.platform.keys,
                                      [&](const auto& key) { return key.opens_at(book.wall); }));
            return 0;
        });
    s.views_behind = impl_->views.behind();
    s.commits = impl_->committer.counters().commits;
    s.journal_bytes = store_.journal().size_bytes();
    return s;
}

std::vector<std::string> Engine::state_hashes() const {
    std::vector<std::string> out;
    for (auto& partition : impl_->partitions) out.push_back(partition->state_hash());
    return out;
}

}  // namespace rb::engine
