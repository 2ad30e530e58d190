#include "app/home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <sstream>

#include "api/common/context.h"
#include "store/sqlite/sqlite_store.h"
#include "store/vault/vault.h"

namespace rb::app {

namespace {

std::string trimmed(std::string text) {
    constexpr std::string_view blanks = " \t\r\n";
    std::size_t first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

enum class KeyFile : unsigned char { must_be_there, may_be_made };

Parsed<std::string> master_key(const std::string& directory, KeyFile file) {
    auto given = secret_from_environment("RATEBOOK_MASTER_KEY");
    if (!given) return given;
    if (!given->empty()) return store::vault::parse_master_key(*given);
    std::string path = directory + "/master.key";
    return file == KeyFile::may_be_made ? store::vault::load_or_make_master_key(path)
                                        : store::vault::load_master_key(path);
}

}  // namespace

Parsed<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Unparsed("cannot read " + path + ": " + std::strerror(errno));
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Parsed<std::string> secret_from_environment(const std::string& name) {
    if (const char* value = std::getenv(name.c_str())) return trimmed(value);
    const char* file = std::getenv((name + "_FILE").c_str());
    if (!file) return std::string();
    auto text = read_file(file);
    if (!text) return Unparsed(name + "_FILE: " + text.error());
    return trimmed(*text);
}

Parsed<void> write_private_file(const std::string& path, std::string_view content) {
    const auto failed = [&] {
        return Unparsed("cannot write " + path + ": " + std::strerror(errno));
    };
    int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return failed();
    bool ok = ::fchmod(fd, 0600) == 0;
    while (ok && !content.empty()) {
        ssize_t n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        ok = n > 0;
        if (ok) content.remove_prefix(static_cast<std::size_t>(n));
    }
    ok = ok && ::fsync(fd) == 0;
    if (::close(fd) != 0 || !ok) return failed();
    return {};
}

Parsed<std::unique_ptr<Home>> Home::open(const std::string& directory, engine::Threads threads) {
    if (sodium_init() < 0) return Unparsed("libsodium cannot be used on this machine");
    std::unique_ptr<Home> home(new Home);
    home->directory_ = directory;
    auto store = store::sqlite::open(directory, store::sqlite::Access::read_write);
    if (!store) return Unparsed(store.error());
    home->store_ = std::move(*store);
    auto known = home->store_->journal().meta("key_check");
    if (!known) return Unparsed(known.error());
    // A new key would open nothing that an existing store has sealed.
    auto key = master_key(directory, *known ? KeyFile::must_be_there : KeyFile::may_be_made);
    if (!key) return Unparsed(key.error());
    home->vault_ = store::vault::make_vault(*key);

    std::string check = rb::to_hex(store::vault::key_check(*home->vault_));
    if (*known && **known != check)
        return Unparsed("the master key is not the one that this store was made with");
    if (!*known)
        if (auto ok = home->store_->journal().set_meta("key_check", check); !ok)
            return Unparsed(ok.error());

    engine::Options options;
    options.threads = threads;
    auto engine =
        engine::Engine::open(*home->store_, *home->vault_, home->clock_, home->entropy_, options);
    if (!engine)
        return Unparsed("the journal in " + directory + " cannot be used: " + engine.error());
    home->engine_ = std::move(*engine);
    return home;
}

Home::~Home() {
    if (engine_) engine_->stop();
}

Result<engine::Rendered> Home::run(engine::Envelope envelope, engine::Render render) {
    std::promise<Result<engine::Rendered>> promise;
    auto future = promise.get_future();
    engine_->execute(
        std::move(envelope), std::move(render),
        [&](Result<engine::Rendered>&& outcome) { promise.set_value(std::move(outcome)); });
    return future.get();
}

Result<engine::Rendered> Home::read(AccountId account, engine::Read read) {
    std::promise<Result<engine::Rendered>> promise;
    auto future = promise.get_future();
    engine_->read(
        account, accounts::Caller::platform(), std::move(read),
        [&](Result<engine::Rendered>&& outcome) { promise.set_value(std::move(outcome)); });
    return future.get();
}

Parsed<void> Home::add_root_key(const std::string& text) {
    constexpr std::size_t key_chars_min = 20;
    if (text.size() < key_chars_min || text.substr(0, 3) != "rb_")
        return Unparsed("a root key begins with 'rb_' and has at least 20 characters");
    std::promise<Result<void>> promise;
    auto future = promise.get_future();
    engine_->add_root_key(text,
                          [&](Result<void> outcome) { promise.set_value(std::move(outcome)); });
    auto outcome = future.get();
    if (!outcome) return Unparsed(outcome.error().detail);
    return {};
}

Parsed<Home::RootKey> Home::ensure_root_key() {
    auto given = secret_from_environment("RATEBOOK_ROOT_KEY");
    if (!given) return Unparsed(given.error());
    if (!given->empty()) {
        if (auto ok = add_root_key(*given); !ok)
            return Unparsed("RATEBOOK_ROOT_KEY: " + ok.error());
        return RootKey{};
    }
    if (engine_->has_root_key()) return RootKey{};
    RootKey key{api::make_key_text(accounts::Surface::native), {}};
    if (::isatty(STDOUT_FILENO) == 0) {
        key.file = directory_ + "/root.key";
        if (auto ok = write_private_file(key.file, key.made + "\n"); !ok)
            return Unparsed(ok.error());
    }
    if (auto ok = add_root_key(key.made); !ok) return Unparsed(ok.error());
    return key;
}

}  // namespace rb::app
