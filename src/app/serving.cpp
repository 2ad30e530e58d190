#include "app/serving.h"

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "api/agency/agency.h"
#include "api/common/gate.h"
#include "api/http/cors.h"
#include "api/native/native.h"
#include "api/platform/platform.h"
#include "api/tenant/tenant.h"
#include "app/backups.h"
#include "app/notify.h"
#include "app/observing.h"
#include "app/signals.h"
#include "app/start_checks.h"
#include "metrics/exposition.h"
#include "net/server.h"

#ifndef RATEBOOK_VERSION
#define RATEBOOK_VERSION "0.0.0"
#endif

namespace rb::app {

namespace {

// One I/O thread a core that this process may run on.
int cores_allowed() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return std::clamp(CPU_COUNT(&set), 1, 64);
}

api::Gate::Options gate_options(int threads, const Admission& admission,
                                const engine::Engine& engine) {
    api::Gate::Options options;
    options.own_rates = &engine.tree_rates();
    if (admission.rate > 0) options.rate = api::Rate{admission.rate};
    api::Turns::Limits& turns = options.turns;
    turns.waiting_units_max = admission.waiting_max;
    turns.standing_units_max = std::min(turns.standing_units_max, admission.waiting_max);
    turns.standing_alone_units_max =
        std::min(turns.standing_alone_units_max, admission.waiting_max);
    turns.few_requests = std::min(turns.few_requests, admission.waiting_max);
    turns.waiting_bytes_max = admission.waiting_bytes_max / threads;
    return options;
}

void add_routes(http::Router& router, const api::Context& context, const Admission& admission,
                const Observer& observer) {
    api::native::add_routes(router, context);
    api::platform::add_routes(router, context);
    api::tenant::add_routes(router, context);
    api::agency::add_routes(router, context);
    api::native::add_metrics_route(
        router, context, admission.metrics, [&observer] { return observer.page(); },
        std::string(metrics::Exposition::content_type));
}

void tell_of_certificate(const net::Tls& tls, const Parsed<bool>& outcome) {
    if (!outcome)
        std::fprintf(stderr, "ratebook: warning: the certificate before stays in force: %s\n",
                     outcome.error().c_str());
    else if (*outcome)
        std::fprintf(stderr, "ratebook: a new certificate is in force\n");
    if (outcome && *outcome && !tls.doubt().empty())
        std::fprintf(stderr, "ratebook: warning: %s\n", tls.doubt().c_str());
}

void read_anew(net::Tls& tls) {
    auto read = tls.reload();
    tell_of_certificate(tls, read ? Parsed<bool>(true) : Unparsed(read.error()));
}

// A hang-up of the terminal stops, too; a service manager, and who runs a server with certificates,
// means the files to be read anew.
void serve_until_asked_to_stop(net::Tls* tls) {
    constexpr std::chrono::seconds look_interval{2};
    constexpr std::chrono::hours long_time{1};
    for (;;) {
        const Asked asked = wait_for_signal(tls ? look_interval : long_time);
        if (asked == Asked::stop) return;
        if (asked == Asked::reload) {
            if (!tls && !is_notifying()) return;
            notify_reloading();
            if (tls) read_anew(*tls);
            notify("READY=1");
        } else if (tls) {
            tell_of_certificate(*tls, tls->look());
        }
    }
}

}  // namespace

std::string program_version() { return RATEBOOK_VERSION; }

Parsed<Listen> Listen::parse(std::string_view text) {
    std::size_t colon = text.rfind(':');
    const auto bad = [] { return Unparsed("expected HOST:PORT, such as 127.0.0.1:8080"); };
    if (colon == text.npos || colon == 0) return bad();
    Listen listen;
    listen.host = text.substr(0, colon);
    if (listen.host.size() > 2 && listen.host.front() == '[' && listen.host.back() == ']')
        listen.host = listen.host.substr(1, listen.host.size() - 2);
    auto port = parse_int(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) return bad();
    listen.port = static_cast<std::uint16_t>(*port);
    return listen;
}

Parsed<void> serve(Home& home, const Listen& listen, const Admission& admission, ServerLog& log,
                   const std::function<void(const std::string&)>& ready) {
    net::ServerOptions options;
    options.host = listen.host;
    options.port = listen.port;
    options.threads = cores_allowed();
    options.connections_max = connections_within_limit(options.connections_max);
    options.trusted_proxies = admission.trusted_proxies;
    options.hosts = admission.hosts;
    std::shared_ptr<net::Tls> tls;
    if (!admission.tls.certificate.empty()) {
        auto opened = net::Tls::open(admission.tls);
        if (!opened) return Unparsed(opened.error());
        options.tls = tls = *opened;
    }
    api::Gate gate(gate_options(options.threads, admission, home.engine()));
    std::optional<api::RsaMaker> rsa(std::in_place);
    api::Context context{home.engine(), program_version(), listen.host, &gate, &*rsa};
    http::Router router;
    Observer observer(home.engine(), log);
    add_routes(router, context, admission, observer);
    std::optional<BackupPlace> backups;
    if (!admission.backups.empty()) backups.emplace(admission.backups, home.store().journal());
    api::native::add_backup_routes(router, context, backups ? &*backups : nullptr);
    const http::Cors cors(admission.origins);

    net::Application application{
        [&router, &cors](http::Request&& request, http::Respond respond) {
            cors.handle(router, std::move(request), std::move(respond));
        },
        [&router](http::Method method, std::string_view path) {
            return router.body_bytes_max(method, path);
        },
        [&home, &gate] {
            gate.begin_thread();
            home.engine().flush_here();
        },
        [&home, &gate] {
            const auto left = gate.serve();
            home.engine().flush();
            return left == api::Turns::Left::waits ? net::Application::Left::waits
                                                   : net::Application::Left::nothing;
        },
        [&gate] { return gate.arriving_bytes_max(); },
        [&cors](const http::Request& request, http::Response& response) {
            cors.add_headers(request, response);
        },
        [&log](net::Answered&& answered) { log.answered(std::move(answered)); }};
    auto server = net::Server::bind(options, std::move(application));
    if (!server) return Unparsed(server.error());
    std::string host =
        listen.host.find(':') == std::string::npos ? listen.host : "[" + listen.host + "]";
    const std::string address = host + ":" + std::to_string((*server)->port());
    context.public_host = admission.hosts.empty() ? address : admission.hosts.first();
    observer.watch(**server);
    (*server)->start();
    const std::string url = (tls ? "https://" : "http://") + address;
    log.ready(url, program_version(), home.directory());
    ready(url);
    notify("READY=1\nSTATUS=serves " + url);
    serve_until_asked_to_stop(tls.get());
    log.stopping();
    notify("STOPPING=1\nSTATUS=answers what was asked, then stops");
    (*server)->stop();
    rsa.reset();
    backups.reset();
    const engine::Status status = home.engine().status();
    home.engine().stop();
    log.stopped(home.engine().status().failure);
    if (!status.serving) return Unparsed("the store was not served any more: " + status.failure);
    return {};
}

}  // namespace rb::app
