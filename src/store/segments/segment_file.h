#pragma once
// One file of the journal, and how it is written: past the page cache where the file system can do
// that, in whole blocks, and synced by each write (O_DSYNC), so a write that has returned is
// durable. Blocks that were written before, if only with zeros, are written again faster than a
// file grows; therefore files are prepared.
//
// Threading: writes are of one thread at a time; reading may run beside them.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb::store::segments {

inline constexpr std::size_t block_bytes = 4096;

// "00000001.log"
std::string file_name(std::uint32_t number);

// Memory at the boundary of a block, of whole blocks.
class BlockBuffer {
public:
    char* data() { return bytes_.get(); }
    // Keeps the first `keep` bytes.
    void grow(std::size_t bytes, std::size_t keep);

private:
    struct Free {
        void operator()(char* bytes) const;
    };
    std::unique_ptr<char, Free> bytes_;
    std::size_t capacity_ = 0;
};

// What a write came to.
enum class Written : std::uint8_t {
    ok,      // durable
    full,    // there is no space (or the file may not grow): not all of it is there
    failed,  // what is there is not known, and neither whether it stays
};

class SegmentFile {
public:
    enum class Mode : std::uint8_t { create, write, read };
    // create: a new file, or an old one of that name as it is. Errors are sentences.
    static Parsed<SegmentFile> open(const std::string& path, Mode mode);

    SegmentFile() = default;
    SegmentFile(SegmentFile&& other) noexcept;
    SegmentFile& operator=(SegmentFile&& other) noexcept;
    ~SegmentFile();
    bool is_open() const { return fd_ >= 0; }

    // Offset and size are multiples of a block, `bytes` begins at the boundary of one.
    Written write(std::uint64_t offset, const char* bytes, std::size_t size);
    // Zeros up to `size`, durable; what is there stays. False: there is no space, or it failed.
    bool prepare(std::uint64_t size);
    // Up to so many bytes; fewer only at the end of the file.
    Parsed<std::size_t> read(std::uint64_t offset, char* into, std::size_t size) const;
    std::uint64_t size() const;
    // Gives back what stands behind; that it may not happen does not matter.
    void cut(std::uint64_t size);
    const std::string& path() const { return path_; }
    const std::string& why() const { return why_; }

private:
    SegmentFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    std::string path_;
    int fd_ = -1;
    std::string why_;  // of the last failure
};

}  // namespace rb::store::segments
