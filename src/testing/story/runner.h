#pragma once
// Runs a story against an engine without threads, on a simulated clock. Beyond what the story
// expects, every run checks by itself that
//
//   - a refused command, and a use that was not allowed or was counted before, has left every
//   partition's state as it was;
//   - an engine opened anew over the same store, and over its journal alone, has the state of the
//   one
//     before it;
//   - the auditor finds the journal whole, and the wallets and sellers' balances that it recomputes
//   are
//     those of the engine and of the store's views.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/id_keeper.h"
#include "engine/ports.h"
#include "testing/story/story.h"

namespace rb::testing::story {

// Opens the store of the run; called again at every restart, when the one before is gone.
using OpenStore = std::function<Parsed<std::unique_ptr<engine::Store>>()>;
// A store in memory that outlives the engines over it.
OpenStore in_memory();

// Between two engines the store is closed and opened again. `journal_after_each_command` also
// forgets all that is derived, so that the second engine has the journal alone, and no snapshots.
enum class Restart : std::uint8_t { never, after_each_command, journal_after_each_command };

// How many accounts stay unpacked between two commands.
enum class Awake : std::uint8_t { as_many_as_usual, none };

struct Stage {
    OpenStore open;
    std::uint32_t tree_partitions = 1;
    Restart restart = Restart::never;
    std::string catalogs;  // the folder of the files that `catalog <name>` names
    engine::IdBudget ids = {};
    Awake awake = Awake::as_many_as_usual;
};

struct Outcome {
    std::vector<std::string> problems;      // "first_month.story:12: ..."; none: it went as told
    std::vector<std::string> state_hashes;  // of every partition at the end
    std::size_t commands = 0;
};

Outcome run(const Story& story, const Stage& stage);

}  // namespace rb::testing::story
