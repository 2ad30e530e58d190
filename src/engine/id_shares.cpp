#include "engine/id_shares.h"

#include <algorithm>
#include <tuple>

namespace rb::engine {

void IdShares::charge(AccountId tree, std::int64_t day, std::uint64_t ids) {
    days_[day][tree] += ids;
    held_[tree] += ids;
}

void IdShares::drop_before(std::int64_t day) {
    while (!days_.empty() && days_.begin()->first < day) {
        for (const auto& [tree, ids] : days_.begin()->second) {
            auto it = held_.find(tree);
            it->second -= ids;
            if (it->second == 0) held_.erase(it);
        }
        days_.erase(days_.begin());
    }
}

std::vector<IdShares::IdsHeld> IdShares::all() const {
    std::vector<IdsHeld> out;
    for (const auto& [day, trees] : days_)
        for (const auto& [tree, ids] : trees) out.push_back({day, tree, ids});
    std::ranges::sort(out, {}, [](const IdsHeld& held) { return std::tuple(held.day, held.tree); });
    return out;
}

void IdShares::restore(const std::vector<IdsHeld>& all) {
    for (const IdsHeld& held : all) charge(held.tree, held.day, held.ids);
}

}  // namespace rb::engine
