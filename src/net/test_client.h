#pragma once
// A blocking client of raw bytes, and a server whose handlers the test steers, for the tests of
// net.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/text.h"
#include "net/server.h"

namespace rb::net::test {

struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    std::string header(std::string_view name) const {
        for (std::size_t at = head.find("\r\n"); at + 2 < head.size();) {
            const std::size_t end = head.find("\r\n", at + 2);
            const std::string_view line = std::string_view(head).substr(at + 2, end - at - 2);
            const std::size_t colon = line.find(':');
            if (colon != std::string_view::npos && http::same_name(line.substr(0, colon), name)) {
                return std::string(line.substr(colon + 2));
            }
            at = end;
        }
        return {};
    }
};

enum class Body { expected, none };  // none: of HEAD

class Client {
public:
    explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // Only a bound for a test that fails.
        const timeval patience{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    int socket() const { return socket_; }

    // False when the server has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

    // The next response; none when the connection ends before one begins.
    std::optional<Reply> receive(Body body = Body::expected) {
        std::size_t end;
        while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) return std::nullopt;
        }
        Reply reply;
        reply.head = in_.substr(0, end + 2);
        in_.erase(0, end + 4);
        reply.status = std::atoi(reply.head.substr(9, 3).c_str());
        const std::string length = reply.header("Content-Length");
        const std::size_t size = body == Body::none || length.empty() ? 0 : std::stoul(length);
        while (in_.size() < size) {
            if (!more()) return std::nullopt;
        }
        reply.body = in_.substr(0, size);
        in_.erase(0, size);
        return reply;
    }

    std::optional<Reply> ask(std::string_view bytes) {
        send(bytes);
        return receive();
    }
    int status(std::string_view bytes) {
        const auto reply = ask(bytes);
        return reply ? reply->status : 0;
    }

    // Waits for the server to close; false when it sends more bytes, or does not close.
    bool ends() { return in_.empty() && !more() && ended_; }

    void finish_sending() { ::shutdown(socket_, SHUT_WR); }
    void reset() {
        const linger abort{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        close();
    }
    void close() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

private:
    bool more() {
        char buffer[64 * 1024];
        const ssize_t size = ::recv(socket_, buffer, sizeof buffer, 0);
        if (size > 0) in_.append(buffer, static_cast<std::size_t>(size));
        if (size == 0) ended_ = true;
        return size > 0;
    }

    int socket_;
    bool connected_ = false;
    bool ended_ = false;
    std::string in_;
};

// Serves on a port of the system's choice. "/" answers 200 with the body of the request at once; a
// path below "/held" waits until the test answers it; "/shed" sheds; "/throws" and "/drops"
// misbehave.
class Served {
public:
    struct Held {
        http::Request request;
        http::Respond respond;
    };

    // So many bytes of bodies may be arriving.
    static constexpr std::size_t arriving_bytes_max = 4 * 1024 * 1024;

    explicit Served(ServerOptions options = {}, std::size_t body_bytes_max = 1024 * 1024) {
        options.port = 0;
        auto bound = Server::bind(
            std::move(options),
            {[this](http::Request&& request, http::Respond respond) {
                 handle(std::move(request), std::move(respond));
             },
             [body_bytes_max](http::Method, std::string_view) { return body_bytes_max; }, nullptr,
             nullptr, [] { return arriving_bytes_max; },
             [](const http::Request&, http::Response& response) {
                 response.with("X-Completed", "yes");
             },
             [this](Answered&& answered) { told(std::move(answered)); }});
        if (!bound) throw std::runtime_error(bound.error());
        server = std::move(*bound);
        server->start();
    }

    std::uint16_t port() const { return server->port(); }

    // Blocks until so many requests are held, and takes them in the order of their arrival.
    std::vector<Held> take_held(std::size_t count) {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return held_.size() >= count; });
        EXPECT_EQ(held_.size(), count);
        return std::exchange(held_, {});
    }

    // The requests that a handler saw.
    std::vector<http::Request> seen() {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

    // What the server told of so many answers, in their order; waits for them.
    std::vector<Answered> take_answered(std::size_t count) {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, std::chrono::seconds(20),
                          [&] { return answered_.size() >= count; });
        EXPECT_EQ(answered_.size(), count);
        return std::exchange(answered_, {});
    }

    std::unique_ptr<Server> server;

private:
    void told(Answered&& answered) {
        const std::lock_guard lock(mutex_);
        answered_.push_back(std::move(answered));
        arrived_.notify_all();
    }

    void handle(http::Request&& request, http::Respond respond) {
        {
            const std::lock_guard lock(mutex_);
            seen_.push_back(request);
            http::sighting() = {"/{any...}", Uuid{1, seen_.size()}};
            if (request.path.starts_with("/held")) {
                held_.push_back({std::move(request), std::move(respond)});
                arrived_.notify_all();
                return;
            }
        }
        if (request.path == "/throws") throw std::runtime_error("a handler that throws");
        if (request.path == "/drops") return;
        if (request.path == "/shed") {
            http::Response response;
            response.status = 503;
            response.pace = http::Pace::rest;
            return respond(std::move(response));
        }
        if (request.path == "/large") {
            return respond(http::Response::json(200, std::string(8 * 1024 * 1024, 'x')));
        }
        respond(http::Response::json(200, std::move(request.body)));
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Held> held_;
    std::vector<Answered> answered_;
    std::vector<http::Request> seen_;
};

inline std::string get(std::string_view path, std::string_view headers = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
           "\r\n";
}

inline std::string post(std::string_view path, std::string_view body,
                        std::string_view headers = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace rb::net::test
