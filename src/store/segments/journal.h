#pragma once
// The journal as a row of files that are only ever written at their end: journal/00000001.log and
// so on. A commit is one frame, one write and one sync. docs/formats/journal-segments.md.
//
// Why the answers of `append` are true:
// - ok: the frame, with all batches of the call, was written by a write that syncs (O_DSYNC).
// - not_written: the disk was full before the frame was whole, and its header was taken away again.
//   The next append writes over it, so it works as soon as there is space.
// - sync_failed: any other error of writing. What the device holds is not known and will not be
//   asked of it again: the journal stays stopped. The next process that opens it finds the frame
//   whole or not at all.
// - fenced: a batch does not follow its head. With one owner this is a mistake of the caller.
// `unknown` is never answered.
//
// The last block of a file is written again with each commit that begins in it, with the same bytes
// in front: as in other logs, a disk must not harm what a write leaves as it was.
//
// Opening. The last file is read up to its first place without a whole frame. When whole frames
// follow somewhere behind, bytes in the middle went bad, and opening is refused with the place;
// else it is a torn commit, which was never answered, and the next one takes its place.
//
// Threading: all methods may be called by several threads; `append` is for one at a time, and so is
// `prepare`. Reading holds no lock while it reads and visits.
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports.h"
#include "store/segments/facts_file.h"
#include "store/segments/frame.h"
#include "store/segments/frame_reader.h"
#include "store/segments/segment_file.h"

namespace rb::store::segments {

enum class Access : std::uint8_t { read_write, read_only };

// A file is about so large: the first one small, each twice the one before, up to the last figure.
inline constexpr std::uint64_t first_file_bytes = 256 * 1024;
inline constexpr std::uint64_t file_bytes_max = 64 * 1024 * 1024;

class Journal final : public engine::Journal {
public:
    // The folder is made when it is not there (read_write). Errors are sentences.
    static Parsed<std::unique_ptr<Journal>> open(const std::string& folder, Access access);
    // Whether a journal was made there.
    static bool is_at(const std::string& folder);
    ~Journal() override;

    engine::Append append(std::span<const engine::StoredBatch> batches) override;
    Parsed<void> read(engine::PartitionId partition, std::uint64_t from_seq,
                      const Visit& visit) override;
    Parsed<std::uint64_t> head(engine::PartitionId partition) override;
    Parsed<std::optional<std::string>> meta(std::string_view key) override;
    Parsed<void> set_meta(std::string_view key, std::string_view value) override;
    std::uint64_t size_bytes() override;
    std::string last_error() override;
    void prepare() override;

private:
    // Where a frame begins.
    struct Place {
        std::uint32_t file = 1;
        std::uint64_t offset = 0;
        auto operator<=>(const Place&) const = default;
    };
    // What stood in front of a place; for finding a batch without reading everything.
    struct Mark {
        Place place;
        std::uint64_t number = 0;  // of the last commit in front of it
        Heads heads;
    };
    class Reading;

    Journal(std::string folder, Access access) : folder_(std::move(folder)), access_(access) {}
    std::string path_of(std::uint32_t file) const { return folder_ + "/" + file_name(file); }

    Parsed<void> make();
    Parsed<void> load();
    Parsed<bool> load_begin(std::uint32_t file);
    Parsed<void> load_last();
    Parsed<void> open_last();
    bool follow_heads(std::span<const engine::StoredBatch> batches) const;
    engine::Append stop(std::string why);
    Written begin_file();
    Written wipe();
    Written write_frame(Kind kind, std::uint64_t number, std::size_t payload_bytes);
    char* payload_place(std::size_t payload_bytes);
    std::uint64_t target_of(std::uint32_t file) const;
    void note_mark();
    // From where to read for a batch.
    Mark mark_before(engine::PartitionId partition, std::uint64_t seq) const;

    const std::string folder_;
    const Access access_;
    mutable std::mutex mutex_;  // guards everything below
    Facts facts_;
    std::uint64_t mark_ = 0;
    Heads heads_;
    std::uint64_t number_ = 0;  // of the last commit
    std::vector<Mark> begins_;  // the begin frame of each file: marks at offset 0
    std::vector<Mark> marks_;   // of the last file, every megabyte or so
    SegmentFile last_;          // being written
    std::uint64_t end_ = 0;     // where its next frame begins
    std::uint64_t files_before_bytes_ = 0;
    BlockBuffer block_;  // from the block in which `end_` lies
    SegmentFile prepared_;
    std::uint32_t prepared_for_ = 0;  // the number of the file that was tried last
    bool is_stopped_ = false;
    std::string last_error_;
    // Where the last reading of a partition ended: who follows goes on there.
    std::map<engine::PartitionId, Mark> followed_;
};

}  // namespace rb::store::segments
