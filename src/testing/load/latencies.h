#pragma once
// Times of exchanges and what became of them.
#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace rb::testing::load {

using Clock = std::chrono::steady_clock;

// A load that cannot go on: nobody listens, a reply without a frame, a file that is not there.
struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};
[[noreturn]] void die(const std::string& why);  // throws Failed

struct Summary {
    std::uint64_t units = 0;
    std::size_t exchanges = 0;
    double seconds = 0;
    double per_second = 0;  // units
    double p50_us = 0, p99_us = 0, p999_us = 0;
};

struct Tally {
    std::vector<std::uint32_t> took_ns;       // an exchange, 4.29 s at most
    std::vector<std::uint32_t> shed_took_ns;  // one that was shed
    std::vector<std::uint32_t> neighbour_took_ns;
    std::uint64_t neighbour_shed = 0;
    std::uint64_t held_back = 0;  // offered while no connection was free
    std::uint64_t units = 0;      // what counts: a change, a consume, an event
    std::uint64_t errors = 0;
    std::map<int, std::uint64_t> statuses;
    std::string first_error;

    Tally() { took_ns.reserve(1 << 20); }
    void took(Clock::duration time);
    void shed(Clock::duration time);
    void neighbour_took(Clock::duration time);
    void failed(std::string_view body, std::uint64_t count = 1);
    Summary summary(double seconds);  // sorts the times
    // {"units","exchanges","seconds","per_second","p50_us","p99_us","p999_us","shed","held_back",
    // "shed_p50_us","shed_p99_us","neighbour":{"exchanges","p50_us","p99_us","shed"},"errors","statuses"};
    // the first error goes to stderr.
    void print(double seconds);
};

}  // namespace rb::testing::load
