#pragma once
// The frame: what a segment file is a row of. docs/formats/journal-segments.md is the layout.
//
//     mark 8 | crc 4 | size 4 | number 8 | kind 4 | 0 4 | payload, filled up to a multiple of 8
//
// Little-endian. The mark is drawn at random when a journal is made and told to nobody, so that no
// payload, whoever chose its bytes, looks like a frame. The CRC-32C covers all behind itself. A
// frame never spans two files, and every frame begins at a multiple of 8.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/ports.h"

namespace rb::store::segments {

enum class Kind : std::uint32_t {
    begin = 1,   // the first frame of a file; its payload says what came before
    commit = 2,  // batches that became durable together
    closed = 3,  // the journal was closed in good order
};

inline constexpr std::size_t header_bytes = 32;
inline constexpr std::uint32_t payload_bytes_max = 0xf000'0000;

// Begin and closed frames carry the number of the last commit before them.
struct Frame {
    Kind kind = Kind::commit;
    std::uint64_t number = 0;  // commits count 1, 2, 3, ... over all files
    std::string_view payload;
};

// What a frame with such a payload takes in a file.
std::size_t frame_bytes(std::size_t payload_bytes);
// Finishes a frame whose payload stands at `at + header_bytes` already; `at` has frame_bytes.
void seal_frame(char* at, std::uint64_t mark, Kind kind, std::uint64_t number,
                std::size_t payload_bytes);
// The size of the payload that a header announces; nullopt: no header of this journal.
std::optional<std::uint32_t> announced(std::string_view header, std::uint64_t mark);
// The frame at the front of `bytes`; nullopt: none that is whole and unharmed.
std::optional<Frame> frame_in(std::string_view bytes, std::uint64_t mark);

// The last batch of each partition.
using Heads = std::map<engine::PartitionId, std::uint64_t>;

// The payload of a begin frame.
struct Begin {
    std::uint32_t file = 0;  // its number
    Heads heads;             // before it
};
std::string begin_payload(const Begin& begin);
std::optional<Begin> read_begin(std::string_view payload);

// The payload of a commit frame: batch after batch.
std::size_t batches_bytes(std::span<const engine::StoredBatch> batches);
void put_batches(char* out, std::span<const engine::StoredBatch> batches);
struct BatchView {
    engine::PartitionId partition = 0;
    std::uint64_t seq = 0;
    std::string_view body;
};
// Takes the first batch off the front. nullopt: it is malformed.
std::optional<BatchView> take_batch(std::string_view& payload);

}  // namespace rb::store::segments
