#include "store/files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "store/files/folder.h"

namespace rb::store::files {

namespace {

// O_NONBLOCK lets the opening of a pipe return; of a regular file it says nothing.
constexpr int own_flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        ssize_t put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

int open_own(const std::string& path, int flags) {
    int fd = ::open(path.c_str(), flags | own_flags, 0600);
    if (fd < 0) return -1;
    struct stat facts{};
    if (::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode)) return fd;
    ::close(fd);
    errno = S_ISDIR(facts.st_mode) ? EISDIR : ENXIO;
    return -1;
}

int make_own(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return -1;
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | own_flags, 0600);
}

std::string why_not_opened() {
    if (errno == ELOOP) return "it is a link, and a store's own files are not reached through one";
    if (errno == ENXIO) return "it is not a file";
    return std::strerror(errno);
}

Parsed<void> replace_own(const std::string& path, std::string_view content) {
    const std::string part = path + ".part";
    int fd = make_own(part);
    if (fd < 0) return Unparsed("cannot write " + part + ": " + why_not_opened());
    bool is_written = write_all(fd, content) && ::fsync(fd) == 0;
    is_written = ::close(fd) == 0 && is_written;
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (is_written && ::rename(part.c_str(), path.c_str()) == 0 && sync_folder(folder)) return {};
    auto failed = Unparsed("cannot write " + path + ": " + std::strerror(errno));
    ::unlink(part.c_str());
    return failed;
}

Parsed<void> check_folder(const std::string& folder) {
    struct stat facts{};
    if (::stat(folder.c_str(), &facts) != 0)
        return Unparsed("the directory '" + folder + "' cannot be read: " + std::strerror(errno));
    const uid_t user = ::geteuid();
    if (facts.st_uid != user && facts.st_uid != 0)
        return Unparsed("the directory '" + folder + "' belongs to user " +
                        std::to_string(facts.st_uid) +
                        ", who could exchange the store's files, and this process runs as user " +
                        std::to_string(user) + ": run it as that user, or chown -R " +
                        std::to_string(user) + " '" + folder + "'");
    constexpr mode_t others_may_write = S_IWGRP | S_IWOTH;
    if ((facts.st_mode & others_may_write) != 0)
        return Unparsed("the directory '" + folder +
                        "' may be written by others than its owner, who could exchange the "
                        "store's files: chmod go-w '" +
                        folder + "'");
    return {};
}

}  // namespace rb::store::files
