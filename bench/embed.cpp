// In process calls through the C functions, in one thread. bench/embed.py runs it and reads its
// JSON.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "embed/ratebook.h"

namespace {

thread_local std::size_t allocations = 0;  // of this thread

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* p = std::malloc(size)) return p;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

constexpr const char* catalog = R"(catalog: 1
currencies: {USD: {exponent: 2}}
meters:
  im_messages: {event: message.sent, aggregate: count}
features:
  messages: {kind: metered, meter: im_messages}
price_groups:
  1: {name: IM, resource: IM_OVERRUN, meter: im_messages, price: {USD: "0.04"}, per: 100}
families:
  BENCH: {name: Bench, anchor: {calendar: month}, settlement: prepaid}
plans:
  bench_default:
    family: BENCH
    default: true
    name: Bench
    fee: {USD: "0"}
    entitlements: {messages: {limit: 1000000000000}}
    packages:
      - {name: large, price_groups: [1], size: 1000000000000, may_overrun: false}
)";

void must(int result) {
    if (result == RB_OK) return;
    std::fprintf(stderr, "embed: %s: %s\n", rb_fault_name(result), rb_error());
    std::exit(1);
}

// A store with many accounts, each of which has used something.
class World {
public:
    explicit World(std::size_t count) {
        must(rb_open(":memory:", &store));
        must(rb_apply_catalog(store, catalog, nullptr));
        messages = rb_find_feature(store, "messages");
        for (std::size_t i = 0; i < count; ++i) {
            must(rb_open_account(store, ("account-" + std::to_string(i)).c_str(), "USD", nullptr,
                                 &accounts.emplace_back()));
            use(i);
        }
    }
    ~World() { rb_close(store); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void check(std::size_t i) {
        rb_answer answer;
        must(rb_check(accounts[i], messages, 1, &answer));
        benchmark::DoNotOptimize(answer);
    }
    void use(std::size_t i) {
        std::string id = "use-" + std::to_string(++used);
        rb_answer answer;
        must(rb_consume(accounts[i], messages, 1, id.c_str(), &answer));
        benchmark::DoNotOptimize(answer);
    }

    rb_store* store = nullptr;
    rb_feature* messages = nullptr;
    std::vector<rb_account*> accounts;
    std::size_t used = 0;
};

void count_allocations(benchmark::State& state, std::size_t before) {
    state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                       benchmark::Counter::kAvgIterations);
}

void check_steady(benchmark::State& state) {
    World world(1);
    world.check(0);
    std::size_t before = allocations;
    for (auto _ : state) world.check(0);
    count_allocations(state, before);
}

// In turn over many accounts, so that their standings come from memory.
void check_many_accounts(benchmark::State& state) {
    World world(1000);
    for (std::size_t i = 0; i < 1000; ++i) world.check(i);
    std::size_t i = 0;
    std::size_t before = allocations;
    for (auto _ : state) world.check(++i % 1000);
    count_allocations(state, before);
}

// Every check has to be worked out anew; the use before it is not in the time.
void check_after_use(benchmark::State& state) {
    World world(1);
    for (auto _ : state) {
        state.PauseTiming();
        world.use(0);
        state.ResumeTiming();
        world.check(0);
    }
}

void consume(benchmark::State& state) {
    World world(1000);
    std::size_t i = 0;
    for (auto _ : state) world.use(++i % 1000);
}

void consume_many(benchmark::State& state) {
    World world(1000);
    constexpr std::size_t batch = 1000;
    std::vector<std::string> ids(batch);
    std::vector<rb_use> uses(batch);
    std::vector<rb_answer> answers(batch);
    for (auto _ : state) {
        for (std::size_t i = 0; i < batch; ++i) {
            ids[i] = "use-" + std::to_string(++world.used);
            uses[i] = {world.accounts[i], world.messages, 1, ids[i].c_str(), nullptr, 0};
        }
        must(rb_consume_many(world.store, uses.data(), batch, answers.data()));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * batch));
}

BENCHMARK(check_steady);
BENCHMARK(check_many_accounts);
BENCHMARK(check_after_use)->Iterations(200'000);
BENCHMARK(consume)->UseRealTime();
BENCHMARK(consume_many)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
