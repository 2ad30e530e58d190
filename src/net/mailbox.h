#pragma once
// How responses reach the I/O thread that owns their connection. Answers given on that thread go
// straight to the connection; those of other threads queue here, and only the first of a batch
// wakes the thread. A mailbox outlives its worker: what is answered after the server went is
// dropped.
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "api/http/message.h"

namespace rb::net {

class Worker;

// A place in a worker's table; the generation tells its successive tenants apart.
struct ConnectionId {
    std::uint32_t index = 0;
    std::uint32_t generation = 0;
};

struct Answer {
    ConnectionId connection;
    std::uint64_t sequence = 0;  // of the request on its connection
    http::Response response;
    std::string failure = {};  // why it was given up, where it was
};

// What all workers of a server count together.
struct Gauges {
    std::atomic<std::size_t> in_flight{0};
    std::atomic<std::size_t> connections{0};
};

class Mailbox {
public:
    Mailbox(Worker& worker, boost::asio::io_context& io, std::shared_ptr<Gauges> gauges)
        : worker_(&worker), io_(io), gauges_(std::move(gauges)) {}

    // From any thread.
    void deliver(Answer&& answer);
    // From any thread: answers 500, on the thread of the connection with what is said there of why.
    void give_up(ConnectionId connection, std::uint64_t sequence);
    // By the worker's thread: binds it to this mailbox, takes what has queued, and the end of it.
    void bind_to_this_thread();
    std::vector<Answer> take();
    // When no thread serves any more.
    void close();

private:
    void queue(Answer&& answer);

    Worker* const worker_;
    boost::asio::io_context& io_;
    const std::shared_ptr<Gauges> gauges_;
    std::mutex mutex_;
    std::vector<Answer> queued_;
    enum class Mode { open, closed } mode_ = Mode::open;
};

// The function that a handler answers with. Answers 500 when it is dropped unused.
class Reply {
public:
    Reply(std::shared_ptr<Mailbox> mailbox, ConnectionId connection, std::uint64_t sequence)
        : mailbox_(std::move(mailbox)), connection_(connection), sequence_(sequence) {}
    Reply(Reply&&) noexcept = default;
    Reply& operator=(Reply&&) = delete;
    ~Reply();

    void operator()(http::Response&& response);

private:
    std::shared_ptr<Mailbox> mailbox_;  // null once answered or moved from
    ConnectionId connection_;
    std::uint64_t sequence_;
};

}  // namespace rb::net
