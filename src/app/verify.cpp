// `ratebook verify`: the auditor over a store that nobody serves, then every page of the runs of
// event ids.
#include <algorithm>
#include <cstdio>

#include "app/verbs.h"
#include "engine/id_run.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/audit/audit.h"

namespace rb::app {

namespace {

struct Runs {
    std::size_t files = 0;
    std::uint64_t ids = 0;
};

Parsed<std::uint64_t> check_run(engine::IdRuns& files, engine::PartitionId partition,
                                std::uint64_t number) {
    constexpr std::size_t pages_per_read = 256;
    auto run = engine::IdRun::open(files, partition, number);
    if (!run) return Unparsed(run.error());
    std::uint64_t count = 0;
    Uuid last;
    for (std::size_t page = 0; page < (*run)->pages(); page += pages_per_read) {
        auto ids = (*run)->read(page, pages_per_read);
        if (!ids) return Unparsed(ids.error());
        auto is_out_of_order = [](const Uuid& a, const Uuid& b) {
            return !engine::IdOrder{}(a, b);
        };
        bool ascends = count == 0 || engine::IdOrder{}(last, ids->front());
        if (!ascends || std::ranges::adjacent_find(*ids, is_out_of_order) != ids->end())
            return Unparsed("its ids are out of order");
        last = ids->back();
        count += ids->size();
    }
    return count;
}

// Those that a start would open and those that it would remove alike.
Parsed<Runs> check_runs(engine::Store& store, std::size_t partitions) {
    Runs runs;
    for (engine::PartitionId partition = 0; partition < partitions; ++partition) {
        auto numbers = store.id_runs().list(partition);
        if (!numbers) return Unparsed(numbers.error());
        for (std::uint64_t number : *numbers) {
            auto ids = check_run(store.id_runs(), partition, number);
            if (!ids)
                return Unparsed("run " + std::to_string(number) + " of event ids of partition " +
                                std::to_string(partition) + ": " + ids.error() +
                                ". Delete the folder 'ids': the next start makes it anew from the "
                                "journal");
            ++runs.files;
            runs.ids += *ids;
        }
    }
    return runs;
}

}  // namespace

int run_verify(const std::string& data) {
    auto store = store::sqlite::open(data, store::sqlite::Access::read_only);
    if (!store) return fail(store.error());
    testing::audit::Report report = testing::audit::run(**store);
    for (const testing::audit::BadTree& bad : report.bad_trees)
        std::printf("%s: the tree of %s is broken: %s\n", data.c_str(), bad.top.to_text().c_str(),
                    bad.problem.c_str());
    if (!report.bad_trees.empty() && report.problem == report.bad_trees.front().problem)
        std::printf("%s: all other trees are in order\n", data.c_str());
    if (!report.ok()) return fail(data + ": " + report.problem);
    std::printf("%s: %llu batches, %llu records, %llu events, %llu ledger entries\n", data.c_str(),
                static_cast<unsigned long long>(report.batches),
                static_cast<unsigned long long>(report.records),
                static_cast<unsigned long long>(report.events),
                static_cast<unsigned long long>(report.entries));
    std::printf(
        "the chain is intact, every entry sums to zero, holds, grants and reservations agree\n");
    auto runs = check_runs(**store, report.partitions.size());
    if (!runs) return fail(data + ": " + runs.error());
    if (runs->files > 0)
        std::printf("%zu runs with %llu ids of events are whole\n", runs->files,
                    static_cast<unsigned long long>(runs->ids));
    return 0;
}

}  // namespace rb::app
