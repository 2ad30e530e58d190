#include "app/backups.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/home.h"
#include "app/verbs.h"
#include "base/json.h"
#include "client/client.h"
#include "engine/backup.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::app {

namespace {

namespace fs = std::filesystem;
using api::native::BackupMade;

constexpr const char* log_name = "backups.log";

std::string position_of(const engine::JournalCopy& copy) {
    std::string text;
    for (std::uint64_t head : copy.heads) text += (text.empty() ? "" : ",") + std::to_string(head);
    return text;
}

Parsed<std::vector<std::uint64_t>> heads_of(std::string_view text) {
    std::vector<std::uint64_t> heads;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const auto number = parse_int(text.substr(0, comma));
        if (!number || *number < 0) return Unparsed("expected numbers with commas, as 12,7,90311");
        heads.push_back(static_cast<std::uint64_t>(*number));
        text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    }
    return heads;
}

// One line, synced: a backup that is told of is one.
Parsed<void> note(const fs::path& directory, const BackupMade& made) {
    std::string line;
    JsonWriter w(line);
    w.begin_object();
    w.key("at").string(made.at.to_text());
    w.key("position").string(made.position);
    w.key("batches").integer(static_cast<std::int64_t>(made.batches));
    w.key("bytes").integer(static_cast<std::int64_t>(made.bytes));
    w.end_object();
    std::ofstream out(directory / log_name, std::ios::app | std::ios::binary);
    out << line << '\n';
    out.flush();
    if (!out) return Unparsed("cannot write " + (directory / log_name).string());
    return {};
}

std::string text_at(const Json& json, std::string_view name) {
    const Json* found = json.at_path(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

std::uint64_t number_at(const Json& json, std::string_view name) {
    const Json* found = json.at_path(name);
    if (!found || !found->is_number()) return 0;
    return static_cast<std::uint64_t>(parse_int(found->number_text()).value_or(0));
}

// Every time that it was made, in order. A last line that was cut off counts for nothing.
Parsed<std::vector<BackupMade>> read_log(const fs::path& directory) {
    std::ifstream in(directory / log_name, std::ios::binary);
    if (!in) return Unparsed("'" + directory.string() + "' holds no backup: expected " + log_name);
    std::vector<BackupMade> all;
    for (std::string line; std::getline(in, line);) {
        auto json = Json::parse(line);
        auto at = json ? Instant::parse(text_at(*json, "at")) : Unparsed("");
        if (!at) continue;
        all.push_back({directory.filename().string(), *at, text_at(*json, "position"),
                       number_at(*json, "batches"), number_at(*json, "bytes")});
    }
    return all;
}

Parsed<BackupMade> copy(engine::Journal& from, const fs::path& to) {
    auto store = store::sqlite::open(to.string(), store::sqlite::Access::read_write);
    if (!store) return Unparsed(store.error());
    auto copied = engine::copy_journal(from, (*store)->journal());
    if (!copied) return Unparsed(copied.error());
    BackupMade made{to.filename().string(), embed::SystemClock().now(), position_of(*copied),
                    copied->batches, copied->bytes};
    if (auto ok = note(to, made); !ok) return Unparsed(ok.error());
    return made;
}

void print(const BackupMade& made) {
    std::printf("%s: %llu batches, %llu bytes, up to %s\n", made.name.c_str(),
                static_cast<unsigned long long>(made.batches),
                static_cast<unsigned long long>(made.bytes), made.position.c_str());
}

}  // namespace

BackupPlace::~BackupPlace() {
    if (thread_.joinable()) thread_.join();
}

void BackupPlace::make(std::string name, Done done) {
    {
        std::lock_guard lock(mutex_);
        if (is_making_)
            return done(refuse(Fault::engine_is_overloaded, "another backup is being made"));
        is_making_ = true;
    }
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([this, name = std::move(name), done = std::move(done)]() mutable {
        std::error_code failed;
        fs::create_directories(directory_, failed);
        auto made = failed ? Unparsed("cannot make " + directory_ + ": " + failed.message())
                           : copy(journal_, fs::path(directory_) / name);
        {
            std::lock_guard lock(mutex_);
            is_making_ = false;
        }
        if (made) return done(std::move(*made));
        done(refuse(Fault::store_is_full, "the backup was not made: " + made.error()));
    });
}

Result<std::vector<BackupMade>> BackupPlace::list() {
    std::vector<BackupMade> all;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory_, ignored)) {
        auto log = read_log(entry.path());
        if (log && !log->empty()) all.push_back(log->back());
    }
    std::ranges::sort(all, {}, &BackupMade::name);
    return all;
}

CLI::App* add_backup(CLI::App& program, BackupArguments& backup,
                     const std::function<void(CLI::App*)>& with_data) {
    CLI::App* verb = program.add_subcommand(
        "backup", "copy the journal to a backup, or bring one up to date with what is new");
    verb->add_option("to", backup.to,
                     "the backup's directory; with --url its name in the server's --backups DIR")
        ->required();
    with_data(verb);
    verb->add_option("--url", backup.url, "of a server that is running, instead of --data")
        ->envname("RATEBOOK_URL");
    verb->add_option("--key", backup.key, "the key by which the server is asked")
        ->envname("RATEBOOK_KEY");
    return verb;
}

CLI::App* add_restore(CLI::App& program, RestoreArguments& restore,
                      const std::function<void(CLI::App*)>& with_data) {
    CLI::App* verb =
        program.add_subcommand("restore", "make a store of a backup, in a directory of its own");
    verb->add_option("from", restore.from, "the backup's directory")->required();
    with_data(verb);
    verb->add_option("--to", restore.at,
                     "an instant: the last time that the backup was made by then; or a position as "
                     "its backups.log has it; without it the last one");
    return verb;
}

int run_backup(const BackupArguments& a) {
    if (a.url.empty()) {
        auto from = store::sqlite::open(a.data, store::sqlite::Access::read_only);
        if (!from) return fail(from.error());
        auto made = copy((*from)->journal(), a.to);
        if (!made) return fail(made.error());
        print(*made);
        return 0;
    }
    auto key = a.key.empty() ? secret_from_environment("RATEBOOK_KEY") : a.key;
    if (!key) return fail(key.error());
    auto client = client::Client::make(a.url, *key);
    if (!client) return fail("--url: " + client.error());
    std::string body;
    JsonWriter(body).begin_object().key("name").string(a.to).end_object();
    auto answer = client->call("POST", "/v1/backups", body);
    if (!answer) return fail(answer.error());
    print({text_at(*answer, "name"),
           {},
           text_at(*answer, "position"),
           number_at(*answer, "batches"),
           number_at(*answer, "bytes")});
    return 0;
}

int run_restore(const RestoreArguments& a) {
    auto log = read_log(a.from);
    if (!log) return fail(log.error());
    std::string position = a.at;
    const auto until = Instant::parse(a.at);
    if (a.at.empty() || until) {
        const BackupMade* last = nullptr;
        for (const BackupMade& made : *log)
            if (!until || made.at <= *until) last = &made;
        if (last == nullptr) return fail("the backup has nothing from before " + a.at);
        position = last->position;
    }
    auto heads = heads_of(position);
    if (!heads) return fail("--to: " + heads.error() + ", or an instant");
    if (store::sqlite::expect_store(a.data))
        return fail("'" + a.data + "' holds a store already: restore into a directory of its own");
    auto from = store::sqlite::open(a.from, store::sqlite::Access::read_only);
    if (!from) return fail(from.error());
    auto to = store::sqlite::open(a.data, store::sqlite::Access::read_write);
    if (!to) return fail(to.error());
    auto copied = engine::copy_journal((*from)->journal(), (*to)->journal(), *heads);
    if (!copied) return fail(copied.error());
    std::printf(
        "restored %llu batches up to %s. Give it its master key (%s/master.key or "
        "RATEBOOK_MASTER_KEY), look at it with verify, then serve it.\n",
        static_cast<unsigned long long>(copied->batches), position.c_str(), a.data.c_str());
    return 0;
}

}  // namespace rb::app
