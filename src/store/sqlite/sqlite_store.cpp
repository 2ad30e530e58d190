#include "store/sqlite/sqlite_store.h"

#include "store/segments/journal.h"
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

    Parsed<void> open(Access access, JournalForm form_of_new) {
        auto journal = open_journal(access, form_of_new);
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
    Parsed<std::unique_ptr<engine::Journal>> open_journal(Access access, JournalForm form_of_new) {
        const std::string folder = directory_.file("journal");
        const bool has_segments = segments::Journal::is_at(folder);
        // The log may be all that is left of it.
        const bool has_file = directory_.has("journal.db") || directory_.has("journal.db-wal");
        if (has_segments && has_file)
            return Unparsed("'" + directory_.file("") +
                            "' has two journals, journal/ and journal.db: take away the one that "
                            "does not belong to this store");
        if (has_segments || (!has_file && form_of_new == JournalForm::segments))
            return segments::Journal::open(folder, access == Access::read_write
                                                       ? segments::Access::read_write
                                                       : segments::Access::read_only);
        if (access == Access::read_write)
            if (auto made = directory_.make_file("journal.db"); !made)
                return Unparsed(made.error());
        return Journal::open(directory_.file("journal.db"), access);
    }

    Directory directory_;
    std::unique_ptr<engine::Journal> journal_;
    std::unique_ptr<Views> views_;
    std::unique_ptr<IdRuns> runs_;
};

}  // namespace

Parsed<std::unique_ptr<engine::Store>> open(const std::string& directory, Access access,
                                            JournalForm form_of_new) {
    auto owned = Directory::open(directory, access);
    if (!owned) return Unparsed(owned.error());
    auto store = std::make_unique<SqliteStore>(std::move(*owned));
    if (auto opened = store->open(access, form_of_new); !opened) return Unparsed(opened.error());
    return store;
}

}  // namespace rb::store::sqlite
