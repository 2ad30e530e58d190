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

Parsed<int> take_lock(const std::string& path, const std::string& directory) {
    int lock = files::open_own(path, O_RDWR | O_CREAT);
    if (lock < 0) return Unparsed("'" + path + "' cannot be opened: " + files::why_not_opened());
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        auto sentence = errno == EWOULDBLOCK
                            ? "the store in '" + directory + "' is in use by " + owner_of(lock) +
                                  ": stop it first, or work on a copy"
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

}  // namespace

Parsed<Directory> Directory::open(const std::string& path, Access access) {
    std::string clean = path;
    while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
    if (access == Access::read_write) {
        if (auto made = make_directory(clean); !made) return Unparsed(made.error());
    } else if (::access((clean + "/journal.db").c_str(), F_OK) != 0 &&
               ::access((clean + "/journal").c_str(), F_OK) != 0) {
        return Unparsed("there is no store in '" + clean + "' (no journal)");
    }
    for (const std::string& folder : {clean, clean + "/journal", clean + "/ids"})
        if (folder == clean || ::access(folder.c_str(), F_OK) == 0)
            if (auto ok = files::check_folder(folder); !ok) return Unparsed(ok.error());
    auto lock = take_lock(clean + "/lock", clean);
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
