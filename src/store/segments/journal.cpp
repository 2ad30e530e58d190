#include "store/segments/journal.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "store/files/folder.h"

namespace rb::store::segments {

namespace {

using engine::Append;
using engine::PartitionId;
using engine::StoredBatch;

constexpr std::string_view facts_name = "facts";
// Facts of the journal itself.
constexpr std::string_view id_key = "journal_id";
constexpr std::string_view mark_key = "journal_mark";
// Between two marks of the last file.
constexpr std::uint64_t mark_bytes = 1024 * 1024;

std::string facts_path(const std::string& folder) { return folder + "/" + std::string(facts_name); }

std::string drawn(std::size_t bytes) {
    std::string out(bytes, '\0');
    RB_CHECK(::getrandom(out.data(), bytes, 0) == static_cast<ssize_t>(bytes),
             "the system gives random bytes");
    return out;
}

std::string hex_of(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::uint64_t head_in(const Heads& heads, PartitionId partition) {
    auto found = heads.find(partition);
    return found == heads.end() ? 0 : found->second;
}

std::uint64_t block_of(std::uint64_t offset) { return offset & ~std::uint64_t{block_bytes - 1}; }

}  // namespace

bool Journal::is_at(const std::string& folder) {
    return ::access(facts_path(folder).c_str(), F_OK) == 0;
}

Parsed<std::unique_ptr<Journal>> Journal::open(const std::string& folder, Access access) {
    std::unique_ptr<Journal> journal(new Journal(folder, access));
    if (!is_at(folder)) {
        if (access == Access::read_only) return Unparsed("there is no journal in '" + folder + "'");
        if (::access(journal->path_of(1).c_str(), F_OK) == 0)
            return Unparsed("'" + folder + "' has files of a journal, but not its file '" +
                            std::string(facts_name) + "': put it back, or restore a backup");
        if (auto made = journal->make(); !made) return Unparsed(made.error());
    }
    if (auto loaded = journal->load(); !loaded) return Unparsed(loaded.error());
    return journal;
}

Parsed<void> Journal::make() {
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
        return Unparsed("'" + folder_ + "' cannot be made: " + std::string(std::strerror(errno)));
    facts_ = {{std::string(id_key), hex_of(drawn(16))}, {std::string(mark_key), drawn(8)}};
    if (auto written = write_facts(facts_path(folder_), facts_); !written)
        return Unparsed(written.error().why);
    std::string parent = folder_.substr(0, folder_.rfind('/'));
    if (!files::sync_folder(parent)) return Unparsed("'" + parent + "' cannot be synced");
    return {};
}

Parsed<void> Journal::load() {
    auto facts = read_facts(facts_path(folder_));
    if (!facts) return Unparsed(facts.error());
    facts_ = std::move(*facts);
    auto mark = facts_.find(mark_key);
    if (mark == facts_.end() || mark->second.size() != sizeof mark_)
        return Unparsed("'" + facts_path(folder_) + "' is damaged; restore a backup");
    std::memcpy(&mark_, mark->second.data(), sizeof mark_);
    for (std::uint32_t file = 1;; ++file) {
        auto begun = load_begin(file);
        if (!begun) return Unparsed(begun.error());
        if (!*begun) break;
    }
    if (begins_.empty()) return {};  // nothing was ever committed
    return load_last();
}

// False: no such file, or one that is only prepared.
Parsed<bool> Journal::load_begin(std::uint32_t number) {
    auto lost = [&](const std::string& what) {
        return Unparsed("'" + path_of(number) + "' " + what + "; restore a backup");
    };
    bool has_next = ::access(path_of(number + 1).c_str(), F_OK) == 0;
    if (::access(path_of(number).c_str(), F_OK) != 0) {
        if (has_next) return lost("is missing");
        return false;
    }
    auto file = SegmentFile::open(path_of(number), SegmentFile::Mode::read);
    if (!file) return Unparsed(file.error());
    std::uint64_t bytes = file->size();
    FrameReader reader(std::move(*file), mark_);
    auto frame = reader.next();
    if (!frame) return Unparsed(frame.error());
    if (!*frame) {
        auto later = reader.find_later(0);
        if (!later) return Unparsed(later.error());
        if (*later || has_next) return lost("is damaged at its beginning");
        return false;
    }
    auto begin = (*frame)->kind == Kind::begin ? read_begin((*frame)->payload) : std::nullopt;
    if (!begin || begin->file != number) return lost("does not begin as such a file does");
    if (!begins_.empty()) files_before_bytes_ += begins_.back().place.offset;
    // For the while it is the last one, the place's offset holds its size.
    begins_.push_back({{number, bytes}, (*frame)->number, std::move(begin->heads)});
    return true;
}

Parsed<void> Journal::load_last() {
    for (Mark& begin : begins_) begin.place.offset = 0;
    const std::uint32_t number = begins_.back().place.file;
    auto file = SegmentFile::open(path_of(number), SegmentFile::Mode::read);
    if (!file) return Unparsed(file.error());
    FrameReader reader(std::move(*file), mark_);
    heads_ = begins_.back().heads;
    number_ = begins_.back().number;
    auto damaged = [&](std::uint64_t offset) {
        return Unparsed("'" + path_of(number) + "' is damaged at byte " + std::to_string(offset) +
                        ": whole commits follow; restore a backup");
    };
    for (;;) {
        std::uint64_t at = reader.offset();
        auto frame = reader.next();
        if (!frame) return Unparsed(frame.error());
        if (!*frame) break;
        if ((*frame)->kind != Kind::commit) continue;
        if ((*frame)->number != number_ + 1) return damaged(at);
        std::string_view payload = (*frame)->payload;
        while (!payload.empty()) {
            auto batch = take_batch(payload);
            if (!batch || batch->seq != head_in(heads_, batch->partition) + 1) return damaged(at);
            heads_[batch->partition] = batch->seq;
        }
        number_ = (*frame)->number;
        end_ = reader.offset();
        note_mark();
    }
    end_ = reader.offset();
    auto later = reader.find_later(number_);
    if (!later) return Unparsed(later.error());
    if (*later) return damaged(end_);
    return access_ == Access::read_only ? Parsed<void>{} : open_last();
}

Parsed<void> Journal::open_last() {
    auto file = SegmentFile::open(path_of(begins_.back().place.file), SegmentFile::Mode::write);
    if (!file) return Unparsed(file.error());
    last_ = std::move(*file);
    block_.grow(block_bytes, 0);
    auto got = last_.read(block_of(end_), block_.data(), block_bytes);
    if (!got) return Unparsed(got.error());
    if (*got < end_ - block_of(end_)) return Unparsed("'" + last_.path() + "' became shorter");
    return {};
}

Journal::~Journal() {
    // So that the next opening can tell a bad byte in the last commit from a torn one.
    if (last_.is_open() && !is_stopped_) write_frame(Kind::closed, number_, 0);
}

std::uint64_t Journal::target_of(std::uint32_t file) const {
    std::uint64_t target = first_file_bytes;
    for (std::uint32_t i = 1; i < file && target < file_bytes_max; ++i) target *= 2;
    return target;
}

void Journal::note_mark() {
    std::uint64_t from = marks_.empty() || marks_.back().place.file != begins_.back().place.file
                             ? 0
                             : marks_.back().place.offset;
    if (end_ - from < mark_bytes) return;
    marks_.push_back({{begins_.back().place.file, end_}, number_, heads_});
}

bool Journal::follow_heads(std::span<const StoredBatch> batches) const {
    Heads heads;
    for (const auto& batch : batches) {
        auto head = heads.try_emplace(batch.partition, head_in(heads_, batch.partition)).first;
        if (batch.seq != head->second + 1) return false;
        head->second = batch.seq;
    }
    return true;
}

Append Journal::stop(std::string why) {
    last_error_ = std::move(why);
    is_stopped_ = true;
    return Append::sync_failed;
}

// Where the payload of the next frame is to be put.
char* Journal::payload_place(std::size_t payload_bytes) {
    std::size_t kept = end_ - block_of(end_);
    block_.grow(kept + frame_bytes(payload_bytes) + block_bytes, kept);
    return block_.data() + kept + header_bytes;
}

// The payload is in its place.
Written Journal::write_frame(Kind kind, std::uint64_t number, std::size_t payload_bytes) {
    const std::uint64_t first = block_of(end_);
    if (payload_bytes == 0) payload_place(0);
    char* frame = block_.data() + (end_ - first);
    seal_frame(frame, mark_, kind, number, payload_bytes);
    const std::uint64_t end = end_ + frame_bytes(payload_bytes);
    const std::size_t size = block_of(end + block_bytes - 1) - first;
    std::memset(block_.data() + (end - first), 0, size - (end - first));
    Written written = last_.write(first, block_.data(), size);
    if (written != Written::ok) {
        last_error_ = last_.why();
        return written == Written::full ? wipe() : written;
    }
    end_ = end;
    const std::size_t whole = block_of(end) - first;
    std::memmove(block_.data(), block_.data() + whole, end - block_of(end));
    return Written::ok;
}

// Takes back what a write that found no space left behind: without its header it is no frame,
// whatever stood behind it before. Where not even that block is to be had, nothing is there.
Written Journal::wipe() {
    const std::size_t kept = end_ - block_of(end_);
    std::memset(block_.data() + kept, 0, block_bytes - kept);
    return last_.write(block_of(end_), block_.data(), block_bytes) == Written::failed
               ? Written::failed
               : Written::full;
}

// Goes on in a new file.
Written Journal::begin_file() {
    const std::uint32_t number = begins_.empty() ? 1 : begins_.back().place.file + 1;
    SegmentFile before = std::move(last_);
    const std::uint64_t before_end = end_;
    const std::string before_block =
        end_ == 0 ? "" : std::string(block_.data(), end_ - block_of(end_));
    auto back = [&](Written why) {
        last_ = std::move(before);
        end_ = before_end;
        std::memcpy(block_.data(), before_block.data(), before_block.size());
        return why;
    };
    block_.grow(block_bytes, before_block.size());
    if (prepared_.is_open() && prepared_for_ == number) {
        last_ = std::move(prepared_);
    } else {
        auto made = SegmentFile::open(path_of(number), SegmentFile::Mode::create);
        if (!made) {
            last_error_ = made.error();
            return back(Written::full);
        }
        if (!files::sync_folder(folder_)) {
            last_error_ = "'" + folder_ + "' cannot be synced";
            return back(Written::failed);
        }
        last_ = std::move(*made);
    }
    end_ = 0;
    std::string payload = begin_payload({number, heads_});
    std::memcpy(payload_place(payload.size()), payload.data(), payload.size());
    Written written = write_frame(Kind::begin, number_, payload.size());
    if (written != Written::ok) return back(written);
    if (before.is_open()) before.cut(before_end);
    files_before_bytes_ += before_end;
    begins_.push_back({{number, 0}, number_, heads_});
    marks_.clear();
    return Written::ok;
}

Append Journal::append(std::span<const StoredBatch> batches) {
    if (batches.empty()) return Append::ok;
    std::lock_guard lock(mutex_);
    if (is_stopped_) return Append::sync_failed;
    if (access_ == Access::read_only) {
        last_error_ = "the store is open for reading only";
        return Append::not_written;
    }
    if (!follow_heads(batches)) {
        last_error_ = "a batch does not follow the head of its partition";
        return Append::fenced;
    }
    const std::size_t bytes = batches_bytes(batches);
    if (bytes > payload_bytes_max) {
        last_error_ = "a commit is larger than a frame can be";
        return Append::not_written;
    }
    // A file takes one commit at least, however large.
    bool is_done =
        begins_.empty() || (number_ > begins_.back().number &&
                            end_ + frame_bytes(bytes) > target_of(begins_.back().place.file));
    Written written = is_done ? begin_file() : Written::ok;
    if (written == Written::ok) {
        put_batches(payload_place(bytes), batches);
        written = write_frame(Kind::commit, number_ + 1, bytes);
    }
    if (written == Written::full) return Append::not_written;
    if (written == Written::failed) return stop(last_error_);
    ++number_;
    for (const auto& batch : batches) heads_[batch.partition] = batch.seq;
    note_mark();
    return Append::ok;
}

// Under another name until it is ready: whoever needs the file before makes one of its own.
void Journal::prepare() {
    std::uint32_t number = 0;
    {
        std::lock_guard lock(mutex_);
        if (access_ == Access::read_only || is_stopped_ || begins_.empty()) return;
        number = begins_.back().place.file + 1;
        // One try a file: a full disk is not asked again and again.
        if (prepared_for_ == number || end_ < target_of(number - 1) / 2) return;
        prepared_for_ = number;
        prepared_ = {};
    }
    const std::string part = path_of(number) + ".part";
    auto file = SegmentFile::open(part, SegmentFile::Mode::create);
    if (!file) return;
    bool is_ready = file->prepare(target_of(number));
    {
        std::lock_guard lock(mutex_);
        is_ready = is_ready && begins_.back().place.file < number &&
                   ::rename(part.c_str(), path_of(number).c_str()) == 0;
    }
    if (!is_ready) {
        ::unlink(part.c_str());
        return;
    }
    if (!files::sync_folder(folder_)) return;
    std::lock_guard lock(mutex_);
    if (begins_.back().place.file < number) prepared_ = std::move(*file);
}

// The latest known place with the batch behind it.
Journal::Mark Journal::mark_before(PartitionId partition, std::uint64_t seq) const {
    auto is_in_front = [&](const Mark& mark) { return head_in(mark.heads, partition) < seq; };
    // Heads only grow, so those in front stand in front.
    const Mark* latest = &*(std::partition_point(begins_.begin(), begins_.end(), is_in_front) - 1);
    auto late = std::partition_point(marks_.begin(), marks_.end(), is_in_front);
    if (late != marks_.begin()) latest = &*(late - 1);
    auto followed = followed_.find(partition);
    if (followed != followed_.end() && is_in_front(followed->second) &&
        latest->place < followed->second.place)
        latest = &followed->second;
    return *latest;
}

// One walk from a place to the end of what is committed, over files that hold something of the
// partition.
class Journal::Reading {
public:
    Reading(Journal& journal, PartitionId partition) : journal_(journal), partition_(partition) {}

    Parsed<void> run(std::uint64_t seq, const Visit& visit) {
        for (;;) {
            Mark from;
            std::uint64_t last = 0;
            {
                std::lock_guard lock(journal_.mutex_);
                if (seq > head_in(journal_.heads_, partition_)) return {};
                from = journal_.mark_before(partition_, seq);
                last = last_number_of(from.place.file);
            }
            auto more = read_file(std::move(from), last, seq, visit);
            if (!more) return Unparsed(more.error());
            if (!*more) return {};
        }
    }

private:
    // The last commit of a file, as far as it was written when this is asked.
    std::uint64_t last_number_of(std::uint32_t file) const {
        return file < journal_.begins_.size() ? journal_.begins_[file].number : journal_.number_;
    }

    // True: there may be more to read.
    Parsed<bool> read_file(Mark at, std::uint64_t last, std::uint64_t& seq, const Visit& visit) {
        auto file = SegmentFile::open(journal_.path_of(at.place.file), SegmentFile::Mode::read);
        if (!file) return Unparsed(file.error());
        FrameReader reader(std::move(*file), journal_.mark_, at.place.offset);
        while (at.number < last) {
            at.place.offset = reader.offset();
            auto frame = reader.next();
            if (!frame) return Unparsed(frame.error());
            if (!*frame || ((*frame)->kind == Kind::commit && (*frame)->number != at.number + 1))
                return damaged(at.place);
            if ((*frame)->kind != Kind::commit) continue;
            const Mark before = at;
            at.number = (*frame)->number;
            std::string_view payload = (*frame)->payload;
            while (!payload.empty()) {
                auto batch = take_batch(payload);
                if (!batch) return damaged(at.place);
                at.heads[batch->partition] = batch->seq;
                if (batch->partition != partition_ || batch->seq < seq) continue;
                if (batch->seq > seq) return missing(seq);
                ++seq;
                if (visit(batch->seq, batch->body)) continue;
                follow(before);
                return false;
            }
        }
        at.place.offset = reader.offset();
        follow(std::move(at));
        return true;
    }

    // Who reads on in pieces begins here.
    void follow(Mark at) {
        std::lock_guard lock(journal_.mutex_);
        journal_.followed_.insert_or_assign(partition_, std::move(at));
    }

    Unparsed damaged(const Place& place) const {
        return Unparsed("'" + journal_.path_of(place.file) + "' is damaged at byte " +
                        std::to_string(place.offset) + "; restore a backup");
    }
    Unparsed missing(std::uint64_t seq) const {
        return Unparsed("the journal is damaged: batch " + std::to_string(seq) + " of partition " +
                        std::to_string(partition_) + " is missing; restore a backup");
    }

    Journal& journal_;
    PartitionId partition_;
};

Parsed<void> Journal::read(PartitionId partition, std::uint64_t from_seq, const Visit& visit) {
    return Reading(*this, partition).run(std::max<std::uint64_t>(from_seq, 1), visit);
}

Parsed<std::uint64_t> Journal::head(PartitionId partition) {
    std::lock_guard lock(mutex_);
    return head_in(heads_, partition);
}

Parsed<std::optional<std::string>> Journal::meta(std::string_view key) {
    std::lock_guard lock(mutex_);
    auto found = facts_.find(key);
    if (found == facts_.end()) return std::nullopt;
    return found->second;
}

Parsed<void> Journal::set_meta(std::string_view key, std::string_view value) {
    std::lock_guard lock(mutex_);
    if (is_stopped_) return Unparsed("the store is stopped: " + last_error_);
    if (access_ == Access::read_only) return Unparsed("the store is open for reading only");
    Facts facts = facts_;
    facts.insert_or_assign(std::string(key), std::string(value));
    auto written = write_facts(facts_path(folder_), facts);
    if (!written) {
        if (written.error().is_sync_failure) stop(written.error().why);
        return Unparsed(written.error().why);
    }
    facts_ = std::move(facts);
    return {};
}

std::uint64_t Journal::size_bytes() {
    std::lock_guard lock(mutex_);
    return files_before_bytes_ + end_;
}

std::string Journal::last_error() {
    std::lock_guard lock(mutex_);
    return last_error_;
}

}  // namespace rb::store::segments
