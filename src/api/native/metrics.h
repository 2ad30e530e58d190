#pragma once
// GET /metrics: a page for a monitoring system, and who may read it.
#include <functional>
#include <string>

#include "api/common/context.h"
#include "api/http/router.h"

namespace rb::api::native {

// Who needs no key of the platform to read it.
enum class MetricsAccess : std::uint8_t {
    local,  // who asks from this machine itself, for it by its own name, and through no proxy
    key,    // nobody
    open,   // anybody: where only the monitoring can reach the server
};

// `page` makes the text, on an I/O thread; it must not block for long.
void add_metrics_route(http::Router& router, const Context& context, MetricsAccess access,
                       std::function<std::string()> page, std::string content_type);

}  // namespace rb::api::native
