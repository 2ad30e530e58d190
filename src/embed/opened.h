#pragma once
// A store opened with everything that an engine needs: the store, its keys, a clock, randomness,
// and the engine with threads of its own or without.
#include <memory>
#include <string>

#include "embed/system.h"
#include "engine/engine.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::embed {

class Opened {
public:
    // Opens or makes the directory. The master key comes from RATEBOOK_MASTER_KEY, the file that
    // RATEBOOK_MASTER_KEY_FILE names, or the file `master.key` in the directory. A store that is
    // there keeps its number of partitions and the form of its journal.
    static Parsed<std::unique_ptr<Opened>> directory(
        const std::string& path, engine::Options options,
        store::sqlite::JournalForm form_of_new = store::sqlite::JournalForm::segments);
    // Everything in memory, gone at the end.
    static Parsed<std::unique_ptr<Opened>> memory(engine::Threads threads);
    ~Opened();

    engine::Engine& engine() { return *engine_; }
    engine::Store& store() { return *store_; }
    // Runs a command and waits for its durable outcome.
    Result<engine::Rendered> run(engine::Envelope envelope, engine::Render render = nullptr);

private:
    Opened() = default;
    Parsed<void> open_vault(const std::string& path);
    Parsed<void> open_engine(engine::Options options);

    SystemClock clock_;
    SystemEntropy entropy_;
    std::unique_ptr<engine::Store> store_;
    std::unique_ptr<engine::Vault> vault_;
    std::unique_ptr<engine::Engine> engine_;
};

// Whether libsodium and the time zone database can be used; the sentence says what to install.
Parsed<void> check_machine();
// The variable, or the content of the file that <name>_FILE names, without blanks at the ends; ""
// when neither is set. An unreadable file is an error.
Parsed<std::string> secret_from_environment(const std::string& name);
// The master key of a store that is there, from where `Opened::directory` takes it; none is made.
Parsed<std::string> master_key_of(const std::string& directory);
Parsed<std::string> read_file(const std::string& path);

}  // namespace rb::embed
