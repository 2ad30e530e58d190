#pragma once
// Ids that several rooms name: accounts own plans and ledger postings, plans are priced everywhere.
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/id.h"

namespace rb {

struct AccountTag {
    static constexpr std::string_view prefix = "acc_";
};
using AccountId = Id<AccountTag>;
struct PlanTag {
    static constexpr std::string_view prefix = "plan_";
};
using PlanId = Id<PlanTag>;

// One published version of a plan; what a subscription pins.
struct PlanRef {
    PlanId plan;
    std::uint32_t version = 0;  // from 1
    auto operator<=>(const PlanRef&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "plan", s.plan);
        v(2, "version", s.version);
    }
};

}  // namespace rb
