#pragma once
// The reference store: everything in memory, for tests. Contents outlive the engine that uses them,
// so a restart is a new engine over the same store. Faults can be set to try the engine's answers.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports.h"

namespace rb::store::memory {

// What the next appends answer. `not_written` and `fenced` write nothing; of the appends that
// answer `unknown` or `sync_failed` every other one, from the first on, is written all the same.
// May be set while the store is in use.
struct Faults {
    std::atomic<engine::Append> next{engine::Append::ok};
    std::atomic<int> appends_until{-1};  // appends that pass before `next` is answered; -1: never
    std::atomic<int> repeat{1};          // how many times it is answered
    // Writes of id runs that pass before all others fail, as on a full disk; -1: none fails.
    std::atomic<int> run_writes_until{-1};
};

std::unique_ptr<engine::Store> make(std::shared_ptr<Faults> faults = nullptr);

}  // namespace rb::store::memory
