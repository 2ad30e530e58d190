#include "app/start_checks.h"

#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>

#include "app/home.h"
#include "base/zone_database.h"
#include "embed/system.h"
#include "net/server.h"
#include "store/files/file.h"
#include "store/vault/vault.h"

namespace rb::app {

namespace {

using Level = StartCheck::Level;
using Checks = std::vector<StartCheck>;

// Files of the store, libraries' own, and some to spare.
constexpr std::size_t own_descriptors = 256;
// Fewer are worth a word.
constexpr std::size_t connections_wanted_min = 4096;
constexpr std::uint64_t disk_bytes_min = 64 << 20;
constexpr std::uint64_t disk_files_min = 100;
// Clocks are corrected by seconds; a daemon that keeps time mends that by itself.
constexpr std::int64_t clock_behind_us_max = 60'000'000;

void add(Checks& checks, const char* subject, const Parsed<void>& outcome, std::string good) {
    if (outcome)
        checks.push_back({Level::good, subject, std::move(good)});
    else
        checks.push_back({Level::error, subject, outcome.error()});
}

Parsed<void> check_sodium() {
    if (sodium_init() >= 0) return {};
    return Unparsed("libsodium cannot be used on this machine: install the package libsodium23");
}

std::size_t descriptors_allowed() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_max == RLIM_INFINITY) return std::size_t{1} << 30;
    return limit.rlim_max;
}

StartCheck check_descriptors() {
    const std::size_t allowed = descriptors_allowed();
    const std::string count = std::to_string(allowed) + " are allowed";
    const std::string mend =
        ": raise the limit (LimitNOFILE= in a systemd unit, ulimit -Hn in a shell)";
    if (allowed < 2 * own_descriptors)
        return {Level::error, "open files",
                "only " + count + ", and " + std::to_string(2 * own_descriptors) +
                    " open files are needed at least" + mend};
    const std::size_t connections =
        std::min(allowed - own_descriptors, net::ServerOptions{}.connections_max);
    const std::string enough =
        count + ", enough for " + std::to_string(connections) + " connections";
    if (connections < connections_wanted_min)
        return {Level::warning, "open files", "of open files only " + enough + mend};
    return {Level::good, "open files", enough};
}

// The directory itself, or the nearest one above it that is there.
std::string nearest(const std::string& data) {
    std::error_code error;
    auto path = std::filesystem::absolute(data, error).lexically_normal();
    while (!path.empty() && path != path.root_path() && !std::filesystem::exists(path, error))
        path = path.parent_path();
    return path.string();
}

Parsed<void> check_directory(const std::string& data) {
    struct stat facts{};
    const std::string place = nearest(data);
    if (::stat(place.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
        return Unparsed("'" + place + "' is not a directory: name another one with --data");
    if (::access(data.c_str(), F_OK) == 0)
        if (auto ok = store::files::check_folder(data); !ok) return ok;
    if (::access(place.c_str(), W_OK | X_OK) == 0) return {};
    const int why = errno;
    const std::string user = std::to_string(::geteuid());
    if (why == EROFS)
        return Unparsed("'" + place +
                        "' lies on a file system that is mounted read-only: mount it "
                        "for writing, or name another directory with --data");
    if (::access(data.c_str(), F_OK) != 0)
        return Unparsed("the directory '" + data + "' cannot be made in '" + place + "' by user " +
                        user +
                        ", as whom this process runs: make it as root (install -d -m 0700 -o " +
                        user + " '" + data + "'), or name another one with --data");
    if (!store::sqlite::expect_store(data))
        return Unparsed("'" + place + "' cannot be written by user " + user +
                        ", as whom this process runs, and holds no store: name a directory of "
                        "that user's with --data");
    return Unparsed("'" + place + "' cannot be written by user " + user +
                    ", as whom this process runs: chown -R " + user + " '" + place +
                    "', or run it as the directory's owner");
}

StartCheck check_disk(const std::string& data) {
    struct statvfs facts{};
    const std::string place = nearest(data);
    if (::statvfs(place.c_str(), &facts) != 0)
        return {Level::warning, "disk",
                "the space left for '" + place + "' cannot be told: " + std::strerror(errno)};
    const std::uint64_t bytes = std::uint64_t{facts.f_bavail} * facts.f_frsize;
    const std::string left = std::to_string(bytes >> 20) + " MiB are left for '" + place + "'";
    if (bytes < disk_bytes_min)
        return {Level::warning, "disk",
                left + ": free some, for on a full disk every command is refused as store_is_full"};
    if (facts.f_files != 0 && facts.f_favail < disk_files_min)
        return {
            Level::warning, "disk",
            "the file system of '" + place + "' has no room for more files (inodes): remove some"};
    return {Level::good, "disk", left};
}

// A secret that others may read. Where a container's runtime lays secrets, it is alone with them.
bool is_open_to_others(const std::string& path) {
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0 &&
           !path.starts_with("/run/secrets/");
}

void check_secret_files(const std::string& data, Checks& checks) {
    for (const char* name : {"RATEBOOK_MASTER_KEY", "RATEBOOK_ROOT_KEY"}) {
        if (auto secret = secret_from_environment(name); !secret) {
            checks.push_back({Level::error, name, secret.error()});
            continue;
        }
        const char* file = std::getenv((std::string(name) + "_FILE").c_str());
        if (file != nullptr && std::getenv(name) == nullptr && is_open_to_others(file))
            checks.push_back({Level::warning, name,
                              "the file '" + std::string(file) +
                                  "' may be read by others than its owner: chmod 600 '" + file +
                                  "'"});
    }
    if (::access((data + "/root.key").c_str(), F_OK) == 0)
        checks.push_back({Level::warning, "root key",
                          "'" + data +
                              "/root.key' holds a root key in clear: copy it to where "
                              "secrets are kept, then delete the file"});
    auto given = secret_from_environment("RATEBOOK_MASTER_KEY");
    if (!given) return;
    if (!given->empty()) {
        auto key = store::vault::parse_master_key(*given);
        if (!key)
            checks.push_back({Level::error, "master key", "RATEBOOK_MASTER_KEY: " + key.error()});
        return;
    }
    const std::string path = data + "/master.key";
    if (::access(path.c_str(), F_OK) != 0) return;  // made with a new store; check_store knows
    if (auto key = store::vault::load_master_key(path); !key)
        checks.push_back({Level::error, "master key", key.error()});
}

StartCheck check_master_key(engine::Store& store, const std::string& data) {
    auto known = store.journal().meta("key_check");
    if (!known) return {Level::error, "master key", known.error()};
    if (!*known) return {Level::good, "master key", "none is needed yet"};
    auto key = embed::master_key_of(data);
    if (!key) return {Level::error, "master key", key.error()};
    auto vault = store::vault::make_vault(*key);
    if (rb::to_hex(store::vault::key_check(*vault)) == **known)
        return {Level::good, "master key", "it is the store's"};
    return {Level::error, "master key",
            "the master key is not the one that this store was made with: put that one back"};
}

// The later of the clock and of what has happened, as the engine takes it.
Instant latest(engine::Engine& engine, Instant clock) {
    std::promise<Instant> promise;
    auto future = promise.get_future();
    Instant seen = clock;
    engine.read(
        {}, accounts::Caller::platform(),
        [&](const engine::Reader& reader) -> Result<engine::Rendered> {
            seen = reader.now();
            return engine::Rendered{};
        },
        [&](Result<engine::Rendered>&&) { promise.set_value(seen); });
    return future.get();
}

StartCheck check_clock(engine::Engine& engine) {
    const Instant clock = embed::SystemClock().now();
    const Instant happened = latest(engine, clock);
    if (happened.us - clock.us <= clock_behind_us_max)
        return {Level::good, "clock", clock.to_text()};
    return {
        Level::warning, "clock",
        "the clock of this machine says " + clock.to_text() + ", but the journal goes on until " +
            happened.to_text() +
            ": until then time stands still and nothing comes due; set the clock (timedatectl), "
            "then start again"};
}

StartCheck check_certificate(const net::TlsFiles& files) {
    if (files.certificate.empty() || files.key.empty())
        return {Level::error, "certificate",
                "TLS needs a certificate and its key: give both --tls-cert and --tls-key"};
    auto tls = net::Tls::open(files);
    if (!tls) return {Level::error, "certificate", tls.error()};
    const std::string doubt = (*tls)->doubt();
    if (!doubt.empty()) return {Level::warning, "certificate", doubt};
    return {Level::good, "certificate", "'" + files.certificate + "' and its key can be used"};
}

}  // namespace

std::vector<StartCheck> check_start(const StartPlace& place) {
    Checks checks;
    add(checks, "libsodium", check_sodium(), "it can be used");
    add(checks, "time zones", check_zone_database(), "the database can be read");
    checks.push_back(check_descriptors());
    if (place.listen) {
        const Listen& listen = *place.listen;
        add(checks, "address", net::Server::check_address(listen.host, listen.port),
            "port " + std::to_string(listen.port) + " of " + listen.host + " is free");
    }
    if (!place.tls.certificate.empty() || !place.tls.key.empty())
        checks.push_back(check_certificate(place.tls));
    add(checks, "directory", check_directory(place.data), "'" + place.data + "' can be written");
    checks.push_back(check_disk(place.data));
    check_secret_files(place.data, checks);
    return checks;
}

std::vector<StartCheck> check_store(engine::Store& store, engine::Engine& engine,
                                    const std::string& data) {
    return {check_master_key(store, data), check_clock(engine)};
}

bool may_start(const std::vector<StartCheck>& checks) {
    bool is_good = true;
    for (const StartCheck& check : checks) {
        if (check.level == Level::good) continue;
        std::fprintf(stderr, "ratebook: %s%s\n",
                     check.level == Level::error ? "" : "warning: ", check.text.c_str());
        is_good = is_good && check.level != Level::error;
    }
    return is_good;
}

std::size_t connections_within_limit(std::size_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
    const rlim_t needed = wanted + own_descriptors;
    if (limit.rlim_cur < needed && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) return wanted;
    return limit.rlim_cur > own_descriptors ? limit.rlim_cur - own_descriptors : 1;
}

}  // namespace rb::app
