// The rival PostgreSQL: prepared calls of the functions of bench/rivals/postgres.sql, one in flight
// on each connection. One thread, epoll; prints the line of JSON that ratebook_load prints.
//
//     ratebook_load_postgres consume|ingest CONNINFO TARGETS CONNECTIONS SECONDS BATCH
#include <libpq-fe.h>
#include <sys/epoll.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "testing/load/latencies.h"
#include "testing/load/text.h"

namespace {

using namespace rb::testing::load;

struct Lane {
    PGconn* connection = nullptr;
    std::string ids, accounts;  // of a batch, as array literals
    bool waits_to_send = false;
    Clock::time_point begun;
};

class Rival {
public:
    Rival(std::string_view mode, const char* targets, std::size_t batch)
        : targets_(lines_of(targets)), batch_(mode == "consume" ? 1 : batch), one_(batch_ == 1) {}

    double run(const char* where, std::size_t connections, double seconds, Tally& tally) {
        lanes_.resize(connections);
        poll_ = epoll_create1(0);
        for (std::size_t i = 0; i < connections; ++i) connect(i, where);
        auto start = Clock::now(), now = start;
        auto end = start + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(seconds));
        for (Lane& lane : lanes_) begin(lane, start);
        std::array<epoll_event, 512> events;
        while (now < end) {
            int n = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
            for (int i = 0; i < n; ++i)
                on_ready(lanes_[events[static_cast<std::size_t>(i)].data.u64], tally);
            now = Clock::now();
        }
        return std::chrono::duration<double>(now - start).count();
    }

private:
    void connect(std::size_t index, const char* where) {
        Lane& lane = lanes_[index];
        lane.connection = PQconnectdb(where);
        if (PQstatus(lane.connection) != CONNECTION_OK) die(PQerrorMessage(lane.connection));
        const char* call = one_ ? "SELECT consume($1, 'messages', 'bench', $2, 1)"
                           : lanes_.size() == 1
                               ? "SELECT ingest('messages', 'bench', $1, $2)"
                               : "SELECT ingest_ordered('messages', 'bench', $1, $2)";
        PGresult* result = PQprepare(lane.connection, "call", call, 2, nullptr);
        if (PQresultStatus(result) != PGRES_COMMAND_OK) die(PQerrorMessage(lane.connection));
        PQclear(result);
        PQsetnonblocking(lane.connection, 1);
        watch(lane, EPOLL_CTL_ADD, EPOLLIN);
    }

    void watch(Lane& lane, int operation, std::uint32_t what) {
        epoll_event event{};
        event.events = what;
        event.data.u64 = static_cast<std::uint64_t>(&lane - lanes_.data());
        epoll_ctl(poll_, operation, PQsocket(lane.connection), &event);
    }

    void begin(Lane& lane, Clock::time_point now) {
        lane.begun = now;
        if (one_) {
            lane.accounts = targets_.next();
            lane.ids = ids_.next();
        } else {
            lane.accounts = lane.ids = "{";
            for (std::size_t i = 0; i < batch_; ++i) {
                (lane.accounts += i ? "," : "") += targets_.next();
                (lane.ids += i ? "," : "") += ids_.next();
            }
            lane.accounts += '}';
            lane.ids += '}';
        }
        const char* values[] = {lane.accounts.c_str(), lane.ids.c_str()};
        if (!PQsendQueryPrepared(lane.connection, "call", 2, values, nullptr, nullptr, 0))
            die(PQerrorMessage(lane.connection));
        flush(lane);
    }

    void flush(Lane& lane) {
        int left = PQflush(lane.connection);
        if (left < 0) die(PQerrorMessage(lane.connection));
        if ((left == 1) != lane.waits_to_send) {
            lane.waits_to_send = left == 1;
            watch(lane, EPOLL_CTL_MOD, left ? EPOLLIN | EPOLLOUT : EPOLLIN);
        }
    }

    void on_ready(Lane& lane, Tally& tally) {
        if (!PQconsumeInput(lane.connection)) die(PQerrorMessage(lane.connection));
        if (lane.waits_to_send) flush(lane);
        bool over = false;
        while (!PQisBusy(lane.connection)) {
            PGresult* result = PQgetResult(lane.connection);
            if (!result) {
                over = true;
                break;
            }
            if (PQresultStatus(result) == PGRES_TUPLES_OK) {
                // What is left of the limit, -2 when the id is known; or how many were counted.
                long long value = std::atoll(PQgetvalue(result, 0, 0));
                std::uint64_t counted = one_ ? value >= 0 : static_cast<std::uint64_t>(value);
                tally.units += counted;
                if (counted != batch_) tally.failed("not all was counted", batch_ - counted);
            } else {
                tally.failed(PQresultErrorMessage(result), batch_);
            }
            PQclear(result);
        }
        if (!over) return;
        auto now = Clock::now();
        tally.took(now - lane.begun);
        begin(lane, now);
    }

    Targets targets_;
    RunIds ids_;
    std::size_t batch_;
    bool one_;
    int poll_ = -1;
    std::vector<Lane> lanes_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 7) die("usage: consume|ingest CONNINFO TARGETS CONNECTIONS SECONDS BATCH");
        Rival rival(argv[1], argv[3], static_cast<std::size_t>(std::atoi(argv[6])));
        Tally tally;
        double seconds = rival.run(argv[2], static_cast<std::size_t>(std::atoi(argv[4])),
                                   std::atof(argv[5]), tally);
        tally.print(seconds);
        return tally.errors == 0 ? 0 : 1;
    } catch (const Failed& failed) {
        std::fprintf(stderr, "ratebook_load_postgres: %s\n", failed.what());
        return 1;
    }
}
