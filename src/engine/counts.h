#pragma once
// What the engine counts beside its state, for who watches it (base/tally.h): of the process, since
// its start. A decision is counted when it is made; where its commit fails it was counted too.
#include <algorithm>
#include <array>
#include <bit>

#include "base/tally.h"
#include "domain/faults/types.h"

namespace rb::engine {

enum class DecisionKind : std::uint8_t { command, use, check, event };
constexpr auto enum_names(DecisionKind) {
    return std::array<std::string_view, 4>{"command", "use", "check", "event"};
}

// Of one kind of question.
struct DecisionCounts {
    Counter done;       // done, allowed, counted
    Counter duplicate;  // an event that had been counted
    std::array<Counter, enum_names(Fault{}).size()> refused;

    void refuse(Fault fault) { refused[static_cast<std::size_t>(fault)].add(); }
};

// Sizes of commits in records: up to 1, 2, 4, ... and more than that.
constexpr std::size_t commit_sizes = 16;

struct Counts {
    std::array<DecisionCounts, enum_names(DecisionKind{}).size()> decisions;
    Counter timers_fired;
    Counter quarantines_begun;
    Counter commits_failed;
    Counter records_committed;
    std::array<Counter, commit_sizes + 1> commits_by_size;

    DecisionCounts& of(DecisionKind kind) { return decisions[static_cast<std::size_t>(kind)]; }
    void commit(std::uint64_t records) {
        const auto power = static_cast<std::size_t>(std::bit_width(records > 0 ? records - 1 : 0));
        commits_by_size[std::min(power, commit_sizes)].add();
        records_committed.add(records);
    }
};

inline Counts& counts() { return Tally<Counts>::here(); }

}  // namespace rb::engine
