#pragma once
// Reads a segment file frame by frame, front to back.
//
// Threading: one thread at a time.
#include <cstdint>
#include <memory>
#include <optional>

#include "store/segments/frame.h"
#include "store/segments/segment_file.h"

namespace rb::store::segments {

class FrameReader {
public:
    FrameReader(SegmentFile file, std::uint64_t mark, std::uint64_t offset = 0)
        : file_(std::move(file)), mark_(mark), offset_(offset) {}

    // The frame at the present offset, behind which it moves; nullopt: no whole frame is there. Its
    // payload stands until the next call. An error of the disk is a sentence.
    Parsed<std::optional<Frame>> next();
    // Behind the last frame.
    std::uint64_t offset() const { return offset_; }
    // Whether any frame of a commit after `number` stands whole somewhere behind the present
    // offset: what is harmed here is then no torn end. Where it stands.
    Parsed<std::optional<std::uint64_t>> find_later(std::uint64_t number);
    const SegmentFile& file() const { return file_; }

private:
    // `size` bytes at `offset`, or as many as the file has.
    Parsed<std::string_view> bytes_at(std::uint64_t offset, std::size_t size);

    SegmentFile file_;
    std::uint64_t mark_;
    std::uint64_t offset_;
    std::uint64_t file_bytes_ = 0;  // when it was asked last
    std::unique_ptr<char[]> window_;
    std::size_t capacity_ = 0;
    std::uint64_t window_at_ = 0;
    std::size_t window_bytes_ = 0;
};

}  // namespace rb::store::segments
