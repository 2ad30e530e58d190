// The side of Dedup that works with runs: what is copied to them, which there are, what leaves the
// memory for them.
#include <algorithm>

#include "engine/dedup.h"

namespace rb::engine {

namespace {

// Slots that a call looks at, some tens of microseconds.
constexpr std::size_t slots_per_slice = 30'000;

}  // namespace

std::optional<Dedup::Day> Dedup::oldest_day() const {
    if (!begun_ || size_ == 0) return std::nullopt;
    for (std::int64_t day = horizon_; day <= newest_; ++day)
        if (std::size_t ids = of_day_[code_of(day)]; ids > 0) return Day{day, ids};
    return std::nullopt;
}

std::size_t Dedup::copy_day(std::int64_t day, std::size_t shard, std::vector<Uuid>& out) const {
    if (!begun_ || day < horizon_ || day > newest_) return shard_count;
    std::uint64_t code = code_of(day);
    for (std::size_t looked_at = 0; shard < shard_count && looked_at < slots_per_slice; ++shard) {
        const Shard& from = shards_[shard];
        looked_at += from.slot_count + 1;
        auto first = static_cast<std::ptrdiff_t>(out.size());
        for (std::size_t i = 0; i < from.slot_count; ++i) {
            const Key& key = from.slots[i];
            if (!key.is_empty() && (key.low & day_mask) == code)
                out.push_back({key.high, (key.low & ~day_mask) | shard});
        }
        // Those that share `high` stand in the order of their coming.
        if (!std::is_sorted(out.begin() + first, out.end(), IdOrder{}))
            std::sort(out.begin() + first, out.end(), IdOrder{});
    }
    return shard;
}

void Dedup::replace_runs(IdRunSet runs) {
    std::ranges::stable_sort(runs, std::greater{},
                             [](const IdRunPtr& run) { return run->name().day; });
    in_runs_ = 0;
    for (const IdRunPtr& run : runs) in_runs_ += run->name().count;
    runs_ = std::make_shared<const IdRunSet>(std::move(runs));
}

bool Dedup::adopt(IdRunPtr run, Copies copies) {
    std::int64_t day = run->name().day;
    begin(day);
    if (day < horizon_) return false;
    // What could not leave the memory after the run before is counted twice from here on.
    if (copies == Copies::in_both) {
        in_both_ = run->name().count;
        both_day_ = day;
    }
    IdRunSet runs = *runs_;
    runs.push_back(std::move(run));
    replace_runs(std::move(runs));
    return true;
}

bool Dedup::merge(std::span<const IdRunPtr> old, IdRunPtr merged) {
    IdRunSet runs = *runs_;
    for (const IdRunPtr& run : old)
        if (std::erase(runs, run) == 0) return false;
    runs.push_back(std::move(merged));
    replace_runs(std::move(runs));
    return true;
}

std::size_t Dedup::retire(std::int64_t day, std::span<const Uuid> ids) {
    if (day < horizon_ || day > newest_) return ids.size();
    std::size_t done = 0;
    for (std::size_t looked_at = 0; done < ids.size() && looked_at < slots_per_slice;) {
        auto rest = ids.subspan(done);
        std::size_t shard = rest.front().low & day_mask;
        looked_at += shards_[shard].slot_count + 1;
        auto end = std::ranges::find_if(
            rest, [shard](const Uuid& id) { return (id.low & day_mask) != shard; });
        auto count = static_cast<std::size_t>(end - rest.begin());
        retire_in(shard, rest.first(count), code_of(day));
        done += count;
    }
    return done;
}

// Takes out the runs of days that are over.
void Dedup::forget_runs() {
    if (both_day_ < horizon_) in_both_ = 0;
    if (runs_->empty() || runs_->back()->name().day >= horizon_) return;
    IdRunSet runs;
    for (const IdRunPtr& run : *runs_)
        (run->name().day < horizon_ ? forgotten_ : runs).push_back(run);
    replace_runs(std::move(runs));
}

}  // namespace rb::engine
