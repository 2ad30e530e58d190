#include "embed/opened.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "base/zone_database.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "store/vault/vault.h"

namespace rb::embed {

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
    if (file == KeyFile::may_be_made) return store::vault::load_or_make_master_key(path);
    std::error_code error;
    if (std::filesystem::exists(path, error)) return store::vault::load_master_key(path);
    return Unparsed(
        "the master key is missing: RATEBOOK_MASTER_KEY is not set and there is no file '" + path +
        "': put the key back from where it was kept; without it what is sealed "
        "in this store cannot be read");
}

}  // namespace

Parsed<void> check_machine() {
    if (sodium_init() < 0)
        return Unparsed(
            "libsodium cannot be used on this machine: install the package libsodium23");
    return check_zone_database();
}

Parsed<std::string> master_key_of(const std::string& directory) {
    return master_key(directory, KeyFile::must_be_there);
}

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

Parsed<std::unique_ptr<Opened>> Opened::directory(const std::string& path, engine::Options options,
                                                  store::sqlite::JournalForm form_of_new) {
    if (auto ok = check_machine(); !ok) return Unparsed(ok.error());
    std::unique_ptr<Opened> opened(new Opened);
    auto store = store::sqlite::open(path, store::sqlite::Access::read_write, form_of_new);
    if (!store) return Unparsed(store.error());
    opened->store_ = std::move(*store);
    if (auto ok = opened->open_vault(path); !ok) return Unparsed(ok.error());
    if (auto ok = opened->open_engine(options); !ok)
        return Unparsed("the journal in " + path + " cannot be used: " + ok.error());
    return opened;
}

Parsed<std::unique_ptr<Opened>> Opened::memory(engine::Threads threads) {
    if (auto ok = check_machine(); !ok) return Unparsed(ok.error());
    std::unique_ptr<Opened> opened(new Opened);
    opened->store_ = store::memory::make();
    std::string key(store::vault::master_key_bytes, '\0');
    randombytes_buf(key.data(), key.size());
    opened->vault_ = store::vault::make_vault(key);
    if (auto ok = opened->open_engine({threads}); !ok) return Unparsed(ok.error());
    return opened;
}

Parsed<void> Opened::open_vault(const std::string& path) {
    auto known = store_->journal().meta("key_check");
    if (!known) return Unparsed(known.error());
    // A new key would open nothing that an existing store has sealed.
    auto key = master_key(path, *known ? KeyFile::must_be_there : KeyFile::may_be_made);
    if (!key) return Unparsed(key.error());
    vault_ = store::vault::make_vault(*key);
    std::string check = rb::to_hex(store::vault::key_check(*vault_));
    if (!*known) return store_->journal().set_meta("key_check", check);
    if (**known != check)
        return Unparsed("the master key is not the one that this store was made with");
    return {};
}

Parsed<void> Opened::open_engine(engine::Options options) {
    auto engine = engine::Engine::open(*store_, *vault_, clock_, entropy_, options);
    if (!engine) return Unparsed(engine.error());
    engine_ = std::move(*engine);
    return {};
}

Opened::~Opened() {
    if (engine_) engine_->stop();
}

Result<engine::Rendered> Opened::run(engine::Envelope envelope, engine::Render render) {
    std::promise<Result<engine::Rendered>> promise;
    auto future = promise.get_future();
    engine_->execute(
        std::move(envelope), std::move(render),
        [&](Result<engine::Rendered>&& outcome) { promise.set_value(std::move(outcome)); });
    return future.get();
}

}  // namespace rb::embed
