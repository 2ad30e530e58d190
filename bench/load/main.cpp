// A load generator: a fixed number of connections, each with one round in flight; a closed loop, or
// with --offered an open one, in which what finds no connection free is held back and counted. One
// thread, epoll; prints one line of JSON, see testing/load/latencies.h.
//
//     ratebook_load MODE --port P --key K --targets FILE [--connections N] [--seconds S] ...
//
// MODE change, quote: plan changes; consume: one use a request; check: the same, only asked;
// ingest: batches of events; accounts: makes accounts; redis: the consume script of that rival.
// Ends with 1 when anything was refused.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "modes.h"
#include "testing/load/loop.h"
#include "testing/load/text.h"

namespace {

using namespace rb::testing::load;

int measure(Options& options, const std::string& targets) {
    if (options.seconds <= 0 && options.count == 0)
        die("without --seconds there must be a --count");
    if (!targets.empty()) options.targets = lines_of(targets);

    const std::string& mode = options.mode;
    auto work = mode == "consume" || mode == "check" ? make_consume(options)
                : mode == "ingest"                   ? make_ingest(options)
                : mode == "accounts"                 ? make_accounts(options)
                : mode == "redis"                    ? make_redis(options)
                                                     : make_change(options);
    Tally tally;
    double seconds = run(options, *work, tally);
    tally.print(seconds);
    return tally.errors == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    std::string targets;
    CLI::App app("Load for benchmarks");
    app.add_option("mode", options.mode)
        ->required()
        ->check(
            CLI::IsMember({"change", "quote", "consume", "check", "ingest", "accounts", "redis"}));
    app.add_option("--host", options.host, "an IPv4 address");
    app.add_option("--port", options.port)->required();
    app.add_option("--key", options.key, "the bearer token");
    app.add_option("--targets", targets, "a file with accounts or subscriptions, one a line");
    app.add_flag("--in-order", options.in_order, "events go over the targets one after the other");
    app.add_option("--connections", options.connections)->check(CLI::Range(1, 10'000));
    app.add_option("--seconds", options.seconds, "0: until --count is reached");
    app.add_option("--count", options.count, "how many in all; 0: until the time is over");
    app.add_option("--batch", options.batch, "events in a request, requests in a pipeline")
        ->check(CLI::Range(1, 10'000));
    app.add_option("--offered", options.offered, "requests a second; 0: a closed loop");
    app.add_flag("--may-be-shed", options.may_be_shed, "429 and 503 are counted apart");
    app.add_option("--neighbour-key", options.neighbour_key, "of a light caller beside the load");
    app.add_option("--neighbour-target", options.neighbour_target, "its account");
    app.add_flag("--heeds", options.heeds, "a connection that was shed is silent for a second");
    app.add_option("--plan-a", options.plan_a);
    app.add_option("--plan-b", options.plan_b);
    app.add_option("--script", options.script, "SHA-1 of the script that Redis was given");
    app.add_option("--out", options.out, "where ids of accounts are written");
    CLI11_PARSE(app, argc, argv);
    try {
        return measure(options, targets);
    } catch (const Failed& failed) {
        std::fprintf(stderr, "ratebook_load: %s\n", failed.what());
        return 1;
    }
}
