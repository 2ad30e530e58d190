#pragma once
// How often a tree may ask: the generic cell rate algorithm. One number is kept, the instant at
// which all that was asked so far will have been earned; a request is taken while that lies less
// than the window ahead. So a second's worth may come at once, and after that one each 1/rate of a
// second.
#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <mutex>

#include "domain/ids/types.h"

namespace rb::api {

struct Rate {
    std::int64_t requests_per_second = 0;  // 1 to limits::requests_per_second_max; of one unit each
    bool operator==(const Rate&) const = default;
};

struct RateAnswer {
    enum class Verdict { taken, refused } verdict = Verdict::taken;
    std::int64_t remaining = 0;      // requests that may come at once
    std::int64_t reset_seconds = 0;  // taken: until the whole rate is there again; refused: until
                                     // one may come. Rounded up, at least 1.
};

// Asks for one request at `now_ns`; `earned_at_ns` is the state, 0 at first.
RateAnswer take(std::int64_t& earned_at_ns, Rate rate, std::int64_t now_ns);

// What one request costs: itself one unit, and one more for every ten items of a batch and every
// 16 KiB of its body and its reply. What it costs beyond the first is known when it is answered.
struct Cost {
    std::size_t items = 0;
    std::size_t bytes = 0;

    static constexpr std::size_t items_per_unit = 10;
    static constexpr std::size_t bytes_per_unit = 16 * 1024;
    std::int64_t units_beyond_one() const {
        return static_cast<std::int64_t>(items / items_per_unit + bytes / bytes_per_unit);
    }
};

// So much more was asked than was taken: it is earned before the next one is. Nothing is refused.
RateAnswer owe(std::int64_t& earned_at_ns, Rate rate, std::int64_t units, std::int64_t now_ns);

// The states of all trees. Thread-safe. A tree that has been quiet for a second takes no memory for
// long. A tree whose rate has changed has the whole of the new one: what it asked for under the old
// one counts no more.
class RateMeters {
public:
    RateAnswer take(AccountId tree, Rate rate, std::int64_t now_ns);
    RateAnswer owe(AccountId tree, Rate rate, std::int64_t units, std::int64_t now_ns);
    std::size_t size() const;

private:
    struct Meter {
        std::int64_t earned_at_ns = 0;
        Rate rate;
    };
    struct Shard {
        mutable std::mutex mutex;
        boost::unordered_flat_map<AccountId, Meter, UuidHash> meters;
        std::size_t swept_at_size = 1024;
    };
    std::array<Shard, 16> shards_;
};

}  // namespace rb::api
