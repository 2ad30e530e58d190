#pragma once
// Inside the engine: what its face (engine.cpp), its who is who (engine_who.cpp) and its usage
// calls (engine_usage.cpp) and what is read from views (engine_views.cpp) share.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/committer.h"
#include "engine/cursor_seal.h"
#include "engine/engine.h"
#include "engine/fact_feed.h"
#include "engine/fair_worker.h"
#include "engine/key_uses.h"
#include "engine/upkeep.h"
#include "engine/view_worker.h"
#include "engine/wall.h"

namespace rb::engine {

struct Engine::Impl {
    Impl(Store& store, Clock& clock, Threads threads)
        : wall(clock),
          views(store),
          committer(store, partitions,
                    [this](const Partition& p, std::uint64_t seq, Partition::Batch&& batch) {
                        if (p.id() == catalog_partition) publish_catalog(p, seq);
                        for (const accounts::RequestRateSet& set : batch.rates)
                            rates.set(set.account, set.requests_per_second);
                        views.batch(p.id(), seq,
                                    {std::move(batch.entries), std::move(batch.blocks),
                                     std::move(batch.audit), std::move(batch.entry_trees)});
                        feed.moved(std::move(batch.trees));
                    }),
          feed(store, threads == Threads::own ? FactFeed::Ticks::come : FactFeed::Ticks::none),
          upkeep(store.journal(), partitions) {}

    void publish_catalog(const Partition& p, std::uint64_t seq) {
        auto copy = p.peek([](const Book& book) {
            return std::make_shared<const catalog::Catalog>(book.catalog);
        });
        catalog.store(copy);
        catalog_seq = seq;
    }

    WallClock wall;
    KeyUses key_uses;
    std::int64_t key_uses_due_us = 0;  // the ticker's
    std::vector<std::unique_ptr<Partition>> partitions;
    std::atomic<std::shared_ptr<const catalog::Catalog>> catalog{
        std::make_shared<const catalog::Catalog>()};
    std::atomic<std::uint64_t> catalog_seq{0};
    TreeRates rates;
    CursorSeal cursors;
    ViewWorker views;
    Committer committer;
    FactFeed feed;
    FairWorker readers{"reads of changes in the queue", limits::tree_view_reads_max,
                       limits::view_reads_max};
    Upkeep upkeep;

    // Commands of several steps that carry an idempotency key: a second one waits for the first.
    std::mutex in_flight_mutex;
    std::map<Sha256, std::vector<std::move_only_function<void()>>> in_flight;
    std::set<AccountId> opening;  // accounts between their reservation and their answer

    std::thread ticker;
    std::mutex tick_mutex;
    std::condition_variable tick;
    bool stopping = false;
};

inline std::unexpected<Refusal> views_are_behind() {
    return refuse(Fault::store_is_full,
                  "the views cannot be written and are behind; try again later");
}

}  // namespace rb::engine
