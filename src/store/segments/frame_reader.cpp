#include "store/segments/frame_reader.h"

#include <algorithm>
#include <cstring>

namespace rb::store::segments {

namespace {

constexpr std::size_t window_bytes = 1024 * 1024;

}  // namespace

Parsed<std::string_view> FrameReader::bytes_at(std::uint64_t offset, std::size_t size) {
    bool is_here = offset >= window_at_ && offset + size <= window_at_ + window_bytes_;
    if (!is_here) {
        std::size_t wanted = std::max(size, window_bytes);
        if (wanted > capacity_) {
            window_ = std::make_unique_for_overwrite<char[]>(wanted);
            capacity_ = wanted;
        }
        auto got = file_.read(offset, window_.get(), capacity_);
        if (!got) return Unparsed(got.error());
        window_at_ = offset;
        window_bytes_ = *got;
    }
    std::size_t from = offset - window_at_;
    return std::string_view(window_.get() + from, std::min(size, window_bytes_ - from));
}

Parsed<std::optional<Frame>> FrameReader::next() {
    auto header = bytes_at(offset_, header_bytes);
    if (!header) return Unparsed(header.error());
    auto size = announced(*header, mark_);
    // An announcement beyond the file is none; it is not to cost its memory.
    if (!size) return std::nullopt;
    if (offset_ + frame_bytes(*size) > file_bytes_) file_bytes_ = file_.size();
    if (offset_ + frame_bytes(*size) > file_bytes_) return std::nullopt;
    auto bytes = bytes_at(offset_, frame_bytes(*size));
    if (!bytes) return Unparsed(bytes.error());
    auto frame = frame_in(*bytes, mark_);
    if (frame) offset_ += frame_bytes(*size);
    return frame;
}

Parsed<std::optional<std::uint64_t>> FrameReader::find_later(std::uint64_t number) {
    const std::uint64_t back = offset_;
    std::optional<std::uint64_t> found;
    for (std::uint64_t at = offset_; !found;) {
        auto bytes = bytes_at(at, window_bytes);
        if (!bytes) return Unparsed(bytes.error());
        if (bytes->size() < header_bytes) break;
        std::size_t i = 0;
        std::uint64_t word = 0;
        for (; i + header_bytes <= bytes->size(); i += 8) {
            std::memcpy(&word, bytes->data() + i, sizeof word);
            if (word == mark_) break;
        }
        at += i;
        if (word != mark_) continue;
        offset_ = at;
        auto frame = next();
        if (!frame) return Unparsed(frame.error());
        if (*frame && (*frame)->number > number) found = at;
        at += 8;
    }
    offset_ = back;
    return found;
}

}  // namespace rb::store::segments
