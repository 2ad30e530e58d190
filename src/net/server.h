#pragma once
// An HTTP/1.1 server on Asio coroutines and Beast's parser. Knows api/http and nothing else.
//
// Promises: keep-alive and pipelining with replies in order; chunked request bodies; absolute-form
// targets; ambiguous framing (Content-Length with Transfer-Encoding, two lengths, bare LF,
// obs-fold) refused with 400 and the connection closed; head, header count and body bounded (431,
// 413); a header deadline, an idle deadline and a least body rate; Expect: 100-continue; a bounded
// number of connections, of requests in flight and of bytes of bodies that arrive; 503 with
// Retry-After when loaded beyond it; a connection whose answer says Pace::rest is not read from for
// 1 ms to 1 s; HEAD answered as GET without body. Every error that net itself answers is
// application/problem+json. With a certificate it speaks HTTPS: handshakes are bounded in time and
// number, and plain HTTP is told so (400).
//
// Handlers run on the I/O threads and may answer from any thread.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/http/message.h"
#include "api/http/sighting.h"
#include "base/result.h"
#include "net/hosts.h"
#include "net/networks.h"
#include "net/tls.h"

namespace rb::net {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: the system chooses; see Server::port
    int threads = 2;            // I/O threads, one io_context each, SO_REUSEPORT
    std::size_t connections_max = 20'000;
    std::size_t requests_in_flight_max = 20'000;        // beyond: 503
    std::size_t pipelined_per_connection_max = 64;      // read ahead on one connection
    std::chrono::milliseconds header_deadline{10'000};  // of a handshake of TLS, too
    std::chrono::milliseconds idle_deadline{60'000};
    std::chrono::milliseconds body_deadline{30'000};  // and at least 1 KiB/s
    std::chrono::milliseconds drain_deadline{10'000};
    // Whose X-Forwarded-For, Forwarded and Via count; from others they are headers like any other.
    Networks trusted_proxies = Networks::loopback();
    // When there are some: requests for other hosts are refused with 421, but for this machine's
    // own names (localhost), the address which the connection came in on, and absolute-form
    // targets.
    Hosts hosts;
    std::shared_ptr<const Tls> tls;   // none: plain HTTP
    bool loopback_hosts_only = true;  // refuse foreign Host headers with 421 when bound to
                                      // loopback, but for absolute-form targets
};

// A request that was answered, by the application or by net itself.
struct Answered {
    http::Method method = http::Method::other;
    std::string path;        // without the query; empty where no head was read
    std::string request_id;  // as the client has it
    int status = 0;
    std::string_view body;              // of the answer, as long as it is told
    std::chrono::microseconds took{0};  // from when the request was whole until its answer went out
    http::Sighting seen;
    std::string failure;  // why it was given up, where it was
};

// What net asks of the layer above.
struct Application {
    std::function<void(http::Request&&, http::Respond)> handle;
    std::function<std::size_t(http::Method, std::string_view path)> body_bytes_max;
    // Called on each I/O thread: once before it serves, and at the end of each of its turns, in
    // which it has handed on what had arrived, up to a bound. `waits`: the application has kept
    // work for later; the thread takes another turn at once, after a look at its sockets. Either
    // may be empty.
    enum class Left { nothing, waits };
    std::function<void()> begin_thread = nullptr;
    std::function<Left()> end_turn = nullptr;
    // How many bytes of bodies may be arriving on this I/O thread now, beside those that the
    // application holds itself; beyond it a body is refused with 503, before it is read where its
    // length is told. One at a time is always let in, and so is what arrives together with its
    // head. Empty: any number.
    std::function<std::size_t()> arriving_bytes_max = nullptr;
    // Adds what belongs on every answer to those that net makes itself where it knows the request's
    // head. Empty: nothing does.
    std::function<void(const http::Request&, http::Response&)> complete = nullptr;
    // Told of every answer, on the I/O thread, in the order of the answers of a connection. Must
    // not block. Empty: nobody asks.
    std::function<void(Answered&&)> answered = nullptr;
};

class Server {
public:
    // Binds at once; an address in use or not allowed is an error with a sentence.
    static Parsed<std::unique_ptr<Server>> bind(ServerOptions options, Application application);
    ~Server();
    // Whether `bind` would find an address that is free and allowed; the same sentences.
    static Parsed<void> check_address(const std::string& host, std::uint16_t port);

    std::uint16_t port() const;
    // Serves on its own threads; returns at once.
    void start();
    // Graceful drain: stops accepting, answers what was read with Connection: close, waits at most
    // drain_deadline, then closes. Blocks until done. May be called once, from any thread not of
    // the server.
    void stop();

    struct Counters {
        std::uint64_t connections_open, requests_total, responses_total, refused_total, shed_total,
            in_flight;
    };
    Counters counters() const;

private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace rb::net
