#pragma once
// Gates for the tests of surfaces.
#include "api/common/gate.h"

namespace rb::api::test {

// Sheds whatever is asked on the thread that has begun it.
inline Gate::Options closed_gate() {
    Gate::Options options;
    options.turns.turn_units = 0;
    options.turns.waiting_units_max = 0;
    options.turns.few_requests = 0;
    return options;
}

inline Gate::Options rate_of_one() {
    Gate::Options options;
    options.rate = Rate{1};
    return options;
}

}  // namespace rb::api::test
