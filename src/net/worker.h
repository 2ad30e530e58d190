#pragma once
// One I/O thread: its io_context, its listening socket (the kernel spreads connections over those
// of one port), its connections and their deadlines. All members are for that thread alone, but for
// what says otherwise.
#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/mailbox.h"
#include "net/response_writer.h"
#include "net/server.h"
#include "net/stream.h"

namespace rb::net {

using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

class Connection;

class Worker {
public:
    Worker(const ServerOptions& options, const Application& application,
           std::shared_ptr<Gauges> gauges);
    ~Worker();

    // Before run().
    boost::system::error_code listen(const asio::ip::tcp::endpoint& endpoint);
    std::uint16_t port() const { return port_; }

    // The thread's body: returns when drained or closed.
    void run();
    // From any thread: stop accepting, let what was read be answered; or close everything now.
    void request_drain();
    void request_close();
    // After run() has returned, or when it never began.
    void close_mailbox() { mailbox_->close(); }

    // For Mailbox.
    void deliver(Answer&& answer);
    void drain_mailbox();
    // The exception that dropped the request is still on its way to who tells what it was: the
    // answer waits for that, until the end of the turn at most.
    void give_up(Answer&& answer);
    void answer_given_up();

    // For Connection.
    const ServerOptions& options() const { return options_; }
    const Application& application() const { return application_; }
    Gauges& gauges() { return *gauges_; }
    const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
    std::array<char, 64 * 1024>& read_buffer() { return read_buffer_; }
    std::string_view date() { return date_.at(std::time(nullptr)); }
    std::string make_request_id();
    // When a connection that was just shed is read from again.
    enum class Client { direct, proxy };
    Clock::time_point end_of_rest(Client client);
    void count_dispatched() { ++dispatched_; }
    // Of bodies that have not arrived as a whole, of all connections.
    std::size_t& arriving_bytes() { return arriving_bytes_; }
    bool is_draining() const { return phase_ != Phase::serving; }
    bool is_loopback() const { return is_loopback_; }
    void forget(ConnectionId id);

    // Written by the thread, read by any.
    struct Totals {
        std::atomic<std::uint64_t> requests{0}, responses{0}, refused{0}, shed{0};
    };
    Totals& totals() { return totals_; }
    static void count(std::atomic<std::uint64_t>& total) {
        total.store(total.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

private:
    enum class Phase { serving, draining, ended };
    struct Place {
        std::uint32_t generation = 0;
        std::shared_ptr<Connection> connection;
    };

    // A connection whose handshake is not done.
    struct Greeting {
        Stream stream;
        Clock::time_point since;
        std::string remote;
    };
    enum class Outcome { good, bad };

    Task<void> accept_connections();
    void begin_handshake(Socket socket, std::string remote);
    Task<Outcome> shake_hands(std::shared_ptr<Greeting> one);
    void end_handshake(const std::shared_ptr<Greeting>& one);
    static void give_up(Greeting& one);
    // Those that began then or before.
    void give_up_handshakes(Clock::time_point since);
    void refuse_plain_text(Socket& socket);
    void admit(Socket socket);
    void open(Stream stream, std::string remote);
    void turn_away(Socket socket);
    void schedule_tick();
    void tick();
    void drain();
    void close_connections();
    void end_when_empty();
    Connection* find(ConnectionId id);

    const ServerOptions& options_;
    const Application& application_;
    const std::shared_ptr<Gauges> gauges_;
    asio::io_context io_{1};
    Acceptor acceptor_{io_};
    Timer ticker_{io_};
    Timer accept_pause_{io_};
    std::shared_ptr<Mailbox> mailbox_;
    std::vector<Place> places_;
    std::vector<std::uint32_t> free_places_;
    std::size_t open_ = 0;
    std::list<std::shared_ptr<Greeting>> greetings_;  // oldest first
    Phase phase_ = Phase::serving;
    std::uint16_t port_ = 0;
    bool is_loopback_ = false;
    DateText date_;
    // Randomness for ids of requests, made for many at once.
    std::array<unsigned char, 4000> random_{};
    std::size_t random_used_ = random_.size();
    int dispatched_ = 0;               // requests in this turn
    Clock::time_point last_return_{};  // of the connections that rest
    std::size_t arriving_bytes_ = 0;
    Totals totals_;
    std::vector<Answer> given_up_;
    std::array<char, 64 * 1024> read_buffer_;
};

}  // namespace rb::net
