// The engine's usage calls: to the partition of each account, and back together.
#include "engine/engine_impl.h"

namespace rb::engine {

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
void Engine::spread(Partition::UsageCall call, std::span<const In> items, Done done, Ask ask) {
    auto parts = by_partition(items.size(), [&](std::size_t i) { return account_of(items[i]); });
    auto gathered = std::make_shared<Gathered<Out>>();
    auto shared = std::make_shared<Done>(std::move(done));
    gathered->items.resize(items.size());
    for (const auto& part : parts) gathered->open += part.empty() ? 0 : 1;
    if (gathered->open == 0) return (*shared)(std::vector<Out>{});
    for (std::size_t p = 0; p < parts.size(); ++p) {
        if (parts[p].empty()) continue;
        // The ids of what one partition makes are not those of another.
        call.moment.seed = entropy_.seed();
        std::vector<In> mine;
        for (std::size_t i : parts[p]) mine.push_back(items[i]);
        ask(*impl_->partitions[p], call, std::span<const In>(mine),
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
    if (auto why = begin_call()) return done(std::unexpected(*why));
    Partition::UsageCall call = usage_call(caller, entropy_.seed());
    if (options_.tree_partitions == 1)
        impl_->partitions[first_tree_partition]->ingest(call, events, std::move(done));
    else
        spread<UsageEvent, EventOutcome>(
            call, events, std::move(done),
            [](Partition& p, const Partition::UsageCall& own, std::span<const UsageEvent> mine,
               IngestDone part_done) { p.ingest(own, mine, std::move(part_done)); });
    decided();
}

void Engine::consume(const accounts::Caller& caller, std::span<const Consumption> consumptions,
                     ConsumeDone done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    Partition::UsageCall call = usage_call(caller, entropy_.seed());
    if (options_.tree_partitions == 1)
        impl_->partitions[first_tree_partition]->consume(call, consumptions, std::move(done));
    else
        spread<Consumption, Result<entitlements::Answer>>(
            call, consumptions, std::move(done),
            [](Partition& p, const Partition::UsageCall& own, std::span<const Consumption> mine,
               ConsumeDone part_done) { p.consume(own, mine, std::move(part_done)); });
    decided();
}

Answers Engine::check(const accounts::Caller& caller,
                      std::span<const entitlements::Question> questions) {
    if (auto why = begin_call()) return Answers(questions.size(), std::unexpected(*why));
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

}  // namespace rb::engine
