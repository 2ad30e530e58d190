#include "engine/executed_quotes.h"

#include "engine/share.h"

namespace rb::engine {

const changes::Executed* ExecutedQuotes::find(QuoteId quote, AccountId account, Instant now) const {
    auto it = by_id_.find(quote);
    if (it == by_id_.end() || it->second->account != account) return nullptr;
    const changes::Executed& done = it->second->done;
    if (now >= done.at + Duration{limits::executed_quote_lifetime_us}) return nullptr;
    return &done;
}

std::size_t ExecutedQuotes::held_by(AccountId tree) const {
    auto it = of_tree_.find(tree);
    return it == of_tree_.end() ? 0 : it->second.size();
}

void ExecutedQuotes::put(ExecutedQuote executed) {
    const QuoteId id = executed.done.quote.id;
    const AccountId tree = executed.tree;
    if (by_id_.contains(id)) return;  // a snapshot has it already
    while (held_by(tree) > 0 && !has_share({capacity_, size()}, held_by(tree)))
        drop(of_tree_.find(tree)->second.front());
    if (size() >= capacity_) return;
    all_.push_back(std::move(executed));
    const Place place = std::prev(all_.end());
    by_id_[id] = place;
    of_tree_[tree].push_back(place);
}

// It is the oldest one of its tree: what is dropped is always the oldest of all, or of the tree.
void ExecutedQuotes::drop(Place place) {
    auto of_tree = of_tree_.find(place->tree);
    of_tree->second.pop_front();
    if (of_tree->second.empty()) of_tree_.erase(of_tree);
    by_id_.erase(place->done.quote.id);
    all_.erase(place);
}

void ExecutedQuotes::drop_until(Instant wall) {
    while (!all_.empty() && all_.front().until <= wall) drop(all_.begin());
}

}  // namespace rb::engine
