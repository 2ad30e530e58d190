#pragma once
// How one feature stands for one account, in numbers that answer every check of it until something
// moves: a use or a command in the account's partition, a catalog, the end of a window. While
// nothing has, a check takes no lock, looks nothing up and allocates nothing; afterwards the first
// check works the numbers out anew.
//
// Thread-safe. Written under the partition's lock only; read without one (a sequence lock).
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>

#include "base/instant.h"
#include "domain/accounts/types.h"
#include "domain/catalog/types.h"
#include "engine/ports.h"

namespace rb::engine {

class Standing {
public:
    struct Stamp {
        std::uint64_t turns = 0;        // of the partition
        std::uint64_t catalog_seq = 0;  // of the catalog
        bool operator==(const Stamp&) const = default;
    };
    struct Numbers {
        static constexpr std::int64_t none = -1;

        Stamp stamp;
        std::int64_t valid_until_us = 0;  // on the wall clock
        // Quantities up to `most` are allowed; beyond `most_within` they pass a soft limit. What is
        // beyond `most` (a refusal, packs to buy, a price to tell) is asked of Engine::check.
        std::int64_t most = 0;
        std::int64_t most_within = 0;
        // As in entitlements::Answer.
        AccountId account;
        std::int64_t limit = none;  // none: unlimited
        std::int64_t used = 0;
        std::int64_t held = 0;
        std::int64_t remaining = none;  // none: unlimited
        std::int64_t resets_at_us = none;
        std::int64_t kind = 0;  // catalog::FeatureKind
    };

    // False: nothing was written yet, or it is being written now.
    bool read(Numbers& out) const {
        std::uint64_t before = sequence_.load(std::memory_order_acquire);
        if (before == 0 || before % 2 != 0) return false;
        Words words;
        for (std::size_t i = 0; i < words.size(); ++i)
            words[i] = words_[i].load(std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_acquire);
        if (sequence_.load(std::memory_order_relaxed) != before) return false;
        out = std::bit_cast<Numbers>(words);
        return true;
    }
    // One writer at a time.
    void write(const Numbers& numbers) {
        std::uint64_t before = sequence_.load(std::memory_order_relaxed);
        sequence_.store(before + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        const auto words = std::bit_cast<Words>(numbers);
        for (std::size_t i = 0; i < words.size(); ++i)
            words_[i].store(words[i], std::memory_order_relaxed);
        sequence_.store(before + 2, std::memory_order_release);
    }

private:
    using Words = std::array<std::uint64_t, sizeof(Numbers) / sizeof(std::uint64_t)>;

    std::atomic<std::uint64_t> sequence_{0};
    std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Words>> words_{};
};

// A feature by its key, and the place at which standings of it are kept: the same for every
// account, counted from 0 by whoever makes marks.
struct FeatureMark {
    std::string key;
    std::size_t place = 0;
};

// The standings of one account. Thread-safe; places are made when they are asked for first.
class Standings {
public:
    static constexpr std::size_t places_max = 2048;

    Standings(AccountId account, PartitionId partition)
        : account_(account), partition_(partition) {}
    ~Standings() {
        for (auto& shelf : shelves_) delete shelf.load();
    }
    Standings(const Standings&) = delete;
    Standings& operator=(const Standings&) = delete;

    AccountId account() const { return account_; }
    PartitionId partition() const { return partition_; }
    // nullptr: beyond places_max.
    Standing* at(std::size_t place) {
        if (place >= places_max) return nullptr;
        auto& slot = shelves_[place / shelf_size];
        Shelf* shelf = slot.load(std::memory_order_acquire);
        if (shelf == nullptr) {
            auto made = std::make_unique<Shelf>();
            if (slot.compare_exchange_strong(shelf, made.get())) shelf = made.release();
        }
        return &(*shelf)[place % shelf_size];
    }

private:
    static constexpr std::size_t shelf_size = 16;
    using Shelf = std::array<Standing, shelf_size>;

    const AccountId account_;
    const PartitionId partition_;
    std::array<std::atomic<Shelf*>, places_max / shelf_size> shelves_{};
};

}  // namespace rb::engine
