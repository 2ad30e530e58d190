#pragma once
// One client's connection, on its worker's thread. A coroutine reads: it parses all whole requests
// of what arrived, hands them on, and sends what was answered meanwhile in one piece. Answers that
// come later are put in order here and sent at once. An idle connection holds no buffer.
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/request_reader.h"
#include "net/worker.h"

namespace rb::net {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Worker& worker, ConnectionId id, Stream stream, std::string remote_address);
    ~Connection();

    // Runs until the connection is closed; tells the worker at its end.
    Task<void> serve();

    // The answer to a request of this connection, and why it was given up, where it was. It is
    // written when all before it are; send() sends.
    void answer(std::uint64_t sequence, http::Response&& response, std::string failure = {});
    void send();
    // Whether the reading side will call send() itself before it waits.
    bool is_parsing() const { return parsing_ == Parsing::now; }

    // Finish what was read, then close.
    void drain();
    // Close at once, answered or not.
    void abort();
    // Closes or refuses when a deadline has passed.
    void check_deadline(Clock::time_point now);

    // Marks the connection for one send() at the end of a batch; false when it was marked before.
    bool mark_for_send();

private:
    enum class Phase { opened, idle, head, body, ending };
    enum class Reading { on, over };
    enum class Parsing { no, now };
    enum class Sending { no, waits };  // for the socket to take more
    enum class Continue { no, wanted };
    enum class Peer { open, done };  // done: the client has closed its side
    enum class State { open, closed };

    // A request that waits for its answer, or for those before it.
    struct Slot {
        std::string request_id;
        http::Method method = http::Method::get;
        Persistence persistence = Persistence::keep_alive;
        std::optional<http::Response> answer;
        // For who is told of answers; the path only where somebody is.
        std::string path;
        Clock::time_point since;
        http::Sighting seen;
        std::string failure;
    };

    void receive();
    void parse_unread();
    void parse(std::string_view& bytes);
    void admit_head();
    bool answers_for(std::string_view host) const;
    bool may_arrive();
    void count_arriving(std::size_t bytes);
    void go_ahead(std::string_view bytes);
    void dispatch();
    void refuse(const Refusal& refusal);
    void time_out(std::string_view detail);
    std::string choose_request_id();
    void write_front(const http::Response& response);
    void tell(Slot& slot, const http::Response& response);
    void put_slot(std::string request_id, Persistence persistence);
    void hand_on(http::Request&& request, std::uint64_t sequence);
    void wait_until_writable();
    void enter(Phase phase);
    void end_reading();
    void rest();
    bool is_full() const;
    bool may_read() const { return !resting_ && !is_full(); }
    bool is_finished() const;
    void interrupt();
    void resume();
    Task<void> pause_until(Clock::time_point until);
    Task<void> linger();

    Worker& worker_;
    const ConnectionId id_;
    Stream stream_;
    Timer pause_;
    const std::string remote_address_;
    RequestReader reader_;
    std::string in_;   // read and not parsed
    std::string out_;  // written and not sent, from sent_ on
    std::size_t sent_ = 0;
    std::deque<Slot> slots_;
    std::uint64_t first_sequence_ = 0;  // of slots_.front()
    std::optional<std::uint64_t> handing_on_;
    Clock::time_point phase_since_;
    Clock::time_point sending_since_;
    Clock::time_point rest_until_;
    std::size_t arriving_bytes_ = 0;        // of the present body, as the worker counts them
    std::optional<Worker::Client> client_;  // known with the first request
    Phase phase_ = Phase::opened;
    Reading reading_ = Reading::on;
    Parsing parsing_ = Parsing::no;
    Sending sending_ = Sending::no;
    Continue continue_ = Continue::no;
    Peer peer_ = Peer::open;
    State state_ = State::open;
    bool has_head_ = false;  // of the request that arrives
    bool stalled_ = false;   // parsing stopped although bytes are left
    bool resting_ = false;   // shed: nothing is read until rest_until_
    bool paused_ = false;    // the coroutine waits in pause_until()
    bool marked_for_send_ = false;
};

}  // namespace rb::net
