#pragma once
// How kept hours of usage come together: one rule for every store, and for who adds hours to days.
// docs/formats/views-sqlite.md tells it. Not thread-safe.
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports.h"

namespace rb::engine {

// Takes the increment in, by the rule of its aggregation (UsageHour).
void merge(UsageHour& into, const UsageHour& increment);

// "name=value" of the text of dimensions, or nothing when it does not have it.
std::string_view dimension_of(std::string_view dimensions, std::string_view name);

// Makes the answer to a query, which must outlive it, from rows in the order of their hours.
class UsageFold {
public:
    explicit UsageFold(const UsageQuery& query) : query_(query) {}
    // False: there are as many rows as wanted.
    bool add(const UsageHour& row);
    std::vector<UsageHour> finish();

private:
    void close_hour();

    const UsageQuery& query_;
    std::map<std::string, UsageHour, std::less<>> open_;  // of the present hour, by dimension
    std::vector<UsageHour> rows_;
};

}  // namespace rb::engine
