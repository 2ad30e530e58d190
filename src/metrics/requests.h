#pragma once
// Requests by route, method and status, and how long they took: counted by each thread in a table
// of its own (base/tally.h), for the whole process. The thread that counts takes no lock but for
// the first request of its route.
#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/tally.h"
#include "metrics/exposition.h"

namespace rb::metrics {

// In microseconds; the last count is of what took longer.
constexpr std::array<std::int64_t, 14> latency_bounds_us{
    100,    250,    500,     1'000,   2'500,   5'000,     10'000,
    25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000};

class RequestTable {
public:
    // By the thread that it belongs to. Routes and methods are few: patterns of a router, and "".
    void count(std::string_view route, std::string_view method, int status, std::int64_t took_us);

    struct Sum {
        std::map<int, std::uint64_t> by_status;
        std::array<std::uint64_t, latency_bounds_us.size() + 1> by_latency{};
        std::uint64_t took_us = 0;
    };
    // By route and method.
    using Sums = std::map<std::pair<std::string, std::string>, Sum>;
    // By any thread.
    void add_to(Sums& sums) const;

private:
    // More statuses than any route answers with; one more is counted as 0.
    static constexpr std::size_t statuses_max = 24;
    struct Status {
        std::atomic<int> status{0};
        Counter count;
    };
    struct Row {
        std::string route, method;
        std::array<Status, statuses_max> statuses;
        std::array<Counter, latency_bounds_us.size() + 1> by_latency;
        Counter took_us;
    };
    struct Key {
        std::string_view route, method;  // of the row
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string_view>()(key.route) * 31 + key.method.size() +
                   static_cast<unsigned char>(key.method.empty() ? 0 : key.method[0]);
        }
    };
    Row& row(std::string_view route, std::string_view method);

    boost::unordered_flat_map<Key, Row*, KeyHash> by_key_;  // of the thread alone
    mutable std::mutex mutex_;                              // of the list
    std::vector<std::unique_ptr<Row>> rows_;
};

// Of this thread.
inline void count_request(std::string_view route, std::string_view method, int status,
                          std::int64_t took_us) {
    Tally<RequestTable>::here().count(route, method, status, took_us);
}
// Of all threads.
void show_requests(Exposition& page);

}  // namespace rb::metrics
