#pragma once
// How many ids of events each tree has in memory and on the disk, for its share of them. It is a
// sample: with room for many ids only every so many-th is looked at, and stands for those before
// it. So at most some 65,000 numbers are kept, whatever the number of trees, and counting an id
// costs next to nothing. Exact while there is room for 65,536 ids or fewer; else a tree of a
// hundredth of all is known to a few percent. No state: it changes nobody's answer but that a tree
// is full.
//
// Threading: the lock of the book's partition guards it.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "domain/ids/types.h"

namespace rb::engine {

class IdShares {
public:
    static constexpr std::uint64_t samples_max = 65'536;

    explicit IdShares(std::uint64_t ids_max) { set_ids_max(ids_max); }
    void set_ids_max(std::uint64_t ids_max) { step_ = 1 + (ids_max - (ids_max > 0)) / samples_max; }

    // An id of the tree was remembered on this day.
    void add(AccountId tree, std::int64_t day) {
        if (++since_ < step_) return;
        charge(tree, day, since_);
        since_ = 0;
    }
    std::uint64_t held(AccountId tree) const {
        auto it = held_.find(tree);
        return it == held_.end() ? 0 : it->second;
    }
    // Those of earlier days are forgotten.
    void drop_before(std::int64_t day);

    // For snapshots.
    struct IdsHeld {
        std::int64_t day = 0;
        AccountId tree;
        std::uint64_t ids = 0;

        template <class V, class S>
        static void fields(V& v, S& s) {
            v(1, "day", s.day);
            v(2, "tree", s.tree);
            v(3, "ids", s.ids);
        }
    };
    std::vector<IdsHeld> all() const;
    void restore(const std::vector<IdsHeld>& all);

private:
    void charge(AccountId tree, std::int64_t day, std::uint64_t ids);

    std::uint64_t step_ = 1;   // so many ids are a sample
    std::uint64_t since_ = 0;  // the last one
    std::map<std::int64_t, boost::unordered_flat_map<AccountId, std::uint64_t, UuidHash>> days_;
    boost::unordered_flat_map<AccountId, std::uint64_t, UuidHash> held_;  // of all days
};

}  // namespace rb::engine
