#include "store/sqlite/log_check.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace rb::store::sqlite {

namespace {

// The format is SQLite's (https://www.sqlite.org/fileformat2.html, "The Write-Ahead Log").
constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::uint32_t magic_little = 0x377f0682;  // checksums over little-endian words
constexpr std::uint32_t magic_big = 0x377f0683;

std::uint32_t big_endian_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = (value << 8) | static_cast<std::uint8_t>(bytes[at + i]);
    return value;
}

enum class ByteOrder : std::uint8_t { little, big };

struct Checksum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    bool operator==(const Checksum&) const = default;

    // Over pairs of words; the length is a multiple of 8.
    void add(std::string_view bytes, ByteOrder order) {
        for (std::size_t at = 0; at < bytes.size(); at += 8) {
            std::uint32_t a = big_endian_at(bytes, at);
            std::uint32_t b = big_endian_at(bytes, at + 4);
            if (order == ByteOrder::little) {
                a = __builtin_bswap32(a);
                b = __builtin_bswap32(b);
            }
            first += a + second;
            second += b + first;
        }
    }
};

Checksum checksum_at(std::string_view bytes, std::size_t at) {
    return {big_endian_at(bytes, at), big_endian_at(bytes, at + 4)};
}

class Log {
public:
    // None when the header is not one.
    static std::optional<Log> of(std::string_view bytes) {
        if (bytes.size() < header_bytes) return std::nullopt;
        std::uint32_t magic = big_endian_at(bytes, 0);
        if (magic != magic_little && magic != magic_big) return std::nullopt;
        Log log(bytes, magic == magic_big ? ByteOrder::big : ByteOrder::little);
        std::size_t page = big_endian_at(bytes, 8);
        Checksum sum;
        sum.add(bytes.substr(0, 24), log.order_);
        if (sum != checksum_at(bytes, 24) || page < 512 || page > 65536) return std::nullopt;
        log.frame_bytes_ = frame_header_bytes + page;
        return log;
    }

    std::size_t frames() const { return (bytes_.size() - header_bytes) / frame_bytes_; }
    std::size_t offset(std::size_t frame) const { return header_bytes + frame * frame_bytes_; }

    bool is_of_this_use(std::size_t frame) const {
        return bytes_.substr(offset(frame) + 8, 8) == bytes_.substr(16, 8);
    }
    bool ends_a_commit(std::size_t frame) const {
        return big_endian_at(bytes_, offset(frame) + 4) != 0;
    }
    // The frame fits to the checksum that the frame before it carries.
    bool follows_its_neighbour(std::size_t frame) const {
        Checksum sum = checksum_at(bytes_, frame == 0 ? 24 : offset(frame - 1) + 16);
        sum.add(bytes_.substr(offset(frame), 8), order_);
        sum.add(
            bytes_.substr(offset(frame) + frame_header_bytes, frame_bytes_ - frame_header_bytes),
            order_);
        return sum == checksum_at(bytes_, offset(frame) + 16);
    }

private:
    Log(std::string_view bytes, ByteOrder order) : bytes_(bytes), order_(order) {}
    std::string_view bytes_;
    ByteOrder order_;
    std::size_t frame_bytes_ = 0;
};

Unparsed damaged(std::size_t offset) {
    return Unparsed("journal.db-wal is damaged at byte " + std::to_string(offset) +
                    ", and commits follow that would be lost: restore a backup, or keep a copy of "
                    "the directory and ask for help");
}

}  // namespace

Parsed<void> check_log(const std::string& path) {
    std::error_code error;
    if (std::filesystem::file_size(path, error) == 0 || error) return {};
    std::ifstream in(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (in.bad() || bytes.empty()) return Unparsed("journal.db-wal cannot be read");
    auto log = Log::of(bytes);
    // The header is synced before the first frame is written.
    if (!log && bytes.size() > header_bytes) return damaged(0);
    if (!log) return {};
    std::size_t frame = 0;
    while (frame < log->frames() && log->is_of_this_use(frame) && log->follows_its_neighbour(frame))
        ++frame;
    std::size_t bad = frame;
    int commits = 0;
    for (; frame < log->frames(); ++frame) {
        if (!log->ends_a_commit(frame)) continue;
        bool whole = log->is_of_this_use(frame) && log->follows_its_neighbour(frame);
        // The bad frame itself may be where its commit ended.
        if (whole || frame == bad) ++commits;
    }
    if (commits >= 2) return damaged(log->offset(bad));
    return {};
}

}  // namespace rb::store::sqlite
