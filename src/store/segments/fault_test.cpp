// The journal under faults: a torn end, harmed bytes, a killed process, a full disk, errors of
// writing.
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

#include "store/segments/test_folder.h"

namespace {

// The write of this number (from 0) on a file of a journal fails; what it is given of a partial
// write reaches the file.
struct Fault {
    int at = -1;
    int error = EIO;
    std::size_t partly = 0;
    int writes = 0;
    int unsynced = 0;         // writes that do not sync
    bool in_folders = false;  // syncs of folders fail, instead of writes
} fault;

std::string path_of(int fd) {
    char path[4096];
    ssize_t got = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
    return {path, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

// Also of a part of a block.
ssize_t write_through_the_cache(const std::string& path, const void* bytes, size_t size,
                                off_t offset) {
    int fd = ::open(path.c_str(), O_WRONLY | O_DSYNC | O_CLOEXEC);
    ssize_t put = ::syscall(SYS_pwrite64, fd, bytes, size, offset);
    ::close(fd);
    return put;
}

}  // namespace

// Stands in for the C library's in this program.
extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    if (std::string path = path_of(fd); path.ends_with(".log")) {
        if ((::fcntl(fd, F_GETFL) & O_DSYNC) == 0) ++fault.unsynced;
        if (fault.writes++ == fault.at) {
            if (fault.partly > 0 && fault.partly < size) {
                if (fault.partly >= 4096) ++fault.at;  // the rest fails
                return write_through_the_cache(path, bytes, fault.partly, offset);
            }
            errno = fault.error;
            return -1;
        }
    }
    return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
}

extern "C" int fsync(int fd) {
    if (fault.in_folders && std::filesystem::is_directory(path_of(fd))) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fsync, fd));
}

namespace rb::store::segments {

namespace {

using engine::Append;
using testing::batch_of;
namespace fs = std::filesystem;

// How fine the cuts are: the step between two of them. 1 by RATEBOOK_EVERY_BYTE takes minutes.
std::size_t step() { return std::getenv("RATEBOOK_EVERY_BYTE") != nullptr ? 1 : 61; }

// A journal of some commits as a kill leaves it, and where each of them ends.
class Bytes : public ::testing::Test {
protected:
    static constexpr std::uint64_t commits = 12;

    Bytes() {
        auto journal = must_open(scratch_.journal());
        for (std::uint64_t i = 1; i <= commits; ++i) {
            EXPECT_EQ(append_next(*journal), Append::ok);
            ends_.push_back(journal->size_bytes());
        }
        copy_journal(scratch_, copy_);
        good_ = read_file(copy_.file(1));
        journal.reset();
        closed_ = read_file(scratch_.file(1));
        EXPECT_GT(ends_.back(), 64u * 1024);
        EXPECT_LT(ends_.back(), first_file_bytes);
    }
    std::uint64_t whole_before(std::size_t byte) const {
        return static_cast<std::uint64_t>(std::ranges::upper_bound(ends_, byte) - ends_.begin());
    }
    void lay(const std::string& bytes) { write_file(copy_.file(1), bytes); }

    ScratchFolder scratch_;
    ScratchFolder copy_;
    std::string good_;
    std::string closed_;  // after an end in good order
    std::vector<std::size_t> ends_;
};

TEST_F(Bytes, cut_anywhere_keep_the_whole_commits_before_the_cut_and_go_on) {
    const std::size_t first = frame_bytes(begin_payload({1, {}}).size());
    for (std::size_t cut = first; cut <= ends_.back(); cut += step()) {
        // Both ways in which a tail goes missing: the file ends, or the block was never written.
        auto bytes = good_.substr(0, cut);
        if (cut % 2 == 0) bytes.resize(good_.size(), '\0');
        lay(bytes);
        // Zeros that fill a frame up stand there in either case.
        const std::uint64_t whole = whole_before(cut % 2 == 0 ? cut + 7 : cut);
        {
            auto reader = Journal::open(copy_.journal(), Access::read_only);
            ASSERT_TRUE(reader) << cut << ": " << reader.error();
            std::uint64_t kept = *(*reader)->head(0);
            ASSERT_TRUE(kept == whole || kept == whole_before(cut)) << cut;
            ASSERT_TRUE(holds_first(**reader, kept)) << cut;
        }
        if (cut % 4 != 0) continue;
        auto journal = must_open(copy_.journal());
        const std::uint64_t kept = *journal->head(0);
        ASSERT_EQ(append_next(*journal), Append::ok) << cut;
        ASSERT_TRUE(holds_first(*journal, kept + 1)) << cut;
    }
}

TEST_F(Bytes, changed_before_the_last_commit_are_refused_with_their_place) {
    const std::size_t first = frame_bytes(begin_payload({1, {}}).size());
    for (std::size_t at = first; at < ends_[commits - 2]; at += step()) {
        auto bytes = good_;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        lay(bytes);
        auto journal = Journal::open(copy_.journal(), Access::read_write);
        if (journal) {
            // Bytes that fill a frame up say nothing.
            ASSERT_TRUE(holds_first(**journal, commits)) << at;
            lay(good_);
            continue;
        }
        std::uint64_t before = whole_before(at);
        std::size_t begin = before == 0 ? first : ends_[before - 1];
        EXPECT_NE(journal.error().find("damaged at byte " + std::to_string(begin) + ":"),
                  std::string::npos)
            << at << ": " << journal.error();
        EXPECT_EQ(read_file(copy_.file(1)), bytes) << "a refused file is left alone";
    }
}

TEST_F(Bytes, changed_in_the_last_commit_look_torn_after_a_kill) {
    for (std::size_t at = ends_[commits - 2]; at < ends_.back(); at += step()) {
        auto bytes = good_;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        lay(bytes);
        auto reader = Journal::open(copy_.journal(), Access::read_only);
        ASSERT_TRUE(reader) << at << ": " << reader.error();
        std::uint64_t kept = *(*reader)->head(0);
        // The last seven bytes may fill the frame up.
        ASSERT_TRUE(kept == commits - 1 || at + 7 >= ends_.back()) << at;
        ASSERT_TRUE(holds_first(**reader, kept)) << at;
    }
}

TEST_F(Bytes, changed_in_the_last_commit_are_refused_after_an_end_in_good_order) {
    for (std::size_t at = ends_[commits - 2]; at + 8 < ends_.back(); at += step()) {
        auto bytes = closed_;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        lay(bytes);
        EXPECT_FALSE(Journal::open(copy_.journal(), Access::read_only)) << at;
    }
}

TEST(TornCommit, of_several_batches_is_there_as_a_whole_or_not_at_all) {
    ScratchFolder scratch;
    ScratchFolder copy;
    auto journal = must_open(scratch.journal());
    ASSERT_EQ(append_next(*journal), Append::ok);
    const std::size_t before = journal->size_bytes();
    std::vector batches = {batch_of(0, 2, body_of(2)), batch_of(7, 1, std::string(9'000, 'p')),
                           batch_of(0, 3, body_of(3))};
    ASSERT_EQ(journal->append(batches), Append::ok);
    const std::size_t after = journal->size_bytes();
    copy_journal(scratch, copy);
    const std::string good = read_file(copy.file(1));
    for (std::size_t cut = before; cut <= after; cut += 101) {
        write_file(copy.file(1), good.substr(0, cut));
        auto reader = Journal::open(copy.journal(), Access::read_only);
        ASSERT_TRUE(reader) << reader.error();
        EXPECT_EQ((*reader)->head(0), 1u);
        EXPECT_EQ((*reader)->head(7), 0u);
    }
}

// A torn commit may hold any bytes, also those of whole frames.
TEST(TornCommit, with_frames_of_this_journal_in_its_body_is_no_damage) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    for (int i = 0; i < 3; ++i) ASSERT_EQ(append_next(*journal), Append::ok);
    const std::size_t before = journal->size_bytes();
    ASSERT_EQ(append(*journal, 4, read_file(scratch.file(1)).substr(0, before)), Append::ok);
    const std::size_t after = journal->size_bytes();
    ScratchFolder copy;
    copy_journal(scratch, copy);
    write_file(copy.file(1), read_file(copy.file(1)).substr(0, after - 100));
    auto reader = Journal::open(copy.journal(), Access::read_only);
    ASSERT_TRUE(reader) << reader.error();
    EXPECT_TRUE(holds_first(**reader, 3));
}

class FaultyDisk : public ::testing::Test {
protected:
    FaultyDisk() {
        fault = {};
        journal_ = must_open(scratch_.journal());
        for (int i = 0; i < 5; ++i) EXPECT_EQ(append_next(*journal_), Append::ok);
        fault = {};
    }
    ~FaultyDisk() override { fault = {}; }
    void reopen() {
        fault = {};
        journal_.reset();
        journal_ = must_open(scratch_.journal());
    }
    ScratchFolder scratch_;
    std::unique_ptr<Journal> journal_;
};

TEST_F(FaultyDisk, each_commit_is_one_write_that_syncs) {
    for (int i = 1; i <= 10; ++i) {
        ASSERT_EQ(append_next(*journal_), Append::ok);
        EXPECT_EQ(fault.writes, i);
    }
    EXPECT_EQ(fault.unsynced, 0);
}

TEST_F(FaultyDisk, an_error_of_writing_stops_the_journal_for_good) {
    fault.at = 0;
    EXPECT_EQ(append_next(*journal_), Append::sync_failed);
    EXPECT_NE(journal_->last_error().find("cannot be written"), std::string::npos);
    const int writes = fault.writes;
    fault.at = -1;
    EXPECT_EQ(append_next(*journal_), Append::sync_failed);
    EXPECT_FALSE(journal_->set_meta("a", "b"));
    journal_->prepare();
    EXPECT_EQ(fault.writes, writes) << "nothing is tried again";
    EXPECT_TRUE(holds_first(*journal_, 5));
    reopen();
    EXPECT_EQ(fault.writes, 0) << "a stopped journal is not closed in good order";
    EXPECT_TRUE(holds_first(*journal_, 5));
    EXPECT_EQ(append_next(*journal_), Append::ok);
}

TEST_F(FaultyDisk, a_write_that_came_half_and_failed_is_dropped_by_the_next_opening) {
    const std::string large(30'000, 'l');
    fault.at = 0;
    fault.partly = 8'192;
    EXPECT_EQ(append(*journal_, 6, large), Append::sync_failed);
    reopen();
    EXPECT_TRUE(holds_first(*journal_, 5));
    EXPECT_EQ(append_next(*journal_), Append::ok);
    reopen();
    EXPECT_TRUE(holds_first(*journal_, 6));
}

TEST_F(FaultyDisk, no_space_is_known_not_to_be_written_however_much_came) {
    const std::string large(30'000, 'l');
    for (std::size_t partly : {0u, 100u, 4'096u, 5'000u, 28'672u}) {
        for (int error : {ENOSPC, EDQUOT, EFBIG}) {
            fault = {};
            fault.at = 0;
            fault.error = error;
            fault.partly = partly;
            const std::uint64_t head = *journal_->head(0);
            ASSERT_EQ(append(*journal_, head + 1, large), Append::not_written) << partly;
            EXPECT_EQ(*journal_->head(0), head);
            EXPECT_TRUE(holds_first(*journal_, head));
            {
                ScratchFolder copy;
                copy_journal(scratch_, copy);
                auto killed = must_open(copy.journal());
                EXPECT_TRUE(holds_first(*killed, head));
            }
            // A shorter one takes its place.
            fault = {};
            ASSERT_EQ(append_next(*journal_), Append::ok);
            EXPECT_TRUE(holds_first(*journal_, head + 1));
        }
    }
    reopen();
    EXPECT_TRUE(holds_first(*journal_, 20));
}

TEST_F(FaultyDisk, no_space_for_a_new_file_leaves_the_old_one_in_use) {
    const std::string large(first_file_bytes, 'l');
    for (int at : {0, 1}) {  // the beginning of the file, the commit
        fault = {};
        fault.at = at;
        fault.error = ENOSPC;
        const std::uint64_t head = *journal_->head(0);
        ASSERT_EQ(append(*journal_, head + 1, large), Append::not_written);
        ScratchFolder copy;
        copy_journal(scratch_, copy);
        auto killed = must_open(copy.journal());
        EXPECT_TRUE(holds_first(*killed, head));
        ASSERT_EQ(append_next(*journal_), Append::ok);
        EXPECT_TRUE(holds_first(*journal_, head + 1));
    }
    reopen();
    EXPECT_TRUE(holds_first(*journal_, 7));
}

// Whether the name of the new file would stay is not known, so it is no full disk.
TEST_F(FaultyDisk, a_folder_that_cannot_be_synced_stops_the_journal_for_good) {
    const std::string large(first_file_bytes, 'l');
    fault.in_folders = true;
    EXPECT_EQ(append(*journal_, 6, large), Append::sync_failed);
    EXPECT_NE(journal_->last_error().find("cannot be synced"), std::string::npos);
    fault.in_folders = false;
    EXPECT_EQ(append_next(*journal_), Append::sync_failed);
    EXPECT_TRUE(holds_first(*journal_, 5));
    reopen();
    EXPECT_TRUE(holds_first(*journal_, 5));
    EXPECT_EQ(append_next(*journal_), Append::ok);
}

// A child appends and says so; what it said must be there after any moment of a kill.
TEST(Kill, loses_no_acknowledged_commit) {
    std::mt19937 random(20261127);
    ScratchFolder scratch;
    std::uint64_t acknowledged = 0;
    for (int round = 0; round < 25; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto journal = must_open(scratch.journal());
            for (;;) {
                if (append_next(*journal) != Append::ok) ::_exit(1);
                std::uint64_t head = *journal->head(0);
                if (::write(ends[1], &head, sizeof head) != sizeof head) ::_exit(2);
                journal->prepare();
            }
        }
        ::close(ends[1]);
        ::usleep(static_cast<useconds_t>(2'000 + random() % 30'000));
        ::kill(child, SIGKILL);
        for (std::uint64_t head = 0; ::read(ends[0], &head, sizeof head) == sizeof head;)
            acknowledged = head;
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        auto journal = must_open(scratch.journal());
        ASSERT_GE(*journal->head(0), acknowledged);
        ASSERT_TRUE(holds_first(*journal, *journal->head(0)));
    }
    EXPECT_GT(acknowledged, 25u);
}

TEST(FullDisk, refuses_by_a_file_limit_and_goes_on_without_a_restart) {
    ScratchFolder scratch;
    auto journal = must_open(scratch.journal());
    struct sigaction ignore{}, before{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGXFSZ, &ignore, &before);
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    rlimit low{100'000, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &low);
    Append last = Append::ok;
    while (last == Append::ok) last = append_next(*journal);
    EXPECT_EQ(last, Append::not_written);
    EXPECT_EQ(append_next(*journal), Append::not_written);
    const std::uint64_t held = *journal->head(0);
    EXPECT_TRUE(holds_first(*journal, held));
    ::setrlimit(RLIMIT_FSIZE, &old);
    ::sigaction(SIGXFSZ, &before, nullptr);
    EXPECT_EQ(append_next(*journal), Append::ok);
    journal.reset();
    EXPECT_TRUE(holds_first(*must_open(scratch.journal()), held + 1));
}

TEST(SmallDisk, that_fills_up_loses_nothing_and_goes_on_when_there_is_space) {
    ScratchFolder scratch;
    ASSERT_EQ(::mount("tmpfs", scratch.path().c_str(), "tmpfs", 0, "size=4m"), 0)
        << "needs the right to mount: " << std::strerror(errno);
    {
        auto journal = must_open(scratch.journal());
        write_file(scratch.path() + "/ballast", std::string(1'000'000, 'b'));
        Append last = Append::ok;
        while (last == Append::ok) {
            last = append_next(*journal);
            journal->prepare();
        }
        EXPECT_EQ(last, Append::not_written);
        std::uint64_t held = *journal->head(0);
        EXPECT_TRUE(holds_first(*journal, held));
        auto fact = journal->set_meta("large", std::string(3'000'000, 'f'));
        EXPECT_FALSE(fact);
        fs::remove(scratch.path() + "/ballast");
        EXPECT_EQ(append_next(*journal), Append::ok);
        journal.reset();
        journal = must_open(scratch.journal());
        EXPECT_TRUE(holds_first(*journal, held + 1));
        EXPECT_EQ(*journal->meta("large"), std::nullopt);
        for (const auto& entry : fs::directory_iterator(scratch.journal()))
            EXPECT_NE(entry.path().extension(), ".part") << entry.path();
    }
    EXPECT_EQ(::umount(scratch.path().c_str()), 0);
}

}  // namespace

}  // namespace rb::store::segments
