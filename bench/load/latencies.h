#pragma once
// Times of exchanges and what became of them, printed as one line of JSON.
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rb::load {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& why);

struct Tally {
    std::vector<std::uint32_t> took_ns;  // an exchange, 4.29 s at most
    std::uint64_t units = 0;             // what counts: a change, a consume, an event
    std::uint64_t errors = 0;
    std::map<int, std::uint64_t> statuses;
    std::string first_error;

    Tally() { took_ns.reserve(1 << 20); }
    void took(Clock::duration time);
    void failed(std::string_view body, std::uint64_t count = 1);
    // {"units","exchanges","seconds","per_second","p50_us","p99_us","p999_us","errors","statuses"};
    // the first error goes to stderr. Sorts the times.
    void print(double seconds);
};

}  // namespace rb::load
