#include "app/observing.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "api/common/gate_counts.h"
#include "app/serving.h"
#include "engine/counts.h"
#include "metrics/exposition.h"
#include "metrics/requests.h"

namespace rb::app {

namespace {

using metrics::Exposition;

double number(std::uint64_t count) { return static_cast<double>(count); }

void show_decisions(Exposition& page) {
    constexpr auto faults = enum_names(Fault{});
    constexpr auto kinds = enum_names(engine::DecisionKind{});
    struct Sum {
        std::uint64_t done = 0, duplicate = 0;
        std::array<std::uint64_t, faults.size()> refused{};
    };
    std::array<Sum, kinds.size()> sums;
    Tally<engine::Counts>::each([&](const engine::Counts& counts) {
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            sums[k].done += counts.decisions[k].done.value();
            sums[k].duplicate += counts.decisions[k].duplicate.value();
            for (std::size_t f = 0; f < faults.size(); ++f)
                sums[k].refused[f] += counts.decisions[k].refused[f].value();
        }
    });
    auto show = [&page](std::string_view kind, std::string_view outcome, std::string_view reason,
                        std::uint64_t count) {
        page.counter("ratebook_decisions_total",
                     "What was asked of the engine and decided: commands, uses, checks, events. "
                     "The reason of a refusal is its fault.",
                     number(count), {{"kind", kind}, {"outcome", outcome}, {"reason", reason}});
    };
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        show(kinds[k], "done", "", sums[k].done);
        if (sums[k].duplicate > 0) show(kinds[k], "duplicate", "", sums[k].duplicate);
        for (std::size_t f = 0; f < faults.size(); ++f)
            if (sums[k].refused[f] > 0) show(kinds[k], "refused", faults[f], sums[k].refused[f]);
    }
}

void show_commits(Exposition& page) {
    metrics::Buckets sizes;
    sizes.counts.resize(engine::commit_sizes + 1);
    for (std::size_t i = 0; i < engine::commit_sizes; ++i)
        sizes.upper_bounds.push_back(number(std::uint64_t{1} << i));
    std::uint64_t timers = 0, failed = 0, quarantines = 0;
    Tally<engine::Counts>::each([&](const engine::Counts& counts) {
        timers += counts.timers_fired.value();
        failed += counts.commits_failed.value();
        quarantines += counts.quarantines_begun.value();
        sizes.sum += number(counts.records_committed.value());
        for (std::size_t i = 0; i < sizes.counts.size(); ++i)
            sizes.counts[i] += counts.commits_by_size[i].value();
    });
    page.histogram("ratebook_commit_records", "Records that one synced commit of the journal had.",
                   sizes);
    page.counter("ratebook_commits_failed_total", "Commits that the store did not take.",
                 number(failed));
    page.counter("ratebook_timers_fired_total",
                 "What happened by itself: renewals, ends of trials and holds.", number(timers));
    page.counter("ratebook_quarantines_begun_total",
                 "Parts of trees that were held back because an invariant would have broken.",
                 number(quarantines));
}

void show_engine(Exposition& page, engine::Engine& engine) {
    const engine::Status status = engine.status();
    page.gauge("ratebook_keys", "Keys that open something, of accounts and of the platform.",
               number(status.keys));
    page.gauge("ratebook_quarantines",
               "Parts of trees that are held back now; look at /v1/quarantines.",
               number(status.quarantines));
    page.gauge("ratebook_serving", "1 while changes are taken at all; 0: the journal has stopped.",
               status.serving ? 1 : 0);
    page.gauge("ratebook_store_full", "1 while the store has no space left.",
               status.store_full ? 1 : 0);
    page.gauge("ratebook_clock_jumped", "1 when timers wait for a restart after a jump of time.",
               status.clock_jumped ? 1 : 0);
    page.gauge("ratebook_views_behind_batches",
               "Batches of the journal that the views do not show yet.",
               number(status.views_behind));
    page.gauge("ratebook_accounts", "Accounts, closed ones too.", number(status.accounts));
    page.counter("ratebook_events_total", "Events of the journal since the store was made.",
                 number(status.events));
    page.gauge("ratebook_journal_bytes", "Size of the journal on the disk.",
               number(status.journal_bytes));
}

void show_server(Exposition& page, const net::Server::Counters& counters) {
    page.gauge("ratebook_http_connections", "Connections that are open.",
               number(counters.connections_open));
    page.gauge("ratebook_http_requests_in_flight", "Requests that wait for their answer.",
               number(counters.in_flight));
    page.counter("ratebook_http_refused_total",
                 "Requests and connections that were refused before any route was looked for.",
                 number(counters.refused_total));
    page.counter("ratebook_http_shed_total",
                 "Answers after which the connection was not read from for a moment.",
                 number(counters.shed_total));
    std::uint64_t by_rate = 0, by_overload = 0;
    Tally<api::GateCounts>::each([&](const api::GateCounts& counts) {
        by_rate += counts.refused_by_rate.value();
        by_overload += counts.refused_by_overload.value();
    });
    constexpr std::string_view name = "ratebook_requests_refused_total";
    constexpr std::string_view help =
        "Requests that were refused because of their number: a tree's rate, or a full queue.";
    page.counter(name, help, number(by_rate), {{"by", "rate"}});
    page.counter(name, help, number(by_overload), {{"by", "overload"}});
}

// The names that Prometheus' own client libraries give them.
void show_process(Exposition& page, std::chrono::system_clock::time_point begun) {
    using namespace std::chrono;
    page.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.",
               duration<double>(begun.time_since_epoch()).count());
    std::uint64_t all_pages = 0, resident_pages = 0;
    if (std::ifstream("/proc/self/statm") >> all_pages >> resident_pages)
        page.gauge("process_resident_memory_bytes", "Memory that the process has in use.",
                   number(resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))));
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) == 0) {
        constexpr double us_per_s = 1e6;
        page.counter(
            "process_cpu_seconds_total", "Time of the processors, user and system.",
            static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / us_per_s);
    }
}

}  // namespace

std::string Observer::page() const {
    Exposition page;
    page.gauge("ratebook_build_info", "Always 1; the version stands in its label.", 1,
               {{"version", program_version()}});
    show_engine(page, engine_);
    show_decisions(page);
    show_commits(page);
    if (server_) show_server(page, server_->counters());
    page.counter("ratebook_log_lines_dropped_total",
                 "Lines of requests that nobody read fast enough.", number(log_.dropped()));
    show_process(page, begun_);
    metrics::show_requests(page);
    return page.text();
}

}  // namespace rb::app
