// Usage and entitlements of one partition. The steady case, a use that every level lets pass while
// its windows are open, makes no event but its row: rows of one commit stand together in a block.
// Whatever else follows (a window begins, packs are bought) is a record of its own before the row.
#include <algorithm>

#include "base/codec.h"
#include "base/limits.h"
#include "engine/authority.h"
#include "engine/trial.h"
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

const UsageIndex& Partition::index_of(const CatalogPtr& catalog) {
    if (!index_ || index_->catalog() != catalog) index_ = std::make_unique<UsageIndex>(catalog);
    return *index_;
}

accounts::Stand Partition::stand_of(const accounts::Caller& caller, AccountRecord* record) {
    return record == nullptr ? accounts::Stand{} : standing_in_turn(book_, caller, *record);
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
    try_events(book_, lifted);
    append_record(apply_events(at, "usage", *turn.caller, lifted), turn.catalog_seq);
}

void Partition::add_row(AccountRecord& record, const UsageRow& row, const UsageTurn& turn) {
    CheckScope scope(CheckScope::Kind::final);
    if (!block_.has_room(row)) [[unlikely]]
        close_block();
    block_received_ = std::max(block_received_, wall(turn.moment));
    count(book_, &record, row, ++book_.event_count, block_received_);
    block_.add(row);
    block_catalog_seq_ = std::max(block_catalog_seq_, turn.catalog_seq);
}

// Whether ids are still remembered that were received when they were hashed in the form before.
bool Partition::remembers_tree_ids() const { return book_.events.horizon_day() <= tree_ids_day_; }

EventHash Partition::hash_event(const accounts::Caller& caller, const AccountRecord& record,
                                std::string_view source, std::string_view id) const {
    EventHash hash;
    hash.now =
        event_hash(usage_key_, record.account.id, teller_of(book_, caller, record), source, id);
    if (remembers_tree_ids()) [[unlikely]]
        hash.before = keyed_hash(usage_key_, record.account.top.uuid, source, id);
    return hash;
}

// Memory is asked here. The disk was asked before the lock was taken; what moved to it since has
// just been written, and is asked now. `place` is the hash's among those that were looked up.
Result<bool> Partition::is_remembered(const Uuid& hash, std::size_t place, const UsageTurn& turn) {
    Dedup& ids = book_.events;
    if (ids.look(hash)) return true;
    if (!ids.has_runs()) [[likely]]
        return false;
    InRun in =
        *turn.in_runs ? (*turn.in_runs)->find(ids.runs(), hash, place) : find_in(*ids.runs(), hash);
    if (in == InRun::unreadable)
        return refuse(Fault::deduplication_is_full,
                      "the ids of earlier events cannot be read now; nothing was counted");
    return in == InRun::yes;
}

// The present form last: an insertion goes on where it was looked for.
Result<bool> Partition::is_received(const EventHash& hash, const AccountRecord& record,
                                    const UsageTurn& turn) {
    const Dedup& ids = book_.events;
    if (!hash.before.is_nil()) [[unlikely]]
        if (auto known = is_remembered(hash.before, turn.items + turn.item, turn); !known || *known)
            return known;
    if (auto known = is_remembered(hash.now, turn.item, turn); !known || *known) return known;
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
