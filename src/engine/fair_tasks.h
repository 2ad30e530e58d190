#pragma once
// Tasks that wait for one thread, fair among trees: of each tree one a round, in the order in which
// they began to wait. How many of a tree may wait is bounded, and how many in all.
//
// Thread-compatible.
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "domain/ids/types.h"
#include "engine/share.h"

namespace rb::engine {

template <class Task>
class FairTasks {
public:
    // `what` waits, as a refusal names it: "reads that wait".
    FairTasks(std::string_view what, std::size_t of_tree_max, std::size_t of_all_max)
        : what_(what), of_tree_max_(of_tree_max), of_all_max_(of_all_max) {}

    // tree_is_full, engine_is_overloaded. The platform (nil) has no bound of its own.
    Result<void> has_room(AccountId tree) const {
        auto it = waiting_.find(tree);
        const std::size_t own = it == waiting_.end() ? 0 : it->second.size();
        if (!tree.is_nil() && own >= of_tree_max_) return tree_is_full(what_, own, of_tree_max_);
        if (size_ >= of_all_max_)
            return refuse(Fault::engine_is_overloaded,
                          what_ + ": there are " + std::to_string(size_) +
                              ", as many as there may be; try again later");
        return {};
    }
    // Whether there is room or not.
    void push(AccountId tree, Task task) {
        auto [it, is_first] = waiting_.try_emplace(tree);
        if (is_first) order_.push_back(tree);
        it->second.push_back(std::move(task));
        ++size_;
    }
    // One of each tree that waits.
    std::vector<Task> take_round() {
        std::vector<Task> round;
        for (std::size_t left = order_.size(); left > 0; --left) {
            const AccountId tree = order_.front();
            order_.pop_front();
            auto it = waiting_.find(tree);
            round.push_back(std::move(it->second.front()));
            it->second.pop_front();
            --size_;
            if (it->second.empty())
                waiting_.erase(it);
            else
                order_.push_back(tree);
        }
        return round;
    }
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }

private:
    const std::string what_;
    const std::size_t of_tree_max_;
    const std::size_t of_all_max_;
    std::map<AccountId, std::deque<Task>> waiting_;
    std::deque<AccountId> order_;
    std::size_t size_ = 0;
};

}  // namespace rb::engine
