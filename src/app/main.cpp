// The program: one binary, its verbs. Wiring only.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "api/http/cors.h"
#include "app/backups.h"
#include "app/core_dumps.h"
#include "app/keys.h"
#include "app/serving.h"
#include "app/verbs.h"
#include "app/words.h"
#include "base/limits.h"

namespace {

using namespace rb::app;

CLI::App* add_bench(CLI::App& program, BenchArguments& bench) {
    CLI::App* verb = program.add_subcommand(
        "bench",
        "measure this machine and its disk: a server of its own on a new store, driven over HTTP");
    verb->add_option("name", bench.name, "what to measure; without it each of them")
        ->check(CLI::IsMember({"consume", "ingest", "check"}));
    verb->add_option("--seconds", bench.seconds, "of each measurement")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    verb->add_option("--connections", bench.connections,
                     "without it: one, then 64 (8 for ingest, whose batches have 1,000 events)")
        ->check(CLI::Range(1, 10'000));
    verb->add_option("--accounts", bench.accounts, "over which the uses are spread")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    verb->add_option("--data", bench.data,
                     "a directory on the disk to measure; the new store is made in it and removed "
                     "again; without it the system's temporary directory");
    verb->add_option("--json", bench.json,
                     "also write a list of {name, ours, rival, rival_value, ratio, unit} to this "
                     "file; the rival is one sync of the disk");
    return verb;
}

void add_tls(CLI::App& verb, rb::net::TlsFiles& tls) {
    verb.add_option("--tls-cert", tls.certificate,
                    "serve HTTPS with this certificate and those behind it (PEM); read anew when "
                    "the file changes, and on SIGHUP")
        ->envname("RATEBOOK_TLS_CERT")
        ->type_name("FILE");
    verb.add_option("--tls-key", tls.key, "its key (PEM, for its owner alone)")
        ->envname("RATEBOOK_TLS_KEY")
        ->type_name("FILE");
}

// What a store keeps, and where its copies go.
void add_store_options(CLI::App& serve, ServeArguments& serving) {
    serve
        .add_option("--partitions", serving.tree_partitions,
                    "writers over which the accounts' trees of a new store are divided; a store "
                    "that is there keeps its number")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    using rb::store::sqlite::JournalForm;
    serve
        .add_option("--journal", serving.journal,
                    "how the journal of a new store stands on the disk: segments (files written at "
                    "their end, the faster one) or sqlite (one file for SQL tools); a store that "
                    "is there keeps its form")
        ->transform(CLI::CheckedTransformer(
                        std::map<std::string, JournalForm>{{"segments", JournalForm::segments},
                                                           {"sqlite", JournalForm::sqlite}})
                        .description("segments or sqlite"))
        ->default_str("segments");
    serve
        .add_option(
            "--backups", serving.admission.backups,
            "a directory for backups that are made while this serves (/v1/backups); without "
            "it there are none")
        ->envname("RATEBOOK_BACKUPS")
        ->type_name("DIR");
    serve
        .add_option("--event-ids", serving.ids.all,
                    "ids of usage events that are told apart; at this number events are refused")
        ->envname("RATEBOOK_EVENT_IDS")
        ->capture_default_str();
    serve
        .add_option("--event-ids-in-memory", serving.ids.in_memory,
                    "how many of them stay in memory, the others go to the disk")
        ->envname("RATEBOOK_EVENT_IDS_IN_MEMORY")
        ->capture_default_str();
}

// How much a tree, and all together, may ask for.
void add_share_options(CLI::App& serve, ServeArguments& serving) {
    serve
        .add_option(
            "--rate", serving.admission.rate,
            "units of work a second that each tree of accounts may ask for, unless it was given a "
            "rate of its own: a request, ten more items of a batch, 16 KiB of a reply; 0: no rate")
        ->envname("RATEBOOK_RATE")
        ->check(CLI::Range(std::int64_t{0}, rb::limits::requests_per_second_max))
        ->capture_default_str();
    serve
        .add_option(
            "--waiting-max", serving.admission.waiting_max,
            "requests that may wait on each I/O thread; each KiB of body counts as one more")
        ->envname("RATEBOOK_WAITING_MAX")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
        ->capture_default_str();
    serve
        .add_option(
            "--waiting-bytes-max", serving.admission.waiting_bytes_max,
            "bytes of their bodies, and of bodies that are on their way, of the whole server")
        ->envname("RATEBOOK_WAITING_BYTES_MAX")
        ->check(CLI::Range(std::int64_t{1} << 20, std::int64_t{1} << 40))
        ->capture_default_str();
}

// Who reaches the server: through which proxies and names, from which pages, over TLS.
void add_reach_options(CLI::App& serve, ServeArguments& serving) {
    serve
        .add_option_function<std::string>(
            "--trusted-proxies",
            [&serving](const std::string& text) {
                auto networks = rb::net::Networks::parse(text);
                if (!networks) throw CLI::ValidationError("--trusted-proxies", networks.error());
                serving.admission.trusted_proxies = std::move(*networks);
            },
            "addresses or networks, separated by commas, whose X-Forwarded-For, Forwarded and Via "
            "say "
            "that many clients share a connection; from others they mean nothing")
        ->envname("RATEBOOK_TRUSTED_PROXIES")
        ->default_str("127.0.0.0/8,::1");
    serve
        .add_option_function<std::vector<std::string>>(
            "--host",
            [&serving](const std::vector<std::string>& names) {
                for (const std::string& name : names)
                    if (auto ok = serving.admission.hosts.add(name); !ok)
                        throw CLI::ValidationError("--host", ok.error());
            },
            "a name under which clients reach this server, such as that of a proxy in front of it; "
            "may be given several times. Requests for other hosts are refused with 421, but for "
            "localhost and the server's own address")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->envname("RATEBOOK_HOSTS");
    serve
        .add_option_function<std::vector<std::string>>(
            "--allow-origin",
            [&serving](const std::vector<std::string>& origins) {
                for (const std::string& text : origins) {
                    auto origin = rb::http::Cors::parse_origin(text);
                    if (!origin) throw CLI::ValidationError("--allow-origin", origin.error());
                    serving.admission.origins.push_back(std::move(*origin));
                }
            },
            "an origin whose pages may use this server from a browser, such as "
            "https://app.example.com; may be given again; without it there is none")
        ->envname("RATEBOOK_ALLOW_ORIGIN")
        ->delimiter(',');
    using rb::api::native::MetricsAccess;
    serve
        .add_option("--metrics", serving.admission.metrics,
                    "who may read /metrics besides keys of the platform: local (who asks on this "
                    "machine, through no proxy), key (nobody) or open (anybody)")
        ->envname("RATEBOOK_METRICS")
        ->transform(CLI::CheckedTransformer(
                        std::map<std::string, MetricsAccess>{{"local", MetricsAccess::local},
                                                             {"key", MetricsAccess::key},
                                                             {"open", MetricsAccess::open}})
                        .description("local, key or open"))
        ->default_str("local");
    add_tls(serve, serving.admission.tls);
}

void add_serve_options(CLI::App& serve, ServeArguments& serving) {
    add_store_options(serve, serving);
    add_share_options(serve, serving);
    add_reach_options(serve, serving);
}

// An option that several verbs have, each with a value of its own: the environment speaks to all of
// them, also to those that were not asked for.
class Shared {
public:
    explicit Shared(std::string value) : default_(std::move(value)) {}
    std::string& of(const CLI::App* verb) {
        return values_.try_emplace(verb, default_).first->second;
    }
    // Of the verb that was asked for.
    std::string chosen() const {
        for (const auto& [verb, value] : values_)
            if (verb->parsed()) return value;
        return default_;
    }

private:
    std::string default_;
    std::map<const CLI::App*, std::string> values_;
};

// Every verb takes the directory as an argument, as --data, or from the environment.
CLI::Option* add_data(CLI::App* verb, Shared& data) {
    return verb->add_option("dir,--data", data.of(verb), "the data directory")
        ->envname("RATEBOOK_DATA")
        ->capture_default_str();
}

CLI::App* add_catalog(CLI::App& program, CatalogArguments& catalog, Shared& data) {
    CLI::App* catalogs =
        program.add_subcommand("catalog", "work on the catalog of plans as a file");
    catalogs->require_subcommand(1);
    for (const char* verb : {"diff", "apply", "lint"}) {
        const char* what = verb[0] == 'd'
                               ? "show what applying the file would change, and for how many"
                           : verb[0] == 'a' ? "make the catalog what the file says"
                                            : "check the file";
        CLI::App* sub = catalogs->add_subcommand(verb, what);
        sub->add_option("file", catalog.file, "catalog file, YAML or JSON")->required();
        if (verb[0] != 'l') add_data(sub, data);
        if (verb[0] == 'd')
            sub->add_flag_callback(
                "--exit-code",
                [&catalog] { catalog.exit_code = CatalogArguments::ExitCode::of_changes; },
                "end with 1 when something would change");
        sub->callback([&catalog, verb] { catalog.verb = verb; });
    }
    return catalogs;
}

CLI::App* add_doctor(CLI::App& program, DoctorArguments& looking, Shared& data) {
    CLI::App* doctor =
        program.add_subcommand("doctor",
                               "list what somebody should look at in a stopped store, or "
                               "with --url what a server that runs holds back");
    add_data(doctor, data);
    doctor->add_option("--url", looking.url, "of a server that is running, instead of --data")
        ->envname("RATEBOOK_URL");
    doctor->add_option("--key", looking.key, "the key by which the server is asked")
        ->envname("RATEBOOK_KEY");
    doctor->add_option("--release", looking.released,
                       "serve again what is held back from this account on");
    doctor
        ->add_option("--listen", looking.listen,
                     "also look whether the server could listen on this HOST:PORT")
        ->envname("RATEBOOK_LISTEN");
    add_tls(*doctor, looking.tls);
    return doctor;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App program{"Ratebook: the plan engine for multi-tenant products"};
    program.require_subcommand(1);
    program.fallthrough();
    bool has_core_dumps = false;
    program
        .add_flag("--core-dumps", has_core_dumps,
                  "let this process be dumped and debugged: for the search of a fault, since what "
                  "is dumped holds keys and personal data")
        ->envname("RATEBOOK_CORE_DUMPS");
    Shared data("data");
    Shared listen("127.0.0.1:8080");
    bool print_json = false;
    CatalogArguments catalog;
    ServeArguments serving;

    program.set_version_flag("--version", "ratebook " + program_version(), "print the version");
    auto with_data = [&](CLI::App* verb) {
        add_data(verb, data);
        return verb;
    };
    auto with_listen = [&](CLI::App* verb) {
        verb->add_option("--listen", listen.of(verb),
                         "HOST:PORT to serve on; port 0 lets the system choose")
            ->envname("RATEBOOK_LISTEN")
            ->capture_default_str();
        return verb;
    };
    CLI::App* serve = with_listen(with_data(program.add_subcommand("serve", "serve the API")));
    add_serve_options(*serve, serving);
    add_log_options(*serve, serving.log);
    CLI::App* demo = with_listen(with_data(
        program.add_subcommand("demo", "serve with seeded data and print keys and curl lines")));
    add_log_options(*demo, serving.log);
    demo->add_flag("--print-json", print_json, "print address and keys as one JSON line");

    CLI::App* catalogs = add_catalog(program, catalog, data);
    KeysArguments key_arguments;
    CLI::App* keys = add_keys(program, key_arguments, with_data);
    CLI::App* verify = program.add_subcommand(
        "verify", "check the journal's chain and recompute the ledger from it");
    add_data(verify, data)->required();
    DoctorArguments looking;
    CLI::App* doctor = add_doctor(program, looking, data);
    CLI::App* journal = program.add_subcommand("journal", "look into the journal");
    journal->require_subcommand(1);
    CLI::App* cat = journal->add_subcommand("cat", "print every record as a line of JSON");
    add_data(cat, data)->required();
    BackupArguments backing_up;
    CLI::App* backup = add_backup(program, backing_up, with_data);
    RestoreArguments restoring;
    CLI::App* restore = add_restore(program, restoring, with_data);
    BenchArguments bench;
    CLI::App* measure = add_bench(program, bench);
    CLI::App* version = program.add_subcommand("version", "print the version");

    if (auto code = answer_words(program, argc, argv)) return *code;
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : 2;
    }
    if (!has_core_dumps) forbid_core_dumps();
    const std::string place = data.chosen();
    if (serve->parsed()) {
        serving.data = place;
        serving.listen = listen.chosen();
        return run_serve(serving);
    }
    if (demo->parsed())
        return run_demo(place, listen.chosen(), print_json ? Output::json : Output::text,
                        serving.log);
    catalog.data = place;
    if (catalogs->parsed()) return run_catalog(catalog);
    key_arguments.data = place;
    if (keys->parsed()) return run_keys(key_arguments);
    if (verify->parsed()) return run_verify(place);
    looking.data = place;
    if (doctor->parsed()) return run_doctor(looking);
    if (journal->parsed()) return run_journal_cat(place);
    backing_up.data = restoring.data = place;
    if (backup->parsed()) return run_backup(backing_up);
    if (restore->parsed()) return run_restore(restoring);
    if (measure->parsed()) return run_bench(bench);
    if (version->parsed()) std::printf("ratebook %s\n", program_version().c_str());
    return 0;
}
