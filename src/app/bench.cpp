// `ratebook bench`: what this machine and its disk give, measured over HTTP against a server of its
// own, beside one sync of the disk.
#include <signal.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "api/common/context.h"
#include "app/bench_server.h"
#include "app/home.h"
#include "app/serving.h"
#include "app/verbs.h"
#include "base/json.h"
#include "catalog_file/catalog_file.h"
#include "testing/load/loop.h"
#include "testing/load/sync_probe.h"
#include "testing/load/text.h"

namespace rb::app {

extern const std::string_view bench_catalog;

namespace {

namespace load = testing::load;

volatile std::sig_atomic_t stop_asked = 0;

constexpr std::size_t batch = 1000;  // events in a request of `ingest`

struct Subject {
    const char* name;  // as the command line, the generator and --json have it
    const char* what;
    std::size_t connections;  // unless the command line says otherwise
    std::size_t units;        // of a request
};
constexpr Subject subjects[] = {
    {"consume", "uses, one a request, each synced", 64, 1},
    {"ingest", "events in batches of 1,000, each batch synced", 8, batch},
    {"check", "checks, one a request, nothing written", 64, 1},
};

struct Row {
    const Subject* subject;
    std::size_t connections;
    load::Summary summary;
};

// A new store with the catalog of benchmarks; the key that it lets in.
Parsed<std::string> make_store(const std::string& data) {
    catalog_file::ReadResult file = catalog_file::read(bench_catalog);
    if (!file.ok()) return Unparsed(catalog_file::findings_text("bench", file.findings));
    auto home = Home::open(data, {engine::Threads::none});
    if (!home) return Unparsed(home.error());
    std::string key = api::make_key_text(accounts::Surface::native);
    if (auto ok = (*home)->add_root_key(key); !ok) return Unparsed(ok.error());
    auto applied = (*home)->run({accounts::Caller::platform(),
                                 catalog::ApplyCatalog{file.draft, std::nullopt},
                                 std::nullopt,
                                 {}});
    if (!applied) return Unparsed(applied.error().detail);
    return key;
}

class Bench {
public:
    Bench(const BenchArguments& arguments, const BenchServer& server, const std::string& key)
        : arguments_(arguments) {
        options_.port = server.port();
        options_.key = key;
        options_.batch = batch;
        options_.stop = &stop_asked;
    }

    void make_accounts(const std::string& directory) {
        load::Options options = options_;
        options.mode = "accounts";
        options.connections = std::min<std::size_t>(256, arguments_.accounts);
        options.seconds = 0;
        options.count = arguments_.accounts;
        options.out = directory + "/accounts";
        {
            auto work = load::make_accounts(options);
            drive(options, *work);
        }
        options_.targets = load::lines_of(options.out);
    }

    // What goes before to warm up is thrown away.
    Row measure(const Subject& subject, std::size_t connections) {
        load::Options options = options_;
        options.mode = subject.name;
        options.connections = connections;
        auto work = subject.units > 1 ? load::make_ingest(options) : load::make_consume(options);
        options.seconds = std::clamp(arguments_.seconds / 3, 0.1, 1.0);
        drive(options, *work);
        options.seconds = arguments_.seconds;
        return {&subject, connections, drive(options, *work)};
    }

private:
    static load::Summary drive(const load::Options& options, load::Work& work) {
        load::Tally tally;
        double seconds = load::run(options, work, tally);
        if (tally.errors > 0) load::die("the server refused: " + tally.first_error);
        return tally.summary(seconds);
    }

    const BenchArguments& arguments_;
    load::Options options_;
};

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// With commas between thousands.
std::string grouped(double value) {
    std::string text = fixed(value, 0);
    for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

void print_head(const std::string& disk, double sync_us) {
    constexpr long tmpfs = 0x01021994;
    std::printf("one sync of %s (4 KiB appended, then fdatasync): %s us\n", disk.c_str(),
                grouped(sync_us).c_str());
    struct statfs system{};
    if (::statfs(disk.c_str(), &system) == 0 && system.f_type == tmpfs)
        std::printf("%s is in memory: nothing is written to a disk. --data names another place.\n",
                    disk.c_str());
    std::printf("\n%-46s %11s %11s %9s %9s %9s %9s\n", "", "connections", "a second", "p50 us",
                "p99 us", "p99.9 us", "in syncs");
    std::fflush(stdout);
}

void print(const Row& row, double sync_us) {
    const load::Summary& s = row.summary;
    std::printf("%-46s %11zu %11s %9s %9s %9s %9s\n", row.subject->what, row.connections,
                grouped(s.per_second).c_str(), grouped(s.p50_us).c_str(), grouped(s.p99_us).c_str(),
                grouped(s.p999_us).c_str(), fixed(s.p50_us / sync_us, 2).c_str());
    std::fflush(stdout);
}

// One line of --json: with one connection the time of a reply beside a sync, with several what
// passes in a second beside what would pass if each request had a sync of its own.
void write(JsonWriter& out, const Row& row, double sync_us) {
    const bool alone = row.connections == 1;
    const double ours = alone ? row.summary.p50_us : row.summary.per_second;
    const double rival = alone ? sync_us : 1e6 / sync_us * static_cast<double>(row.subject->units);
    out.begin_object();
    out.key("name").string(std::string(row.subject->name) + "_" +
                           (alone ? "1_latency_p50" : std::to_string(row.connections)));
    out.key("ours").raw(fixed(ours, 1));
    out.key("rival").string(alone ? "fdatasync" : "one fdatasync a request");
    out.key("rival_value").raw(fixed(rival, 1));
    out.key("ratio").raw(fixed(ours / rival, 3));
    out.key("unit").string(alone ? "us" : "per_second");
    out.end_object();
}

Parsed<void> measure_all(const BenchArguments& arguments, const std::string& disk,
                         std::vector<Row>& rows, double& sync_us) {
    auto directory = ScratchDirectory::make(disk);
    if (!directory) return Unparsed(directory.error() + "; --data names another place");
    const std::string data = directory->path() + "/data";
    auto key = make_store(data);
    if (!key) return Unparsed(key.error());
    auto server = BenchServer::start(data);
    if (!server) return Unparsed(server.error());
    keep_to_last_core();
    try {
        sync_us = load::sync_us(directory->path());
        Bench bench(arguments, *server, *key);
        bench.make_accounts(directory->path());
        print_head(disk, sync_us);
        for (const Subject& subject : subjects) {
            if (!arguments.name.empty() && arguments.name != subject.name) continue;
            std::vector<std::size_t> counts{1, subject.connections};
            if (arguments.connections > 0) counts = {arguments.connections};
            for (std::size_t connections : counts) {
                server->settle();
                rows.push_back(bench.measure(subject, connections));
                print(rows.back(), sync_us);
            }
        }
    } catch (const load::Failed& failed) {
        return Unparsed(failed.what());
    }
    return {};
}

}  // namespace

int run_bench(const BenchArguments& arguments) {
    struct sigaction action{};
    action.sa_handler = [](int) { stop_asked = 1; };
    for (int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
    std::ofstream json;
    if (!arguments.json.empty()) {
        json.open(arguments.json);
        if (!json) return fail("cannot write " + arguments.json);
    }
    std::error_code nowhere;
    std::string disk = arguments.data.empty()
                           ? std::filesystem::temp_directory_path(nowhere).string()
                           : arguments.data;
    std::printf("ratebook %s, %s accounts, %s s each\n", program_version().c_str(),
                grouped(static_cast<double>(arguments.accounts)).c_str(),
                fixed(arguments.seconds, arguments.seconds < 10 ? 1 : 0).c_str());
    std::vector<Row> rows;
    double sync_us = 0;
    if (auto ok = measure_all(arguments, disk, rows, sync_us); !ok) return fail(ok.error());
    std::printf(
        "\nin syncs: p50 as a multiple of one sync. Redis and PostgreSQL beside it: "
        "./dev bench consume|ingest in the source tree.\n");
    if (!arguments.json.empty()) {
        std::string text;
        JsonWriter out(text);
        out.begin_array();
        for (const Row& row : rows) write(out, row, sync_us);
        out.end_array();
        json << text << '\n';
        if (!json.flush()) return fail("cannot write " + arguments.json);
    }
    return 0;
}

}  // namespace rb::app
