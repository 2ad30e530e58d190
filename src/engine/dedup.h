#pragma once
// Which events were received already. An event stands here as the keyed 128-bit hash of its tree,
// source and id, with the UTC day of its receipt; the day decides when it is forgotten. The answers
// are exact for the hashes.
//
// All ids are in one table of 4096 shards by bits of the hash, which stand in the table no more:
// the day takes their place, so that an id costs 16 bytes and the room that a table needs (20 to 26
// bytes together), whatever the number of days. A shard is an array in the order of the hashes with
// gaps. Each shard grows alone and by a quarter, at a size of its own, and days that are over leave
// their shards one by one, so that no call works on more than a small part of the table.
//
// Beyond a number that its owner chooses, the ids of the oldest days move to runs on the disk
// (engine/id_run.h; engine/id_keeper.h moves them). An id is then in a run, in memory, or for a
// while in both, and is counted once by `size`. Memory is asked here, runs by those who may wait
// for a disk: see runs().
//
// The ids must be uniformly distributed and not to be chosen by those who send events: the order in
// a shard is that of the hashes.
//
// Threading: one thread at a time; const calls may run beside each other.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"
#include "engine/id_run.h"

namespace rb::engine {

class Dedup {
public:
    // The longest window. Days further back than this from the first insertion are taken as
    // forgotten; those twice as far behind the newest one are forgotten without a call.
    static constexpr std::int64_t days_max = 2000;

    // The number of ids that may be held at once: see is_full.
    explicit Dedup(std::size_t ids_max);
    void set_ids_max(std::size_t ids_max) { ids_max_ = ids_max; }
    std::size_t ids_max() const { return ids_max_; }
    // The day of an instant, as ids have one.
    static std::int64_t utc_day(Instant instant);

    // In memory, and received on a day that is not forgotten. The nil id never is.
    bool contains(const Uuid& id) const;
    // The same; an insertion of this very id right after a no does not search again.
    bool look(const Uuid& id);
    // Remembers it; false when it was in memory already, and then its first day stays. A nil id and
    // one of a forgotten day are not remembered. Nothing is refused for the budget here, and no run
    // is asked.
    bool insert(const Uuid& id, Instant received_at);
    // As insert of each, in their order, but shard by shard: so that the work is in one part of the
    // memory at a time. For replays, which bring hundreds of thousands at once. dedup_bulk.cpp
    void insert_all(std::span<const Uuid> ids, Instant received_at);
    // Brings the id's place near; for batches, some ids ahead of contains or insert.
    void prefetch(const Uuid& id) const;

    // Forgets the days that were over at this instant. Going back has no effect.
    void drop_before(Instant instant);

    // In memory and in runs.
    std::size_t size() const { return size_ + in_runs_ - in_both_; }
    std::size_t size_in_memory() const { return size_; }
    // As many ids as the budget or more: events must be refused, not counted without a memory.
    bool is_full() const { return size() >= ids_max_; }
    // Memory that is occupied.
    std::size_t bytes() const;

    // --- runs: engine/dedup_runs.cpp ---
    // Those whose day is not forgotten, the newest day first; never null.
    const IdRunSetPtr& runs() const { return runs_; }
    bool has_runs() const { return !runs_->empty(); }
    // The oldest day with ids in memory, and how many.
    struct Day {
        std::int64_t day = 0;
        std::size_t ids = 0;
    };
    std::optional<Day> oldest_day() const;
    std::int64_t newest_day() const { return newest_; }
    // Appends the day's ids in memory in the order of runs: of the shards from `shard` on, until
    // some 30,000 places were looked at. The shard to go on with; shards(): that was all.
    std::size_t copy_day(std::int64_t day, std::size_t shard, std::vector<Uuid>& out) const;
    static std::size_t shards() { return shard_count; }
    // A run whose ids are not in memory (in_runs), or all of them still are (in_both). False: its
    // day is forgotten, and it was not taken.
    enum class Copies : std::uint8_t { in_run, in_both };
    bool adopt(IdRunPtr run, Copies copies);
    // One run in the place of several of the same day. False: one of them is there no more.
    bool merge(std::span<const IdRunPtr> old, IdRunPtr merged);
    // Ids of the run that was adopted last with its ids in memory, in its order: they leave the
    // memory. Stops after some 30,000 places; how many of the ids it has dealt with.
    std::size_t retire(std::int64_t day, std::span<const Uuid> ids);
    // Runs that were forgotten since the last call.
    std::vector<IdRunPtr> take_forgotten() { return std::exchange(forgotten_, {}); }
    bool has_forgotten() const { return !forgotten_.empty(); }
    // Days before this one are forgotten.
    std::int64_t horizon_day() const { return horizon_; }

    // For snapshots: the ids in memory in `chunks()` parts of some 50,000 ids at most
    // (docs/formats/ usage-block.md). Loading adds to what is there, in any order and as often as
    // one likes; what is forgotten already is left out. A malformed chunk is an error and changes
    // nothing.
    std::size_t chunks() const;
    std::string save_chunk(std::size_t chunk) const;
    Parsed<void> load_chunk(std::string_view bytes);

private:
    // An id without the bits that name its shard; they hold its day's code, which is never 0.
    struct Key {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        bool is_empty() const { return low == 0; }
    };
    // Slots in ascending order of `high`, empty ones between; the last is always empty.
    struct Shard {
        std::unique_ptr<Key[]> slots;
        std::uint32_t slot_count = 0;
        std::uint32_t key_count = 0;  // forgotten ones included until the shard is swept
    };
    static constexpr std::size_t shard_bits = 12;
    static constexpr std::size_t shard_count = std::size_t{1} << shard_bits;
    static constexpr std::uint64_t day_mask = shard_count - 1;

    static std::uint64_t code_of(std::int64_t day);
    static std::size_t first_slot(const Shard& shard, std::uint64_t high);
    std::int64_t day_of(std::uint64_t code) const;
    bool is_live(std::uint64_t low) const;
    // Where the id stands, or would stand; nullptr without slots.
    static Key* seek(const Shard& shard, const Uuid& id, bool& found);
    static Key* find(const Shard& shard, const Uuid& id);
    bool insert_day(const Uuid& id, std::int64_t day);
    void begin(std::int64_t day);
    void place(std::size_t shard, Key key);
    static bool put(Shard& shard, Key key, Key* place);
    void rebuild(std::size_t shard, std::size_t slot_count);
    template <class Keep>
    void rebuild(std::size_t shard, std::size_t slot_count, const Keep& keep);
    void retire_in(std::size_t shard, std::span<const Uuid> ids, std::uint64_t code);
    void replace_runs(IdRunSet runs);
    void forget_runs();
    void make_room(std::size_t shard);
    void sweep(std::size_t shards);
    void sweep_one(std::size_t shard);
    void forget_until(std::int64_t day);

    std::size_t ids_max_;
    std::size_t size_ = 0;  // live ids in memory
    std::size_t slots_ = 0;
    std::vector<Shard> shards_;
    std::vector<std::size_t> of_day_;  // live ids in memory by code of their day
    Uuid looked_;                      // what look() missed last
    Key* place_ = nullptr;             // where it would stand; nullptr: not known any more
    IdRunSetPtr runs_;
    std::vector<IdRunPtr> forgotten_;
    std::size_t in_runs_ = 0;
    std::size_t in_both_ = 0;    // of the run adopted last, those that are in memory too
    std::int64_t both_day_ = 0;  // its day
    bool begun_ = false;
    std::int64_t horizon_ = 0;  // the first day that is remembered
    std::int64_t newest_ = 0;   // the last day of an insertion
    std::int64_t clean_ = 0;    // no shard holds an id of an earlier day
    std::int64_t round_ = 0;    // the horizon when the present round of sweeping began
    std::size_t left_ = 0;      // shards that it has not swept yet
    std::size_t insertions_ = 0;
};

}  // namespace rb::engine
