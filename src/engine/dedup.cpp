#include "engine/dedup.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "base/check.h"
#include "base/codec.h"
#include "engine/near.h"

namespace rb::engine {

namespace {

constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;
constexpr std::int64_t day_last = Instant::us_max / day_us;
// Codes go round; 0 is that of an empty slot.
constexpr std::int64_t codes = 4095;
// Slots behind the last one that a hash may begin at, for those that were pushed on.
constexpr std::size_t tail = 32;
constexpr std::size_t keys_per_chunk = 50'000;
// A round of sweeping thus takes 65,536 insertions, or 64 days of few.
constexpr std::size_t insertions_per_sweep = 16;
constexpr std::size_t shards_per_day = 64;
// Days from the first that may still be in the table to the newest.
constexpr std::int64_t span_max = 2 * Dedup::days_max;
static_assert(span_max < codes);
constexpr char version = 1;

std::int64_t day_at(Instant at) { return std::clamp<std::int64_t>(at.us / day_us, 0, day_last); }

}  // namespace

std::int64_t Dedup::utc_day(Instant instant) { return day_at(instant); }

Dedup::Dedup(std::size_t ids_max)
    : ids_max_(ids_max),
      shards_(shard_count),
      of_day_(codes + 1),
      runs_(std::make_shared<const IdRunSet>()) {
    static_assert(codes == static_cast<std::int64_t>(day_mask));
}

std::uint64_t Dedup::code_of(std::int64_t day) {
    return static_cast<std::uint64_t>(day % codes) + 1;
}

// The one day from `clean_` on that has the code; later ones than `newest_` are not in the table.
std::int64_t Dedup::day_of(std::uint64_t code) const {
    std::int64_t ahead = (static_cast<std::int64_t>(code) - 1 - clean_ % codes + codes) % codes;
    return clean_ + ahead;
}

bool Dedup::is_live(std::uint64_t low) const { return day_of(low & day_mask) >= horizon_; }

std::size_t Dedup::first_slot(const Shard& shard, std::uint64_t high) {
    auto spread = static_cast<unsigned __int128>(high) * (shard.slot_count - tail);
    return static_cast<std::size_t>(spread >> 64);
}

Dedup::Key* Dedup::seek(const Shard& shard, const Uuid& id, bool& found) {
    found = false;
    if (shard.slot_count == 0) return nullptr;
    Key* place = &shard.slots[first_slot(shard, id.high)];
    while (!place->is_empty() && place->high < id.high) ++place;
    for (Key* key = place; !key->is_empty() && key->high == id.high; ++key) {
        found = ((key->low ^ id.low) & ~day_mask) == 0;
        if (found) return key;
    }
    return place;
}

Dedup::Key* Dedup::find(const Shard& shard, const Uuid& id) {
    bool found = false;
    Key* key = seek(shard, id, found);
    return found ? key : nullptr;
}

bool Dedup::look(const Uuid& id) {
    if (id.is_nil()) return false;
    bool found = false;
    Key* key = seek(shards_[id.low & day_mask], id, found);
    looked_ = id;
    place_ = found ? nullptr : key;
    return found && is_live(key->low);
}

bool Dedup::contains(const Uuid& id) const {
    if (id.is_nil()) return false;
    const Key* key = find(shards_[id.low & day_mask], id);
    return key != nullptr && is_live(key->low);
}

void Dedup::prefetch(const Uuid& id) const {
    const Shard& shard = shards_[id.low & day_mask];
    if (shard.slot_count == 0) return;
    const Key* key = &shard.slots[first_slot(shard, id.high)];
    bring_near(key, sizeof *key);
    bring_near(key + 3, sizeof *key);
}

bool Dedup::insert(const Uuid& id, Instant received_at) {
    return insert_day(id, day_at(received_at));
}

bool Dedup::insert_day(const Uuid& id, std::int64_t day) {
    if (id.is_nil()) return false;
    begin(day);
    if (day < horizon_) return false;
    if (++insertions_ % insertions_per_sweep == 0) sweep(1);
    std::size_t shard = id.low & day_mask;
    std::uint64_t code = code_of(day);
    bool was_looked_for = place_ != nullptr && looked_ == id;
    if (Key* key = was_looked_for ? nullptr : find(shards_[shard], id)) {
        if (is_live(key->low)) return false;
        // It came again after it was forgotten, and before its shard was swept.
        key->low = (key->low & ~day_mask) | code;
    } else {
        place(shard, {id.high, (id.low & ~day_mask) | code});
    }
    ++of_day_[code];
    ++size_;
    return true;
}

// Makes the day one that can be told from all others in the table.
void Dedup::begin(std::int64_t day) {
    if (!begun_) {
        begun_ = true;
        newest_ = day;
        clean_ = round_ = horizon_ = std::max(horizon_, day - days_max);
        return;
    }
    if (day <= newest_) return;
    newest_ = day;
    drop_before({(day - span_max + 1) * day_us});
    while (newest_ - clean_ >= span_max) sweep(shard_count);
}

// Moves what is after the key's place one on, up to the next gap. False: there is none.
bool Dedup::put(Shard& shard, Key key, Key* place) {
    if (place == nullptr) {
        place = &shard.slots[first_slot(shard, key.high)];
        while (!place->is_empty() && place->high < key.high) ++place;
    }
    Key* gap = place;
    while (!gap->is_empty()) ++gap;
    if (gap == &shard.slots[shard.slot_count - 1]) return false;
    std::move_backward(place, gap, gap + 1);
    *place = key;
    ++shard.key_count;
    return true;
}

void Dedup::place(std::size_t shard, Key key) {
    // A place is known only where look() has just been in this shard; a rebuilding forgets it.
    if (place_ != nullptr && (looked_.high != key.high || (looked_.low & day_mask) != shard))
        place_ = nullptr;
    make_room(shard);
    while (!put(shards_[shard], key, place_)) rebuild(shard, shards_[shard].slot_count * 5 / 4);
    place_ = nullptr;
}

// At most seven eighths are taken. The first sizes differ, so that shards do not grow together.
void Dedup::make_room(std::size_t index) {
    Shard& shard = shards_[index];
    if (shard.slot_count == 0) return rebuild(index, tail + 16 + index * 16 / shard_count);
    std::size_t room = shard.slot_count - tail;
    if (shard.key_count < room / 8 * 7) return;
    rebuild(index, tail + room + std::max<std::size_t>(room / 4, 8));
}

// The keys that are live in a shard of this many slots; it may end up larger.
void Dedup::rebuild(std::size_t index, std::size_t slot_count) {
    rebuild(index, slot_count, [this](const Key& key) { return is_live(key.low); });
}

// Those that a copy of `keep`, asked in their order, says yes to.
template <class Keep>
void Dedup::rebuild(std::size_t index, std::size_t slot_count, const Keep& keep) {
    place_ = nullptr;
    Shard old = std::move(shards_[index]);
    slots_ -= old.slot_count;
    for (bool complete = false; !complete; slot_count = slot_count * 5 / 4) {
        Shard fresh;
        fresh.slot_count = static_cast<std::uint32_t>(slot_count);
        fresh.slots = std::make_unique<Key[]>(slot_count);
        complete = true;
        Keep is_kept = keep;
        std::size_t next = 0;
        for (std::size_t i = 0; i < old.slot_count && complete; ++i) {
            const Key& key = old.slots[i];
            if (key.is_empty() || !is_kept(key)) continue;
            next = std::max(next, first_slot(fresh, key.high));
            complete = next + 1 < slot_count;
            if (complete) fresh.slots[next++] = key;
            ++fresh.key_count;
        }
        if (complete) shards_[index] = std::move(fresh);
    }
    slots_ += shards_[index].slot_count;
}

void Dedup::drop_before(Instant instant) {
    std::int64_t day = day_at(instant);
    if (day <= horizon_) return;
    if (!begun_ || day > newest_) return forget_until(day);
    for (std::int64_t gone = horizon_; gone < day; ++gone) {
        size_ -= of_day_[code_of(gone)];
        of_day_[code_of(gone)] = 0;
    }
    horizon_ = day;
    forget_runs();
    sweep(shards_per_day);
}

void Dedup::forget_until(std::int64_t day) {
    for (Shard& shard : shards_) shard = {};
    std::ranges::fill(of_day_, 0);
    place_ = nullptr;
    size_ = slots_ = left_ = 0;
    clean_ = round_ = horizon_ = day;
    forget_runs();
}

// Ids that are in a run too leave. Both are in the same order, but for keys that share `high`.
void Dedup::retire_in(std::size_t index, std::span<const Uuid> ids, std::uint64_t code) {
    const Shard& shard = shards_[index];
    if (shard.key_count == 0) return;
    auto is_in_run = [&ids, code](const Key& key, std::size_t& at) {
        if ((key.low & day_mask) != code) return false;
        while (at < ids.size() && ids[at].high < key.high) ++at;
        for (std::size_t i = at; i < ids.size() && ids[i].high == key.high; ++i)
            if (((ids[i].low ^ key.low) & ~day_mask) == 0) return true;
        return false;
    };
    std::size_t leaving = 0;
    std::size_t live = 0;
    std::size_t cursor = 0;
    for (std::size_t i = 0; i < shard.slot_count; ++i) {
        const Key& key = shard.slots[i];
        if (key.is_empty() || !is_live(key.low)) continue;
        ++live;
        if (is_in_run(key, cursor)) ++leaving;
    }
    if (leaving == 0) return;
    size_ -= leaving;
    of_day_[code] -= leaving;
    in_both_ -= leaving;
    std::size_t left = live - leaving;
    rebuild(index, tail + 16 + left + left / 4,
            [this, is_in_run, at = std::size_t{0}](const Key& key) mutable {
                return is_live(key.low) && !is_in_run(key, at);
            });
}

// Takes what is forgotten out of so many shards. Rounds follow each other as long as there may be
// something: the next begins where the horizon is then.
void Dedup::sweep(std::size_t shards) {
    for (; shards > 0; --shards) {
        if (left_ == 0) {
            if (round_ == horizon_) return;
            round_ = horizon_;
            left_ = shard_count;
        }
        sweep_one(--left_);
        if (left_ == 0) clean_ = round_;
    }
}

void Dedup::sweep_one(std::size_t index) {
    const Shard& shard = shards_[index];
    std::size_t live = 0;
    for (std::size_t i = 0; i < shard.slot_count; ++i)
        if (!shard.slots[i].is_empty() && is_live(shard.slots[i].low)) ++live;
    if (live == shard.key_count) return;
    std::size_t slot_count = shard.slot_count;
    if (4 * live < slot_count) slot_count = tail + 16 + 2 * live;
    rebuild(index, slot_count);
}

std::size_t Dedup::bytes() const {
    std::size_t bytes = sizeof(*this) + shards_.size() * sizeof(Shard) +
                        of_day_.size() * sizeof(of_day_[0]) + slots_ * sizeof(Key);
    for (const IdRunPtr& run : *runs_) bytes += run->memory_bytes();
    return bytes;
}

std::size_t Dedup::chunks() const {
    return std::min(std::bit_ceil(size_ / keys_per_chunk + 1), shard_count);
}

std::string Dedup::save_chunk(std::size_t chunk) const {
    RB_CHECK(chunk < chunks(), "a chunk is one of those that there are");
    std::size_t width = shard_count / chunks();
    std::map<std::int64_t, std::string> days;
    for (std::size_t index = chunk * width; index < (chunk + 1) * width; ++index) {
        const Shard& shard = shards_[index];
        for (std::size_t i = 0; i < shard.slot_count; ++i) {
            const Key& key = shard.slots[i];
            if (key.is_empty() || !is_live(key.low)) continue;
            codec::put_uuid(days[day_of(key.low & day_mask)],
                            {key.high, (key.low & ~day_mask) | index});
        }
    }
    std::string out(1, version);
    codec::put_varint(out, days.size());
    for (const auto& [day, ids] : days) {
        codec::put_varint(out, static_cast<std::uint64_t>(day));
        codec::put_varint(out, ids.size());
        out += ids;
    }
    return out;
}

Parsed<void> Dedup::load_chunk(std::string_view bytes) {
    auto malformed = Unparsed("a part of the received events is damaged or of a later format");
    if (bytes.empty() || bytes[0] != version) return malformed;
    std::map<std::int64_t, std::string_view> days;
    codec::Reader reader(bytes.substr(1));
    for (std::uint64_t left = reader.varint(); left > 0; --left) {
        std::uint64_t day = reader.varint();
        std::string_view ids = reader.bytes();
        if (!reader.ok() || day > static_cast<std::uint64_t>(day_last) || ids.size() % 16 != 0)
            return malformed;
        if (!days.emplace(static_cast<std::int64_t>(day), ids).second) return malformed;
    }
    if (!reader.ok() || !reader.at_end()) return malformed;
    for (const auto& [day, ids] : days) {
        codec::Reader each(ids);
        while (!each.at_end()) insert_day(each.sixteen(), day);
    }
    return {};
}

}  // namespace rb::engine
