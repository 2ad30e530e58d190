#pragma once
// What surfaces hand to the engine to be counted. All views and spans are read before the call
// returns and nothing is kept, but for Engine::consume_in_turn, which says how long they must stay.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "domain/entitlements/types.h"
#include "domain/faults/types.h"

namespace rb::engine {

// One member of an event's data, flat. Numbers and booleans stand as they were written.
struct Property {
    enum class Kind : std::uint8_t { text, number, boolean, null, nested };
    std::string_view name;
    std::string_view text;
    Kind kind = Kind::text;
};

// A fact that was measured elsewhere: one CloudEvent.
struct UsageEvent {
    AccountId account;
    std::string_view source;
    std::string_view id;  // unique with its source, of what one teller says of the account
    std::string_view type;
    std::optional<Instant> occurred_at;  // none: now
    std::span<const Property> properties;
};

// What became of an event. Refused ones changed nothing.
struct EventOutcome {
    enum class Status : std::uint8_t { counted, duplicate, refused };
    Status status = Status::counted;
    bool over_limit = false;  // counted, and beyond a limit or a package or the money that is there
    std::optional<Refusal> refusal;
};

// A use that may be refused. Without an id it cannot be told from another like it.
struct Consumption {
    entitlements::Question question;
    std::string_view source;
    std::string_view id;
    std::span<const Property> properties;  // dimensions, and the value of a unique meter
};

using IngestDone = std::move_only_function<void(Result<std::vector<EventOutcome>>&&)>;
using Answers = std::vector<Result<entitlements::Answer>>;
using ConsumeDone = std::move_only_function<void(Result<Answers>&&)>;

}  // namespace rb::engine
