#pragma once
// A store looked at by an engine that changes nothing on the disk: for verbs that only read.
#include <memory>
#include <string>

#include "embed/system.h"
#include "engine/engine.h"

namespace rb::app {

class Look {
public:
    // The store of a directory that nobody serves, read-only. What the engine would put down stays
    // in memory and is dropped. No master key is needed: personal fields cannot be read through it.
    // Errors: there is no store (and none is made), it is served, the journal is damaged.
    static Parsed<std::unique_ptr<Look>> at(const std::string& directory);
    ~Look();

    engine::Engine& engine() { return *engine_; }
    engine::Store& store() { return *store_; }

private:
    Look() = default;
    embed::SystemClock clock_;
    embed::SystemEntropy entropy_;
    std::unique_ptr<engine::Store> store_;    // as it stands on the disk
    std::unique_ptr<engine::Store> overlay_;  // with what the engine thinks it has put down
    std::unique_ptr<engine::Vault> vault_;
    std::unique_ptr<engine::Engine> engine_;
};

}  // namespace rb::app
