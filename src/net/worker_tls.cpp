// Handshakes of TLS: what comes before a connection begins. They are bounded in number and time; a
// new one takes the place of the oldest, so that those who never finish keep nobody out.
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cctype>

#include "api/http/problem.h"
#include "net/connection.h"
#include "net/worker.h"

namespace rb::net {
namespace {

constexpr auto wait = asio::as_tuple(asio::use_awaitable_t<Executor>());
constexpr std::size_t handshakes_max = 1024;

// The first byte of a request that is not encrypted is a letter; that of a handshake is 0x16.
bool begins_with_a_letter(Socket& socket) {
    char first = 0;
    const ssize_t got =
        ::recv(socket.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT | MSG_NOSIGNAL);
    return got == 1 && std::isalpha(static_cast<unsigned char>(first)) != 0;
}

}  // namespace

void Worker::begin_handshake(Socket socket, std::string remote) {
    TlsSession session = options_.tls->make_session();
    if (!session) return end_handshake({});
    auto one = std::make_shared<Greeting>(
        Greeting{Stream(std::move(socket), std::move(session)), Clock::now(), std::move(remote)});
    if (greetings_.size() >= handshakes_max) give_up(*greetings_.front());
    const auto place = greetings_.insert(greetings_.end(), one);
    asio::co_spawn(io_, shake_hands(one),
                   [this, place](const std::exception_ptr& failure, Outcome outcome) {
                       const auto greeting = *place;
                       greetings_.erase(place);
                       if (!failure && outcome == Outcome::good)
                           return open(std::move(greeting->stream), std::move(greeting->remote));
                       end_handshake(greeting);
                   });
}

Task<Worker::Outcome> Worker::shake_hands(std::shared_ptr<Greeting> one) {
    Stream& stream = one->stream;
    auto what = Socket::wait_read;
    for (bool is_first = true;; is_first = false) {
        auto [ec] = co_await stream.async_wait(what, wait);
        if (ec || phase_ != Phase::serving) co_return Outcome::bad;
        if (is_first && begins_with_a_letter(stream.socket())) {
            refuse_plain_text(stream.socket());
            co_return Outcome::bad;
        }
        switch (stream.shake_hands()) {
            case Stream::Handshake::done:
                co_return Outcome::good;
            case Stream::Handshake::failed:
                co_return Outcome::bad;
            case Stream::Handshake::wants_read:
                what = Socket::wait_read;
                break;
            case Stream::Handshake::wants_write:
                what = Socket::wait_write;
                break;
        }
    }
}

void Worker::end_handshake(const std::shared_ptr<Greeting>& one) {
    boost::system::error_code ignored;
    if (one) one->stream.close(ignored);
    gauges_->connections.fetch_sub(1);
    end_when_empty();
}

// Its coroutine waits for the socket and ends with an error.
void Worker::give_up(Greeting& one) {
    boost::system::error_code ignored;
    one.stream.cancel(ignored);
}

void Worker::give_up_handshakes(Clock::time_point since) {
    for (const auto& one : greetings_)
        if (one->since <= since) give_up(*one);
}

void Worker::refuse_plain_text(Socket& socket) {
    count(totals_.refused);
    const std::string request_id = make_request_id();
    std::string bytes;
    write_response(bytes,
                   http::problem(400, "tls_is_expected", "this port speaks HTTPS: ask for https://",
                                 request_id),
                   {.date = date(),
                    .request_id = request_id,
                    .method = http::Method::get,
                    .persistence = Persistence::close});
    boost::system::error_code ignored;
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(Socket::shutdown_send, ignored);
    socket.read_some(asio::buffer(read_buffer_), ignored);
}

}  // namespace rb::net
