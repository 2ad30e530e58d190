#pragma once
// A simulated clock, seeded randomness and a vault without secrets: an engine that does the same
// thing every time. The clock's monotonic reading moves with its wall, so that setting it is no
// clock jump.
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports.h"

namespace rb::testing {

class SimClock : public engine::Clock {
public:
    explicit SimClock(Instant start) : now_us_(start.us) {}
    Instant now() override { return {now_us_.load()}; }
    std::int64_t monotonic_us() override { return now_us_.load(); }
    void set(Instant t) { now_us_ = t.us; }
    void advance(Duration d) { now_us_ += d.us; }

private:
    std::atomic<std::int64_t> now_us_;
};

// splitmix64 of a counter.
class SimEntropy : public engine::Entropy {
public:
    explicit SimEntropy(std::uint64_t seed = 1) : state_(seed) {}
    Uuid seed() override { return {next(), next()}; }
    std::uint64_t next() {
        std::uint64_t x = state_.fetch_add(0x9E3779B97F4A7C15ULL) + 0x9E3779B97F4A7C15ULL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }

private:
    std::atomic<std::uint64_t> state_;
};

// Keeps text readable for tests: sealing puts the key in front.
class ClearVault : public engine::Vault {
public:
    std::string make_data_key() override { return "key" + std::to_string(++made_); }
    std::string seal(std::string_view key, std::string_view text) override {
        return std::string(key) + "|" + std::string(text);
    }
    std::optional<std::string> open(std::string_view key, std::string_view sealed) override {
        std::string prefix = std::string(key) + "|";
        if (key.empty() || sealed.substr(0, prefix.size()) != prefix) return std::nullopt;
        return std::string(sealed.substr(prefix.size()));
    }
    std::string fingerprint(std::string_view text) override { return "fp:" + std::string(text); }

private:
    std::atomic<int> made_{0};
};

}  // namespace rb::testing
