// The journal under faults: a torn log, a killed process, a full disk, errors of writing and
// syncing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "store/sqlite/testing.h"

namespace rb::store::sqlite {

namespace {

using engine::Append;
using testing::batch_of;
using testing::bodies_of;
using testing::payment;

std::string body_of(std::uint64_t seq) {
    return "batch " + std::to_string(seq) + std::string(seq * 937 % 20'000, 'x');
}

std::vector<std::string> first_bodies(std::uint64_t count) {
    std::vector<std::string> bodies;
    for (std::uint64_t seq = 1; seq <= count; ++seq) bodies.push_back(body_of(seq));
    return bodies;
}

// Whether the journal holds exactly the first `count` batches of body_of.
::testing::AssertionResult holds_first(engine::Store& store, std::uint64_t count) {
    auto bodies = bodies_of(store.journal(), 0);
    if (bodies == first_bodies(count)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << "the journal has " << bodies.size() << " batches, expected " << count;
}

Append append_next(engine::Store& store) {
    std::uint64_t seq = *store.journal().head(0) + 1;
    return append(store, seq, body_of(seq));
}

// --- what stands between SQLite and the file
// ---------------------------------------------------------

// Wraps the system's files: the call number `at` of a kind on a file whose name ends in `suffix`
// fails.
struct Fault {
    enum class Kind : std::uint8_t { none, write, sync } kind = Kind::none;
    std::string suffix;
    int at = 0;  // calls that pass before it
    int code = SQLITE_OK;
    int system = 0;
    bool written = false;  // the failing write reaches the file all the same
    int hits = 0;
    int syncs_after = 0;  // syncs of the journal's files after the first failure
};
Fault fault;

struct File {
    sqlite3_file base;
    const char* name;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

bool fails(sqlite3_file* file, Fault::Kind kind) {
    std::string_view name = file_of(file)->name == nullptr ? "" : file_of(file)->name;
    bool journal = name.find("journal.db") != name.npos;
    if (kind == Fault::Kind::sync && fault.hits > 0 && journal) ++fault.syncs_after;
    if (fault.kind != kind || !name.ends_with(fault.suffix)) return false;
    if (fault.at-- > 0) return false;
    ++fault.hits;
    fault.kind = Fault::Kind::none;
    return true;
}

template <auto Method, class... Args>
int forward(sqlite3_file* file, Args... args) {
    auto* real = file_of(file)->real();
    return (real->pMethods->*Method)(real, args...);
}

int write_or_fail(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    auto* real = file_of(file)->real();
    if (!fails(file, Fault::Kind::write)) return real->pMethods->xWrite(real, data, size, offset);
    if (fault.written) real->pMethods->xWrite(real, data, size, offset);
    return fault.code;
}

int sync_or_fail(sqlite3_file* file, int flags) {
    auto* real = file_of(file)->real();
    return fails(file, Fault::Kind::sync) ? fault.code : real->pMethods->xSync(real, flags);
}

int control(sqlite3_file* file, int operation, void* value) {
    auto* real = file_of(file)->real();
    if (operation != SQLITE_FCNTL_LAST_ERRNO || fault.hits == 0)
        return real->pMethods->xFileControl(real, operation, value);
    *static_cast<int*>(value) = fault.system;
    return SQLITE_OK;
}

const sqlite3_io_methods* methods() {
    using M = sqlite3_io_methods;
    static const M table = [] {
        M m{};
        m.iVersion = 2;
        m.xClose = forward<&M::xClose>;
        m.xRead = forward<&M::xRead, void*, int, sqlite3_int64>;
        m.xWrite = write_or_fail;
        m.xTruncate = forward<&M::xTruncate, sqlite3_int64>;
        m.xSync = sync_or_fail;
        m.xFileSize = forward<&M::xFileSize, sqlite3_int64*>;
        m.xLock = forward<&M::xLock, int>;
        m.xUnlock = forward<&M::xUnlock, int>;
        m.xCheckReservedLock = forward<&M::xCheckReservedLock, int*>;
        m.xFileControl = control;
        m.xSectorSize = forward<&M::xSectorSize>;
        m.xDeviceCharacteristics = forward<&M::xDeviceCharacteristics>;
        m.xShmMap = forward<&M::xShmMap, int, int, int, void volatile**>;
        m.xShmLock = forward<&M::xShmLock, int, int, int>;
        m.xShmBarrier = [](sqlite3_file* file) {
            auto* real = file_of(file)->real();
            real->pMethods->xShmBarrier(real);
        };
        m.xShmUnmap = forward<&M::xShmUnmap, int>;
        return m;
    }();
    return &table;
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
    auto* wrapped = file_of(file);
    wrapped->name = name;
    wrapped->base.pMethods = nullptr;
    wrapped->real()->pMethods = nullptr;
    int code = real->xOpen(real, name, wrapped->real(), flags, out);
    if (wrapped->real()->pMethods != nullptr) wrapped->base.pMethods = methods();
    return code;
}

// While it lives, new connections go through `fault`.
class FaultyDisk : public ::testing::Test {
protected:
    FaultyDisk() {
        fault = {};
        auto* real = sqlite3_vfs_find(nullptr);
        vfs_ = *real;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
        vfs_.zName = "faulty";
        vfs_.pAppData = real;
        vfs_.xOpen = open_file;
        sqlite3_vfs_register(&vfs_, 1);
        store_ = must_open(scratch_.path());
        for (int i = 0; i < 5; ++i) EXPECT_EQ(append_next(*store_), Append::ok);
    }
    ~FaultyDisk() override {
        store_.reset();
        sqlite3_vfs_unregister(&vfs_);
        fault = {};
    }
    engine::Journal& journal() { return store_->journal(); }
    void reopen() {
        fault = {};
        store_.reset();
        store_ = must_open(scratch_.path());
    }

    sqlite3_vfs vfs_{};
    ScratchDirectory scratch_;
    std::unique_ptr<engine::Store> store_;
};

Fault failing_write(int at, int system, int code = SQLITE_IOERR_WRITE) {
    Fault f;
    f.kind = Fault::Kind::write;
    f.suffix = "journal.db-wal";
    f.at = at;
    f.code = code;
    f.system = system;
    return f;
}

Fault failing_sync(const char* suffix) {
    Fault f;
    f.kind = Fault::Kind::sync;
    f.suffix = suffix;
    f.code = SQLITE_IOERR_FSYNC;
    f.system = EIO;
    return f;
}

TEST_F(FaultyDisk, a_failed_sync_of_a_commit_stops_the_journal_for_good) {
    fault = failing_sync("journal.db-wal");
    EXPECT_EQ(append_next(*store_), Append::sync_failed);
    EXPECT_EQ(fault.hits, 1);
    EXPECT_NE(journal().last_error(), "");
    EXPECT_EQ(append(*store_, 6, body_of(6)), Append::sync_failed);
    EXPECT_FALSE(journal().set_meta("a", "b"));
    EXPECT_TRUE(holds_first(*store_, 5));
    store_.reset();
    EXPECT_EQ(fault.syncs_after, 0) << "a sync was tried again";
    reopen();
    std::uint64_t head = *journal().head(0);
    EXPECT_TRUE(head == 5 || head == 6);
    EXPECT_TRUE(holds_first(*store_, head));
    EXPECT_EQ(append_next(*store_), Append::ok);
}

TEST_F(FaultyDisk, a_failed_sync_of_a_checkpoint_stops_the_journal_without_loss) {
    fault = failing_sync("journal.db");
    std::uint64_t head = 5;
    Append answer = Append::ok;
    for (int i = 0; i < 60 && answer == Append::ok; ++i) {
        answer = append(*store_, head + 1, body_of(head + 1) + std::string(200'000, 'y'));
        if (answer == Append::ok) ++head;
    }
    EXPECT_EQ(answer, Append::sync_failed);
    EXPECT_GT(head, 15u);
    store_.reset();
    EXPECT_EQ(fault.syncs_after, 0) << "a sync was tried again";
    reopen();
    EXPECT_EQ(journal().head(0), head);
    EXPECT_EQ(bodies_of(journal(), 0).size(), head);
}

TEST_F(FaultyDisk, no_space_at_any_write_of_a_commit_is_known_not_to_be_written) {
    for (int system : {ENOSPC, EDQUOT, EFBIG})
        for (int at = 0; at < 6; ++at) {
            std::uint64_t head = *journal().head(0);
            int code = system == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
            fault = failing_write(at, system, code);
            std::vector batches = {batch_of(0, head + 1, body_of(head + 1)),
                                   batch_of(0, head + 2, std::string(30'000, 'z'))};
            ASSERT_EQ(journal().append(batches), Append::not_written) << at;
            ASSERT_EQ(fault.hits, 1);
            EXPECT_EQ(journal().head(0), head);
            EXPECT_EQ(append_next(*store_), Append::ok) << at;
        }
    reopen();
    EXPECT_TRUE(holds_first(*store_, 5 + 18));
}

TEST_F(FaultyDisk, an_error_of_writing_has_an_outcome_that_the_head_tells) {
    for (int round = 0; round < 2; ++round)
        for (int at = 0; at < 6; ++at) {
            std::uint64_t head = *journal().head(0);
            fault = failing_write(at, EIO);
            fault.written = round == 1;
            auto answer = append(*store_, head + 1, body_of(head + 1) + std::string(20'000, 'z'));
            ASSERT_EQ(answer, Append::unknown) << at;
            ASSERT_EQ(fault.hits, 1);
            auto now = journal().head(0);
            ASSERT_TRUE(now) << now.error();
            ASSERT_TRUE(*now == head || *now == head + 1);
            EXPECT_EQ(bodies_of(journal(), 0).size(), *now);
            EXPECT_EQ(append(*store_, *now + 1), Append::ok);
            std::uint64_t after = *now + 1;
            reopen();
            EXPECT_EQ(journal().head(0), after);
        }
}

TEST_F(FaultyDisk, a_commit_whose_last_write_failed_but_arrived_is_found_by_the_head) {
    // One page: frame header, then page; the second write completes the commit.
    fault = failing_write(1, EIO);
    fault.written = true;
    EXPECT_EQ(append(*store_, 6, "small"), Append::unknown);
    EXPECT_EQ(journal().head(0), 6u);
    EXPECT_EQ(bodies_of(journal(), 0).back(), "small");
    EXPECT_EQ(append(*store_, 7, "next"), Append::ok);
    reopen();
    EXPECT_EQ(journal().head(0), 7u);
}

TEST_F(FaultyDisk, an_unknown_outcome_stays_open_while_the_file_cannot_be_opened) {
    fault = failing_write(0, EIO);
    EXPECT_EQ(append(*store_, 6), Append::unknown);
    std::string path = scratch_.file("journal.db");
    std::filesystem::rename(path, path + ".away");
    EXPECT_FALSE(journal().head(0));
    EXPECT_EQ(append(*store_, 6), Append::unknown);
    EXPECT_FALSE(journal().meta("partitions"));
    std::filesystem::rename(path + ".away", path);
    EXPECT_EQ(journal().head(0), 5u);
    EXPECT_EQ(append(*store_, 6), Append::ok);
}

TEST_F(FaultyDisk, each_commit_is_synced_before_it_is_answered) {
    fault.hits = 1;  // counts syncs from here on
    for (int i = 1; i <= 10; ++i) {
        EXPECT_EQ(append_next(*store_), Append::ok);
        EXPECT_GE(fault.syncs_after, i);
    }
}

// --- torn log
// ----------------------------------------------------------------------------------------

TEST(TornLog, cut_anywhere_keeps_the_whole_commits_before_the_cut) {
    ScratchDirectory scratch;
    auto store = must_open(scratch.path());
    std::string path = scratch.file("journal.db-wal");
    std::vector<std::size_t> ends = {std::filesystem::file_size(path)};
    while (ends.size() <= 12) {
        ASSERT_EQ(append_next(*store), Append::ok);
        ends.push_back(std::filesystem::file_size(path));
    }
    std::string log = read_file(path);
    ScratchDirectory copy;
    copy_store(scratch, copy);
    std::mt19937 random(1);
    for (std::size_t cut = log.size(); cut > ends[0];) {
        write_file(copy.file("journal.db-wal"), std::string_view(log).substr(0, cut));
        auto whole = static_cast<std::uint64_t>(std::upper_bound(ends.begin(), ends.end(), cut) -
                                                ends.begin() - 1);
        auto reader = open(copy.path(), Access::read_only);
        ASSERT_TRUE(reader) << reader.error();
        ASSERT_TRUE(holds_first(**reader, whole)) << "cut at " << cut;
        reader->reset();
        if (random() % 32 == 0) {
            auto writer = must_open(copy.path());
            ASSERT_EQ(append_next(*writer), Append::ok);
            ASSERT_TRUE(holds_first(*writer, whole + 1));
            writer.reset();
            copy_store(scratch, copy);
        }
        cut -= std::min<std::size_t>(cut, 1 + random() % 1000);
    }
}

TEST(TornLog, with_another_byte_in_its_last_commit_keeps_the_commits_before) {
    ScratchDirectory scratch;
    ScratchDirectory copy;
    auto store = must_open(scratch.path());
    for (int i = 0; i < 4; ++i) ASSERT_EQ(append_next(*store), Append::ok);
    std::string path = scratch.file("journal.db-wal");
    std::size_t begin = std::filesystem::file_size(path);
    ASSERT_EQ(append_next(*store), Append::ok);
    std::string log = read_file(path);
    copy_store(scratch, copy);
    for (std::size_t at = begin; at < log.size(); at += 211) {
        std::string changed = log;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        write_file(copy.file("journal.db-wal"), changed);
        auto reader = open(copy.path(), Access::read_only);
        ASSERT_TRUE(reader) << reader.error();
        auto bodies = bodies_of((*reader)->journal(), 0);
        // A frame header has a few bytes that no checksum covers and no reader uses.
        ASSERT_TRUE(bodies == first_bodies(4) || bodies == first_bodies(5)) << "byte " << at;
    }
}

// --- kill -9
// -----------------------------------------------------------------------------------------

// Appends until it is killed, and writes each acknowledged seq to the pipe.
[[noreturn]] void append_until_killed(const std::string& path, int pipe) {
    auto store = must_open(path);
    for (;;) {
        std::uint64_t seq = *store->journal().head(0) + 1;
        if (append(*store, seq, body_of(seq)) != Append::ok) ::_exit(1);
        if (::write(pipe, &seq, sizeof(seq)) != sizeof(seq)) ::_exit(2);
        std::vector rows = {payment(AccountId{testing::uuid_of(1)}, seq, 100)};
        if (!store->views().apply(0, seq, rows, {})) ::_exit(3);
    }
}

TEST(Kill, loses_no_acknowledged_batch) {
    ScratchDirectory scratch;
    std::mt19937 random(2);
    std::uint64_t acknowledged = 0;
    for (int round = 0; round < 25; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) append_until_killed(scratch.path(), ends[1]);
        ::close(ends[1]);
        std::uint64_t seq = 0;
        std::uint64_t wanted = acknowledged + 1 + random() % 30;
        while (acknowledged < wanted && ::read(ends[0], &seq, sizeof(seq)) == sizeof(seq))
            acknowledged = seq;
        ::usleep(random() % 3000);
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
        while (::read(ends[0], &seq, sizeof(seq)) == sizeof(seq)) acknowledged = seq;
        ::close(ends[0]);
        auto store = must_open(scratch.path());
        std::uint64_t head = *store->journal().head(0);
        ASSERT_GE(head, acknowledged);
        ASSERT_LE(head, acknowledged + 1) << "one batch at most was under way";
        std::uint64_t position = *store->views().position(0);
        ASSERT_LE(position, head);
        ASSERT_EQ(store->views().totals()->at(usd()), "0");
        if (round % 8 == 7) {
            ASSERT_TRUE(holds_first(*store, head));
        }
        acknowledged = head;
        // The views catch up, as the engine lets them.
        for (std::uint64_t next = position + 1; next <= head; ++next) {
            std::vector rows = {payment(AccountId{testing::uuid_of(1)}, next, 100)};
            ASSERT_TRUE(store->views().apply(0, next, rows, {}));
        }
    }
    EXPECT_GE(acknowledged, 25u);
}

// --- full disk
// ---------------------------------------------------------------------------------------

// Fills the store through the limit of file sizes, in a process of its own. Needs no rights.
TEST(FullDisk, refuses_by_a_file_limit_and_recovers_without_a_restart) {
    ScratchDirectory scratch;
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        auto store = must_open(scratch.path());
        for (int i = 0; i < 3; ++i)
            if (append_next(*store) != Append::ok) ::_exit(1);
        auto log = std::filesystem::file_size(scratch.file("journal.db-wal"));
        rlimit limit{log + 20'000, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        if (append(*store, 4, std::string(50'000, 'x')) != Append::not_written) ::_exit(2);
        if (append(*store, 4, std::string(50'000, 'x')) != Append::not_written) ::_exit(3);
        if (*store->journal().head(0) != 3) ::_exit(4);
        if (bodies_of(store->journal(), 0) != first_bodies(3)) ::_exit(5);
        limit.rlim_cur = RLIM_INFINITY;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        if (append_next(*store) != Append::ok) ::_exit(6);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_TRUE(holds_first(*must_open(scratch.path()), 4));
}

TEST(FullDisk, a_run_that_does_not_fit_leaves_no_file) {
    ScratchDirectory scratch;
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        auto store = must_open(scratch.path());
        if (!testing::write_run(*store, 2, 1, "small").empty()) ::_exit(1);
        rlimit limit{400'000, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        for (std::uint64_t number : {1, 2})
            if (testing::write_run(*store, 2, number, std::string(900'000, 'x')).empty())
                ::_exit(2);
        if (store->id_runs().list(2) != testing::Numbers({1})) ::_exit(3);
        if (testing::read_run(*store, 2, 1) != "small") ::_exit(4);
        limit.rlim_cur = RLIM_INFINITY;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        if (!testing::write_run(*store, 2, 2, std::string(900'000, 'x')).empty()) ::_exit(5);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& file :
         std::filesystem::directory_iterator(scratch.file("ids")))
        ++files;
    EXPECT_EQ(files, 2u) << "and nothing half written beside them";
}

TEST(Kill, leaves_parts_of_runs_that_the_next_start_removes) {
    ScratchDirectory scratch;
    EXPECT_EQ(testing::write_run(*must_open(scratch.path()), 2, 1, "whole"), "");
    write_file(scratch.file("ids/2-2.run.part"), "half");
    auto store = must_open(scratch.path());
    EXPECT_FALSE(std::filesystem::exists(scratch.file("ids/2-2.run.part")));
    EXPECT_EQ(store->id_runs().list(2), testing::Numbers({1}));
}

// A file system of 4 MiB, where the user may mount one (a container's root may); elsewhere the test
// says what it could not do, and the two other full-disk tests stand for it.
class SmallDisk : public ::testing::Test {
protected:
    void SetUp() override {
        mounted_ = ::mount("tmpfs", scratch_.path().c_str(), "tmpfs", 0, "size=4m") == 0;
        if (!mounted_) GTEST_SKIP() << "tmpfs cannot be mounted here: " << std::strerror(errno);
    }
    ~SmallDisk() override {
        if (mounted_) ::umount2(scratch_.path().c_str(), MNT_DETACH);
    }
    std::string store_path() const { return scratch_.path() + "/store"; }
    ScratchDirectory scratch_;
    bool mounted_ = false;
};

TEST_F(SmallDisk, that_fills_up_loses_nothing_and_serves_again_when_there_is_space) {
    std::string ballast = scratch_.file("ballast");
    write_file(ballast, std::string(1'000'000, 'b'));
    auto store = must_open(store_path());
    std::uint64_t acknowledged = 0;
    for (int round = 0; round < 2; ++round) {
        Append answer = Append::ok;
        while (answer == Append::ok) {
            answer = append(*store, acknowledged + 1, body_of(acknowledged + 1));
            if (answer == Append::ok) ++acknowledged;
        }
        ASSERT_EQ(answer, Append::not_written) << store->journal().last_error();
        EXPECT_NE(store->journal().last_error(), "");
        EXPECT_EQ(append_next(*store), Append::not_written);
        EXPECT_EQ(store->journal().head(0), acknowledged);
        EXPECT_TRUE(holds_first(*store, acknowledged));
        EXPECT_FALSE(store->journal().set_meta("a", std::string(100'000, 'x')));
        if (round == 0) std::filesystem::remove(ballast);
    }
    EXPECT_GT(acknowledged, 100u);
    store.reset();
    auto reader = open(store_path(), Access::read_only);
    ASSERT_TRUE(reader) << reader.error();
    EXPECT_TRUE(holds_first(**reader, acknowledged));
}

TEST_F(SmallDisk, that_is_full_when_the_views_are_written_keeps_them_whole) {
    auto store = must_open(store_path());
    ASSERT_EQ(append_next(*store), Append::ok);
    ASSERT_EQ(append_next(*store), Append::ok);
    AccountId account{testing::uuid_of(1)};
    std::vector first = {payment(account, 1, 100)};
    ASSERT_TRUE(store->views().apply(0, 1, first, {}));
    std::vector<engine::EntryRow> rows;
    for (std::uint64_t n = 2; n < 2000; ++n) {
        rows.push_back(payment(account, n, 100));
        rows.back().entry.description = std::string(2000, 'd');
    }
    EXPECT_FALSE(store->views().apply(0, 2, rows, {}));
    EXPECT_EQ(store->views().position(0), 1u);
    EXPECT_EQ(store->views().entries({account, {}, 50})->size(), 1u);
    rows.resize(3);
    auto applied = store->views().apply(0, 2, rows, {});
    ASSERT_TRUE(applied) << applied.error();
    EXPECT_EQ(store->views().entries({account, {}, 50})->size(), 4u);
}

}  // namespace

}  // namespace rb::store::sqlite
