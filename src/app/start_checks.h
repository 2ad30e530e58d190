#pragma once
// What a start needs of the machine and of the data directory, looked at in one place: `serve` and
// `demo` refuse to start on an error and tell warnings, `doctor` lists everything. Each text says
// what was found and, when something is wrong, what to do. Nothing is written or made.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/serving.h"
#include "engine/engine.h"

namespace rb::app {

struct StartCheck {
    enum class Level : unsigned char { good, warning, error };
    Level level = Level::good;
    std::string subject;  // "time zones"
    std::string text;
};

struct StartPlace {
    std::string data;              // may be missing: `serve` makes it
    std::optional<Listen> listen;  // none: the address is not looked at
    net::TlsFiles tls = {};        // empty: no TLS
};

// Before anything is opened: libsodium, time zones, file descriptors, the address, the directory
// with its rights, its disk and its key files.
std::vector<StartCheck> check_start(const StartPlace& place);
// What only an open store tells: whether the master key is the store's, and whether the clock is
// behind what the journal says has happened.
std::vector<StartCheck> check_store(engine::Store& store, engine::Engine& engine,
                                    const std::string& data);

// Tells warnings and errors on standard error; false: there is an error.
bool may_start(const std::vector<StartCheck>& checks);

// How many connections this process may take on with its file descriptors, at most `wanted`. Raises
// the soft limit as far as the hard one lets it.
std::size_t connections_within_limit(std::size_t wanted);

}  // namespace rb::app
