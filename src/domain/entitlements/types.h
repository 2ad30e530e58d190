#pragma once
// What may be used now: questions about a feature of an account, and their answers.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/amount.h"
#include "base/instant.h"
#include "domain/catalog/types.h"
#include "domain/faults/types.h"

namespace rb {

struct ReservationTag {
    static constexpr std::string_view prefix = "rsv_";
};
using ReservationId = Id<ReservationTag>;

}  // namespace rb

namespace rb::entitlements {

// How much of which feature. The quantity is of whole units of the feature's meter.
struct Question {
    AccountId account;
    std::string_view feature;
    std::int64_t quantity = 1;
    // Which seat, user or device of the account it is, 1 to 255 bytes; empty: not said.
    std::string_view entity{};
};

// May the quantity be used, and what stands. Where several limits hold (windows, the account's and
// those of the entity and of pools above) the numbers are of the one that stops, or else of the
// tightest.
struct Answer {
    bool allowed = false;
    bool counted = false;         // consume: it is in the journal
    bool duplicate = false;       // consume: its id was counted before, nothing changed
    bool over_limit = false;      // a soft limit is passed
    std::optional<Fault> reason;  // why not; of a duplicate none
    std::string detail;           // why not, in a sentence
    catalog::FeatureKind kind = catalog::FeatureKind::metered;
    std::string value;                  // of a config
    AccountId account;                  // whose limit or package it is: the one asked, or one above
    std::optional<std::int64_t> limit;  // none: unlimited
    std::int64_t used = 0;              // before a check, after a consume
    std::int64_t held = 0;              // by reservations that are open
    std::optional<std::int64_t> remaining;  // none: unlimited
    std::optional<Instant> resets_at;       // none: never
    std::optional<Amount> next_unit_price;  // of the next unit beyond what is left; none: free
};

// Quantity (and the money for its packs) held until it is committed, released or over.
struct Reservation {
    ReservationId id;
    std::string feature;
    std::int64_t quantity = 0;
    Instant expires_at;
};

// --- commands ---

// Puts a quantity aside, with the money for the packs that it would need.
struct Reserve {
    AccountId account;
    std::string feature;
    std::int64_t quantity = 1;
    Instant expires_at;
    std::string entity{};  // as of a question
};
// Counts what was really used and gives the rest back. More than was reserved passes only where it
// would pass by itself.
struct CommitReservation {
    AccountId account;
    ReservationId reservation;
    std::optional<std::int64_t> quantity;  // none: what was reserved
};
struct ReleaseReservation {
    AccountId account;
    ReservationId reservation;
};

}  // namespace rb::entitlements
