#include "engine/engine.h"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <thread>

#include "base/id_source.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/catalog/decide.h"
#include "engine/committer.h"
#include "engine/directory.h"
#include "engine/fact_feed.h"
#include "engine/view_worker.h"
#include "engine/wall.h"

namespace rb::engine {

struct Engine::Impl {
    Impl(Engine& engine, Store& store, Clock& clock)
        : wall(clock),
          views(store),
          committer(
              store, partitions,
              [&engine, this](const Partition& p, std::uint64_t seq, Partition::Batch&& batch) {
                  if (p.id() == catalog_partition) publish_catalog(p, seq);
                  views.batch(p.id(), seq, {std::move(batch.entries), std::move(batch.blocks)});
                  feed.moved();
                  (void)engine;
              }),
          feed(store) {}

    void publish_catalog(const Partition& p, std::uint64_t seq) {
        auto copy = p.peek([](const Book& book) {
            return std::make_shared<const catalog::Catalog>(book.catalog);
        });
        catalog.store(copy);
        catalog_seq = seq;
    }

    WallClock wall;
    std::vector<std::unique_ptr<Partition>> partitions;
    std::atomic<std::shared_ptr<const catalog::Catalog>> catalog{
        std::make_shared<const catalog::Catalog>()};
    std::atomic<std::uint64_t> catalog_seq{0};
    ViewWorker views;
    Committer committer;
    FactFeed feed;

    // Commands of several steps that carry an idempotency key: a second one waits for the first.
    std::mutex in_flight_mutex;
    std::map<Sha256, std::vector<std::move_only_function<void()>>> in_flight;
    std::set<AccountId> opening;  // accounts between their reservation and their answer

    std::thread ticker;
    std::mutex tick_mutex;
    std::condition_variable tick;
    bool stopping = false;
};

Engine::Engine(Store& store, Vault& vault, Clock& clock, Entropy& entropy, Options options)
    : store_(store),
      vault_(vault),
      clock_(clock),
      entropy_(entropy),
      options_(options),
      impl_(std::make_unique<Impl>(*this, store, clock)) {}

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
    for (PartitionId id = 0; id < first_tree_partition + options_.tree_partitions; ++id) {
        auto& partition = impl_->partitions.emplace_back(std::make_unique<Partition>(id));
        partition->set_usage_key(*key);
        if (auto ok = partition->load(store_); !ok) return ok;
        if (auto ok = impl_->views.catch_up(id); !ok) return ok;
        if (partition->batches_since_snapshot() > limits::batches_replayed_max)
            if (auto ok = partition->snapshot(store_.views()); !ok) return ok;
    }
    Partition& catalog = *impl_->partitions[catalog_partition];
    impl_->publish_catalog(catalog, catalog.head().seq);
    if (options_.threads == Threads::own) {
        impl_->views.start();
        impl_->committer.start();
        impl_->ticker = std::thread([this] {
            std::unique_lock lock(impl_->tick_mutex);
            while (!impl_->stopping) {
                impl_->tick.wait_for(lock, std::chrono::milliseconds(50));
                if (impl_->stopping) break;
                lock.unlock();
                fire_due();
                impl_->feed.expire(impl_->wall.monotonic_us());
                lock.lock();
            }
        });
    }
    reconcile_directory();
    return {};
}

// Made with the store: hashes in its journal mean nothing under another.
Parsed<UsageKey> Engine::usage_key() {
    UsageKey key;
    auto stored = store_.journal().meta("usage_key");
    if (!stored) return Unparsed(stored.error());
    if (!*stored) {
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

void Engine::stop() {
    {
        std::lock_guard lock(impl_->tick_mutex);
        impl_->stopping = true;
    }
    impl_->tick.notify_all();
    if (impl_->ticker.joinable()) impl_->ticker.join();
    if (options_.threads == Threads::none) impl_->committer.commit_all();
    impl_->committer.stop();
    impl_->views.stop();
    if (stopped_ || impl_->committer.stopped_serving()) return;
    stopped_ = true;
    // A failed snapshot costs the next start a longer replay and nothing else.
    for (auto& partition : impl_->partitions)
        if (auto ok = partition->snapshot(store_.views()); !ok)
            std::fprintf(stderr, "ratebook: snapshot: %s\n", ok.error().c_str());
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

std::shared_ptr<const catalog::Catalog> Engine::catalog() const { return impl_->catalog.load(); }

void Engine::decided() {
    if (options_.threads == Threads::own)
        impl_->committer.notify();
    else
        impl_->committer.commit_all();
}

void Engine::flush_here() { impl_->committer.lead_here(); }

void Engine::flush() { impl_->committer.lead(); }

PartitionId Engine::home_of(Uuid id) const {
    return first_tree_partition +
           static_cast<PartitionId>(UuidHash{}(id) % options_.tree_partitions);
}

std::optional<PartitionId> Engine::partition_of(AccountId account) const {
    if (options_.tree_partitions == 1) return first_tree_partition;
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<PartitionId> {
            auto it = book.directory.accounts.find(account);
            if (it == book.directory.accounts.end()) return std::nullopt;
            return it->second.partition;
        });
}

namespace {

std::unexpected<Refusal> views_are_behind() {
    return refuse(Fault::store_is_full,
                  "the views cannot be written and are behind; try again later");
}

}  // namespace

std::optional<Refusal> Engine::stopped() const {
    if (!impl_->committer.stopped_serving()) return std::nullopt;
    return Refusal{Fault::store_is_stopped,
                   {},
                   "this store is not served any more: " + impl_->committer.failure(),
                   {},
                   {}};
}

void Engine::submit(PartitionId partition, Envelope&& envelope, Render&& render, Done&& done) {
    if (auto why = stopped()) return done(std::unexpected(*why));
    impl_->partitions[partition]->submit({std::move(envelope), moment(), impl_->catalog.load(),
                                          impl_->catalog_seq.load(), std::move(render),
                                          std::move(done)});
    decided();
}

void Engine::step(std::string_view name, Partition::Step step,
                  std::move_only_function<void(Result<void>)> done) {
    impl_->partitions[directory_partition]->submit_step(name, moment(), step, std::move(done));
    decided();
}

void Engine::execute(Envelope envelope, Render render, Done done) {
    const Command& command = envelope.command;
    if (std::holds_alternative<catalog::ApplyCatalog>(command))
        return submit(catalog_partition, std::move(envelope), std::move(render), std::move(done));
    if (const auto* c = std::get_if<MakeClock>(&command))
        return submit(home_of(c->clock.uuid), std::move(envelope), std::move(render),
                      std::move(done));
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
        if (!enter(envelope, render, done)) return;
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
    if (std::holds_alternative<ledger::ReverseEntry>(command))
        return reverse_entry(std::move(envelope), std::move(render), std::move(done));
    auto partition = partition_of(command_account(command));
    if (!partition)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    submit(*partition, std::move(envelope), std::move(render), std::move(done));
}

// True: go on, and `done` lets the next one in. False: this one waits for the same key's first.
bool Engine::enter(Envelope& envelope, Render& render, Done& done) {
    Sha256 key =
        idempotency_hash(command_account(envelope.command), envelope.caller, *envelope.idempotency);
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

// A name and a number are reserved first, the tree then opens the account, the reservation is
// confirmed. A reservation that is never used lapses when its name is wanted again.
void Engine::open_account(Envelope&& envelope, Render&& render, Done&& done) {
    auto& command = std::get<accounts::OpenAccount>(envelope.command);
    PartitionId home = 0;
    AccountId top;
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
        if (top.is_nil() ||
            !(envelope.caller.is_platform() || is_within(command.parent, envelope.caller.account)))
            return done(refuse(Fault::account_is_unknown, "there is no such account", "/parent"));
    }
    if (envelope.idempotency) {
        // A key that was answered before is answered again without reserving anything.
        Sha256 hash = idempotency_hash(command.parent.is_nil() ? AccountId{} : top, envelope.caller,
                                       *envelope.idempotency);
        bool known = impl_->partitions[home]->peek(
            [&](const Book& book) { return book.replies.find(hash) != nullptr; });
        if (known) return submit(home, std::move(envelope), std::move(render), std::move(done));
    }
    AccountReserved reserve{command.id,
                            top,
                            home,
                            command.name,
                            command.number,
                            envelope.email_fingerprint,
                            now() + Duration{limits::name_reservation_us}};
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

// The directory learns the key first; without the key in its account it opens nothing.
void Engine::add_key(Envelope&& envelope, Render&& render, Done&& done, Event registration) {
    AccountId account = command_account(envelope.command);
    auto home = partition_of(account);
    bool visible =
        home && (envelope.caller.is_platform() ? exists(account)
                                               : is_within(account, envelope.caller.account));
    if (!visible)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    auto directory_step = [registration](const Book&) -> Result<std::vector<Event>> {
        return std::vector<Event>{registration};
    };
    step("register_key", directory_step,
         [this, home, e = std::move(envelope), r = std::move(render),
          d = std::move(done)](Result<void> outcome) mutable {
             if (!outcome) return d(std::unexpected(outcome.error()));
             submit(*home, std::move(e), std::move(r), std::move(d));
         });
}

// The entry as the journal holds it is looked up first; the wallet knows what was reversed already.
void Engine::reverse_entry(Envelope&& envelope, Render&& render, Done&& done) {
    auto home = partition_of(command_account(envelope.command));
    if (!home)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    impl_->views.task([this, home, e = std::move(envelope), r = std::move(render),
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

// --- usage and entitlements

namespace {

// Answers of several partitions, put back in the order of what was asked.
template <class Item>
struct Gathered {
    std::vector<Item> items;
    std::size_t open = 0;
    std::optional<Refusal> refusal;
    std::mutex mutex;
};

}  // namespace

std::vector<std::vector<std::size_t>> Engine::by_partition(
    std::size_t count, const std::function<AccountId(std::size_t)>& account) const {
    std::vector<std::vector<std::size_t>> out(impl_->partitions.size());
    for (std::size_t i = 0; i < count; ++i)
        out[partition_of(account(i)).value_or(first_tree_partition)].push_back(i);
    return out;
}

Partition::UsageCall Engine::usage_call(const accounts::Caller& caller, Uuid seed) {
    return {caller, {impl_->wall.now(), seed}, impl_->catalog.load(), impl_->catalog_seq.load()};
}

template <class In, class Out, class Done, class Ask>
void Engine::spread(std::span<const In> items, Done done, Ask ask) {
    auto parts = by_partition(items.size(), [&](std::size_t i) { return account_of(items[i]); });
    auto gathered = std::make_shared<Gathered<Out>>();
    auto shared = std::make_shared<Done>(std::move(done));
    gathered->items.resize(items.size());
    for (const auto& part : parts) gathered->open += part.empty() ? 0 : 1;
    if (gathered->open == 0) return (*shared)(std::vector<Out>{});
    for (std::size_t p = 0; p < parts.size(); ++p) {
        if (parts[p].empty()) continue;
        std::vector<In> mine;
        for (std::size_t i : parts[p]) mine.push_back(items[i]);
        ask(*impl_->partitions[p], std::span<const In>(mine),
            [gathered, shared, places = parts[p]](Result<std::vector<Out>>&& outcome) {
                std::unique_lock lock(gathered->mutex);
                if (!outcome)
                    gathered->refusal = outcome.error();
                else
                    for (std::size_t i = 0; i < places.size(); ++i)
                        gathered->items[places[i]] = std::move((*outcome)[i]);
                if (--gathered->open > 0) return;
                lock.unlock();
                if (gathered->refusal) return (*shared)(std::unexpected(*gathered->refusal));
                (*shared)(std::move(gathered->items));
            });
    }
}

void Engine::ingest(const accounts::Caller& caller, std::span<const UsageEvent> events,
                    IngestDone done) {
    if (auto why = stopped()) return done(std::unexpected(*why));
    Partition::UsageCall call = usage_call(caller, entropy_.seed());
    if (options_.tree_partitions == 1)
        impl_->partitions[first_tree_partition]->ingest(call, events, std::move(done));
    else
        spread<UsageEvent, EventOutcome>(
            events, std::move(done),
            [&](Partition& p, std::span<const UsageEvent> mine, IngestDone part_done) {
                p.ingest(call, mine, std::move(part_done));
            });
    decided();
}

void Engine::consume(const accounts::Caller& caller, std::span<const Consumption> consumptions,
                     ConsumeDone done) {
    if (auto why = stopped()) return done(std::unexpected(*why));
    Partition::UsageCall call = usage_call(caller, entropy_.seed());
    if (options_.tree_partitions == 1)
        impl_->partitions[first_tree_partition]->consume(call, consumptions, std::move(done));
    else
        spread<Consumption, Result<entitlements::Answer>>(
            consumptions, std::move(done),
            [&](Partition& p, std::span<const Consumption> mine, ConsumeDone part_done) {
                p.consume(call, mine, std::move(part_done));
            });
    decided();
}

Answers Engine::check(const accounts::Caller& caller,
                      std::span<const entitlements::Question> questions) {
    // Nothing is made that needs an id.
    Partition::UsageCall call = usage_call(caller, {});
    if (options_.tree_partitions == 1)
        return impl_->partitions[first_tree_partition]->check(call, questions);
    Answers answers;
    for (const entitlements::Question& q : questions) {
        PartitionId p = partition_of(q.account).value_or(first_tree_partition);
        answers.push_back(std::move(impl_->partitions[p]->check(call, {&q, 1}).front()));
    }
    return answers;
}

std::unique_ptr<Standings> Engine::standings(AccountId account) const {
    auto partition = partition_of(account);
    if (!partition || !exists(account)) return nullptr;
    return std::make_unique<Standings>(account, *partition);
}

bool Engine::check_standing(Standings& of, const FeatureMark& feature, std::int64_t quantity,
                            Standing::Numbers& out) {
    Standing* standing = of.at(feature.place);
    if (standing == nullptr || quantity < 1 || quantity > limits::quantity_max) return false;
    Partition& partition = *impl_->partitions[of.partition()];
    Instant now = impl_->wall.roughly();
    // Before the catalog itself: a number that is too old is only one look too many.
    std::uint64_t catalog_seq = impl_->catalog_seq.load();
    Standing::Stamp stamp{partition.turns(), catalog_seq};
    bool stands = standing->read(out) && out.stamp == stamp && now.us < out.valid_until_us;
    if (!stands)
        partition.stand({now, impl_->catalog.load(), catalog_seq}, of, feature, *standing, out);
    return quantity <= out.most;
}

void Engine::read(AccountId account, accounts::Caller caller, Read read, Done done) {
    if (auto why = stopped()) return done(std::unexpected(*why));
    std::optional<PartitionId> partition = first_tree_partition;
    if (!account.is_nil()) partition = partition_of(account);
    if (!partition)
        return done(refuse(Fault::account_is_unknown, "there is no such account", "/account"));
    impl_->partitions[*partition]->read(
        {account, caller, moment(), impl_->catalog.load(), std::move(read), std::move(done)});
    if (impl_->partitions[*partition]->has_pending()) decided();
}

void Engine::read_clock(ClockId clock, accounts::Caller caller, Read read, Done done) {
    if (auto why = stopped()) return done(std::unexpected(*why));
    impl_->partitions[home_of(clock.uuid)]->read(
        {{}, caller, moment(), impl_->catalog.load(), std::move(read), std::move(done)});
}

void Engine::entries(accounts::Caller caller, EntryQuery query, EntriesDone done) {
    auto shared = std::make_shared<EntriesDone>(std::move(done));
    read(
        query.account, caller,
        [id = query.account](const Reader& reader) -> Result<Rendered> {
            if (!reader.account(id))
                return refuse(Fault::account_is_unknown, "there is no such account", "/account");
            return Rendered{};
        },
        [this, shared, query](Result<Rendered>&& seen) {
            if (!seen) return (*shared)(std::unexpected(seen.error()));
            impl_->views.task([shared, query](Views* views) {
                if (!views) return (*shared)(views_are_behind());
                auto rows = views->entries(query);
                if (!rows) return (*shared)(refuse(Fault::position_is_not_reached, rows.error()));
                (*shared)(std::move(*rows));
            });
        });
}

void Engine::usage(accounts::Caller caller, UsageQuery query, UsageDone done) {
    auto shared = std::make_shared<UsageDone>(std::move(done));
    read(
        query.account, caller,
        [id = query.account](const Reader& reader) -> Result<Rendered> {
            if (!reader.account(id))
                return refuse(Fault::account_is_unknown, "there is no such account", "/account");
            return Rendered{};
        },
        [this, shared, query](Result<Rendered>&& seen) {
            if (!seen) return (*shared)(std::unexpected(seen.error()));
            impl_->views.task([shared, query](Views* views) {
                if (!views) return (*shared)(views_are_behind());
                auto rows = views->usage(query);
                if (!rows) return (*shared)(refuse(Fault::position_is_not_reached, rows.error()));
                (*shared)(std::move(*rows));
            });
        });
}

void Engine::balance_at(accounts::Caller caller, AccountId account, Instant at, BalanceDone done) {
    auto shared = std::make_shared<BalanceDone>(std::move(done));
    read(
        account, caller,
        [account](const Reader& reader) -> Result<Rendered> {
            if (!reader.account(account))
                return refuse(Fault::account_is_unknown, "there is no such account", "/account");
            return Rendered{};
        },
        [this, shared, account, at](Result<Rendered>&& seen) {
            if (!seen) return (*shared)(std::unexpected(seen.error()));
            impl_->views.task([shared, account, at](Views* views) {
                if (!views) return (*shared)(views_are_behind());
                auto sums = views->balance_at(account, at);
                if (!sums) return (*shared)(refuse(Fault::position_is_not_reached, sums.error()));
                (*shared)(std::move(*sums));
            });
        });
}

void Engine::facts(accounts::Caller caller, std::string after, std::size_t limit, Duration wait,
                   FactsDone done) {
    if (auto why = stopped()) return done(std::unexpected(*why));
    FactFeed::Request request;
    request.after = std::move(after);
    request.limit = limit;
    request.deadline_us = wait.us > 0 ? impl_->wall.monotonic_us() + wait.us : 0;
    request.partitions = static_cast<PartitionId>(impl_->partitions.size());
    request.visible = [this, caller](const Event& event) {
        AccountId account = subject_account(event);
        if (caller.is_platform()) return true;
        return !account.is_nil() && is_within(account, caller.account);
    };
    auto run = [this](FactFeed::Work work) {
        impl_->views.task([w = std::move(work)](Views*) mutable { w(); });
    };
    impl_->feed.ask(std::move(request), std::move(done), run);
}

// --- who is who
// ------------------------------------------------------------------------------------

bool Engine::exists(AccountId account) const {
    auto partition = partition_of(account);
    return partition && impl_->partitions[*partition]->peek(
                            [&](const Book& b) { return b.find(account) != nullptr; });
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
                        root = Principal{accounts::Caller::platform(key.key.uuid), key.key, {}};
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
        return Principal{{owner->account, role, key->id.uuid, false}, key->id, key->member};
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
        return ServiceKeyOwner{*account, key->public_key_pem, key->roles};
    });
}

std::optional<AccountId> Engine::account_named(std::string_view name) const {
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<AccountId> {
            auto it = book.directory.names.find(name);
            if (it == book.directory.names.end()) return std::nullopt;
            return it->second;
        });
}

std::optional<AccountId> Engine::account_numbered(std::int64_t number) const {
    return impl_->partitions[directory_partition]->peek(
        [&](const Book& book) -> std::optional<AccountId> {
            auto it = book.directory.numbers.find(number);
            if (it == book.directory.numbers.end()) return std::nullopt;
            return it->second;
        });
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
            for (const auto& [id, record] : book.accounts)
                for (const subscriptions::Subscription& s : record->subscriptions.items)
                    if (s.is_live()) ++counts[s.plan.plan];
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

// Accounts that were opened when the process ended before their reservation was confirmed.
void Engine::reconcile_directory() {
    std::vector<AccountId> open =
        impl_->partitions[directory_partition]->peek([](const Book& book) {
            std::vector<AccountId> ids;
            for (const auto& [id, entry] : book.directory.accounts)
                if (!entry.confirmed) ids.push_back(id);
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
    s.store_full = impl_->committer.is_full();
    s.clock_jumped = impl_->wall.jumped();
    s.failure = impl_->committer.failure();
    for (auto& partition : impl_->partitions)
        partition->peek([&](const Book& book) {
            s.events += book.event_count;
            s.accounts += book.accounts.size();
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
