#pragma once
// What the gate refused, of the whole process (base/tally.h).
#include "base/tally.h"

namespace rb::api {

struct GateCounts {
    Counter refused_by_rate;
    Counter refused_by_overload;
};

}  // namespace rb::api
