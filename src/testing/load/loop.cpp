#include "testing/load/loop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <span>

namespace rb::testing::load {
namespace {

constexpr std::chrono::seconds silence{1};

struct Lane {
    int fd = -1;
    std::string_view unsent;
    std::string kept;  // of a reply that is not whole
    std::size_t awaited = 0;
    bool waits_to_send = false;
    bool idle = false;
    Clock::time_point begun;
};

class Loop {
public:
    Loop(const Options& options, Work& work, Tally& tally)
        : options_(options), work_(work), tally_(tally), framing_(work.framing()) {}

    double run() {
        poll_ = epoll_create1(0);
        lanes_.resize(options_.connections);
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            lanes_[i].fd = connect_to_server();
            watch(i, EPOLL_CTL_ADD, EPOLLIN);
        }
        auto start = Clock::now();
        bool endless = options_.seconds <= 0;
        auto end = start + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options_.seconds));
        for (std::size_t i = 0; i < lanes_.size(); ++i)
            is_open() && !is_neighbour(i) ? free_.push_back(i) : begin(i, start);
        // Beside a neighbour few at once, so that its replies are not read late.
        std::array<epoll_event, 512> all_events;
        const std::span<epoll_event> events =
            options_.neighbour_key.empty() ? all_events : std::span(all_events).first(8);
        auto now = start;
        while (idle_ < lanes_.size() && (endless || now < end)) {
            if (options_.stop && *options_.stop) die("stopped");
            for (; !silent_.empty() && silent_.front().first <= now; silent_.pop_front()) {
                const std::size_t lane = silent_.front().second;
                is_open() ? free_.push_back(lane) : begin(lane, now);
            }
            if (is_open()) offer(start, now);
            int n = epoll_wait(poll_, events.data(), static_cast<int>(events.size()),
                               is_open() ? 1 : 100);
            for (int i = 0; i < n; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                std::size_t lane = event.data.u64;
                if (event.events & EPOLLOUT) send_rest(lane);
                if (event.events & ~static_cast<unsigned>(EPOLLOUT)) receive(lane);
            }
            now = Clock::now();
        }
        return std::chrono::duration<double>(now - start).count();
    }

    ~Loop() {
        for (const Lane& lane : lanes_)
            if (lane.fd >= 0) close(lane.fd);
        if (poll_ >= 0) close(poll_);
    }

private:
    int connect_to_server() const {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
        inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr);
        if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            die("cannot connect");
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        return fd;
    }

    void watch(std::size_t lane, int operation, std::uint32_t what) {
        epoll_event event{};
        event.events = what;
        event.data.u64 = lane;
        epoll_ctl(poll_, operation, lanes_[lane].fd, &event);
    }

    bool is_open() const { return options_.offered > 0; }
    bool is_neighbour(std::size_t lane) const {
        return lane == 0 && !options_.neighbour_key.empty();
    }

    // What the rate has brought since the last look, each on a connection that waits for nothing.
    void offer(Clock::time_point start, Clock::time_point now) {
        const double elapsed = std::chrono::duration<double>(now - start).count();
        const auto due = static_cast<std::uint64_t>(elapsed * options_.offered);
        for (int burst = 0; offered_ < due && burst < 256; ++offered_, ++burst) {
            if (free_.empty()) {
                ++tally_.held_back;
                continue;
            }
            const std::size_t lane = free_.front();
            free_.pop_front();
            begin(lane, now);
        }
    }

    void begin(std::size_t index, Clock::time_point now) {
        Lane& lane = lanes_[index];
        lane.begun = now;
        ask(index);
    }

    void ask(std::size_t index) {
        Lane& lane = lanes_[index];
        lane.unsent = work_.request(index);
        lane.awaited = work_.depth();
        if (lane.unsent.empty()) {
            lane.idle = true;
            ++idle_;
            return;
        }
        send_rest(index);
    }

    void send_rest(std::size_t index) {
        Lane& lane = lanes_[index];
        while (!lane.unsent.empty()) {
            ssize_t sent = send(lane.fd, lane.unsent.data(), lane.unsent.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EAGAIN) break;
            if (sent < 0) die(std::string("cannot send: ") + std::strerror(errno));
            lane.unsent.remove_prefix(static_cast<std::size_t>(sent));
        }
        if (lane.unsent.empty() == lane.waits_to_send) {
            lane.waits_to_send = !lane.waits_to_send;
            watch(index, EPOLL_CTL_MOD, lane.waits_to_send ? EPOLLIN | EPOLLOUT : EPOLLIN);
        }
    }

    void receive(std::size_t index) {
        Lane& lane = lanes_[index];
        ssize_t got = recv(lane.fd, buffer_.data(), buffer_.size(), 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) die("the server closed a connection");
        std::string_view in(buffer_.data(), static_cast<std::size_t>(got));
        // Most replies come whole: then nothing is copied.
        if (!lane.kept.empty()) in = lane.kept.append(in);
        auto now = Clock::now();
        while (!in.empty()) {
            auto reply = framing_(in);
            if (!reply) break;
            in.remove_prefix(reply->bytes);
            if (lane.awaited == 0) die("a reply that nobody asked for");
            --lane.awaited;
            Work::Next next = work_.reply(index, *reply, tally_);
            if (lane.awaited > 0) continue;
            if (!in.empty()) die("a reply that nobody asked for");
            lane.kept.clear();
            if (next == Work::Next::again) return ask(index);
            if (is_neighbour(index)) {
                if (next == Work::Next::shed) ++tally_.neighbour_shed;
                tally_.neighbour_took(now - lane.begun);
                return begin(index, now);
            }
            if (next == Work::Next::shed) {
                tally_.shed(now - lane.begun);
                if (options_.heeds) return silent_.emplace_back(now + silence, index), void();
            } else {
                tally_.took(now - lane.begun);
            }
            return is_open() ? free_.push_back(index) : begin(index, now);
        }
        if (in.data() != lane.kept.data() || in.size() != lane.kept.size())
            lane.kept = std::string(in);
    }

    const Options& options_;
    Work& work_;
    Tally& tally_;
    Framing framing_;
    int poll_ = -1;
    std::size_t idle_ = 0;
    std::uint64_t offered_ = 0;
    std::deque<std::pair<Clock::time_point, std::size_t>>
        silent_;                    // lanes that heed, and until when
    std::deque<std::size_t> free_;  // lanes of an open loop
    std::vector<Lane> lanes_;
    std::array<char, 256 * 1024> buffer_;
};

}  // namespace

double run(const Options& options, Work& work, Tally& tally) {
    auto loop = std::make_unique<Loop>(options, work, tally);
    return loop->run();
}

}  // namespace rb::testing::load
