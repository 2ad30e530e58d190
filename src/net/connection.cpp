#include "net/connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http/problem.h"

namespace rb::net {
namespace {

constexpr auto wait = asio::as_tuple(asio::use_awaitable_t<Executor>());

// After the last response the client's bytes are read and dropped for a while: closing a socket
// that holds unread bytes would reset the connection, and the client might lose the response.
constexpr std::size_t linger_bytes_max = 1024 * 1024;
constexpr std::chrono::milliseconds linger_deadline{2'000};
// The least rate of a body, asked for after a sixth of the body deadline.
constexpr std::int64_t body_bytes_per_second_min = 1024;
constexpr int body_grace_share = 6;
constexpr std::size_t request_id_chars_max = 128;

bool is_sane_request_id(std::string_view id) {
    return !id.empty() && id.size() <= request_id_chars_max &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7f; });
}

bool names_another_client(const http::Request& request) {
    return request.header("X-Forwarded-For") || request.header("Forwarded") ||
           request.header("Via");
}

}  // namespace

Connection::Connection(Worker& worker, ConnectionId id, Stream stream, std::string remote_address)
    : worker_(worker),
      id_(id),
      stream_(std::move(stream)),
      pause_(stream_.get_executor()),
      remote_address_(std::move(remote_address)),
      phase_since_(Clock::now()) {}

Connection::~Connection() = default;

Task<void> Connection::serve() {
    const auto self = shared_from_this();
    while (state_ == State::open) {
        if (resting_ && Clock::now() >= rest_until_) resting_ = false;
        if (stalled_ && may_read()) parse_unread();
        send();
        if (state_ == State::closed || is_finished()) break;
        if (stalled_ && may_read()) continue;
        if (reading_ == Reading::over || is_full()) {
            co_await pause_until(Clock::time_point::max());
            continue;
        }
        if (resting_) {
            co_await pause_until(rest_until_);
            continue;
        }
        co_await stream_.async_wait(Socket::wait_read, wait);
        if (state_ == State::open && reading_ == Reading::on) receive();
    }
    if (state_ == State::open) co_await linger();
    abort();
}

void Connection::receive() {
    boost::system::error_code ec;
    auto& buffer = worker_.read_buffer();
    const std::size_t size = stream_.read_some(asio::buffer(buffer), ec);
    if (ec == asio::error::would_block) return;
    if (ec == asio::error::eof) {
        // Half closed: what was asked is still answered.
        peer_ = Peer::done;
        return end_reading();
    }
    if (ec) return abort();
    const std::string_view arrived(buffer.data(), size);
    if (!in_.empty()) {
        in_ += arrived;
        return parse_unread();
    }
    std::string_view bytes = arrived;
    parse(bytes);
    if (reading_ == Reading::on) in_ = bytes;
}

void Connection::parse_unread() {
    std::string_view bytes = in_;
    parse(bytes);
    if (bytes.empty() || reading_ == Reading::over) {
        in_ = std::string();
    } else {
        in_.erase(0, in_.size() - bytes.size());
    }
}

void Connection::parse(std::string_view& bytes) {
    parsing_ = Parsing::now;
    stalled_ = false;
    while (state_ == State::open && reading_ == Reading::on && !stalled_) {
        if (!may_read()) {
            stalled_ = !bytes.empty();
            break;
        }
        switch (reader_.read(bytes)) {
            case RequestReader::Step::head_read:
                admit_head();
                continue;
            case RequestReader::Step::complete:
                dispatch();
                continue;
            case RequestReader::Step::refused:
                refuse(reader_.refusal());
                continue;
            case RequestReader::Step::need_more:
                break;
        }
        if (reader_.in_body()) {
            if (!may_arrive()) {
                refuse({503, "overloaded", "too many bodies of requests are arriving"});
                break;
            }
            enter(Phase::body);
            go_ahead(bytes);
        } else if (!bytes.empty()) {
            enter(Phase::head);
        }
        break;
    }
    parsing_ = Parsing::no;
}

// The parts of a request's head that the reader cannot judge.
void Connection::admit_head() {
    has_head_ = true;
    const http::Request& request = reader_.request();
    if (request.scheme_host.empty())
        if (const std::string* host = request.header("host"); host && !answers_for(*host))
            return refuse({421, "misdirected_request",
                           worker_.is_loopback()
                               ? "this server listens on the local machine only and does not "
                                 "answer for the host of this request; it does for the names that "
                                 "its option --host NAME gives (RATEBOOK_HOSTS)"
                               : "this server does not answer for the host of this request; it "
                                 "does for the names that its option --host NAME gives "
                                 "(RATEBOOK_HOSTS)"});
    if (!reader_.has_body()) return;
    reader_.set_body_bytes_max(worker_.application().body_bytes_max(request.method, request.path));
    continue_ = reader_.expects_continue() ? Continue::wanted : Continue::no;
}

// A body that goes on after what was read: does it have room among those of the other connections?
// Its length is looked at once, then what has come of it.
bool Connection::may_arrive() {
    const auto& bytes_max = worker_.application().arriving_bytes_max;
    if (!bytes_max) return true;
    const bool begins = phase_ != Phase::body;
    const std::size_t others = worker_.arriving_bytes() - arriving_bytes_;
    const std::size_t here = reader_.body_bytes();
    const std::size_t wanted = begins ? std::max(here, reader_.body_bytes_announced()) : here;
    if (others > 0 && others + wanted > bytes_max()) return false;
    count_arriving(here);
    return true;
}

void Connection::count_arriving(std::size_t bytes) {
    worker_.arriving_bytes() += bytes - arriving_bytes_;
    arriving_bytes_ = bytes;
}

// A client that waits to be told so gets "100 Continue", after the answers before it.
void Connection::go_ahead(std::string_view bytes) {
    if (continue_ != Continue::wanted) return;
    if (reader_.body_bytes() > 0 || !bytes.empty()) {
        continue_ = Continue::no;
    } else if (slots_.empty()) {
        continue_ = Continue::no;
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
}

void Connection::dispatch() {
    Worker::count(worker_.totals().requests);
    worker_.count_dispatched();
    const auto persistence = !reader_.keeps_alive() || worker_.is_draining() ? Persistence::close
                             : reader_.is_http_1_0() ? Persistence::keep_alive_1_0
                                                     : Persistence::keep_alive;
    put_slot(choose_request_id(), persistence);
    http::Request request = reader_.take();
    count_arriving(0);
    // Anybody can send these headers; they count only where a proxy is known to stand.
    if (!client_)
        client_ = names_another_client(request) &&
                          worker_.options().trusted_proxies.contains(remote_address_)
                      ? Worker::Client::proxy
                      : Worker::Client::direct;
    request.request_id = slots_.back().request_id;
    request.remote_address = remote_address_;
    request.secure = stream_.is_secure();
    continue_ = Continue::no;
    const std::uint64_t sequence = first_sequence_ + slots_.size() - 1;
    if (persistence == Persistence::close) end_reading();
    enter(Phase::idle);
    slots_.back().since = phase_since_;

    Gauges& gauges = worker_.gauges();
    const std::size_t before = gauges.in_flight.fetch_add(1, std::memory_order_relaxed);
    if (before >= worker_.options().requests_in_flight_max) {
        gauges.in_flight.fetch_sub(1, std::memory_order_relaxed);
        Worker::count(worker_.totals().refused);
        auto response = http::problem(503, "overloaded", "too many requests are being answered",
                                      slots_.back().request_id);
        response.pace = http::Pace::rest;
        if (worker_.application().complete) worker_.application().complete(request, response);
        return answer(sequence, std::move(response.with("Retry-After", "1")));
    }
    hand_on(std::move(request), sequence);
}

void Connection::hand_on(http::Request&& request, std::uint64_t sequence) {
    http::sighting() = {};
    handing_on_ = sequence;
    try {
        worker_.application().handle(std::move(request), Reply(worker_.mailbox(), id_, sequence));
    } catch (...) {  // the dropped Reply answers 500
        http::explain_failure_by_exception();
        worker_.answer_given_up();
    }
    handing_on_.reset();
    if (sequence >= first_sequence_) slots_[sequence - first_sequence_].seen = http::sighting();
}

// Of the request that the reader has now.
void Connection::put_slot(std::string request_id, Persistence persistence) {
    Slot& slot = slots_.emplace_back();
    slot.request_id = std::move(request_id);
    slot.persistence = persistence;
    // Of a head that was refused nothing is certain.
    slot.method = has_head_ ? reader_.request().method : http::Method::other;
    if (has_head_ && worker_.application().answered) slot.path = reader_.request().path;
    has_head_ = false;
}

void Connection::refuse(const Refusal& refusal) {
    Worker::count(worker_.totals().refused);
    const std::uint64_t sequence = first_sequence_ + slots_.size();
    const bool has_head = has_head_;
    put_slot(choose_request_id(), Persistence::close);
    slots_.back().since = Clock::now();
    auto response =
        http::problem(refusal.status, refusal.code, refusal.detail, slots_.back().request_id);
    if (refusal.status == 503) response.with("Retry-After", "1");
    if (has_head && worker_.application().complete)
        worker_.application().complete(reader_.request(), response);
    reader_.drop_body();
    answer(sequence, std::move(response));
    end_reading();
}

std::string Connection::choose_request_id() {
    const std::string* given = reader_.request().header("x-request-id");
    return given && is_sane_request_id(*given) ? *given : worker_.make_request_id();
}

void Connection::drain() {
    if (state_ == State::closed || reading_ == Reading::over) return;
    if (phase_ == Phase::head || phase_ == Phase::body || stalled_)
        return;  // dispatch() will close
    if (slots_.empty() && out_.empty()) return abort();
    if (!slots_.empty()) slots_.back().persistence = Persistence::close;
    end_reading();
    interrupt();
}

void Connection::abort() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    count_arriving(0);
    boost::system::error_code ignored;
    stream_.close(ignored);
    resume();
}

void Connection::check_deadline(Clock::time_point now) {
    if (state_ == State::closed) return;
    const ServerOptions& options = worker_.options();
    if (sending_ == Sending::waits && now - sending_since_ > options.body_deadline) return abort();
    const auto elapsed = now - phase_since_;
    switch (phase_) {
        case Phase::opened:
            if (elapsed > options.header_deadline) abort();
            return;
        case Phase::idle:
            if (slots_.empty() && out_.empty() && elapsed > options.idle_deadline) abort();
            return;
        case Phase::head:
            if (elapsed > options.header_deadline) {
                time_out("the head of the request did not arrive in time");
            }
            return;
        case Phase::body: {
            if (elapsed > options.body_deadline) {
                return time_out("the body of the request did not arrive in time");
            }
            using namespace std::chrono;
            const auto measured = elapsed - options.body_deadline / body_grace_share;
            const auto bytes_min =
                duration_cast<milliseconds>(measured).count() * body_bytes_per_second_min / 1000;
            if (static_cast<std::int64_t>(reader_.body_bytes()) < bytes_min) {
                time_out("the body of the request arrived too slowly");
            }
            return;
        }
        case Phase::ending:
            if (elapsed > linger_deadline) abort();
            return;
    }
}

void Connection::time_out(std::string_view detail) {
    refuse({408, "request_timeout", std::string(detail)});
    send();
    interrupt();
}

void Connection::enter(Phase phase) {
    if (phase_ == phase && phase != Phase::idle) return;
    phase_ = phase;
    phase_since_ = Clock::now();
}

void Connection::end_reading() {
    reading_ = Reading::over;
    stalled_ = false;
    continue_ = Continue::no;
    count_arriving(0);
    in_ = std::string();
    enter(Phase::idle);
}

// What the client sends meanwhile waits where it is: in the kernel, and then at the client.
void Connection::rest() {
    Worker::count(worker_.totals().shed);
    resting_ = true;
    rest_until_ = worker_.end_of_rest(*client_);
}

bool Connection::is_finished() const {
    return reading_ == Reading::over && slots_.empty() && out_.empty();
}

// Lets the coroutine look again, out of its wait for bytes.
void Connection::interrupt() {
    boost::system::error_code ignored;
    if (state_ == State::open) stream_.cancel(ignored);
}

void Connection::resume() {
    if (paused_) pause_.cancel();
}

Task<void> Connection::pause_until(Clock::time_point until) {
    paused_ = true;
    pause_.expires_at(until);
    co_await pause_.async_wait(wait);
    paused_ = false;
}

Task<void> Connection::linger() {
    boost::system::error_code ec;
    stream_.shutdown_send(ec);
    if (peer_ == Peer::done) co_return;
    enter(Phase::ending);
    std::size_t dropped = 0;
    while (state_ == State::open && !(ec && ec != asio::error::would_block) &&
           dropped < linger_bytes_max) {
        co_await stream_.async_wait(Socket::wait_read, wait);
        if (state_ == State::closed) break;
        dropped += stream_.read_some(asio::buffer(worker_.read_buffer()), ec);
    }
}

}  // namespace rb::net
