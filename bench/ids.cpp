// What telling ids of events apart costs: in memory alone, and with runs of several days on the
// disk. Prints a table; docs/performance.md says what was found. The one argument is how many ids.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "engine/id_keeper.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace rb;
using namespace rb::engine;

Uuid hash_of(std::uint64_t n) {
    std::uint64_t words[2];
    for (std::uint64_t& word : words) {
        n += 0x9E3779B97F4A7C15ULL;
        word = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9ULL;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
        word ^= word >> 31;
    }
    return {words[0], words[1]};
}

// Nanoseconds of one of `count` calls.
template <class F>
double ns_each(std::uint64_t count, F&& f) {
    auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t n = 0; n < count; ++n) f(n);
    std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    return taken.count() / static_cast<double>(count);
}

// Batches of 1000 ids through a lookup, as a call of 1000 events makes one.
double lookup_ns(const Dedup& ids, std::uint64_t first, std::uint64_t count) {
    constexpr std::uint64_t batch = 1'000;
    std::uint64_t found = 0;
    double ns = ns_each(count / batch, [&](std::uint64_t b) {
        std::vector<Uuid> asked;
        for (std::uint64_t n = 0; n < batch; ++n) asked.push_back(hash_of(first + b * batch + n));
        IdLookup lookup(ids.runs(), asked);
        for (std::uint64_t n = 0; n < batch; ++n)
            found += lookup.find(ids.runs(), asked[n], n) == InRun::yes ? 1 : 0;
    });
    std::fprintf(stderr, "(%llu of %llu found)\n", static_cast<unsigned long long>(found),
                 static_cast<unsigned long long>(count));
    return ns / batch;
}

void measure(const std::string& folder, std::uint64_t count, std::int64_t days) {
    std::filesystem::remove_all(folder);
    auto store = store::sqlite::open(folder, store::sqlite::Access::read_write);
    if (!store) std::abort();
    constexpr std::uint64_t questions = 500'000;
    Dedup ids(2 * count);
    auto day_of = [&](std::uint64_t n) {
        auto per_day = count / static_cast<std::uint64_t>(days + 1) + 1;
        return Instant::of_seconds((20'000 + static_cast<std::int64_t>(n / per_day)) * 86'400);
    };
    double insert = ns_each(count, [&](std::uint64_t n) {
        ids.look(hash_of(n));
        ids.insert(hash_of(n), day_of(n));
    });
    std::size_t before = ids.bytes();
    IdKeeper keeper(**store, 2, {2 * count, days == 0 ? count : count / (days + 1) + days + 1});
    std::atomic<bool> never{false};
    double slice_us_max = 0;
    auto use = [&](const std::function<void(Dedup&)>& f) {
        slice_us_max = std::max(slice_us_max, ns_each(1, [&](std::uint64_t) { f(ids); }) / 1'000);
        return true;
    };
    double spill = ns_each(1, [&](std::uint64_t) {
        while (keeper.has_work(ids)) (void)keeper.work(use, never);
    });
    std::size_t moved = count - ids.size_in_memory();
    double memory = ns_each(questions, [&](std::uint64_t n) { ids.look(hash_of(count + n)); });
    std::uint64_t disk = 0;
    auto numbers = (*store)->id_runs().list(2).value_or(std::vector<std::uint64_t>());
    for (std::uint64_t number : numbers) disk += (*(*store)->id_runs().open(2, number))->size();
    std::printf("%2zu runs: insert %.0f ns, memory only %.0f ns", ids.runs()->size(), insert,
                memory);
    if (moved > 0)
        std::printf(
            "; runs: new id %.0f ns, old id %.0f ns; written %.0f ns an id, longest slice %.0f us; "
            "%.2f bytes an id on disk, %.2f in memory of a moved one; memory %.1f to %.1f MB",
            lookup_ns(ids, count, questions),
            lookup_ns(ids, 0, std::min<std::uint64_t>(moved, questions)),
            spill / static_cast<double>(moved), slice_us_max,
            static_cast<double>(disk) / static_cast<double>(moved),
            [&] {
                std::size_t bytes = 0;
                for (const IdRunPtr& run : *ids.runs()) bytes += run->memory_bytes();
                return static_cast<double>(bytes) / static_cast<double>(moved);
            }(),
            static_cast<double>(before) / 1e6, static_cast<double>(ids.bytes()) / 1e6);
    std::printf("\n");
    std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 8'000'000;
    std::string folder = std::filesystem::temp_directory_path() / "ratebook-ids-bench";
    for (std::int64_t days : {0, 1, 8, 34}) measure(folder, count, days);
}
