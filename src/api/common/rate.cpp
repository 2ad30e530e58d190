#include "api/common/rate.h"

namespace rb::api {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::int64_t seconds_up(std::int64_t ns) {
    return std::max<std::int64_t>(1, (ns + second_ns - 1) / second_ns);
}

}  // namespace

RateAnswer take(std::int64_t& earned_at_ns, Rate rate, std::int64_t now_ns) {
    const std::int64_t interval_ns = second_ns / rate.requests_per_second;
    const std::int64_t next = std::max(earned_at_ns, now_ns) + interval_ns;
    const std::int64_t ahead_ns = next - now_ns;
    if (ahead_ns > second_ns)
        return {RateAnswer::Verdict::refused, 0, seconds_up(ahead_ns - second_ns)};
    earned_at_ns = next;
    return {RateAnswer::Verdict::taken, (second_ns - ahead_ns) / interval_ns, seconds_up(ahead_ns)};
}

RateAnswer owe(std::int64_t& earned_at_ns, Rate rate, std::int64_t units, std::int64_t now_ns) {
    const std::int64_t interval_ns = second_ns / rate.requests_per_second;
    earned_at_ns = std::max(earned_at_ns, now_ns) + units * interval_ns;
    const std::int64_t ahead_ns = earned_at_ns - now_ns;
    const std::int64_t left_ns = std::max<std::int64_t>(0, second_ns - ahead_ns);
    return {RateAnswer::Verdict::taken, left_ns / interval_ns, seconds_up(ahead_ns)};
}

RateAnswer RateMeters::take(AccountId tree, Rate rate, std::int64_t now_ns) {
    Shard& shard = shards_[UuidHash{}(tree) % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    if (shard.meters.size() >= shard.swept_at_size) {
        boost::unordered::erase_if(shard.meters, [now_ns](const auto& entry) {
            return entry.second.earned_at_ns <= now_ns;
        });
        shard.swept_at_size = std::max<std::size_t>(1024, 2 * shard.meters.size());
    }
    Meter& meter = shard.meters[tree];
    if (meter.rate != rate) meter = {0, rate};
    return api::take(meter.earned_at_ns, rate, now_ns);
}

// Under a new rate nothing is owed that was asked for under the old one.
RateAnswer RateMeters::owe(AccountId tree, Rate rate, std::int64_t units, std::int64_t now_ns) {
    Shard& shard = shards_[UuidHash{}(tree) % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    Meter& meter = shard.meters.try_emplace(tree, Meter{0, rate}).first->second;
    if (meter.rate != rate) return {RateAnswer::Verdict::taken, 0, 1};
    return api::owe(meter.earned_at_ns, rate, units, now_ns);
}

std::size_t RateMeters::size() const {
    std::size_t count = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        count += shard.meters.size();
    }
    return count;
}

}  // namespace rb::api
