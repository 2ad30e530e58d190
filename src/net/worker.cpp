#include "net/worker.h"

#include <openssl/rand.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http/problem.h"
#include "base/check.h"
#include "net/connection.h"

namespace rb::net {
namespace {

constexpr auto wait = asio::as_tuple(asio::use_awaitable_t<Executor>());
// A turn ends after so many, so that what was asked first is not answered last.
constexpr int handlers_per_turn_max = 768;
constexpr int requests_per_turn_max = 1024;
// Connections that were shed come back one after the other, so that answering clients that ask
// again at once takes a hundredth of a thread, however many they are. None waits longer than
// the Retry-After that it was told; that of a proxy much less, for the next request on it may be
// another client's.
constexpr std::chrono::microseconds return_interval{1'000};
constexpr std::chrono::milliseconds rest_min{1};
constexpr std::chrono::milliseconds rest_max{1'000};
constexpr std::chrono::milliseconds proxy_rest_max{8};
constexpr int listen_backlog = 4096;
// When no file descriptor is left, a moment may free one.
constexpr std::chrono::milliseconds accept_pause{10};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

std::string text_of(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

}  // namespace

Worker::Worker(const ServerOptions& options, const Application& application,
               std::shared_ptr<Gauges> gauges)
    : options_(options),
      application_(application),
      gauges_(std::move(gauges)),
      mailbox_(std::make_shared<Mailbox>(*this, io_, gauges_)) {}

Worker::~Worker() = default;

boost::system::error_code Worker::listen(const asio::ip::tcp::endpoint& endpoint) {
    boost::system::error_code ec;
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(Acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.set_option(ReusePort(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(listen_backlog, ec);
    if (!ec) port_ = acceptor_.local_endpoint(ec).port();
    is_loopback_ = endpoint.address().is_loopback();
    return ec;
}

void Worker::run() {
    mailbox_->bind_to_this_thread();
    asio::co_spawn(io_, accept_connections(), [](const std::exception_ptr&) {});
    schedule_tick();
    if (application_.begin_thread) application_.begin_thread();
    auto left = Application::Left::nothing;
    while (left == Application::Left::waits || io_.run_one() > 0) {
        for (int i = 1; i < handlers_per_turn_max && dispatched_ < requests_per_turn_max; ++i) {
            if (io_.poll_one() == 0) break;
        }
        dispatched_ = 0;
        if (application_.end_turn) left = application_.end_turn();
        answer_given_up();
    }
}

Clock::time_point Worker::end_of_rest(Client client) {
    const auto now = Clock::now();
    last_return_ = std::clamp(last_return_ + return_interval, now, now + rest_max);
    const auto longest = client == Client::proxy ? proxy_rest_max : rest_max;
    return std::clamp(last_return_, now + rest_min, now + longest);
}

void Worker::request_drain() {
    asio::post(io_, [this] { drain(); });
}

void Worker::request_close() {
    asio::post(io_, [this] { close_connections(); });
}

Task<void> Worker::accept_connections() {
    while (phase_ == Phase::serving) {
        Socket socket(io_);
        auto [ec] = co_await acceptor_.async_accept(socket, wait);
        if (phase_ != Phase::serving) break;
        if (!ec) {
            admit(std::move(socket));
            continue;
        }
        accept_pause_.expires_after(accept_pause);
        co_await accept_pause_.async_wait(wait);
    }
}

void Worker::admit(Socket socket) {
    boost::system::error_code ec;
    const auto remote = socket.remote_endpoint(ec);
    if (!ec) socket.non_blocking(true, ec);
    if (!ec) socket.set_option(asio::ip::tcp::no_delay(true), ec);
    if (ec) return;  // gone already
    if (gauges_->connections.fetch_add(1) >= options_.connections_max) {
        gauges_->connections.fetch_sub(1);
        if (options_.tls) return;  // nobody could read why
        return turn_away(std::move(socket));
    }
    if (options_.tls) return begin_handshake(std::move(socket), text_of(remote.address()));
    open(Stream(std::move(socket)), text_of(remote.address()));
}

// A connection that is counted and can carry requests.
void Worker::open(Stream stream, std::string remote) {
    if (free_places_.empty()) {
        free_places_.push_back(static_cast<std::uint32_t>(places_.size()));
        places_.emplace_back();
    }
    const std::uint32_t index = free_places_.back();
    free_places_.pop_back();
    Place& place = places_[index];
    const ConnectionId id{index, ++place.generation};
    auto connection = std::make_shared<Connection>(*this, id, std::move(stream), std::move(remote));
    place.connection = connection;
    ++open_;
    asio::co_spawn(io_, connection->serve(), [this, connection, id](const std::exception_ptr&) {
        connection->abort();
        forget(id);
    });
}

// One write into an empty socket buffer; who does not read it loses nothing but the reason.
void Worker::turn_away(Socket socket) {
    count(totals_.refused);
    const std::string request_id = make_request_id();
    auto response = http::problem(503, "overloaded", "too many connections are open", request_id);
    std::string bytes;
    write_response(bytes, response.with("Retry-After", "1"),
                   {.date = date(),
                    .request_id = request_id,
                    .method = http::Method::get,
                    .persistence = Persistence::close});
    boost::system::error_code ignored;
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
    socket.read_some(asio::buffer(read_buffer_), ignored);
    if (application_.answered)
        application_.answered(
            {.request_id = request_id, .status = response.status, .body = response.body});
}

void Worker::forget(ConnectionId id) {
    places_[id.index].connection.reset();
    free_places_.push_back(id.index);
    --open_;
    gauges_->connections.fetch_sub(1);
    end_when_empty();
}

Connection* Worker::find(ConnectionId id) {
    const Place& place = places_[id.index];
    return place.generation == id.generation ? place.connection.get() : nullptr;
}

void Worker::deliver(Answer&& answer) {
    Connection* connection = find(answer.connection);
    if (!connection) return;
    connection->answer(answer.sequence, std::move(answer.response), std::move(answer.failure));
    if (!connection->is_parsing()) connection->send();
}

void Worker::give_up(Answer&& answer) {
    // What was said meanwhile was said of those before.
    const std::string failure = http::take_failure();
    for (Answer& before : given_up_)
        if (before.failure.empty()) before.failure = failure;
    given_up_.push_back(std::move(answer));
}

void Worker::answer_given_up() {
    if (given_up_.empty()) return;
    std::string failure = http::take_failure();
    if (failure.empty()) failure = "it was dropped without an answer";
    for (Answer& answer : std::exchange(given_up_, {})) {
        if (answer.failure.empty()) answer.failure = failure;
        deliver(std::move(answer));
    }
}

void Worker::drain_mailbox() {
    std::vector<Connection*> touched;
    for (Answer& answer : mailbox_->take()) {
        Connection* connection = find(answer.connection);
        if (!connection) continue;
        connection->answer(answer.sequence, std::move(answer.response), std::move(answer.failure));
        if (connection->mark_for_send()) touched.push_back(connection);
    }
    // The table keeps them: a connection leaves it from its own coroutine only.
    for (Connection* connection : touched) connection->send();
}

void Worker::schedule_tick() {
    using std::chrono::milliseconds;
    const milliseconds shortest =
        std::min({options_.header_deadline, options_.idle_deadline, options_.body_deadline});
    ticker_.expires_after(std::clamp(shortest / 8, milliseconds(5), milliseconds(500)));
    ticker_.async_wait([this](const boost::system::error_code&) {
        if (phase_ != Phase::ended) tick();
    });
}

void Worker::tick() {
    const auto now = Clock::now();
    for (const Place& place : places_) {
        if (place.connection) place.connection->check_deadline(now);
    }
    give_up_handshakes(now - options_.header_deadline);
    schedule_tick();
}

void Worker::drain() {
    if (phase_ != Phase::serving) return;
    phase_ = Phase::draining;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    for (const Place& place : places_) {
        if (place.connection) place.connection->drain();
    }
    give_up_handshakes(Clock::time_point::max());
    end_when_empty();
}

void Worker::close_connections() {
    drain();
    for (const Place& place : places_) {
        if (place.connection) place.connection->abort();
    }
}

void Worker::end_when_empty() {
    if (phase_ != Phase::draining || open_ > 0 || !greetings_.empty()) return;
    phase_ = Phase::ended;
    ticker_.cancel();
}

std::string Worker::make_request_id() {
    // "req_" and 20 random characters of base 32: a count would tell how much others ask.
    static constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    constexpr std::size_t prefix = 4, characters = 20;
    std::string id = "req_00000000000000000000";
    if (random_used_ + characters > random_.size()) {
        RB_CHECK(RAND_bytes(random_.data(), static_cast<int>(random_.size())) == 1,
                 "the system gives randomness");
        random_used_ = 0;
    }
    for (std::size_t i = 0; i < characters; ++i)
        id[prefix + i] = digits[random_[random_used_++] & 31];
    return id;
}

}  // namespace rb::net
