// What a start over a long tail costs, without HTTP: makes a store of so many accounts and of so
// many events behind the last snapshot, as a kill leaves it, and starts an engine over it.
//
//     replay_bench make <directory> <accounts> <events>
//     replay_bench start <directory> [hash]
//
// `start` changes nothing that the next one would read, so it can be repeated; with `hash` it also
// prints a hash of each partition's state. docs/performance.md says what was found.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <semaphore>
#include <string>
#include <vector>

#include "catalog_file/catalog_file.h"
#include "engine/engine.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/sim.h"

namespace {

using namespace rb;
using namespace rb::engine;

constexpr std::ptrdiff_t in_flight_max = 2'000;
constexpr std::size_t events_per_batch = 1'000;
const Instant began = *Instant::parse("2026-04-01T00:00:00Z");

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "replay_bench: %s\n", why.c_str());
    std::_Exit(1);
}

template <class T>
T must(Parsed<T>&& parsed) {
    if (!parsed) die(parsed.error());
    return std::move(*parsed);
}

// An engine over a directory. It is never stopped in good order unless somebody asks for it.
struct Running {
    explicit Running(const std::string& directory)
        : store(must(store::sqlite::open(directory, store::sqlite::Access::read_write))),
          engine(must(Engine::open(*store, vault, clock, entropy, {Threads::own, 1}))) {}

    testing::SimClock clock{began};
    testing::ClearVault vault;
    testing::SimEntropy entropy{static_cast<std::uint64_t>(getpid())};
    std::unique_ptr<Store> store;
    std::unique_ptr<Engine> engine;
};

Rendered nothing(const Reader&, const Reply&) { return {}; }

// Gives commands, many at a time, and waits for all of them.
class Commands {
public:
    explicit Commands(Engine& engine) : engine_(engine) {}
    void give(Command command) {
        room_.acquire();
        engine_.execute({accounts::Caller::platform(), std::move(command), {}, {}}, nothing,
                        [this](Result<Rendered>&& outcome) {
                            if (!outcome) die(outcome.error().detail);
                            room_.release();
                        });
    }
    void wait() {
        for (std::ptrdiff_t i = 0; i < in_flight_max; ++i) room_.acquire();
        room_.release(in_flight_max);
    }

private:
    Engine& engine_;
    std::counting_semaphore<in_flight_max> room_{in_flight_max};
};

std::vector<AccountId> make_accounts(Engine& engine, std::size_t count) {
    std::ifstream file("bench/metered.yaml");
    if (!file) die("bench/metered.yaml is not here: run it from the root of the repository");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto read = catalog_file::read(text);
    if (!read.ok()) die(catalog_file::findings_text("bench/metered.yaml", read.findings));
    Commands commands(engine);
    commands.give(catalog::ApplyCatalog{std::move(read.draft), {}});
    commands.wait();
    std::vector<AccountId> ids;
    for (std::size_t i = 0; i < count; ++i) {
        accounts::OpenAccount open;
        open.id = AccountId{engine.fresh_id()};
        open.name = "account-" + std::to_string(1'000'000'000'000'000 + i);
        open.wrapped_data_key = std::string(73, 'k');
        open.profile.currency = "USD";
        ids.push_back(open.id);
        commands.give(std::move(open));
    }
    commands.wait();
    return ids;
}

// Of accounts at random, so that nearly every one of a batch is of another account.
void ingest(Engine& engine, const std::vector<AccountId>& ids, std::size_t count) {
    testing::SimEntropy random;
    std::counting_semaphore<8> room{8};
    std::vector<std::string> names(events_per_batch);
    std::vector<UsageEvent> events(events_per_batch);
    for (std::size_t done = 0; done < count; done += events.size()) {
        events.resize(std::min(events_per_batch, count - done));
        for (std::size_t i = 0; i < events.size(); ++i) {
            names[i] = "event-" + std::to_string(done + i);
            events[i] = {
                ids[random.next() % ids.size()], "bench", names[i], "message.sent", {}, {}};
        }
        room.acquire();
        engine.ingest(accounts::Caller::platform(), events, [&](auto&& outcomes) {
            if (!outcomes) die(outcomes.error().detail);
            room.release();
        });
    }
    for (int i = 0; i < 8; ++i) room.acquire();
}

void make(const std::string& directory, std::size_t accounts, std::size_t events) {
    std::vector<AccountId> ids;
    {
        Running running(directory);
        ids = make_accounts(*running.engine, accounts);
        running.engine->stop();
    }
    Running running(directory);
    ingest(*running.engine, ids, events);
    // Views are not what is measured: they are as far as they got.
    std::_Exit(0);
}

std::string memory() {
    std::ifstream status("/proc/self/status");
    std::string out;
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS") || line.starts_with("VmHWM")) out += " " + line;
    return out;
}

void start(const std::string& directory, bool hashes) {
    auto before = std::chrono::steady_clock::now();
    Running running(directory);
    std::chrono::duration<double> taken = std::chrono::steady_clock::now() - before;
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    std::printf("%.3f s, processor %ld.%03ld s user, %ld.%03ld s system,%s\n", taken.count(),
                used.ru_utime.tv_sec, used.ru_utime.tv_usec / 1000, used.ru_stime.tv_sec,
                used.ru_stime.tv_usec / 1000, memory().c_str());
    if (hashes)
        for (const std::string& hash : running.engine->state_hashes())
            std::printf("%s\n", hash.c_str());
    std::fflush(stdout);
    std::_Exit(0);
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments, arguments + count);
    if (count == 5 && words[1] == "make")
        make(words[2], std::strtoul(arguments[3], nullptr, 10),
             std::strtoul(arguments[4], nullptr, 10));
    if (count >= 3 && words[1] == "start") start(words[2], count == 4 && words[3] == "hash");
    die("replay_bench make <directory> <accounts> <events> | start <directory> [hash]");
}
