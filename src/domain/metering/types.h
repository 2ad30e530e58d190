#pragma once
// Gauges: how many of a limited thing exist now (mailboxes, forms, seats), set or moved from
// outside. Usage: how much was used within a window, and what is left of the packages of a period.
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/amount.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/name.h"
#include "base/period.h"
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

// --- usage: what was used within a window
// --------------------------------------------------------

// own: of the account itself. pooled: of the account and all accounts below it. shared: of the
// account and those below it that hold a plan together with it.
enum class Scope : std::uint8_t { own, pooled, shared };
constexpr auto enum_names(Scope) {
    return std::array<std::string_view, 3>{"own", "pooled", "shared"};
}

// One use or one fact, as it counts for one meter. The quantity is how much more was used; of the
// aggregations max and latest it is the value that was seen, of unique it says nothing.
struct Use {
    Name meter;
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    std::int64_t quantity = 0;
    Uuid member;  // of a unique meter: the hash of its value
    Instant occurred_at;
    Uuid entity{};  // whose it is within the account, hashed; nil: nobody's
};

// One span over which a meter is counted. Which span that is was decided when it was opened; from
// then on uses are added by their instant alone. What every use asks is in its first line of
// memory.
struct alignas(64) Counter {
    Name meter;
    Period span;             // a rolling or lifetime window ends at Instant::us_max
    std::int64_t value = 0;  // of a rolling window: see value_at
    Instant newest;          // of the aggregation latest
    Duration rolling;
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    catalog::WindowKind window = catalog::WindowKind::subscription;
    Scope scope = Scope::own;
    std::int64_t step = 0;  // rolling: number of the newest of its 60 steps
    std::vector<std::int64_t> steps;
    std::vector<Uuid> members;  // of the aggregation unique, by arrival
    // Of the scope shared: the plan that is held together, and its family.
    Name family;
    PlanId plan;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "meter", s.meter);
        v(2, "aggregation", s.aggregation);
        v(3, "window", s.window);
        v(4, "rolling", s.rolling);
        v(5, "scope", s.scope);
        v(6, "span", s.span);
        v(7, "value", s.value);
        v(8, "newest", s.newest);
        v(9, "step", s.step);
        v(10, "steps", s.steps);
        v(11, "members", s.members);
        v(12, "family", s.family);
        v(13, "plan", s.plan);
    }

    // Which of `members` are there; made from them when it is needed, no state of its own.
    boost::unordered_flat_set<Uuid, UuidHash> index;
};

// What one entity used within a window.
struct EntityTally {
    Uuid entity;
    std::int64_t value = 0;  // of a rolling window: see value_at
    Instant newest;          // of the aggregation latest
    std::int64_t step = 0;   // rolling: number of the newest of its 60 steps
    std::vector<std::int64_t> steps;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "entity", s.entity);
        v(2, "value", s.value);
        v(3, "newest", s.newest);
        v(4, "step", s.step);
        v(5, "steps", s.steps);
    }
};

// One span over which a meter is counted for each entity of the account by itself. An entity is
// there from its first use within the span on; those of a rolling window go when all that they used
// has left it.
struct EntityCounter {
    Name meter;
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    catalog::WindowKind window = catalog::WindowKind::subscription;
    Duration rolling;
    Period span;             // a rolling or lifetime window ends at Instant::us_max
    std::int64_t swept = 0;  // rolling: the step at which those that had left were dropped
    std::vector<EntityTally> tallies;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "meter", s.meter);
        v(2, "aggregation", s.aggregation);
        v(3, "window", s.window);
        v(4, "rolling", s.rolling);
        v(5, "span", s.span);
        v(6, "swept", s.swept);
        v(7, "tallies", s.tallies);
    }

    // Where each entity stands in `tallies`; made from them when it is needed, no state of its own.
    boost::unordered_flat_map<Uuid, std::uint32_t, UuidHash> index;
};

// What is left of a package in one period. `used` passes `size` only by facts that could not be
// refused.
struct alignas(64) Draw {
    Uuid subscription;  // nil: of a default plan
    Period span;
    std::int64_t size = 0;  // included, carried over and bought
    std::int64_t used = 0;
    Names meters;
    std::uint32_t package = 0;  // its place in the plan version
    Scope scope = Scope::own;
    Name family;
    PlanRef plan;
    std::int64_t included = 0;  // what the plan gives for a period
    std::int64_t packs = 0;     // bought in the span
    // Of packages that the subscription had before in the period: used, and not paid for by unit or
    // pack. More than this one includes counts against the next one, too.
    std::int64_t carried = 0;

    std::int64_t left() const { return size - used; }

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "subscription", s.subscription);
        v(2, "family", s.family);
        v(3, "plan", s.plan);
        v(4, "package", s.package);
        v(5, "scope", s.scope);
        v(6, "meters", s.meters);
        v(7, "span", s.span);
        v(8, "included", s.included);
        v(9, "size", s.size);
        v(10, "used", s.used);
        v(11, "packs", s.packs);
        v(12, "carried", s.carried);
    }
};

// What one level would pay for a reservation.
struct ReservedCost {
    AccountId payer;                // the account itself, or one above it
    std::int64_t units = 0;         // of the quantity: beyond what the level's packages have left
    std::int64_t money_micros = 0;  // what these cost, tax included
    Uuid hold;                      // of that money in its wallet; nil: it would accrue, or is none
    bool is_payers = false;  // it would accrue at an app store, under the consent of its payer

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "payer", s.payer);
        v(2, "units", s.units);
        v(3, "money_micros", s.money_micros);
        v(4, "hold", s.hold);
        v(5, "is_payers", s.is_payers);
    }
};

// Quantity that is put aside until its true amount is known.
struct ReservedUse {
    Uuid id;
    std::string feature;
    Name meter;
    std::int64_t quantity = 0;
    Instant expires_at;
    // In journals from before every level held what it would pay: the account's own hold and what
    // is in it. Books have it as a cost.
    Uuid hold;
    Uuid entity;  // whose use it is within the account; nil: nobody's
    std::int64_t money_micros = 0;
    std::vector<ReservedCost> costs;  // upwards; of levels that would pay nothing none

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "feature", s.feature);
        v(3, "meter", s.meter);
        v(4, "quantity", s.quantity);
        v(5, "expires_at", s.expires_at);
        v(6, "hold", s.hold);
        v(7, "entity", s.entity);
        v(8, "money_micros", s.money_micros);
        v(9, "costs", s.costs);
    }
};

// What open reservations of one entity hold of a meter.
struct EntityHeld {
    Uuid entity;
    std::int64_t quantity = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "entity", s.entity);
        v(2, "quantity", s.quantity);
    }
};

// What open reservations hold of a meter.
struct Held {
    Name meter;
    std::int64_t own = 0;
    std::int64_t below = 0;
    std::vector<EntityHeld> entities;  // of `own`, by their first open reservation
    // Sums of what they would cost the account.
    std::int64_t units = 0;
    std::int64_t money_micros = 0;
    std::int64_t payers_micros = 0;  // of that, under the consent of an app store's payer

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "meter", s.meter);
        v(2, "own", s.own);
        v(3, "below", s.below);
        v(4, "entities", s.entities);
        v(5, "units", s.units);
        v(6, "money_micros", s.money_micros);
        v(7, "payers_micros", s.payers_micros);
    }

    // As EntityCounter::index.
    boost::unordered_flat_map<Uuid, std::uint32_t, UuidHash> index;
};

// Whose cap money counts against: the account's own one, or its payer's consent.
enum class SpendLimit : std::uint8_t { account, payer };
constexpr auto enum_names(SpendLimit) {
    return std::array<std::string_view, 2>{"account", "payer"};
}

// What uses have cost within the span of a cap, tax included.
struct Spent {
    SpendLimit against = SpendLimit::account;
    Period span;  // for ever: to Instant::us_max
    Amount amount;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "against", s.against);
        v(2, "span", s.span);
        v(3, "amount", s.amount);
    }
};

// All that is counted for one account.
struct Usage {
    // What every use asks comes first.
    std::vector<Counter> counters;
    std::vector<Draw> draws;
    std::vector<Held> held;
    std::vector<EntityCounter> entity_counters;
    std::vector<ReservedUse> reservations;
    std::vector<Spent> spent;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "counters", s.counters);
        v(2, "draws", s.draws);
        v(3, "reservations", s.reservations);
        v(4, "held", s.held);
        v(5, "entity_counters", s.entity_counters);
        v(6, "spent", s.spent);
    }
};

// A window begins; it takes the place of those of the same meter, kind and scope that are over.
struct CounterOpened {
    AccountId account;
    Counter counter;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "counter", s.counter);
    }
};
// A window of entities begins, still without any of them; those of the same meter and kind that are
// over go, with all their entities.
struct EntityCounterOpened {
    AccountId account;
    EntityCounter counter;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "counter", s.counter);
    }
};
// A package's period begins, or its plan was changed; or it ends early, because its plan was left.
struct DrawOpened {
    AccountId account;
    Draw draw;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "draw", s.draw);
    }
};
// Packs of overrun were bought for what the package could not give.
struct PacksBought {
    AccountId account;
    Uuid subscription;
    Name family;
    std::uint32_t package = 0;
    Scope scope = Scope::own;
    std::int64_t packs = 0;
    std::int64_t units = 0;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "subscription", s.subscription);
        v(3, "family", s.family);
        v(4, "package", s.package);
        v(5, "scope", s.scope);
        v(6, "packs", s.packs);
        v(7, "units", s.units);
    }
};
// The use of a limit passed this share of it, in percent.
struct ThresholdPassed {
    AccountId account;
    std::string feature;
    std::int32_t percent = 0;
    std::int64_t limit = 0;
    std::int64_t used = 0;
    std::string entity;  // of a limit of each entity: which one, as the use called it
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "feature", s.feature);
        v(3, "percent", s.percent);
        v(4, "limit", s.limit);
        v(5, "used", s.used);
        v(6, "entity", s.entity);
    }
};
// A use has cost this much while a cap holds; stands right behind the entry or the lines that
// charge it. The first one within a span begins it, and those that are over go.
struct MoneySpent {
    AccountId account;
    SpendLimit against = SpendLimit::account;
    Period span;
    Amount amount;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "against", s.against);
        v(3, "span", s.span);
        v(4, "amount", s.amount);
    }
};
// What uses have cost passed this share of the cap, in percent.
struct SpendThresholdPassed {
    AccountId account;
    SpendLimit against = SpendLimit::account;
    std::int32_t percent = 0;
    Amount cap;
    Amount spent;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "against", s.against);
        v(3, "percent", s.percent);
        v(4, "cap", s.cap);
        v(5, "spent", s.spent);
    }
};
struct ReservationMade {
    AccountId account;
    ReservedUse reservation;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "reservation", s.reservation);
    }
};
enum class Ending : std::uint8_t { committed, released, expired };
constexpr auto enum_names(Ending) {
    return std::array<std::string_view, 3>{"committed", "released", "expired"};
}
struct ReservationEnded {
    AccountId account;
    Uuid reservation;
    Ending how = Ending::committed;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "reservation", s.reservation);
        v(3, "how", s.how);
    }
};
// Uses in the order in which they were decided, in the compact form of docs/formats/usage-block.md.
struct UsageCounted {
    std::string block;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "block", s.block);
    }
};

using Event = std::variant<GaugeSet>;

}  // namespace rb::metering
