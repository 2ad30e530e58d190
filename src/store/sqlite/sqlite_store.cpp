#include "store/sqlite/sqlite_store.h"

#include "store/sqlite/directory.h"
#include "store/sqlite/id_runs.h"
#include "store/sqlite/journal.h"
#include "store/sqlite/views.h"

namespace rb::store::sqlite {

namespace {

// The directory outlives the files: its lock is given back last.
class SqliteStore final : public engine::Store {
public:
    explicit SqliteStore(Directory directory) : directory_(std::move(directory)) {}

    Parsed<void> open(Access access) {
        if (access == Access::read_write)
            if (auto made = directory_.make_file("journal.db"); !made) return made;
        auto journal = Journal::open(directory_.file("journal.db"), access);
        if (!journal) return Unparsed(journal.error());
        journal_ = std::move(*journal);
        auto views = Views::open(directory_, access, *journal_);
        if (!views) return Unparsed(views.error());
        views_ = std::move(*views);
        auto runs = IdRuns::open(directory_.file("ids"), access);
        if (!runs) return Unparsed(runs.error());
        runs_ = std::move(*runs);
        return {};
    }

    engine::Journal& journal() override { return *journal_; }
    engine::Views& views() override { return *views_; }
    engine::IdRuns& id_runs() override { return *runs_; }

private:
    Directory directory_;
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<Views> views_;
    std::unique_ptr<IdRuns> runs_;
};

}  // namespace

Parsed<std::unique_ptr<engine::Store>> open(const std::string& directory, Access access) {
    auto owned = Directory::open(directory, access);
    if (!owned) return Unparsed(owned.error());
    auto store = std::make_unique<SqliteStore>(std::move(*owned));
    if (auto opened = store->open(access); !opened) return Unparsed(opened.error());
    return store;
}

}  // namespace rb::store::sqlite
