#pragma once
// What the command line can do. Each returns the exit code (docs/operations.md, "Exit codes"):
// 0 done, or stopped when asked to; 1 refused, failed or broken, or `doctor` has found something;
// 2 misused.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/serving.h"
#include "engine/id_keeper.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::app {

struct CatalogArguments {
    std::string verb;  // "diff", "apply", "lint"
    std::string file;
    std::string data;
    enum class ExitCode : unsigned char { of_errors, of_changes };
    ExitCode exit_code = ExitCode::of_errors;  // of diff; of_changes: 1 when something would change
};

struct BenchArguments {
    std::string name;  // "consume", "ingest", "check"; empty: each of them
    double seconds = 3;
    std::size_t connections = 0;  // 0: one, and then as many as suit the name
    std::size_t accounts = 10'000;
    std::string data;  // where the new store is made; empty: the system's temporary directory
    std::string json;  // a file; empty: none
};

struct ServeArguments {
    std::string data;
    std::string listen;
    std::uint32_t tree_partitions = 1;  // of a new store, as the form of its journal
    store::sqlite::JournalForm journal = store::sqlite::JournalForm::segments;
    engine::IdBudget ids;
    Admission admission;
    LogArguments log;
};
int run_serve(const ServeArguments& arguments);
enum class Output : unsigned char { text, json };
int run_demo(const std::string& data, const std::string& listen, Output output,
             const LogArguments& log);
int run_catalog(const CatalogArguments& arguments);
int run_verify(const std::string& data);
struct DoctorArguments {
    std::string url;  // of a server that runs; empty: the store in `data`, which is stopped
    std::string key;  // by which it is asked
    std::string data;
    std::string released;  // the account at which a quarantine begins that is to end; empty: none
    std::string listen;    // an address that is to be free, too; empty: none
    net::TlsFiles tls;     // a certificate that is to be good, too; empty: none
};
int run_doctor(const DoctorArguments& arguments);
int run_journal_cat(const std::string& data);
int run_bench(const BenchArguments& arguments);

// "ratebook: ..." on standard error; returns 1.
int fail(const std::string& message);
// The same for an option whose value is none; returns 2.
int misuse(const std::string& message);

}  // namespace rb::app
