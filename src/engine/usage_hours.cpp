#include "engine/usage_hours.h"

#include <algorithm>
#include <tuple>

#include "engine/usage_fold.h"

namespace rb::engine {

namespace {

constexpr std::int64_t hour_us = 3600LL * 1'000'000;

}  // namespace

std::uint32_t UsageHours::Texts::number_of(std::string_view text) {
    if (last_ < texts_.size() && *texts_[last_] == text) return last_;
    if (auto known = numbers_.find(text); known != numbers_.end()) return last_ = known->second;
    last_ = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back(std::make_unique<std::string>(text));
    numbers_.emplace(*texts_.back(), last_);
    return last_;
}

void UsageHours::Texts::clear() {
    numbers_.clear();
    texts_.clear();
}

std::size_t UsageHours::KeyHash::operator()(const Key& key) const {
    std::uint64_t rest =
        static_cast<std::uint64_t>(key.hour.us) ^ (std::uint64_t{key.meter} << 32 | key.dimensions);
    return UuidHash{}(
        {key.account.uuid.high ^ rest * 0x9E3779B97F4A7C15ULL, key.account.uuid.low ^ rest});
}

UsageHour UsageHours::hour_of(const Sum& sum) {
    UsageHour hour;
    hour.quantity = sum.quantity;
    hour.events = sum.events;
    hour.last = sum.last;
    hour.aggregation = sum.aggregation;
    return hour;
}

void UsageHours::add(const UsageRow& row) {
    Key key{row.account,
            {row.occurred_at.us - row.occurred_at.us % hour_us},
            meters_.number_of(row.meter),
            dimensions_.number_of(row.dimensions)};
    Sum one{row.quantity, 1, row.occurred_at, row.aggregation};
    auto [it, is_new] = hours_.try_emplace(key, one);
    if (is_new) return;
    UsageHour sum = hour_of(it->second);
    merge(sum, hour_of(one));
    it->second = {sum.quantity, sum.events, sum.last, sum.aggregation};
}

bool UsageHours::add(std::string_view block) {
    auto rows = UsageBlockReader::open(block);
    if (!rows) return false;
    UsageRow row;
    std::size_t read = 0;
    while (rows->next(row)) {
        ++read;
        add(row);
    }
    return read == rows->rows();
}

std::vector<UsageHour> UsageHours::take(PartitionId partition) {
    std::vector<UsageHour> out;
    out.reserve(hours_.size());
    for (const auto& [key, sum] : hours_) {
        UsageHour& hour = out.emplace_back(hour_of(sum));
        hour.partition = partition;
        hour.account = key.account;
        hour.meter = meters_[key.meter];
        hour.hour = key.hour;
        hour.dimensions = dimensions_[key.dimensions];
    }
    hours_.clear();
    meters_.clear();
    dimensions_.clear();
    std::sort(out.begin(), out.end(), [](const UsageHour& a, const UsageHour& b) {
        return std::tie(a.account, a.meter, a.hour, a.dimensions) <
               std::tie(b.account, b.meter, b.hour, b.dimensions);
    });
    return out;
}

}  // namespace rb::engine
