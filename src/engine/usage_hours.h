#pragma once
// Rows of usage summed up by hour, for the views. Not thread-safe.
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports.h"

namespace rb::engine {

class UsageHours {
public:
    // Adds all rows of a block; false when it cannot be read to its end.
    bool add(std::string_view block);
    std::size_t size() const { return hours_.size(); }
    // In order of account, meter, hour, dimensions; it is empty then.
    std::vector<UsageHour> take(PartitionId partition);

private:
    struct Key {
        AccountId account;
        std::string meter;
        Instant hour;
        std::string dimensions;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    boost::unordered_flat_map<Key, UsageHour, KeyHash> hours_;
};

}  // namespace rb::engine
