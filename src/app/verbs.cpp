#include "app/verbs.h"

#include <cstdio>
#include <map>

#include "api/common/context.h"
#include "app/look.h"
#include "app/serving.h"
#include "app/signals.h"
#include "app/start_checks.h"
#include "catalog_file/catalog_file.h"
#include "domain/catalog/decide.h"
#include "engine/batch.h"
#include "engine/command.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::app {

int fail(const std::string& message) {
    std::fprintf(stderr, "ratebook: %s\n", message.c_str());
    return 1;
}

int misuse(const std::string& message) {
    fail(message);
    return 2;
}

namespace {

void tell_root_key(const Home::RootKey& key, const std::string& data) {
    if (!key.file.empty())
        std::printf(
            "root key: in %s (mode 0600): copy it to where secrets are kept, then delete the "
            "file. The store keeps only a hash of it.\n",
            key.file.c_str());
    else if (!key.made.empty())
        std::printf("root key: %s\nIt is shown this once and kept only as a hash.\n",
                    key.made.c_str());
    if (key.given == Home::RootKey::Given::ignored)
        std::fprintf(stderr,
                     "ratebook: warning: RATEBOOK_ROOT_KEY was ignored: it is the first key of an "
                     "empty directory, and this store has root keys, of which it is none. Take it "
                     "away; another key is made by `ratebook keys create --data %s` while the "
                     "server is stopped\n",
                     data.c_str());
}

}  // namespace

int run_serve(const ServeArguments& arguments) {
    auto where = Listen::parse(arguments.listen);
    if (!where) return misuse("--listen: " + where.error());
    block_signals();
    ServerLog log(arguments.log);
    if (!may_start(check_start({arguments.data, *where, arguments.admission.tls}))) return 1;
    auto home =
        Home::open(arguments.data, {engine::Threads::own, arguments.tree_partitions, arguments.ids},
                   arguments.journal);
    if (!home) return fail(home.error());
    auto key = (*home)->ensure_root_key();
    if (!key) return fail(key.error());
    may_start(check_store((*home)->store(), (*home)->engine(), arguments.data));
    auto served = serve(**home, *where, arguments.admission, log, [&](const std::string& address) {
        std::printf("ratebook %s serves %s from %s\n", program_version().c_str(), address.c_str(),
                    arguments.data.c_str());
        tell_root_key(*key, arguments.data);
        std::fflush(stdout);
    });
    if (!served) return fail(served.error());
    std::printf("ratebook stopped: what was asked is answered, what was answered is written\n");
    return 0;
}

namespace {

const char* word(catalog::Difference::Kind kind) {
    switch (kind) {
        case catalog::Difference::Kind::added:
            return "+";
        case catalog::Difference::Kind::changed:
            return "~";
        case catalog::Difference::Kind::archived:
            return "-";
        case catalog::Difference::Kind::settings:
            return "~";
    }
    return "?";
}

void print_differences(const std::vector<catalog::Difference>& differences,
                       const std::map<PlanId, std::int64_t>& counts) {
    if (differences.empty()) std::printf("nothing would change\n");
    for (const catalog::Difference& d : differences) {
        std::printf("%s %s", word(d.kind), d.what.c_str());
        if (auto it = counts.find(d.plan); it != counts.end())
            std::printf("  (%lld subscriptions; they stay on their version)",
                        static_cast<long long>(it->second));
        std::printf("\n");
        for (const std::string& detail : d.details) std::printf("    %s\n", detail.c_str());
    }
}

// True: something would change.
bool show_changes(engine::Engine& engine, const catalog::Draft& draft) {
    const auto differences = catalog::diff(*engine.catalog(), draft);
    print_differences(differences, engine.live_subscriptions());
    return !differences.empty();
}

}  // namespace

int run_catalog(const CatalogArguments& arguments) {
    auto text = read_file(arguments.file);
    if (!text) return fail(text.error());
    catalog_file::ReadResult file = catalog_file::read(*text);
    std::fputs(catalog_file::findings_text(arguments.file, file.findings).c_str(), stderr);
    if (!file.ok()) return fail(arguments.file + " is refused; nothing was changed");
    if (arguments.verb == "lint") {
        std::printf("%s: %zu plans, no errors\n", arguments.file.c_str(), file.draft.plans.size());
        return 0;
    }
    if (arguments.verb == "diff") {
        auto look = Look::at(arguments.data);
        if (!look) return fail(look.error());
        const bool is_changed = show_changes((*look)->engine(), file.draft);
        return is_changed && arguments.exit_code == CatalogArguments::ExitCode::of_changes ? 1 : 0;
    }
    if (auto there = store::sqlite::expect_store(arguments.data); !there)
        return fail(there.error());
    auto home = Home::open(arguments.data, {engine::Threads::none});
    if (!home) return fail(home.error());
    auto current = (*home)->engine().catalog();
    show_changes((*home)->engine(), file.draft);
    engine::Envelope envelope{accounts::Caller::platform(),
                              catalog::ApplyCatalog{file.draft, current->version},
                              std::nullopt,
                              {},
                              {},
                              engine::Door::program,
                              {}};
    auto applied = (*home)->run(std::move(envelope));
    if (!applied) return fail(applied.error().detail);
    std::printf("applied: catalog version %lld\n",
                static_cast<long long>((*home)->engine().catalog()->version));
    return 0;
}

int run_journal_cat(const std::string& data) {
    auto store = store::sqlite::open(data, store::sqlite::Access::read_only);
    if (!store) return fail(store.error());
    auto partitions = (*store)->journal().meta("partitions");
    if (!partitions || !*partitions) return fail("there is no journal in " + data);
    auto trees = parse_int(**partitions).value_or(1);
    int code = 0;
    for (engine::PartitionId p = 0;
         p < engine::first_tree_partition + static_cast<engine::PartitionId>(trees); ++p) {
        auto read = (*store)->journal().read(p, 1, [&](std::uint64_t seq, std::string_view body) {
            auto batch = engine::open_batch(body);
            if (!batch) {
                code = fail("partition " + std::to_string(p) + " batch " + std::to_string(seq) +
                            ": " + batch.error());
                return false;
            }
            std::uint64_t number = batch->header.first_event;
            for (const engine::Record& record : batch->records) {
                std::puts(engine::record_json(batch->header, number, record).c_str());
                number += engine::width(record);
            }
            return true;
        });
        if (!read) return fail(read.error());
    }
    return code;
}

}  // namespace rb::app
