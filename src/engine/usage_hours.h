#pragma once
// Rows of usage summed up by hour, for the views. Not thread-safe.
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports.h"
#include "engine/usage_block.h"

namespace rb::engine {

class UsageHours {
public:
    // Adds all rows of a block; false when it cannot be read to its end.
    bool add(std::string_view block);
    std::size_t size() const { return hours_.size(); }
    // In order of account, meter, hour, dimensions; it is empty then.
    std::vector<UsageHour> take(PartitionId partition);

private:
    // A few texts that come again and again, by number.
    class Texts {
    public:
        std::uint32_t number_of(std::string_view text);
        const std::string& operator[](std::uint32_t number) const { return *texts_[number]; }
        void clear();

    private:
        // Texts stay where they are, so that the views in the map hold.
        std::vector<std::unique_ptr<std::string>> texts_;
        boost::unordered_flat_map<std::string_view, std::uint32_t> numbers_;
        std::uint32_t last_ = 0;
    };
    struct Key {
        AccountId account;
        Instant hour;
        std::uint32_t meter = 0;
        std::uint32_t dimensions = 0;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        using is_avalanching = void;
        std::size_t operator()(const Key& key) const;
    };
    // As UsageHour; what the key says is left out.
    struct Sum {
        std::int64_t quantity = 0;
        std::uint64_t events = 0;
        Instant last;
        catalog::Aggregation aggregation = catalog::Aggregation::count;
    };
    static UsageHour hour_of(const Sum& sum);
    void add(const UsageRow& row);

    Texts meters_;
    Texts dimensions_;
    boost::unordered_flat_map<Key, Sum, KeyHash> hours_;
};

}  // namespace rb::engine
