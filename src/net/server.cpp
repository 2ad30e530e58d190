#include "net/server.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.h"
#include "net/worker.h"

namespace rb::net {
namespace {

Parsed<asio::ip::tcp::endpoint> resolve(const std::string& host, std::uint16_t port) {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, ec);
    if (!ec) return asio::ip::tcp::endpoint(address, port);
    asio::io_context io;
    asio::ip::tcp::resolver resolver(io);
    const auto found = resolver.resolve(host, std::to_string(port), ec);
    if (ec || found.empty()) return Unparsed("there is no address for the host '" + host + "'");
    return found.begin()->endpoint();
}

// SO_REUSEPORT lets several sockets of one user listen on one port, those of another server too. A
// bind without it tells whether the port is taken.
boost::system::error_code probe(const asio::ip::tcp::endpoint& endpoint) {
    boost::system::error_code ec;
    asio::io_context io;
    Acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(Acceptor::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    return ec;
}

std::string sentence_of(const asio::ip::tcp::endpoint& endpoint,
                        const boost::system::error_code& ec) {
    const auto address = endpoint.address();
    const std::string host =
        address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    std::string reason = ec.message();
    if (ec == asio::error::address_in_use) reason = "another program listens there";
    if (ec == asio::error::access_denied)
        reason = "this user may not (ports below 1024 need a right)";
    if (ec == boost::system::errc::address_not_available) reason = "no interface has this address";
    return "cannot listen on " + host + ":" + std::to_string(endpoint.port()) + ": " + reason;
}

}  // namespace

struct Server::Impl {
    enum class State { bound, serving, stopped };

    Impl(ServerOptions server_options, Application server_application)
        : options(std::move(server_options)), application(std::move(server_application)) {}

    void run(Worker& worker) {
        worker.run();
        const std::lock_guard lock(mutex);
        --running;
        ended.notify_all();
    }

    void join() {
        for (std::thread& thread : threads) thread.join();
        for (const auto& worker : workers) worker->close_mailbox();
        state = State::stopped;
    }

    const ServerOptions options;
    const Application application;
    const std::shared_ptr<Gauges> gauges = std::make_shared<Gauges>();
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::thread> threads;
    State state = State::bound;
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t running = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
    if (impl_->state == Impl::State::serving) {
        for (const auto& worker : impl_->workers) worker->request_close();
        impl_->join();
    }
    for (const auto& worker : impl_->workers) worker->close_mailbox();
}

Parsed<std::unique_ptr<Server>> Server::bind(ServerOptions options, Application application) {
    auto endpoint = resolve(options.host, options.port);
    if (!endpoint) return Unparsed(endpoint.error());
    if (const auto ec = probe(*endpoint)) return Unparsed(sentence_of(*endpoint, ec));

    auto impl = std::make_unique<Impl>(std::move(options), std::move(application));
    for (int i = 0; i < std::max(impl->options.threads, 1); ++i) {
        auto worker = std::make_unique<Worker>(impl->options, impl->application, impl->gauges);
        if (const auto ec = worker->listen(*endpoint)) {
            return Unparsed(sentence_of(*endpoint, ec));
        }
        endpoint->port(worker->port());  // of port 0, the one the system chose
        impl->workers.push_back(std::move(worker));
    }
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Parsed<void> Server::check_address(const std::string& host, std::uint16_t port) {
    auto endpoint = resolve(host, port);
    if (!endpoint) return Unparsed(endpoint.error());
    if (const auto ec = probe(*endpoint)) return Unparsed(sentence_of(*endpoint, ec));
    return {};
}

std::uint16_t Server::port() const { return impl_->workers.front()->port(); }

void Server::start() {
    RB_CHECK(impl_->state == Impl::State::bound, "a server starts once");
    impl_->state = Impl::State::serving;
    impl_->running = impl_->workers.size();
    for (const auto& worker : impl_->workers) {
        impl_->threads.emplace_back([impl = impl_.get(), &worker = *worker] { impl->run(worker); });
    }
}

void Server::stop() {
    if (impl_->state != Impl::State::serving) return;
    for (const auto& worker : impl_->workers) worker->request_drain();
    {
        std::unique_lock lock(impl_->mutex);
        impl_->ended.wait_for(lock, impl_->options.drain_deadline,
                              [this] { return impl_->running == 0; });
    }
    for (const auto& worker : impl_->workers) worker->request_close();
    impl_->join();
}

Server::Counters Server::counters() const {
    Counters counters{impl_->gauges->connections.load(), 0, 0, 0, 0,
                      impl_->gauges->in_flight.load()};
    for (const auto& worker : impl_->workers) {
        const Worker::Totals& totals = worker->totals();
        counters.requests_total += totals.requests.load(std::memory_order_relaxed);
        counters.responses_total += totals.responses.load(std::memory_order_relaxed);
        counters.refused_total += totals.refused.load(std::memory_order_relaxed);
        counters.shed_total += totals.shed.load(std::memory_order_relaxed);
    }
    return counters;
}

}  // namespace rb::net
