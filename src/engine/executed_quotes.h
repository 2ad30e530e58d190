#pragma once
// Quotes that were executed a short while ago, so that who executes one again is told what was done
// and nothing is done twice. Ground state: it follows from quote_executed events alone.
//
// Bounded: at most `capacity` in a partition, and of one tree its share of them (engine/share.h).
// Nothing is ever refused for it: a tree beyond its share forgets its own oldest ones.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <deque>
#include <list>
#include <vector>

#include "base/limits.h"
#include "domain/changes/types.h"
#include "domain/ids/types.h"

namespace rb::engine {

struct ExecutedQuote {
    AccountId account;
    AccountId tree;  // its top
    Instant until;   // on the wall clock: forgotten then
    changes::Executed done;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "tree", s.tree);
        v(3, "until", s.until);
        v(4, "done", s.done);
    }
};

class ExecutedQuotes {
public:
    explicit ExecutedQuotes(std::size_t capacity = limits::executed_quotes_max)
        : capacity_(capacity) {}
    ExecutedQuotes(ExecutedQuotes&&) = default;
    ExecutedQuotes& operator=(ExecutedQuotes&&) = default;

    // Of the account, executed less than a day ago by its tree's clock; else nullptr.
    const changes::Executed* find(QuoteId quote, AccountId account, Instant now) const;
    // In the order of their `until`.
    void put(ExecutedQuote executed);
    void drop_until(Instant wall);
    std::size_t size() const { return by_id_.size(); }
    const std::list<ExecutedQuote>& all() const { return all_; }

private:
    using Place = std::list<ExecutedQuote>::iterator;
    void drop(Place place);
    std::size_t held_by(AccountId tree) const;

    std::size_t capacity_;
    std::list<ExecutedQuote> all_;  // oldest first
    boost::unordered_flat_map<QuoteId, Place, UuidHash> by_id_;
    boost::unordered_flat_map<AccountId, std::deque<Place>, UuidHash> of_tree_;  // oldest first
};

}  // namespace rb::engine
