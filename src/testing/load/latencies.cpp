#include "testing/load/latencies.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace rb::testing::load {

void die(const std::string& why) { throw Failed(why); }

namespace {

std::uint32_t ns_of(Clock::duration time) {
    auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
    return static_cast<std::uint32_t>(
        std::min<std::int64_t>(ns, std::numeric_limits<std::uint32_t>::max()));
}

double quantile_us(const std::vector<std::uint32_t>& sorted_ns, double q) {
    if (sorted_ns.empty()) return 0;
    auto index = static_cast<std::size_t>(q * static_cast<double>(sorted_ns.size() - 1));
    return static_cast<double>(sorted_ns[index]) / 1000;
}

}  // namespace

void Tally::took(Clock::duration time) { took_ns.push_back(ns_of(time)); }

void Tally::neighbour_took(Clock::duration time) { neighbour_took_ns.push_back(ns_of(time)); }

void Tally::shed(Clock::duration time) { shed_took_ns.push_back(ns_of(time)); }

void Tally::failed(std::string_view body, std::uint64_t count) {
    if (errors == 0) first_error = std::string(body.substr(0, 500));
    errors += count;
}

Summary Tally::summary(double seconds) {
    std::sort(took_ns.begin(), took_ns.end());
    std::sort(shed_took_ns.begin(), shed_took_ns.end());
    std::sort(neighbour_took_ns.begin(), neighbour_took_ns.end());
    return {units,
            took_ns.size(),
            seconds,
            static_cast<double>(units) / seconds,
            quantile_us(took_ns, 0.5),
            quantile_us(took_ns, 0.99),
            quantile_us(took_ns, 0.999)};
}

void Tally::print(double seconds) {
    const Summary s = summary(seconds);
    std::string all;
    for (auto [status, count] : statuses) {
        if (!all.empty()) all += ',';
        all += '"' + std::to_string(status) + "\":" + std::to_string(count);
    }
    std::printf(
        "{\"units\":%llu,\"exchanges\":%zu,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%.1f,"
        "\"p99_us\":%.1f,\"p999_us\":%.1f,\"shed\":%zu,\"held_back\":%llu,\"shed_p50_us\":%.1f,"
        "\"shed_p99_us\":%.1f,\"neighbour\":{\"exchanges\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,"
        "\"shed\":%llu},\"errors\":%llu,\"statuses\":{%s}}\n",
        static_cast<unsigned long long>(s.units), s.exchanges, s.seconds, s.per_second, s.p50_us,
        s.p99_us, s.p999_us, shed_took_ns.size(), static_cast<unsigned long long>(held_back),
        quantile_us(shed_took_ns, 0.5), quantile_us(shed_took_ns, 0.99), neighbour_took_ns.size(),
        quantile_us(neighbour_took_ns, 0.5), quantile_us(neighbour_took_ns, 0.99),
        static_cast<unsigned long long>(neighbour_shed), static_cast<unsigned long long>(errors),
        all.c_str());
    if (!first_error.empty()) std::fprintf(stderr, "first error: %s\n", first_error.c_str());
}

}  // namespace rb::testing::load
