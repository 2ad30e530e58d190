#pragma once
// Gauges: how many of a limited thing exist now (mailboxes, forms, seats). Set or moved from
// outside.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/instant.h"
#include "domain/catalog/types.h"

namespace rb::metering {

// Feature key -> count that exists now, >= 0. Absent: 0.
using Gauges = std::map<std::string, std::int64_t>;

// Sets a gauge, or moves it by a difference. Below zero is refused. What exists is a fact: a gauge
// may be set above the plan's limit (the reply says so); a move upwards past a hard limit is
// refused.
struct SetGauge {
    AccountId account;
    std::string feature;
    std::optional<std::int64_t> value;  // exactly one of the two
    std::optional<std::int64_t> difference;
};

struct GaugeSet {
    AccountId account;
    std::string feature;
    std::int64_t value = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "feature", s.feature);
        v(3, "value", s.value);
    }
};

using Event = std::variant<GaugeSet>;

}  // namespace rb::metering
