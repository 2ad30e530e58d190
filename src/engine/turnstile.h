#pragma once
// A mutex that counts its turns: a number that still stands says that nobody who could have changed
// what the mutex guards has been there since it was read. Thread-safe.
#include <atomic>
#include <cstdint>
#include <mutex>

namespace rb::engine {

class Turnstile {
public:
    void lock() { mutex_.lock(); }
    void unlock() {
        turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        mutex_.unlock();
    }
    // For those who only look: locking this one is no turn.
    std::mutex& quiet() { return mutex_; }
    std::uint64_t turns() const { return turns_.load(std::memory_order_acquire); }

private:
    std::mutex mutex_;
    std::atomic<std::uint64_t> turns_{0};
};

}  // namespace rb::engine
