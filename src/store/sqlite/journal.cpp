#include "store/sqlite/journal.h"

#include <sys/stat.h>

#include <cerrno>

#include "store/sqlite/log_check.h"
#include "store/sqlite/migrations.h"

namespace rb::store::sqlite {

namespace {

using engine::Append;
using engine::PartitionId;
using engine::StoredBatch;

constexpr int seq_bits = 48;
constexpr std::uint64_t seq_max = (std::uint64_t{1} << seq_bits) - 1;
constexpr PartitionId partition_max = 0x7FFF;  // so that a key is a positive 64-bit number

// When the log reaches this many frames of a page (4 MiB) it is copied into the file before the
// next append. Measured on this design's target (2 cores, virtual disk): that copy takes 1 ms with
// bodies of 200 B and 5 ms (12 ms at worst) with 400 kB; at 16 MiB it takes 19 ms, at 64 MiB 100 to
// 180 ms. A smaller log is no cheaper, and one that is reused often stays in blocks that the file
// system has already given out, which makes each sync faster: 200 B commits ran at 6,100/s here,
// 2,800/s at 64 MiB.
constexpr int wal_frames_max = 512;

// What a read takes while it holds the connection.
constexpr std::size_t read_rows_max = 64;
constexpr std::size_t read_bytes_max = 1024 * 1024;

std::int64_t key_of(PartitionId partition, std::uint64_t seq) {
    return static_cast<std::int64_t>((std::uint64_t{partition} << seq_bits) | seq);
}
PartitionId partition_of(std::int64_t key) { return static_cast<PartitionId>(key >> seq_bits); }
std::uint64_t seq_of(std::int64_t key) { return static_cast<std::uint64_t>(key) & seq_max; }

std::uint64_t file_bytes(const std::string& path) {
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

bool is_failed_sync(int code) {
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

// The system's error of the last failed write of the log. (What the connection reports as its
// system error is errno at a later moment.)
int log_errno(sqlite3* handle) {
    sqlite3_file* log = nullptr;
    int system = 0;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log != nullptr && log->pMethods != nullptr)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system);
    return system;
}

// Refused before the commit frame was whole: nothing is written once rolled back.
bool is_refused(int code, int system) {
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_NOMEM:
        case SQLITE_TOOBIG:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
            return true;
        default:
            return code == SQLITE_IOERR_NOMEM ||
                   (code == SQLITE_IOERR_WRITE &&
                    (system == ENOSPC || system == EDQUOT || system == EFBIG));
    }
}

}  // namespace

Parsed<std::unique_ptr<Journal>> Journal::open(const std::string& path, Access access) {
    // SQLite would delete the log of an empty database; here the log may be all that is left.
    if (file_bytes(path) == 0 && file_bytes(path + "-wal") > 0)
        return Unparsed(
            "journal.db is empty, but its log journal.db-wal is not: put the journal.db "
            "back that belongs to it, or restore a backup");
    if (file_bytes(path) == 0 && access == Access::read_only)
        return Unparsed("there is no store yet: journal.db is empty");
    if (auto good = check_log(path + "-wal"); !good) return Unparsed(good.error());
    std::unique_ptr<Journal> journal(new Journal(path, access));
    if (auto connected = journal->connect(); !connected) return Unparsed(connected.error());
    return journal;
}

Journal::~Journal() {
    insert_ = {};
    select_ = {};
    bool clean = state_ == State::serving && access_ == Access::read_write;
    database_.close(clean ? OnClose::checkpoint : OnClose::leave_wal);
}

std::unique_lock<std::mutex> Journal::turn() {
    std::lock_guard next(next_);
    return std::unique_lock(connection_);
}

int Journal::count_frames(void* self, sqlite3*, const char*, int frames) {
    static_cast<Journal*>(self)->wal_frames_ = frames;
    return SQLITE_OK;
}

Parsed<void> Journal::connect() {
    auto opened = access_ == Access::read_only
                      ? Database::open_for_reading(path_, "journal.db")
                      : Database::open(path_, "journal.db", SQLITE_OPEN_READWRITE);
    if (!opened) return Unparsed(opened.error());
    database_ = std::move(*opened);
    if (access_ == Access::read_write) {
        auto set = database_.run_or_say(
            "PRAGMA page_size = 8192; PRAGMA locking_mode = EXCLUSIVE;"
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_spill = OFF;",
            "it cannot be opened");
        if (!set) return Unparsed(set.error());
        if (auto done = migrate(database_, journal_layout()); !done)
            return Unparsed("journal.db: " + done.error());
    } else {
        auto fit = fit_of(database_, journal_layout());
        if (!fit) return Unparsed(fit.error());
        if (*fit != Fit::current)
            return Unparsed(
                "journal.db is not of this version's format; open it for writing once, "
                "with the version of Ratebook that is to own it");
    }
    auto insert = database_.prepare("INSERT INTO journal (key, epoch, body) VALUES (?, ?, ?)");
    if (!insert) return Unparsed(insert.error());
    insert_ = std::move(*insert);
    auto select =
        database_.prepare("SELECT key, body FROM journal WHERE key BETWEEN ? AND ? ORDER BY key");
    if (!select) return Unparsed(select.error());
    select_ = std::move(*select);
    sqlite3_wal_hook(database_.get(), count_frames, this);
    return load_heads();
}

// Two seeks a partition: the first key of the next one, then the last key of it.
Parsed<void> Journal::load_heads() {
    heads_.clear();
    auto first = database_.prepare("SELECT key FROM journal WHERE key >= ? ORDER BY key LIMIT 1");
    if (!first) return Unparsed(first.error());
    auto last =
        database_.prepare("SELECT key FROM journal WHERE key < ? ORDER BY key DESC LIMIT 1");
    if (!last) return Unparsed(last.error());
    for (PartitionId partition = 0; partition <= partition_max; ++partition) {
        Run next(*first);
        next.integer(key_of(partition, 0));
        if (!next.next()) {
            if (!next.ok()) return Unparsed(database_.sentence("it cannot be read"));
            return {};
        }
        std::int64_t key = next.integer_at(0);
        partition = partition_of(key);
        if (key < 0 || seq_of(key) != 1)
            return Unparsed("journal.db is damaged: partition " + std::to_string(partition) +
                            " does not begin with batch 1; restore a backup");
        Run end(*last);
        end.integer(static_cast<std::int64_t>((std::uint64_t{partition} + 1) << seq_bits) - 1);
        if (!end.next()) return Unparsed(database_.sentence("it cannot be read"));
        heads_[partition] = seq_of(end.integer_at(0));
    }
    return {};
}

Parsed<void> Journal::reopen() {
    insert_ = {};
    select_ = {};
    database_.close(OnClose::leave_wal);
    if (auto connected = connect(); !connected) {
        last_error_ = connected.error();
        return connected;
    }
    // What the recovery found may never have been synced. The checkpoint syncs the log before it
    // copies; that it then finds no space for the copy does not matter.
    int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                         nullptr, nullptr);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_FULL) {
        stop(database_.sentence("the log cannot be synced"));
        return Unparsed(last_error_);
    }
    wal_frames_ = code == SQLITE_OK ? 0 : wal_frames_max;
    state_ = State::serving;
    return {};
}

Parsed<void> Journal::be_open() {
    if (state_ != State::must_reopen) return {};
    return reopen();
}

std::uint64_t Journal::head_of(PartitionId partition) const {
    auto found = heads_.find(partition);
    return found == heads_.end() ? 0 : found->second;
}

bool Journal::follow_heads(std::span<const StoredBatch> batches) const {
    std::map<PartitionId, std::uint64_t> heads;
    for (const auto& batch : batches) {
        if (batch.partition > partition_max) return false;
        auto head = heads.try_emplace(batch.partition, head_of(batch.partition)).first;
        if (batch.seq != head->second + 1 || batch.seq >= seq_max) return false;
        head->second = batch.seq;
    }
    return true;
}

int Journal::write(std::span<const StoredBatch> batches) {
    // A single batch is a transaction by itself.
    bool grouped = batches.size() > 1;
    if (grouped)
        if (int code = database_.run("BEGIN IMMEDIATE"); code != SQLITE_OK) return code;
    for (const auto& batch : batches) {
        Run run(insert_);
        run.integer(key_of(batch.partition, batch.seq));
        run.integer(static_cast<std::int64_t>(batch.epoch)).bytes(batch.body);
        if (int code = run.finish(); code != SQLITE_OK) return code;
    }
    return grouped ? database_.run("COMMIT") : SQLITE_OK;
}

Append Journal::append(std::span<const StoredBatch> batches) {
    if (batches.empty()) return Append::ok;
    auto lock = turn();
    if (state_ == State::stopped) return Append::sync_failed;
    if (access_ == Access::read_only) {
        last_error_ = "the store is open for reading only";
        return Append::not_written;
    }
    if (!be_open()) return state_ == State::stopped ? Append::sync_failed : Append::unknown;
    if (!follow_heads(batches)) {
        last_error_ = "a batch does not follow the head of its partition";
        return Append::fenced;
    }
    if (!checkpoint_if_large()) return Append::sync_failed;
    int code = write(batches);
    if (code != SQLITE_OK) return settle(code, batches);
    for (const auto& batch : batches) heads_[batch.partition] = batch.seq;
    return Append::ok;
}

// What a failed write means; see the header.
Append Journal::settle(int code, std::span<const StoredBatch> batches) {
    last_error_ = database_.sentence("a commit failed");
    int system = log_errno(database_.get());
    database_.rollback();
    if (is_failed_sync(code) || is_damage(code)) return stop(last_error_);
    if ((code & 0xff) == SQLITE_CONSTRAINT) return Append::fenced;
    if (is_refused(code, system) && !database_.in_transaction() && heads_stand(batches))
        return Append::not_written;
    state_ = State::must_reopen;
    return Append::unknown;
}

// The file, asked anew, has nothing of the batches.
bool Journal::heads_stand(std::span<const StoredBatch> batches) {
    for (const auto& batch : batches) {
        Run run(select_);
        std::int64_t key = key_of(batch.partition, batch.seq);
        if (run.integer(key).integer(key).next() || !run.ok()) return false;
    }
    return true;
}

Append Journal::stop(std::string why) {
    last_error_ = std::move(why);
    state_ = State::stopped;
    return Append::sync_failed;
}

// False when a sync failed. A copy that does not fit on the disk is put off: the log is whole.
bool Journal::checkpoint_if_large() {
    if (wal_frames_ < wal_frames_max) return true;
    int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                         nullptr, nullptr);
    if (code == SQLITE_OK) {
        wal_frames_ = 0;
        return true;
    }
    last_error_ = database_.sentence("the log cannot be copied into the file");
    if (is_failed_sync(code) || is_damage(code)) {
        stop(last_error_);
        return false;
    }
    return true;
}

Parsed<std::vector<Journal::Row>> Journal::read_rows(PartitionId partition,
                                                     std::uint64_t from_seq) {
    auto lock = turn();
    std::vector<Row> rows;
    if (auto open = be_open(); !open) return Unparsed(open.error());
    if (from_seq > head_of(partition)) return rows;
    Run run(select_);
    run.integer(key_of(partition, from_seq)).integer(key_of(partition, seq_max));
    std::uint64_t expected = from_seq;
    std::size_t bytes = 0;
    while (rows.size() < read_rows_max && bytes < read_bytes_max && run.next()) {
        std::uint64_t seq = seq_of(run.integer_at(0));
        if (seq != expected++) break;
        auto body = run.bytes_at(1);
        bytes += body.size();
        rows.push_back({seq, std::string(body)});
    }
    if (!run.ok()) return Unparsed(database_.sentence("it cannot be read"));
    if (rows.empty())
        return Unparsed("journal.db is damaged: batch " + std::to_string(from_seq) +
                        " of partition " + std::to_string(partition) +
                        " is missing; restore a backup");
    return rows;
}

Parsed<void> Journal::read(PartitionId partition, std::uint64_t from_seq, const Visit& visit) {
    if (partition > partition_max) return {};
    for (std::uint64_t next = from_seq == 0 ? 1 : from_seq; next <= seq_max;) {
        auto rows = read_rows(partition, next);
        if (!rows) return Unparsed(rows.error());
        if (rows->empty()) return {};
        for (const auto& row : *rows)
            if (!visit(row.seq, row.body)) return {};
        next = rows->back().seq + 1;
    }
    return {};
}

Parsed<std::uint64_t> Journal::head(PartitionId partition) {
    auto lock = turn();
    if (auto open = be_open(); !open) return Unparsed(open.error());
    return head_of(partition);
}

Parsed<std::optional<std::string>> Journal::meta(std::string_view key) {
    auto lock = turn();
    if (auto open = be_open(); !open) return Unparsed(open.error());
    auto statement = database_.prepare("SELECT value FROM meta WHERE key = ?");
    if (!statement) return Unparsed(statement.error());
    Run run(*statement);
    run.text(key);
    if (run.next()) return std::string(run.bytes_at(0));
    if (!run.ok()) return Unparsed(database_.sentence("it cannot be read"));
    return std::nullopt;
}

Parsed<void> Journal::set_meta(std::string_view key, std::string_view value) {
    auto lock = turn();
    if (state_ == State::stopped) return Unparsed("the store is stopped: " + last_error_);
    if (auto open = be_open(); !open) return Unparsed(open.error());
    auto statement = database_.prepare(
        "INSERT INTO meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    if (!statement) return Unparsed(statement.error());
    Run run(*statement);
    int code = run.text(key).bytes(value).finish();
    if (code == SQLITE_OK) return {};
    auto sentence = database_.sentence("a fact about the store cannot be written");
    database_.rollback();
    if (is_failed_sync(code) || is_damage(code))
        stop(sentence);
    else if (!is_refused(code, log_errno(database_.get())))
        state_ = State::must_reopen;
    return Unparsed(sentence);
}

std::uint64_t Journal::size_bytes() { return file_bytes(path_) + file_bytes(path_ + "-wal"); }

std::string Journal::last_error() {
    auto lock = turn();
    return last_error_;
}

}  // namespace rb::store::sqlite
