#pragma once
// The surfaces over one engine, served until a signal asks to stop.
#include <cstdint>
#include <functional>
#include <string>

#include "api/native/metrics.h"
#include "app/home.h"
#include "app/logging.h"
#include "net/hosts.h"
#include "net/networks.h"
#include "net/tls.h"

namespace rb::app {

struct Listen {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;
    // "HOST:PORT", "[::1]:8080"; port 0 lets the system choose.
    static Parsed<Listen> parse(std::string_view text);
};

// What the server takes on at once (api/common/gate.h), and from whom.
struct Admission {
    std::int64_t rate = 0;            // requests a second of a tree without one of its own; 0: none
    std::int64_t waiting_max = 4096;  // units of work that may wait, of each I/O thread
    std::int64_t waiting_bytes_max = 256LL << 20;  // of their bodies, of the whole server
    net::Networks trusted_proxies = net::Networks::loopback();
    api::native::MetricsAccess metrics = api::native::MetricsAccess::local;
    std::string backups;               // the directory for them; empty: there are none
    std::vector<std::string> origins;  // of pages that may read answers (api/http/cors.h)
    net::Hosts hosts;                  // net::ServerOptions
    net::TlsFiles tls;                 // empty: plain HTTP
};

std::string program_version();

// Serves `home` on its own threads; `ready` is called with the address ("http://127.0.0.1:8080")
// once it accepts, and a service manager is told. Returns on SIGINT or SIGTERM after a graceful
// drain; certificate files that change are read anew on the way. An error when it cannot bind, or
// when the store stopped serving on the way. Every answer has its line in `log`.
Parsed<void> serve(Home& home, const Listen& listen, const Admission& admission, ServerLog& log,
                   const std::function<void(const std::string&)>& ready);

}  // namespace rb::app
