#pragma once
// Counters that cost their thread an addition in its own memory: each thread has its own, and who
// asks adds them up. For the whole process; what ended threads have counted stays counted.
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace rb {

// Written by one thread, read by any.
class Counter {
public:
    void add(std::uint64_t count = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// `Counts` is a struct of Counters.
template <class Counts>
class Tally {
public:
    // This thread's own.
    static Counts& here() {
        thread_local Counts& mine = join();
        return mine;
    }
    // Those of all threads, each once.
    template <class Look>
    static void each(Look look) {
        Threads& all = threads();
        const std::lock_guard lock(all.mutex);
        for (const auto& counts : all.counts) look(*counts);
    }

private:
    struct Threads {
        std::mutex mutex;
        std::vector<std::unique_ptr<Counts>> counts;
    };
    // Never destroyed: threads may count until the very end.
    static Threads& threads() {
        static auto* const all = new Threads;
        return *all;
    }
    static Counts& join() {
        Threads& all = threads();
        const std::lock_guard lock(all.mutex);
        return *all.counts.emplace_back(std::make_unique<Counts>());
    }
};

}  // namespace rb
