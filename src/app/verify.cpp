// `ratebook verify`: the auditor over a store that nobody serves, then the views against the
// journal.
#include <cstdio>

#include "app/verbs.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/audit/audit.h"

namespace rb::app {

int run_verify(const std::string& data) {
    auto store = store::sqlite::open(data, store::sqlite::Access::read_only);
    if (!store) return fail(store.error());
    testing::audit::Report report = testing::audit::run(**store);
    if (!report.ok()) return fail(data + ": " + report.problem);
    std::printf("%s: %llu batches, %llu records, %llu events, %llu ledger entries\n", data.c_str(),
                static_cast<unsigned long long>(report.batches),
                static_cast<unsigned long long>(report.records),
                static_cast<unsigned long long>(report.events),
                static_cast<unsigned long long>(report.entries));
    std::printf(
        "the chain is intact, every entry sums to zero, holds, grants and reservations agree\n");
    return 0;
}

}  // namespace rb::app
