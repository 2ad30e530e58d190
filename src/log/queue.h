#pragma once
// Requests on their way from one thread to the log's: a ring that neither side ever waits for.
#include <atomic>
#include <cstddef>
#include <vector>

#include "base/check.h"
#include "log/log.h"

namespace rb::log {

class RequestQueue {
public:
    explicit RequestQueue(std::size_t size) : places_(size), mask_(size - 1) {
        RB_CHECK(size > 0 && (size & mask_) == 0, "the size of a ring is a power of two");
    }

    // By the thread that it belongs to. False: it is full, and that was counted.
    bool put(Request&& request) {
        const std::size_t end = end_.load(std::memory_order_relaxed);
        if (end - begin_.load(std::memory_order_acquire) == places_.size()) {
            dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
            return false;
        }
        places_[end & mask_] = std::move(request);
        end_.store(end + 1, std::memory_order_release);
        return true;
    }

    // By the log's thread; false: there is none.
    bool take(Request& out) {
        const std::size_t begin = begin_.load(std::memory_order_relaxed);
        if (begin == end_.load(std::memory_order_acquire)) return false;
        out = std::move(places_[begin & mask_]);
        begin_.store(begin + 1, std::memory_order_release);
        return true;
    }

    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

private:
    std::vector<Request> places_;
    const std::size_t mask_;
    alignas(64) std::atomic<std::size_t> end_{0};
    std::atomic<std::uint64_t> dropped_{0};
    alignas(64) std::atomic<std::size_t> begin_{0};
};

}  // namespace rb::log
