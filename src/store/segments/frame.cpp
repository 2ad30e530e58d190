#include "store/segments/frame.h"

#include <bit>
#include <cstring>

#include "base/text.h"

namespace rb::store::segments {

namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

constexpr std::size_t crc_at = 8;
constexpr std::size_t size_at = 12;
constexpr std::size_t number_at = 16;
constexpr std::size_t kind_at = 24;
constexpr std::size_t spare_at = 28;
constexpr std::uint32_t begin_format = 1;
constexpr std::size_t batch_header_bytes = 24;

template <class T>
void put(char* at, T value) {
    std::memcpy(at, &value, sizeof value);
}
template <class T>
T get(std::string_view bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}
template <class T>
void append(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
bool take(std::string_view& bytes, T& value) {
    if (bytes.size() < sizeof value) return false;
    value = get<T>(bytes, 0);
    bytes.remove_prefix(sizeof value);
    return true;
}

std::size_t filled_up(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

}  // namespace

std::size_t frame_bytes(std::size_t payload_bytes) {
    return header_bytes + filled_up(payload_bytes);
}

void seal_frame(char* at, std::uint64_t mark, Kind kind, std::uint64_t number,
                std::size_t payload_bytes) {
    put(at, mark);
    put(at + size_at, static_cast<std::uint32_t>(payload_bytes));
    put(at + number_at, number);
    put(at + kind_at, static_cast<std::uint32_t>(kind));
    put(at + spare_at, std::uint32_t{0});
    std::size_t end = header_bytes + payload_bytes;
    std::memset(at + end, 0, frame_bytes(payload_bytes) - end);
    put(at + crc_at, crc32c({at + size_at, end - size_at}));
}

std::optional<std::uint32_t> announced(std::string_view header, std::uint64_t mark) {
    if (header.size() < header_bytes || get<std::uint64_t>(header, 0) != mark) return std::nullopt;
    auto size = get<std::uint32_t>(header, size_at);
    if (size > payload_bytes_max) return std::nullopt;
    return size;
}

std::optional<Frame> frame_in(std::string_view bytes, std::uint64_t mark) {
    auto size = announced(bytes, mark);
    if (!size || bytes.size() < frame_bytes(*size)) return std::nullopt;
    std::string_view covered = bytes.substr(size_at, header_bytes - size_at + *size);
    if (crc32c(covered) != get<std::uint32_t>(bytes, crc_at)) return std::nullopt;
    Frame frame;
    frame.kind = static_cast<Kind>(get<std::uint32_t>(bytes, kind_at));
    if (frame.kind < Kind::begin || frame.kind > Kind::closed) return std::nullopt;
    frame.number = get<std::uint64_t>(bytes, number_at);
    frame.payload = bytes.substr(header_bytes, *size);
    return frame;
}

std::string begin_payload(const Begin& begin) {
    std::string out;
    append(out, begin_format);
    append(out, begin.file);
    append(out, static_cast<std::uint32_t>(begin.heads.size()));
    for (const auto& [partition, seq] : begin.heads) {
        append(out, partition);
        append(out, seq);
    }
    return out;
}

std::optional<Begin> read_begin(std::string_view payload) {
    Begin begin;
    std::uint32_t format = 0;
    std::uint32_t count = 0;
    if (!take(payload, format) || format != begin_format) return std::nullopt;
    if (!take(payload, begin.file) || !take(payload, count)) return std::nullopt;
    for (std::uint32_t i = 0; i < count; ++i) {
        engine::PartitionId partition = 0;
        std::uint64_t seq = 0;
        if (!take(payload, partition) || !take(payload, seq)) return std::nullopt;
        begin.heads[partition] = seq;
    }
    return begin;
}

std::size_t batches_bytes(std::span<const engine::StoredBatch> batches) {
    std::size_t bytes = 0;
    for (const auto& batch : batches) bytes += batch_header_bytes + batch.body.size();
    return bytes;
}

void put_batches(char* out, std::span<const engine::StoredBatch> batches) {
    for (const auto& batch : batches) {
        put(out, batch.partition);
        put(out + 4, static_cast<std::uint32_t>(batch.body.size()));
        put(out + 8, batch.seq);
        put(out + 16, batch.epoch);
        std::memcpy(out + batch_header_bytes, batch.body.data(), batch.body.size());
        out += batch_header_bytes + batch.body.size();
    }
}

std::optional<BatchView> take_batch(std::string_view& payload) {
    BatchView batch;
    std::uint32_t size = 0;
    std::uint64_t epoch = 0;
    if (!take(payload, batch.partition) || !take(payload, size) || !take(payload, batch.seq) ||
        !take(payload, epoch) || payload.size() < size)
        return std::nullopt;
    batch.body = payload.substr(0, size);
    payload.remove_prefix(size);
    return batch;
}

}  // namespace rb::store::segments
