#pragma once
// What a server shows of itself to a monitoring system: the page at /metrics.
#include <chrono>
#include <string>

#include "app/logging.h"
#include "engine/engine.h"
#include "net/server.h"

namespace rb::app {

class Observer {
public:
    Observer(engine::Engine& engine, const ServerLog& log) : engine_(engine), log_(log) {}

    // Before the server starts; it must outlive what it serves.
    void watch(const net::Server& server) { server_ = &server; }

    // The page as it stands now. Looks at the state of every partition, as /readyz does.
    std::string page() const;

private:
    engine::Engine& engine_;
    const ServerLog& log_;
    const net::Server* server_ = nullptr;
    const std::chrono::system_clock::time_point begun_ = std::chrono::system_clock::now();
};

}  // namespace rb::app
