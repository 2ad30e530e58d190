// Usage and entitlements of one partition. The steady case, a use that every level lets pass while
// its windows are open, makes no event but its row: rows of one commit stand together in a block.
// Whatever else follows (a window begins, packs are bought) is a record of its own before the row.
#include <sodium.h>

#include <algorithm>

#include "base/codec.h"
#include "base/limits.h"
#include "engine/usage_turn.h"

namespace rb::engine {

using entitlements::Act;

namespace {

// Whether any of the account's windows of this moment has not seen the member yet: what its use by
// the hour grows by.
bool is_new_member(const metering::Usage& usage, const metering::Use& use) {
    return std::ranges::any_of(usage.counters, [&use](const metering::Counter& counter) {
        return counter.meter == use.meter && counter.span.contains(use.occurred_at) &&
               !metering::has_member(counter, use.member);
    });
}

}  // namespace

Uuid keyed_hash(const UsageKey& key, Uuid scope, std::string_view first, std::string_view second) {
    // Small enough for all that limits.h lets in; the lengths keep the parts apart.
    std::array<unsigned char, 16 + 8 + 2 * limits::idempotency_key_bytes_max + 64> bytes;
    std::size_t size = 0;
    auto put = [&](const void* from, std::size_t count) {
        if (count > 0) std::memcpy(bytes.data() + size, from, count);
        size += count;
    };
    put(&scope, sizeof scope);
    auto length = static_cast<std::uint64_t>(first.size());
    put(&length, sizeof length);
    std::size_t room = bytes.size() - size;
    put(first.data(), std::min(first.size(), room / 2));
    put(second.data(), std::min(second.size(), bytes.size() - size));
    std::array<unsigned char, 16> hash;
    crypto_shorthash_siphashx24(hash.data(), bytes.data(), size, key.bytes.data());
    Uuid out;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
}

const UsageIndex& Partition::index_of(const CatalogPtr& catalog) {
    if (!index_ || index_->catalog() != catalog) index_ = std::make_unique<UsageIndex>(catalog);
    return *index_;
}

Result<AccountRecord*> Partition::usage_target(AccountId id, const accounts::Caller& caller,
                                               std::string_view field) {
    AccountRecord* record = book_.find(id);
    if (!record || !is_known_to(caller, *record)) return unknown_account(field);
    return record;
}

bool Partition::is_known_to(const accounts::Caller& caller, const AccountRecord& record) const {
    AccountId id = record.account.id;
    return caller.is_platform() || id == caller.account || book_.is_within(id, caller.account);
}

// The present of the account's tree, after what was due has fired.
Instant Partition::present_of(AccountRecord& record, UsageTurn& turn) {
    Tree& tree = *book_.tree_of(record);
    bool is_quiet = tree.clock.is_nil() &&
                    (tree.timers.empty() || tree.timers.begin()->due > wall(turn.moment));
    if (is_quiet) return std::max(tree.now, wall(turn.moment));
    return bring_up_to(record.account.id, turn.moment, *turn.catalog);
}

Result<entitlements::Decision> Partition::judge(AccountRecord& record, const Act& act,
                                                UsageTurn& turn) {
    gather(book_, *turn.catalog, record, act.use.meter, act.now, parties_);
    IdSource ids(act.now, {turn.moment.seed.high + (turn.step += 16), turn.moment.seed.low});
    return entitlements::decide(*turn.catalog, parties_, act, ids);
}

void Partition::keep_events(std::vector<entitlements::Event>&& events, Instant at,
                            UsageTurn& turn) {
    if (events.empty()) return;
    std::vector<Event> lifted;
    lift_all(lifted, std::move(events));
    append_record(apply_events(at, "usage", *turn.caller, lifted), turn.catalog_seq);
}

void Partition::add_row(AccountRecord& record, const UsageRow& row, const UsageTurn& turn) {
    block_received_ = std::max(block_received_, wall(turn.moment));
    count(book_, &record, row, ++book_.event_count, block_received_);
    block_.add(row);
    block_catalog_seq_ = std::max(block_catalog_seq_, turn.catalog_seq);
}

// Memory is asked here. The disk was asked before the lock was taken; what moved to it since has
// just been written, and is asked now.
Result<bool> Partition::is_received(const Uuid& hash, const AccountRecord& record,
                                    const UsageTurn& turn) {
    Dedup& ids = book_.events;
    if (ids.look(hash)) return true;
    if (ids.has_runs()) [[unlikely]] {
        InRun in = *turn.in_runs ? (*turn.in_runs)->find(ids.runs(), hash, turn.item)
                                 : find_in(*ids.runs(), hash);
        if (in == InRun::unreadable)
            return refuse(Fault::deduplication_is_full,
                          "the ids of earlier events cannot be read now; nothing was counted");
        if (in == InRun::yes) return true;
    }
    if (ids.is_full())
        return refuse(Fault::deduplication_is_full,
                      "no more event ids can be told apart now; nothing was counted");
    const Shared all{ids.ids_max(), ids.size()};
    // While less than half is taken, no tree can hold more than is left.
    if (all.held >= all.capacity / 2) [[unlikely]] {
        const std::uint64_t held = book_.id_shares.held(record.account.top);
        if (!has_share(all, held)) return tree_is_full("ids of events", all, held);
    }
    return false;
}

// Ids that lie before every meter's late window need not be told apart any more.
void Partition::forget_events(const UsageTurn& turn) {
    Instant horizon = wall(turn.moment) - index_of(turn.catalog).late_max();
    if (horizon.us < forgotten_.us + Duration::of_hours(1).us) return;
    forgotten_ = horizon;
    book_.events.drop_before(horizon);
    book_.id_shares.drop_before(Dedup::utc_day(horizon));
    has_runs_ = book_.events.has_runs();
}

void Partition::close_block() {
    if (block_.empty()) return;
    std::uint64_t rows = block_.rows();
    Record record;
    record.at = block_received_;
    record.command = "usage";
    metering::UsageCounted counted{block_.finish()};
    RawEvent& raw = record.events.emplace_back();
    raw.kind = EventKind<metering::UsageCounted>::number;
    encode(raw.bytes, counted);
    append_record(record, block_catalog_seq_, rows);
    pending_.blocks.push_back(std::move(counted.block));
    block_catalog_seq_ = 0;
}

// Without firing what is due: a check changes nothing.
Instant Partition::peek_present(AccountRecord& record, UsageTurn& turn) {
    Tree& tree = *book_.tree_of(record);
    if (tree.clock.is_nil()) return std::max(tree.now, wall(turn.moment));
    return std::max(tree.now, book_.clocks.at(tree.clock).now);
}

void Partition::name_entity(Act& act, const AccountRecord& record, std::string_view entity) const {
    act.entity = entity;
    act.use.entity = keyed_hash(usage_key_, record.account.top.uuid, act.use.meter, entity);
}

UsageRow Partition::row_of(const AccountRecord& record, const Act& act, const Uuid& event) const {
    UsageRow row{};
    row.account = record.account.id;
    row.meter = act.use.meter;
    row.aggregation = act.use.aggregation;
    row.quantity = act.use.quantity;
    if (act.use.aggregation == catalog::Aggregation::unique)
        row.quantity = is_new_member(record.usage, act.use) ? 1 : 0;
    row.member = act.use.member;
    row.at = act.now;
    row.occurred_at = act.use.occurred_at;
    row.event = event;
    row.dimensions = dimensions_;
    // Kept only where somebody counts by it.
    if (!record.usage.entity_counters.empty()) row.entity = act.use.entity;
    return row;
}

}  // namespace rb::engine
