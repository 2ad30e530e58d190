#pragma once
// A run: ids of usage events that were received on one UTC day, in order, in an immutable file
// (docs/formats/id-run.md). Memory holds its filter and the first id of each page, together 1.6
// bytes an id; so a question costs a line of the cache, and one page is read when the filter does
// not say no. Each page has its checksum, which is looked at whenever it is read.
//
// The order of ids is that of their lowest 12 bits, then of `high`, then of `low`: that of the
// shards of Dedup, so that a run is written as memory is walked.
//
// Threading: a run may be asked by several threads; a builder belongs to one.
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/id_filter.h"
#include "engine/ports.h"

namespace rb::engine {

// As ids stand in a run.
struct IdOrder {
    static constexpr std::uint64_t shard_mask = 4095;
    bool operator()(const Uuid& a, const Uuid& b) const {
        std::uint64_t first = a.low & shard_mask;
        std::uint64_t second = b.low & shard_mask;
        if (first != second) return first < second;
        return a.high != b.high ? a.high < b.high : a.low < b.low;
    }
};

// What a run is: its place, and enough to tell it from any other that stood there. In snapshots.
struct IdRunName {
    std::uint64_t number = 0;
    std::int64_t day = 0;
    std::uint64_t count = 0;
    std::uint32_t checksum = 0;  // of filter, first ids and the pages' checksums

    bool operator==(const IdRunName&) const = default;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "number", s.number);
        v(2, "day", s.day);
        v(3, "count", s.count);
        v(4, "checksum", s.checksum);
    }
};

enum class InRun : std::uint8_t { no, yes, unreadable };

class IdRun {
public:
    static constexpr std::size_t page_bytes = 4096;
    static constexpr std::size_t page_ids = page_bytes / 16;

    // Checks size and all but the pages. The error says what is wrong with it.
    static Parsed<std::shared_ptr<const IdRun>> open(IdRuns& files, PartitionId partition,
                                                     std::uint64_t number);

    const IdRunName& name() const { return name_; }
    InRun find(const Uuid& id) const;
    void prefetch(const Uuid& id) const { filter_.prefetch(id); }

    // Its ids in their order, from this page on, so many pages at most; checked. Empty after the
    // last page.
    Parsed<std::vector<Uuid>> read(std::size_t page, std::size_t pages) const;
    std::size_t pages() const { return pages_.size(); }
    std::size_t memory_bytes() const {
        return filter_.bytes().size() + pages_.size() * sizeof(Page);
    }

private:
    friend class IdRunBuilder;
    // The first 64 bits of the order of a page's first id, and the page's checksum.
    struct Page {
        std::uint64_t first = 0;
        std::uint32_t checksum = 0;
    };
    using PageBytes = std::array<char, page_bytes>;

    IdRun() = default;
    Parsed<void> read_page(std::size_t page, PageBytes& into) const;
    std::size_t ids_of(std::size_t page) const;

    IdRunName name_;
    std::vector<Page> pages_;
    IdFilter filter_;
    std::unique_ptr<IdRunFile> file_;
};

using IdRunPtr = std::shared_ptr<const IdRun>;

class IdRunBuilder {
public:
    // `ids`: how many will come, about.
    static Parsed<std::unique_ptr<IdRunBuilder>> create(IdRuns& files, PartitionId partition,
                                                        const IdRunName& place, std::size_t ids);
    // All in ascending order, over all calls. Not nil.
    Parsed<void> add(std::span<const Uuid> ids);
    std::uint64_t count() const { return run_->name_.count; }
    // The durable run. After an error nothing is left of it.
    Parsed<IdRunPtr> finish();

private:
    IdRunBuilder() = default;
    Parsed<void> flush_page();

    IdRuns* files_ = nullptr;
    PartitionId partition_ = 0;
    std::unique_ptr<IdRunWriter> writer_;
    std::shared_ptr<IdRun> run_;
    std::string page_;
};

// Runs that are asked together, the newest day first. Never changed: replaced.
using IdRunSet = std::vector<IdRunPtr>;
using IdRunSetPtr = std::shared_ptr<const IdRunSet>;

// What runs say of many ids, found out before a lock is taken, and what it is worth under the lock,
// when other runs may have come and some may have gone.
class IdLookup {
public:
    IdLookup(IdRunSetPtr runs, std::vector<Uuid> ids);
    // Whether the id, number `item` of those that were asked for, is in one of `now`. Only runs
    // that were not asked before are asked here.
    InRun find(const IdRunSetPtr& now, const Uuid& id, std::size_t item) const;

private:
    struct Found {
        const IdRun* run = nullptr;  // the first that has it, or could not be read
        InRun in = InRun::no;
    };
    IdRunSetPtr runs_;
    std::vector<Uuid> ids_;
    std::vector<Found> found_;
};

// All runs are asked. For an id that nobody looked up before.
InRun find_in(const IdRunSet& runs, const Uuid& id);

}  // namespace rb::engine
