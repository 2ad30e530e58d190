// The tops of all trees as one list: which ones the page has is looked up in every partition, then
// each partition that has some shows them.
#include "engine/engine_impl.h"

namespace rb::engine {

namespace {

struct Top {
    AccountId id;
    std::size_t partition = 0;
    auto operator<=>(const Top&) const = default;
};

// Written by one partition after the other, or by several threads at once.
struct TopsGathered {
    Engine::TopsPage page;
    std::size_t open = 0;
    std::optional<Refusal> refusal;
    std::mutex mutex;
};

}  // namespace

void Engine::tops(accounts::Caller caller, AccountId after, std::size_t limit, ShowAccount show,
                  TopsDone done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    if (!caller.is_platform()) return done(TopsPage{});
    if (auto ok = may_overall(caller, accounts::Right::read_platform); !ok)
        return done(std::unexpected(ok.error()));
    std::vector<Top> found;
    for (std::size_t p = first_tree_partition; p < impl_->partitions.size(); ++p)
        impl_->partitions[p]->peek([&](const Book& book) {
            for (AccountId id : slice_after(book.tops, after, limit + 1)) found.push_back({id, p});
            return 0;
        });
    std::ranges::sort(found);
    auto gathered = std::make_shared<TopsGathered>();
    if (found.size() > limit) {
        found.resize(limit);
        if (limit > 0) gathered->page.last = found.back().id;
    }
    gathered->page.shown.resize(found.size());
    std::vector<std::vector<std::size_t>> places(impl_->partitions.size());
    for (std::size_t i = 0; i < found.size(); ++i) places[found[i].partition].push_back(i);
    for (const auto& part : places) gathered->open += part.empty() ? 0 : 1;
    if (gathered->open == 0) return done(TopsPage{});
    auto shared = std::make_shared<TopsDone>(std::move(done));
    auto accounts = std::make_shared<const std::vector<Top>>(std::move(found));
    auto shows = std::make_shared<const ShowAccount>(std::move(show));
    for (std::size_t p = 0; p < places.size(); ++p) {
        if (places[p].empty()) continue;
        auto look = [=, mine = places[p]](const Reader& reader) -> Result<Rendered> {
            for (std::size_t i : mine)
                if (const AccountRecord* record = reader.account((*accounts)[i].id))
                    gathered->page.shown[i] = (*shows)(reader, *record);
            return Rendered{};
        };
        auto part_done = [gathered, shared](Result<Rendered>&& outcome) {
            std::unique_lock lock(gathered->mutex);
            if (!outcome) gathered->refusal = outcome.error();
            if (--gathered->open > 0) return;
            lock.unlock();
            if (gathered->refusal) return (*shared)(std::unexpected(*gathered->refusal));
            (*shared)(std::move(gathered->page));
        };
        impl_->partitions[p]->read(
            {{}, caller, moment(), impl_->catalog.load(), std::move(look), std::move(part_done)});
        if (impl_->partitions[p]->has_pending()) decided();
    }
}

}  // namespace rb::engine
