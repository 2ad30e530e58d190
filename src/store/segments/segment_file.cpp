#include "store/segments/segment_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "store/files/file.h"

namespace rb::store::segments {

namespace {

// A piece of what is prepared: a commit that comes in between waits for less than a millisecond.
constexpr std::size_t piece_bytes = 256 * 1024;

// Whether this error of a write up to `end` says that there is no room for it.
bool is_full(int error, std::uint64_t end) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) return true;
    // A limit within a block cuts the write short of one, which then is no valid write.
    rlimit limit{};
    return error == EINVAL && ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < end;
}

int open_past_the_cache(const std::string& path, int flags) {
    int fd = files::open_own(path, flags | O_DIRECT);
    // Not every file system can; the sync of each write is what durability rests on.
    if (fd < 0 && errno == EINVAL) fd = files::open_own(path, flags);
    return fd;
}

}  // namespace

std::string file_name(std::uint32_t number) {
    std::string digits = std::to_string(number);
    return std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits + ".log";
}

void BlockBuffer::Free::operator()(char* bytes) const { std::free(bytes); }

void BlockBuffer::grow(std::size_t bytes, std::size_t keep) {
    if (bytes <= capacity_) return;
    std::size_t capacity = std::max<std::size_t>(capacity_, 16 * block_bytes);
    while (capacity < bytes) capacity *= 2;
    std::unique_ptr<char, Free> larger(
        static_cast<char*>(std::aligned_alloc(block_bytes, capacity)));
    RB_CHECK(larger != nullptr, "there is memory for a commit");
    if (keep > 0) std::memcpy(larger.get(), bytes_.get(), keep);
    bytes_ = std::move(larger);
    capacity_ = capacity;
}

Parsed<SegmentFile> SegmentFile::open(const std::string& path, Mode mode) {
    int fd = -1;
    switch (mode) {
        case Mode::create:
            fd = open_past_the_cache(path, O_RDWR | O_CREAT | O_DSYNC);
            break;
        case Mode::write:
            fd = open_past_the_cache(path, O_RDWR | O_DSYNC);
            break;
        case Mode::read:
            fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
            break;
    }
    if (fd < 0) return Unparsed("'" + path + "' cannot be opened: " + files::why_not_opened());
    return SegmentFile(path, fd);
}

SegmentFile::SegmentFile(SegmentFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      why_(std::move(other.why_)) {}

SegmentFile& SegmentFile::operator=(SegmentFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    std::swap(why_, other.why_);
    return *this;
}

SegmentFile::~SegmentFile() {
    if (fd_ >= 0) ::close(fd_);
}

Written SegmentFile::write(std::uint64_t offset, const char* bytes, std::size_t size) {
    while (size > 0) {
        ssize_t put = ::pwrite(fd_, bytes, size, static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) {
            int error = put < 0 ? errno : ENOSPC;
            why_ = "'" + path_ + "' cannot be written: " + std::strerror(error);
            return is_full(error, offset + size) ? Written::full : Written::failed;
        }
        // A short write of a full disk may end within a block; the rest begins with that block.
        std::size_t whole = static_cast<std::size_t>(put) & ~(block_bytes - 1);
        if (whole == 0) {
            why_ = "'" + path_ + "' cannot be written: a write of a block came back short";
            return Written::full;
        }
        bytes += whole;
        offset += whole;
        size -= whole;
    }
    return Written::ok;
}

bool SegmentFile::prepare(std::uint64_t size) {
    BlockBuffer zeros;
    zeros.grow(piece_bytes, 0);
    std::memset(zeros.data(), 0, piece_bytes);
    for (std::uint64_t at = this->size() & ~(std::uint64_t{block_bytes} - 1); at < size;) {
        std::size_t piece = std::min<std::uint64_t>(piece_bytes, size - at);
        if (write(at, zeros.data(), piece) != Written::ok) return false;
        at += piece;
    }
    return true;
}

Parsed<std::size_t> SegmentFile::read(std::uint64_t offset, char* into, std::size_t size) const {
    std::size_t got = 0;
    while (got < size) {
        ssize_t part = ::pread(fd_, into + got, size - got, static_cast<off_t>(offset + got));
        if (part < 0 && errno == EINTR) continue;
        if (part < 0)
            return Unparsed("'" + path_ + "' cannot be read: " + std::string(std::strerror(errno)));
        if (part == 0) break;
        got += static_cast<std::size_t>(part);
    }
    return got;
}

std::uint64_t SegmentFile::size() const {
    struct stat facts{};
    return ::fstat(fd_, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

void SegmentFile::cut(std::uint64_t size) {
    [[maybe_unused]] int ignored = ::ftruncate(fd_, static_cast<off_t>(size));
}

}  // namespace rb::store::segments
