#include "engine/usage_hours.h"

#include <algorithm>
#include <tuple>

#include "engine/usage_block.h"
#include "engine/usage_fold.h"

namespace rb::engine {

namespace {

constexpr std::int64_t hour_us = 3600LL * 1'000'000;

UsageHour increment_of(const UsageRow& row) {
    UsageHour hour;
    hour.quantity = row.quantity;
    hour.events = 1;
    hour.aggregation = row.aggregation;
    hour.last = row.occurred_at;
    return hour;
}

}  // namespace

std::size_t UsageHours::KeyHash::operator()(const Key& key) const {
    std::size_t hash = UuidHash{}(key.account.uuid);
    hash ^= std::hash<std::string>{}(key.meter) + 0x9E3779B97F4A7C15ULL + (hash << 6);
    hash ^= std::hash<std::string>{}(key.dimensions) + (hash << 5) + (hash >> 3);
    return hash ^ static_cast<std::size_t>(key.hour.us);
}

bool UsageHours::add(std::string_view block) {
    auto rows = UsageBlockReader::open(block);
    if (!rows) return false;
    UsageRow row;
    std::size_t read = 0;
    Key key;
    while (rows->next(row)) {
        ++read;
        key.account = row.account;
        key.meter = row.meter;
        key.hour = {row.occurred_at.us - row.occurred_at.us % hour_us};
        key.dimensions = row.dimensions;
        auto [it, is_new] = hours_.try_emplace(key);
        UsageHour& hour = it->second;
        if (!is_new) {
            merge(hour, increment_of(row));
            continue;
        }
        hour = increment_of(row);
        hour.account = row.account;
        hour.meter = key.meter;
        hour.dimensions = key.dimensions;
        hour.hour = key.hour;
    }
    return read == rows->rows();
}

std::vector<UsageHour> UsageHours::take(PartitionId partition) {
    std::vector<UsageHour> out;
    out.reserve(hours_.size());
    for (auto& [key, hour] : hours_) {
        hour.partition = partition;
        out.push_back(std::move(hour));
    }
    hours_.clear();
    std::sort(out.begin(), out.end(), [](const UsageHour& a, const UsageHour& b) {
        return std::tie(a.account, a.meter, a.hour, a.dimensions) <
               std::tie(b.account, b.meter, b.hour, b.dimensions);
    });
    return out;
}

}  // namespace rb::engine
