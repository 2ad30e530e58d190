#include "metrics/requests.h"

#include <algorithm>

namespace rb::metrics {

RequestTable::Row& RequestTable::row(std::string_view route, std::string_view method) {
    if (auto found = by_key_.find(Key{route, method}); found != by_key_.end())
        return *found->second;
    auto made = std::make_unique<Row>();
    made->route = route;
    made->method = method;
    Row& added = *made;
    {
        const std::lock_guard lock(mutex_);
        rows_.push_back(std::move(made));
    }
    by_key_.emplace(Key{added.route, added.method}, &added);
    return added;
}

void RequestTable::count(std::string_view route, std::string_view method, int status,
                         std::int64_t took_us) {
    Row& to = row(route, method);
    const auto bound = std::ranges::lower_bound(latency_bounds_us, took_us);
    to.by_latency[static_cast<std::size_t>(bound - latency_bounds_us.begin())].add();
    to.took_us.add(static_cast<std::uint64_t>(std::max<std::int64_t>(took_us, 0)));
    for (Status& place : to.statuses) {
        const int here = place.status.load(std::memory_order_relaxed);
        const bool is_last = &place == &to.statuses.back();
        if (here == 0 && !is_last) place.status.store(status, std::memory_order_relaxed);
        if (here == 0 || here == status) return place.count.add();
    }
}

void RequestTable::add_to(Sums& sums) const {
    const std::lock_guard lock(mutex_);
    for (const auto& from : rows_) {
        Sum& to = sums[{from->route, from->method}];
        for (const Status& status : from->statuses)
            if (const std::uint64_t count = status.count.value())
                to.by_status[status.status.load(std::memory_order_relaxed)] += count;
        for (std::size_t i = 0; i < to.by_latency.size(); ++i)
            to.by_latency[i] += from->by_latency[i].value();
        to.took_us += from->took_us.value();
    }
}

void show_requests(Exposition& page) {
    RequestTable::Sums sums;
    Tally<RequestTable>::each([&sums](const RequestTable& table) { table.add_to(sums); });
    constexpr double us_per_s = 1e6;
    for (const auto& [key, sum] : sums) {
        const auto& [route, method] = key;
        for (const auto& [status, count] : sum.by_status)
            page.counter(
                "ratebook_http_requests_total", "Requests answered, by route, method and status.",
                static_cast<double>(count),
                {{"route", route}, {"method", method}, {"status", std::to_string(status)}});
    }
    for (const auto& [key, sum] : sums) {
        Buckets buckets;
        for (std::int64_t bound : latency_bounds_us)
            buckets.upper_bounds.push_back(static_cast<double>(bound) / us_per_s);
        buckets.counts.assign(sum.by_latency.begin(), sum.by_latency.end());
        buckets.sum = static_cast<double>(sum.took_us) / us_per_s;
        page.histogram("ratebook_http_request_duration_seconds",
                       "From when a request was whole until its answer was written.", buckets,
                       {{"route", key.first}, {"method", key.second}});
    }
}

}  // namespace rb::metrics
