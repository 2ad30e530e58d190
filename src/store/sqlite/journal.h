#pragma once
// The journal on SQLite: one connection in WAL mode, synced at each commit.
//
// Why the answers of `append` are true:
// - ok: the commit frame is in the log and the log is synced (synchronous=FULL).
// - not_written: SQLite reported a full disk (a write came back short or with ENOSPC) before the
//   commit frame was whole, and rolled back; the head is looked at again. The next append writes
//   over the same place, so it works as soon as there is space.
// - unknown: another error of writing. What the device holds is not known, so the connection is
//   thrown away without touching the log, and the next `head` or `append` opens the file anew,
//   which recovers the log as after a crash, and syncs what it found before answering.
// - sync_failed: a sync failed (the kernel may have dropped the pages and forgotten the error), or
// the
//   file is damaged. The journal stays stopped; the log is left as it is for the next process.
// - fenced: a batch does not follow its head. With one owner this is a mistake of the caller.
//
// Threading: all methods may be called by several threads; `append` is for one at a time. Reads
// share the connection and give it back after every few rows, so that a commit waits for a fraction
// of a millisecond; an append that waits goes before the reads that come after it.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::store::sqlite {

class Journal final : public engine::Journal {
public:
    // The file must be there (empty for a new journal). Migrates, recovers and loads the heads.
    static Parsed<std::unique_ptr<Journal>> open(const std::string& path, Access access);
    ~Journal() override;

    engine::Append append(std::span<const engine::StoredBatch> batches) override;
    Parsed<void> read(engine::PartitionId partition, std::uint64_t from_seq,
                      const Visit& visit) override;
    Parsed<std::uint64_t> head(engine::PartitionId partition) override;
    Parsed<std::optional<std::string>> meta(std::string_view key) override;
    Parsed<void> set_meta(std::string_view key, std::string_view value) override;
    std::uint64_t size_bytes() override;
    std::string last_error() override;

private:
    enum class State : std::uint8_t { serving, must_reopen, stopped };
    struct Row {
        std::uint64_t seq = 0;
        std::string body;
    };

    Journal(std::string path, Access access) : path_(std::move(path)), access_(access) {}
    // Waits its turn: whoever waits for the connection holds `next_`, so nobody passes it.
    std::unique_lock<std::mutex> turn();

    Parsed<void> connect();
    Parsed<void> load_heads();
    Parsed<void> reopen();
    // After an unknown outcome: opens anew before anything is answered.
    Parsed<void> be_open();
    bool follow_heads(std::span<const engine::StoredBatch> batches) const;
    bool heads_stand(std::span<const engine::StoredBatch> batches);
    int write(std::span<const engine::StoredBatch> batches);
    engine::Append settle(int code, std::span<const engine::StoredBatch> batches);
    engine::Append stop(std::string why);
    bool checkpoint_if_large();
    Parsed<std::vector<Row>> read_rows(engine::PartitionId partition, std::uint64_t from_seq);
    std::uint64_t head_of(engine::PartitionId partition) const;
    static int count_frames(void* self, sqlite3*, const char*, int frames);

    std::string path_;
    Access access_;
    std::mutex next_;
    std::mutex connection_;  // guards everything below
    Database database_;
    Statement insert_;
    Statement select_;
    State state_ = State::serving;
    std::map<engine::PartitionId, std::uint64_t> heads_;
    int wal_frames_ = 0;
    std::string last_error_;
};

}  // namespace rb::store::sqlite
