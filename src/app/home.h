#pragma once
// A data directory opened with everything that an engine needs, and the platform's own key.
#include <memory>
#include <string>

#include "embed/opened.h"

namespace rb::app {

class Home {
public:
    // Opens or makes the directory. The master key comes from RATEBOOK_MASTER_KEY, the file that
    // RATEBOOK_MASTER_KEY_FILE names, or the file `master.key` in the directory. A store that is
    // there keeps its number of partitions and the form of its journal.
    static Parsed<std::unique_ptr<Home>> open(
        const std::string& directory, engine::Options options,
        store::sqlite::JournalForm form_of_new = store::sqlite::JournalForm::segments);

    engine::Engine& engine() { return opened_->engine(); }
    engine::Store& store() { return opened_->store(); }
    const std::string& directory() const { return directory_; }

    // Runs a command and waits for its durable outcome.
    Result<engine::Rendered> run(engine::Envelope envelope, engine::Render render = nullptr);
    Result<engine::Rendered> read(AccountId account, engine::Read read);
    // A key of the platform itself is there afterwards. `made`: its text, if it had to be made.
    struct RootKey {
        std::string made;
        std::string file;  // where it was written, when standard output is no terminal
        enum class Given : unsigned char { nothing, kept, ignored };
        // RATEBOOK_ROOT_KEY is the first key of a store that has none. Ignored: the store has keys,
        // and this is none of them.
        Given given = Given::nothing;
    };
    Parsed<RootKey> ensure_root_key();
    Parsed<void> add_root_key(const std::string& text);

private:
    Home() = default;
    bool is_root_key(const std::string& text);
    std::string directory_;
    std::unique_ptr<embed::Opened> opened_;
};

using embed::read_file;
using embed::secret_from_environment;

}  // namespace rb::app
