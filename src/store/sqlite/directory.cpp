#include "store/sqlite/directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "store/files/file.h"
#include "store/files/folder.h"

namespace rb::store::sqlite {

namespace {

std::string reason() { return std::strerror(errno); }

Parsed<void> make_directory(const std::string& path) {
    std::error_code error;
    auto parent = std::filesystem::path(path).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    if (::mkdir(path.c_str(), 0700) == 0) {
        if (!files::sync_folder(parent.string()))
            return Unparsed("the directory '" + path + "' cannot be synced: " + reason());
        return {};
    }
    if (errno == EEXIST && std::filesystem::is_directory(path, error)) return {};
    return Unparsed("the directory '" + path + "' cannot be made: " + reason());
}

std::string owner_of(int lock) {
    char text[32] = {};
    ssize_t got = ::pread(lock, text, sizeof(text) - 1, 0);
    std::string owner(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!owner.empty() && (owner.back() == '\n' || owner.back() == ' ')) owner.pop_back();
    return owner.empty() ? "another process" : "process " + owner;
}

// Who holds the lock that was refused. A reader writes no number of its own into the file.
std::string in_use(int lock, const std::string& directory) {
    const std::string store = "the store in '" + directory + "' is ";
    if (::flock(lock, LOCK_SH | LOCK_NB) == 0)
        return store +
               "being read by another process (verify, doctor, diff): wait until it is done";
    return store + "in use by " + owner_of(lock) + ": stop it first, or work on a copy";
}

// -1: there is no lock file, so nobody has ever served what is there.
Parsed<int> take_lock_for_reading(const std::string& path, const std::string& directory) {
    int lock = files::open_own(path, O_RDONLY);
    if (lock < 0 && errno == ENOENT) return -1;
    if (lock < 0) return Unparsed("'" + path + "' cannot be opened: " + files::why_not_opened());
    if (::flock(lock, LOCK_SH | LOCK_NB) == 0) return lock;
    auto sentence = errno == EWOULDBLOCK ? in_use(lock, directory)
                                         : "'" + path + "' cannot be locked: " + reason();
    ::close(lock);
    return Unparsed(sentence);
}

Parsed<int> take_lock(const std::string& path, const std::string& directory) {
    int lock = files::open_own(path, O_RDWR | O_CREAT);
    if (lock < 0) return Unparsed("'" + path + "' cannot be opened: " + files::why_not_opened());
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        auto sentence = errno == EWOULDBLOCK ? in_use(lock, directory)
                                             : "'" + path + "' cannot be locked: " + reason();
        ::close(lock);
        return Unparsed(sentence);
    }
    // The number only serves the sentence above, so a full disk may lose it. It has the same length
    // each time, so that nothing is cut; a longer file is none of ours and stays as it is.
    constexpr std::size_t pid_chars = 12;
    std::string pid = std::to_string(::getpid());
    pid.resize(pid_chars - 1, ' ');
    pid += '\n';
    struct stat facts{};
    const bool is_ours =
        ::fstat(lock, &facts) == 0 && facts.st_size <= static_cast<off_t>(pid_chars);
    if (is_ours) [[maybe_unused]]
        ssize_t written = ::pwrite(lock, pid.data(), pid.size(), 0);
    return lock;
}

std::string without_last_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}  // namespace

Parsed<void> expect_store(const std::string& path) {
    const std::string clean = without_last_slashes(path);
    for (const char* name :
         {"/journal/facts", "/journal/00000001.log", "/journal.db", "/journal.db-wal"})
        if (::access((clean + name).c_str(), F_OK) == 0) return {};
    const std::string none = "there is no store in '" + clean + "': ";
    const std::string expected =
        "expected the data directory of a server, which has a journal (`ratebook serve --data " +
        clean + "` makes a new one)";
    if (::access(clean.c_str(), F_OK) != 0)
        return Unparsed(none + (errno == ENOENT ? "the directory does not exist" : reason()) +
                        "; " + expected);
    std::error_code error;
    if (!std::filesystem::is_directory(clean, error))
        return Unparsed(none + "it is not a directory; " + expected);
    if (::access(clean.c_str(), R_OK | X_OK) != 0)
        return Unparsed("the directory '" + clean + "' cannot be read: " + reason());
    return Unparsed(none + "the directory has no journal; " + expected);
}

Parsed<Directory> Directory::open(const std::string& path, Access access) {
    const std::string clean = without_last_slashes(path);
    if (access == Access::read_write) {
        if (auto made = make_directory(clean); !made) return Unparsed(made.error());
    } else if (auto there = expect_store(clean); !there) {
        return Unparsed(there.error());
    }
    for (const std::string& folder : {clean, clean + "/journal", clean + "/ids"})
        if (folder == clean || ::access(folder.c_str(), F_OK) == 0)
            if (auto ok = files::check_folder(folder); !ok) return Unparsed(ok.error());
    auto lock = access == Access::read_write ? take_lock(clean + "/lock", clean)
                                             : take_lock_for_reading(clean + "/lock", clean);
    if (!lock) return Unparsed(lock.error());
    return Directory(clean, *lock);
}

Directory::Directory(Directory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

Directory::~Directory() {
    if (lock_ >= 0) ::close(lock_);
}

bool Directory::has(const std::string& name) const {
    return ::access(file(name).c_str(), F_OK) == 0;
}

Parsed<void> Directory::make_file(const std::string& name) const {
    const bool was_there = has(name);
    // SQLite would follow a link at this place, so one that is there is looked at too.
    int fd = files::open_own(file(name), O_RDWR | O_CREAT);
    if (fd < 0) return Unparsed("'" + file(name) + "' cannot be made: " + files::why_not_opened());
    ::close(fd);
    if (was_there) return {};
    if (!files::sync_folder(path_))
        return Unparsed("the directory '" + path_ + "' cannot be synced: " + reason());
    return {};
}

void Directory::remove_file(const std::string& name) const { ::unlink(file(name).c_str()); }

void Directory::remove_database(const std::string& name) const {
    // The database goes first: SQLite drops a log that has no database, but it would read a
    // database without its log, and that one may be half checkpointed.
    for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((file(name) + suffix).c_str());
}

}  // namespace rb::store::sqlite
