#pragma once
// All surfaces over one engine without threads and sockets, on a clock that the walk moves.
#include <memory>
#include <optional>
#include <string>

#include "api/common/context.h"
#include "api/http/router.h"
#include "engine/engine.h"
#include "testing/sim.h"
#include "testing/walk/step.h"

namespace rb::testing::walk {

inline constexpr std::string_view root_key = "rb_root-key-of-the-walk";

class World {
public:
    // `folder` is for a store of files. Has the platform's key and the stage's catalog.
    World(const Stage& stage, std::string folder);

    // One answer; nothing: the request waits for something to happen.
    std::optional<http::Response> send(http::Request request);
    // As the platform: the reply's body.
    http::Response ask(http::Method method, std::string target, std::string body = {});
    // A new engine over the same store; `rebuild`: with nothing left of what is derived.
    void restart(Step::Kind kind);
    // Moves the clock; what is due fires.
    void move(std::string_view how);
    // Fires what is due now.
    void settle() { engine_->run_timers(); }

    SimClock& clock() { return clock_; }
    engine::Engine& engine() { return *engine_; }
    engine::Store& store() { return *store_; }
    const http::Router& router() const { return router_; }

private:
    void open();

    Stage stage_;
    std::string folder_;
    SimClock clock_;
    SimEntropy entropy_;
    ClearVault vault_;
    std::unique_ptr<engine::Store> store_;
    std::unique_ptr<engine::Engine> engine_;
    std::optional<api::Context> context_;
    http::Router router_;
};

// All routes of all surfaces, "POST /v1/accounts/{account}/holds".
std::vector<std::string> all_routes();

}  // namespace rb::testing::walk
