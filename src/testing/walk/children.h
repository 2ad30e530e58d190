#pragma once
// Walks in processes of their own, so that one that dies tells how: every step is written down
// before it is done. A failing walk is then done again and again with fewer steps.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "testing/walk/step.h"
#include "testing/walk/walker.h"

namespace rb::testing::walk {

struct Verdict {
    Walk walk;         // the steps that were begun
    std::string kind;  // empty: clean. "death: ..." of a process that died
    std::string detail;
    Tallies tallies;      // of a walk that was clean
    std::string replies;  // of a walk that is known: each step, and what it was answered
    bool is_clean() const { return kind.empty(); }
};

struct Plan {
    std::uint64_t seed = 1;
    std::size_t steps = 0;  // 0: as the seed says
    std::vector<std::string> without;
};

// Where a seed's walk takes place.
Stage stage_of(std::uint64_t seed);
// A new walk.
Verdict run_new(const Plan& plan);
// A walk that is known.
Verdict run_again(const Walk& walk, const std::vector<std::string>& without);
// The steps that it needs to fail in the same kind, as far as the time allows.
Walk shorten(const Verdict& failed, const std::vector<std::string>& without,
             std::chrono::seconds most);

}  // namespace rb::testing::walk
