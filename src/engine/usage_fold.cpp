#include "engine/usage_fold.h"

#include <algorithm>

#include "base/int128.h"

namespace rb::engine {

namespace {

std::int64_t sum_within(std::int64_t a, std::int64_t b) {
    constexpr int128 most = INT64_MAX;
    int128 sum = static_cast<int128>(a) + b;
    return static_cast<std::int64_t>(std::clamp<int128>(sum, -most, most));
}

}  // namespace

void merge(UsageHour& into, const UsageHour& increment) {
    switch (increment.aggregation) {
        case catalog::Aggregation::count:
        case catalog::Aggregation::sum:
        case catalog::Aggregation::unique:
            into.quantity = sum_within(into.quantity, increment.quantity);
            break;
        case catalog::Aggregation::max:
            into.quantity = std::max(into.quantity, increment.quantity);
            break;
        case catalog::Aggregation::latest:
            if (increment.last >= into.last) into.quantity = increment.quantity;
            break;
    }
    into.aggregation = increment.aggregation;
    into.events += increment.events;
    into.last = std::max(into.last, increment.last);
}

std::string_view dimension_of(std::string_view dimensions, std::string_view name) {
    while (!dimensions.empty()) {
        std::string_view one = dimensions.substr(0, dimensions.find('\x1f'));
        if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
            return one;
        dimensions.remove_prefix(std::min(one.size() + 1, dimensions.size()));
    }
    return {};
}

bool UsageFold::add(const UsageHour& row) {
    if (!open_.empty() && open_.begin()->second.hour != row.hour) close_hour();
    std::string_view dimension = query_.dimension.empty()
                                     ? std::string_view()
                                     : dimension_of(row.dimensions, query_.dimension);
    auto found = open_.find(dimension);
    if (found != open_.end()) {
        merge(found->second, row);
    } else {
        // Not read to the end of the hour when there are too many already.
        if (rows_.size() + open_.size() >= query_.limit) return false;
        UsageHour& first = open_.emplace(dimension, row).first->second;
        first.dimensions = dimension;
    }
    return true;
}

void UsageFold::close_hour() {
    for (auto& [dimension, row] : open_)
        if (rows_.size() < query_.limit) rows_.push_back(std::move(row));
    open_.clear();
}

std::vector<UsageHour> UsageFold::finish() {
    close_hour();
    return std::move(rows_);
}

}  // namespace rb::engine
