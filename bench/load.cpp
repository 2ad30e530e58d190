// A closed-loop load generator for plan changes: a fixed number of connections, each with one
// request in flight on an account of its own. One thread, epoll; prints one line of JSON.
//
//     ratebook_load HOST PORT SECONDS MODE KEY PLAN_A PLAN_B SUBSCRIPTION...
//
// MODE change: POST the change itself, alternating between the plans. MODE quote: POST a quote,
// then execute it; the two requests count as one change. One connection a subscription.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
    int fd = -1;
    std::string subscription;
    std::string in;
    bool to_b = true;     // the plan that comes next
    bool quoted = false;  // the reply that comes is a quote's
    Clock::time_point begun;
};

struct Load {
    std::string host;
    int port = 0;
    bool with_quote = false;
    std::string key, plan_a, plan_b;
    std::vector<Connection> connections;
    std::vector<std::int64_t> latencies_ns;
    std::int64_t errors = 0;
    std::string first_error;
};

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "ratebook_load: %s\n", why.c_str());
    std::exit(1);
}

void send_request(const Load& load, const Connection& c, std::string_view path,
                  const std::string& body) {
    std::string text =
        "POST /v1/subscriptions/" + c.subscription + "/" + std::string(path) +
        " HTTP/1.1\r\nHost: " + load.host + ":" + std::to_string(load.port) +
        "\r\nAuthorization: Bearer " + load.key +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    if (send(c.fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
        die("a request could not be sent");
}

void begin(const Load& load, Connection& c) {
    c.begun = Clock::now();
    const std::string& plan = c.to_b ? load.plan_b : load.plan_a;
    c.quoted = load.with_quote;
    send_request(load, c, load.with_quote ? "quotes" : "changes", "{\"plan\":\"" + plan + "\"}");
}

// True when a whole response stands in c.in; it is then taken out.
bool take_response(Connection& c, int& status, std::string& body) {
    std::size_t head = c.in.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    std::size_t at = c.in.find("Content-Length: ");
    if (at == std::string::npos || at > head) die("a response has no Content-Length");
    std::size_t length = std::strtoul(c.in.c_str() + at + 16, nullptr, 10);
    if (c.in.size() < head + 4 + length) return false;
    status = std::atoi(c.in.c_str() + 9);
    body = c.in.substr(head + 4, length);
    c.in.erase(0, head + 4 + length);
    return true;
}

void on_response(Load& load, Connection& c, int status, const std::string& body) {
    bool ok = status >= 200 && status < 300;
    if (!ok && body.find("plan_is_current") != std::string::npos) {
        // The run before ended on this plan.
        c.to_b = !c.to_b;
        return begin(load, c);
    }
    if (!ok && load.errors++ == 0) load.first_error = body;
    if (ok && c.quoted) {
        std::size_t at = body.find("\"quo_");
        if (at == std::string::npos) die("a quote has no id: " + body);
        c.quoted = false;
        std::string quote = body.substr(at, body.find('"', at + 1) - at + 1);
        return send_request(load, c, "changes", "{\"quote\":" + quote + "}");
    }
    if (ok) {
        load.latencies_ns.push_back(std::chrono::nanoseconds(Clock::now() - c.begun).count());
        c.to_b = !c.to_b;
    }
    begin(load, c);
}

int connect_to(const Load& load) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(load.port));
    inet_pton(AF_INET, load.host.c_str(), &address.sin_addr);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        die("cannot connect");
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void run(Load& load, double seconds) {
    int poll = epoll_create1(0);
    for (std::size_t i = 0; i < load.connections.size(); ++i) {
        load.connections[i].fd = connect_to(load);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        epoll_ctl(poll, EPOLL_CTL_ADD, load.connections[i].fd, &event);
    }
    auto start = Clock::now();
    auto end =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (Connection& c : load.connections) begin(load, c);
    std::vector<epoll_event> events(256);
    char buffer[64 * 1024];
    while (Clock::now() < end) {
        int n = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < n; ++i) {
            Connection& c = load.connections[events[static_cast<std::size_t>(i)].data.u64];
            ssize_t got = recv(c.fd, buffer, sizeof buffer, 0);
            if (got <= 0) die("the server closed a connection");
            c.in.append(buffer, static_cast<std::size_t>(got));
            int status = 0;
            std::string body;
            while (take_response(c, status, body)) on_response(load, c, status, body);
        }
    }
    double took = std::chrono::duration<double>(Clock::now() - start).count();
    std::sort(load.latencies_ns.begin(), load.latencies_ns.end());
    auto quantile = [&](double q) {
        if (load.latencies_ns.empty()) return 0.0;
        auto index =
            static_cast<std::size_t>(q * static_cast<double>(load.latencies_ns.size() - 1));
        return static_cast<double>(load.latencies_ns[index]) / 1000;
    };
    std::printf(
        "{\"changes\":%zu,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
        "\"errors\":%lld}\n",
        load.latencies_ns.size(), took, static_cast<double>(load.latencies_ns.size()) / took,
        quantile(0.5), quantile(0.99), static_cast<long long>(load.errors));
    if (!load.first_error.empty())
        std::fprintf(stderr, "first error: %s\n", load.first_error.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 9) die("usage: HOST PORT SECONDS MODE KEY PLAN_A PLAN_B SUBSCRIPTION...");
    Load load;
    load.host = argv[1];
    load.port = std::atoi(argv[2]);
    load.with_quote = std::string_view(argv[4]) == "quote";
    load.key = argv[5];
    load.plan_a = argv[6];
    load.plan_b = argv[7];
    for (int i = 8; i < argc; ++i) {
        Connection c;
        c.subscription = argv[i];
        load.connections.push_back(std::move(c));
    }
    run(load, std::atof(argv[3]));
    return load.errors == 0 ? 0 : 1;
}
