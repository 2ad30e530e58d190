#include "engine/id_keeper.h"

#include <algorithm>
#include <map>
#include <queue>

#include "base/notice.h"
#include "base/text.h"

namespace rb::engine {

namespace {

constexpr std::int64_t day_seconds = 24LL * 3600;
// Runs of the newest day before they are put together; an older day has one.
constexpr std::size_t runs_per_day_max = 8;
constexpr std::size_t pages_per_read = 64;
// So many ids are written between two looks at whether to stop.
constexpr std::size_t ids_per_write = 16'384;

std::string meta_key(PartitionId partition) {
    return "event_ids_from/" + std::to_string(partition);
}

// The ids of a run one after the other.
class Cursor {
public:
    explicit Cursor(const IdRun& run) : run_(run) {}
    // nullptr: after the last one. An error of reading is kept in `error`.
    const Uuid* peek() {
        if (at_ < ids_.size()) return &ids_[at_];
        auto ids = run_.read(page_, pages_per_read);
        page_ += pages_per_read;
        at_ = 0;
        ids_ = ids ? std::move(*ids) : std::vector<Uuid>();
        if (!ids) error = ids.error();
        return ids_.empty() ? nullptr : &ids_[0];
    }
    void next() { ++at_; }
    std::string error;

private:
    const IdRun& run_;
    std::vector<Uuid> ids_;
    std::size_t page_ = 0;
    std::size_t at_ = 0;
};

// Writes all ids of the runs in their order; false when it was stopped.
Parsed<bool> write_merged(std::vector<Cursor>& cursors, IdRunBuilder& builder,
                          const std::atomic<bool>& stopping) {
    auto later = [&cursors](std::size_t a, std::size_t b) {
        return IdOrder{}(*cursors[b].peek(), *cursors[a].peek());
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> queue(later);
    for (std::size_t i = 0; i < cursors.size(); ++i)
        if (cursors[i].peek() != nullptr) queue.push(i);
    std::vector<Uuid> ids;
    while (!queue.empty()) {
        std::size_t first = queue.top();
        queue.pop();
        if (ids.empty() || ids.back() != *cursors[first].peek())
            ids.push_back(*cursors[first].peek());
        cursors[first].next();
        if (cursors[first].peek() != nullptr) queue.push(first);
        if (ids.size() < ids_per_write && !queue.empty()) continue;
        // The last one stays to be compared with.
        Uuid last = ids.back();
        if (!queue.empty()) ids.pop_back();
        if (auto ok = builder.add(ids); !ok) return Unparsed(ok.error());
        ids.assign(1, last);
        if (stopping) return false;
    }
    for (const Cursor& cursor : cursors)
        if (!cursor.error.empty()) return Unparsed(cursor.error);
    return true;
}

}  // namespace

Parsed<Instant> ids_forgotten_until(Journal& journal, PartitionId partition) {
    auto day = journal.meta(meta_key(partition));
    if (!day) return Unparsed(day.error());
    if (!*day) return Instant{};
    auto number = parse_int(**day);
    if (!number || *number < 0 || *number > Instant::us_max / 1'000'000 / day_seconds)
        return Unparsed("the day from which ids of events are kept is unreadable");
    return Instant::of_seconds(*number * day_seconds);
}

void IdKeeper::drop(std::uint64_t number) const {
    // A file that stays behind costs its space until the next start.
    if (auto ok = store_.id_runs().remove(partition_, number); !ok)
        notice(Severity::warning, ok.error());
}

void IdKeeper::open(const Dedup& ids) {
    {
        std::lock_guard lock(mutex_);
        named_.clear();
        for (const IdRunPtr& run : *ids.runs()) named_.insert(run->name().number);
    }
    collect(ids);
}

void IdKeeper::named(const Dedup& ids) { open(ids); }

// Removes what no snapshot names and nobody asks. The numbers go on after the highest one.
void IdKeeper::collect(const Dedup& ids) {
    auto numbers = store_.id_runs().list(partition_);
    if (!numbers) return;
    std::set<std::uint64_t> kept;
    for (const IdRunPtr& run : *ids.runs()) kept.insert(run->name().number);
    {
        std::lock_guard lock(mutex_);
        if (!numbers->empty()) next_number_ = std::max(next_number_, numbers->back() + 1);
    }
    for (std::uint64_t number : *numbers)
        if (!kept.contains(number)) drop(number);
}

IdKeeper::Task IdKeeper::next_task(Dedup& ids) const {
    using Kind = Task::Kind;
    if (ids.has_forgotten()) return {Kind::remove, ids.take_forgotten(), {}, ids.horizon_day()};
    if (ids.size_in_memory() > budget_.in_memory)
        if (auto day = ids.oldest_day()) return {Kind::spill, {}, *day, 0};
    std::map<std::int64_t, std::vector<IdRunPtr>> days;
    for (const IdRunPtr& run : *ids.runs()) days[run->name().day].push_back(run);
    for (auto& [day, runs] : days) {
        std::size_t most = day < ids.newest_day() ? 1 : runs_per_day_max;
        if (runs.size() > most) return {Kind::merge, std::move(runs), {day, 0}, 0};
    }
    return {};
}

bool IdKeeper::has_work(const Dedup& ids) const {
    if (ids.has_forgotten() || ids.size_in_memory() > budget_.in_memory) return true;
    const IdRunSet& runs = *ids.runs();
    std::size_t same = 1;  // of the day of the run before
    for (std::size_t i = 1; i < runs.size(); ++i) {
        std::int64_t day = runs[i]->name().day;
        same = day == runs[i - 1]->name().day ? same + 1 : 1;
        if (same > (day < ids.newest_day() ? 1 : runs_per_day_max)) return true;
    }
    return false;
}

Parsed<bool> IdKeeper::work(const Use& use, const std::atomic<bool>& stopping) {
    Task task;
    if (!use([&](Dedup& ids) { task = next_task(ids); })) return false;
    switch (task.kind) {
        case Task::Kind::none:
            return false;
        case Task::Kind::remove:
            return remove(task);
        case Task::Kind::spill:
            return spill(task, use, stopping);
        case Task::Kind::merge:
            return merge(task, use, stopping);
    }
    return false;
}

// A snapshot may name them still: what it then lacks must be known to be over.
Parsed<bool> IdKeeper::remove(const Task& task) {
    auto known = ids_forgotten_until(store_.journal(), partition_);
    if (!known) return Unparsed(known.error());
    if (known->us < task.horizon * day_seconds * 1'000'000) {
        auto ok = store_.journal().set_meta(meta_key(partition_), std::to_string(task.horizon));
        if (!ok) return Unparsed(ok.error());
    }
    for (const IdRunPtr& run : task.runs) drop(run->name().number);
    return true;
}

Parsed<std::unique_ptr<IdRunBuilder>> IdKeeper::begin(std::int64_t day, std::size_t ids) {
    IdRunName place;
    place.day = day;
    {
        std::lock_guard lock(mutex_);
        place.number = next_number_++;
    }
    return IdRunBuilder::create(store_.id_runs(), partition_, place, ids);
}

Parsed<bool> IdKeeper::spill(const Task& task, const Use& use, const std::atomic<bool>& stopping) {
    std::int64_t day = task.day.day;
    auto builder = begin(day, task.day.ids);
    if (!builder) return Unparsed(builder.error());
    std::vector<Uuid> ids;
    for (std::size_t shard = 0; shard < Dedup::shards();) {
        ids.clear();
        bool same = use([&](const Dedup& from) { shard = from.copy_day(day, shard, ids); });
        if (!same || stopping) return false;
        if (auto ok = (*builder)->add(ids); !ok) return Unparsed(ok.error());
    }
    // The day was over before it was copied.
    if ((*builder)->count() == 0) return true;
    auto run = (*builder)->finish();
    if (!run) return Unparsed(run.error());
    bool taken = false;
    use([&](Dedup& to) { taken = to.adopt(*run, Dedup::Copies::in_both); });
    if (!taken) {
        drop((*run)->name().number);
        return false;
    }
    // To the end, also when the engine stops: a snapshot then has each id once.
    for (std::size_t page = 0; page < (*run)->pages(); page += pages_per_read) {
        auto gone = (*run)->read(page, pages_per_read);
        if (!gone) return Unparsed(gone.error());
        for (std::span<const Uuid> left = *gone; !left.empty();) {
            std::size_t done = 0;
            if (!use([&](Dedup& from) { done = from.retire(day, left); })) return false;
            left = left.subspan(done);
        }
    }
    return true;
}

Parsed<bool> IdKeeper::merge(const Task& task, const Use& use, const std::atomic<bool>& stopping) {
    std::size_t count = 0;
    std::vector<Cursor> cursors;
    for (const IdRunPtr& run : task.runs) {
        count += run->name().count;
        cursors.emplace_back(*run);
    }
    auto builder = begin(task.day.day, count);
    if (!builder) return Unparsed(builder.error());
    auto written = write_merged(cursors, **builder, stopping);
    if (!written || !*written) return written;
    auto merged = (*builder)->finish();
    if (!merged) return Unparsed(merged.error());
    bool taken = false;
    bool same = use([&](Dedup& ids) { taken = ids.merge(task.runs, *merged); });
    if (!same || !taken) {
        drop((*merged)->name().number);
        return same;
    }
    std::vector<std::uint64_t> gone;
    {
        std::lock_guard lock(mutex_);
        for (const IdRunPtr& run : task.runs)
            if (!named_.contains(run->name().number)) gone.push_back(run->name().number);
    }
    for (std::uint64_t number : gone) drop(number);
    return true;
}

}  // namespace rb::engine
