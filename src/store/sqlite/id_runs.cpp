#include "store/sqlite/id_runs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "store/files/file.h"
#include "store/files/folder.h"

namespace rb::store::sqlite {

namespace {

constexpr std::string_view run_suffix = ".run";
constexpr std::string_view part_suffix = ".part";
// Written in pieces of this size.
constexpr std::size_t buffer_bytes = 256 * 1024;

Unparsed failed(const std::string& path, const char* what) {
    return Unparsed("'" + path + "' cannot be " + what + ": " + std::strerror(errno));
}

class File final : public engine::IdRunFile {
public:
    File(std::string path, int fd, std::uint64_t size)
        : path_(std::move(path)), fd_(fd), size_(size) {}
    ~File() override { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::uint64_t size() const override { return size_; }
    Parsed<void> read(std::uint64_t offset, std::span<char> into) const override {
        while (!into.empty()) {
            ssize_t got = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return failed(path_, "read");
            if (got == 0) return Unparsed("'" + path_ + "' ends before what is read");
            into = into.subspan(static_cast<std::size_t>(got));
            offset += static_cast<std::uint64_t>(got);
        }
        return {};
    }

private:
    std::string path_;
    int fd_;
    std::uint64_t size_;
};

class Writer final : public engine::IdRunWriter {
public:
    Writer(std::string folder, std::string path)
        : folder_(std::move(folder)), path_(std::move(path)), part_(path_) {
        part_ += part_suffix;
    }
    ~Writer() override {
        if (fd_ < 0) return;
        ::close(fd_);
        ::unlink(part_.c_str());
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Parsed<void> open() {
        fd_ = files::make_own(part_);
        if (fd_ < 0) return failed(part_, "made");
        return {};
    }

    Parsed<void> append(std::string_view bytes) override {
        buffer_ += bytes;
        return buffer_.size() < buffer_bytes ? Parsed<void>{} : flush();
    }

    Parsed<void> finish() override {
        if (auto ok = flush(); !ok) return ok;
        if (::fsync(fd_) != 0) return failed(part_, "synced");
        if (::rename(part_.c_str(), path_.c_str()) != 0) return failed(part_, "renamed");
        ::close(std::exchange(fd_, -1));
        if (files::sync_folder(folder_)) return {};
        auto why = failed(folder_, "synced");
        ::unlink(path_.c_str());
        return why;
    }

private:
    Parsed<void> flush() {
        for (std::string_view left = buffer_; !left.empty();) {
            ssize_t put = ::write(fd_, left.data(), left.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return failed(part_, "written");
            left.remove_prefix(static_cast<std::size_t>(put));
        }
        buffer_.clear();
        return {};
    }

    std::string folder_;
    std::string path_;
    std::string part_;
    std::string buffer_;
    int fd_ = -1;
};

}  // namespace

Parsed<std::unique_ptr<IdRuns>> IdRuns::open(const std::string& folder, Access access) {
    std::unique_ptr<IdRuns> runs(new IdRuns(folder));
    if (access == Access::read_only) return runs;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == part_suffix) ::unlink(entry.path().c_str());
    return runs;
}

std::string IdRuns::path(engine::PartitionId partition, std::uint64_t number) const {
    return folder_ + "/" + std::to_string(partition) + "-" + std::to_string(number) +
           std::string(run_suffix);
}

Parsed<std::unique_ptr<engine::IdRunWriter>> IdRuns::create(engine::PartitionId partition,
                                                            std::uint64_t number) {
    if (::mkdir(folder_.c_str(), 0700) == 0) {
        if (!files::sync_folder(std::filesystem::path(folder_).parent_path().string()))
            return failed(folder_, "synced");
    } else if (errno != EEXIST) {
        return failed(folder_, "made");
    }
    auto writer = std::make_unique<Writer>(folder_, path(partition, number));
    if (auto ok = writer->open(); !ok) return Unparsed(ok.error());
    return writer;
}

Parsed<std::unique_ptr<engine::IdRunFile>> IdRuns::open(engine::PartitionId partition,
                                                        std::uint64_t number) {
    std::string name = path(partition, number);
    int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed(name, "opened");
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        auto why = failed(name, "read");
        ::close(fd);
        return why;
    }
    // Single pages are read, far from each other.
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    return std::make_unique<File>(name, fd, static_cast<std::uint64_t>(status.st_size));
}

Parsed<std::vector<std::uint64_t>> IdRuns::list(engine::PartitionId partition) {
    std::vector<std::uint64_t> numbers;
    std::error_code error;
    std::string prefix = std::to_string(partition) + "-";
    std::filesystem::directory_iterator files(folder_, error);
    if (error == std::errc::no_such_file_or_directory) return numbers;
    for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
        std::string name = files->path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(run_suffix)) continue;
        auto number = parse_int(std::string_view(name).substr(
            prefix.size(), name.size() - prefix.size() - run_suffix.size()));
        if (number && *number >= 0) numbers.push_back(static_cast<std::uint64_t>(*number));
    }
    if (error) return Unparsed("'" + folder_ + "' cannot be read: " + error.message());
    std::ranges::sort(numbers);
    return numbers;
}

Parsed<void> IdRuns::remove(engine::PartitionId partition, std::uint64_t number) {
    std::string name = path(partition, number);
    if (::unlink(name.c_str()) != 0 && errno != ENOENT) return failed(name, "removed");
    return {};
}

}  // namespace rb::store::sqlite
