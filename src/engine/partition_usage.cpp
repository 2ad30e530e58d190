// Usage and entitlements of one partition. The steady case, a use that every level lets pass while
// its windows are open, makes no event but its row: rows of one commit stand together in a block.
// Whatever else follows (a window begins, packs are bought) is a record of its own before the row.
#include <sodium.h>

#include <algorithm>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/metering/decide.h"
#include "engine/measure.h"
#include "engine/partition.h"

namespace rb::engine {

namespace {

using entitlements::Act;
using entitlements::Answer;
using entitlements::Purpose;

std::unexpected<Refusal> unknown_account(std::string_view field) {
    return refuse(Fault::account_is_unknown, "there is no such account", std::string(field));
}

EventOutcome refused(Refusal&& refusal) {
    return {EventOutcome::Status::refused, false, std::move(refusal)};
}

std::optional<Refusal> refusal_of(const Result<entitlements::Decision>& decided) {
    if (!decided) return decided.error();
    const Answer& answer = decided->answer;
    if (answer.allowed) return std::nullopt;
    return Refusal{*answer.reason, {}, answer.detail, {}, {}};
}

AccountId account_of(const UsageEvent& event) { return event.account; }
AccountId account_of(const Consumption& c) { return c.question.account; }

const std::optional<IdLookup> no_lookup;

// Of a fact the meter says where the entity should have stood.
Refusal in_data(Refusal&& refusal, const catalog::Meter& meter) {
    if (refusal.fault == Fault::entity_is_missing) refusal.field = "/data/" + meter.entity_property;
    return std::move(refusal);
}

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
        std::memcpy(bytes.data() + size, from, count);
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

struct Partition::UsageTurn {
    const accounts::Caller* caller;
    const Moment& moment;
    CatalogPtr catalog;
    std::uint64_t catalog_seq = 0;
    std::uint64_t step = 0;  // keeps the ids of one turn apart
    const std::optional<IdLookup>* in_runs;
    std::size_t item = 0;  // of those that the call brought
};

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

template <class Item>
std::optional<IdLookup> Partition::look_up_ids(std::span<const Item> items) const {
    if (!has_runs_.load(std::memory_order_relaxed)) return std::nullopt;
    std::vector<Uuid> ids(items.size());
    IdRunSetPtr runs;
    {
        // An account stays in its tree, so its scope may be used after the lock.
        std::lock_guard lock(mutex_.quiet());
        runs = book_.events.runs();
        for (std::size_t i = 0; i < items.size(); ++i)
            if (const AccountRecord* record = book_.find(account_of(items[i])))
                ids[i] = record->account.top.uuid;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].id.empty()) ids[i] = {};
        if (!ids[i].is_nil()) ids[i] = keyed_hash(usage_key_, ids[i], items[i].source, items[i].id);
    }
    return IdLookup(std::move(runs), std::move(ids));
}

// Memory is asked here. The disk was asked before the lock was taken; what moved to it since has
// just been written, and is asked now.
Result<bool> Partition::is_received(const Uuid& hash, const UsageTurn& turn) {
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
    return false;
}

// Ids that lie before every meter's late window need not be told apart any more.
void Partition::forget_events(const UsageTurn& turn) {
    Instant horizon = wall(turn.moment) - index_of(turn.catalog).late_max();
    if (horizon.us < forgotten_.us + Duration::of_hours(1).us) return;
    forgotten_ = horizon;
    book_.events.drop_before(horizon);
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

// The accounts and ids of a batch lie far apart in memory. What one event needs comes near in
// steps, each of which follows the pointers that the step before it brought, while others are
// counted.
class Partition::Approach {
public:
    Approach(Partition& partition, std::span<const UsageEvent> events)
        : partition_(partition), events_(events) {
        for (std::size_t i = 0; i < steps * stride; ++i) advance();
    }
    // Of the next event.
    const Arrived& next() {
        advance();
        return ring_[(at_ - steps * stride - 1) % ring_.size()];
    }

private:
    static constexpr std::size_t steps = 3;
    static constexpr std::size_t stride = 5;  // events between two steps

    void advance() {
        if (at_ < events_.size()) partition_.book_.accounts.bring_near(events_[at_].account);
        if (has(1)) {
            Arrived& arrived = ring_[(at_ - stride) % ring_.size()];
            arrived.record = partition_.come(events_[at_ - stride].account);
            if (arrived.record != nullptr) partition_.name(arrived, events_[at_ - stride]);
        }
        if (has(2))
            if (AccountRecord* record = ring_[(at_ - 2 * stride) % ring_.size()].record) {
                AccountsTable::was_asked(*record);
                bring_parts_near(*record);
            }
        ++at_;
    }
    // An event stands so many steps behind the first.
    bool has(std::size_t step) const {
        return at_ >= step * stride && at_ - step * stride < events_.size();
    }

    Partition& partition_;
    std::span<const UsageEvent> events_;
    std::size_t at_ = 0;
    std::array<Arrived, 32> ring_;
    static_assert(steps * stride < 32);
};

AccountRecord* Partition::come(AccountId account) {
    AccountRecord* record = book_.accounts.find_unseen(account);
    if (record != nullptr) bring_head_near(*record);
    return record;
}

void Partition::name(Arrived& arrived, const UsageEvent& event) const {
    arrived.hash = keyed_hash(usage_key_, arrived.record->account.top.uuid, event.source, event.id);
    book_.events.prefetch(arrived.hash);
}

// All meters are asked before the first one counts.
Result<void> Partition::measure_all(const std::vector<const catalog::Meter*>& meters,
                                    const UsageEvent& event, Instant occurred, Instant now) {
    counted_.clear();
    for (const catalog::Meter* meter : meters) {
        if (!passes_filter(*meter, event.properties)) continue;
        if (occurred.us < now.us - meter->late.us)
            return refuse(Fault::event_is_too_old,
                          "the meter " + meter->key.text() + " takes events of the last " +
                              std::to_string(meter->late.us / 86'400'000'000) + " days",
                          "/time");
        auto measured = measure(*meter, event.properties);
        if (!measured) return std::unexpected(measured.error());
        if (!meter->entity_property.empty()) {
            auto entity = entity_of(*meter, event.properties);
            if (!entity) return std::unexpected(entity.error());
            measured->entity = *entity;
        }
        counted_.push_back({meter, *measured});
    }
    return {};
}

EventOutcome Partition::count_event(const UsageEvent& event, const Arrived& arrived,
                                    UsageTurn& turn) {
    if (!arrived.record || !is_known_to(*turn.caller, *arrived.record))
        return refused(std::move(unknown_account("/subject").error()));
    AccountRecord& record = *arrived.record;
    if (record.account.status == accounts::Status::closed)
        return refused({Fault::account_is_closed, "/subject", "the account is closed", {}, {}});
    const auto& meters = index_of(turn.catalog).meters_of(event.type);
    if (meters.empty())
        return refused(
            {Fault::meter_is_unknown,
             "/type",
             "no meter of the catalog counts events of the type '" + std::string(event.type) + "'",
             {},
             {}});
    Instant now = present_of(record, turn);
    Instant occurred = event.occurred_at.value_or(now);
    if (occurred.us > now.us + limits::event_ahead_us_max)
        return refused({Fault::instant_is_in_the_future,
                        "/time",
                        "the event lies more than five minutes ahead of " + now.to_text(),
                        {},
                        {}});
    occurred = std::min(occurred, now);
    const Uuid& scope = record.account.top.uuid;
    const Uuid& hash = arrived.hash;
    auto received = is_received(hash, turn);
    if (!received) return refused(std::move(received.error()));
    if (*received) return {EventOutcome::Status::duplicate, false, {}};

    if (auto ok = measure_all(meters, event, occurred, now); !ok)
        return refused(std::move(ok.error()));
    auto act_of = [&](const auto& counted) {
        const auto& [meter, measured] = counted;
        Act act{{meter->key, meter->aggregation, measured.quantity, {}, occurred},
                Purpose::fact,
                now,
                0};
        if (meter->aggregation == catalog::Aggregation::unique)
            act.use.member = keyed_hash(usage_key_, scope, meter->key, measured.value);
        if (!measured.entity.empty()) name_entity(act, record, measured.entity);
        return act;
    };
    // A fact that one meter cannot take is counted by none.
    if (counted_.size() > 1)
        for (const auto& counted : counted_)
            if (auto why = refusal_of(judge(record, act_of(counted), turn)))
                return refused(in_data(std::move(*why), *counted.first));
    EventOutcome outcome;
    for (const auto& counted : counted_) {
        const catalog::Meter* meter = counted.first;
        Act act = act_of(counted);
        auto decided = judge(record, act, turn);
        if (auto why = refusal_of(decided)) return refused(in_data(std::move(*why), *meter));
        outcome.over_limit |= decided->answer.over_limit;
        keep_events(std::move(decided->events), now, turn);
        put_dimensions(*meter, event.properties, dimensions_);
        add_row(record, row_of(record, act, hash), turn);
    }
    return outcome;
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

Result<Answer> Partition::answer_question(const entitlements::Question& q, Purpose purpose,
                                          const Consumption* consumption, UsageTurn& turn) {
    auto target = usage_target(q.account, *turn.caller, "/account");
    if (!target) return std::unexpected(target.error());
    AccountRecord& record = **target;
    const catalog::Feature* feature = index_of(turn.catalog).feature(q.feature);
    if (!feature)
        return refuse(Fault::feature_is_unknown, "the catalog has no such feature", "/feature");
    if (q.quantity < 1 || q.quantity > limits::quantity_max)
        return refuse(Fault::field_is_invalid, "expected a quantity from 1 to 1000000000000000",
                      "/quantity");
    if (record.account.status != accounts::Status::active) {
        Answer answer;
        answer.kind = feature->kind;
        answer.account = record.account.id;
        answer.reason = record.account.status == accounts::Status::frozen
                            ? Fault::account_is_frozen
                            : Fault::account_is_closed;
        answer.detail = record.account.status == accounts::Status::frozen ? "the account is frozen"
                                                                          : "the account is closed";
        return answer;
    }
    Instant now = purpose == Purpose::ask ? peek_present(record, turn) : present_of(record, turn);
    if (feature->kind != catalog::FeatureKind::metered)
        return answer_given(record, *feature, q, purpose, turn);
    return answer_metered(record, *feature, {q, purpose, consumption, now}, turn);
}

// Without firing what is due: a check changes nothing.
Instant Partition::peek_present(AccountRecord& record, UsageTurn& turn) {
    Tree& tree = *book_.tree_of(record);
    if (tree.clock.is_nil()) return std::max(tree.now, wall(turn.moment));
    return std::max(tree.now, book_.clocks.at(tree.clock).now);
}

// What the question says; else what the properties of the use say.
Result<std::string_view> Partition::entity_asked(const catalog::Meter& meter, const Asked& asked) {
    std::string_view entity = asked.question.entity;
    if (entity.size() > limits::entity_bytes_max)
        return refuse(Fault::field_is_invalid, "expected 1 to 255 bytes of text", "/entity");
    if (!entity.empty() || asked.consumption == nullptr) return entity;
    return entity_of(meter, asked.consumption->properties);
}

Result<Answer> Partition::answer_metered(AccountRecord& record, const catalog::Feature& feature,
                                         const Asked& asked, UsageTurn& turn) {
    const catalog::Meter* meter = index_of(turn.catalog).meter(feature.meter);
    if (!meter)
        return refuse(Fault::meter_is_unknown, "the feature has no meter in the catalog",
                      "/feature");
    Uuid hash;
    Act act{{meter->key, meter->aggregation, asked.question.quantity, {}, asked.now},
            asked.purpose,
            asked.now,
            0};
    dimensions_.clear();
    if (const Consumption* c = asked.consumption) {
        if (!c->id.empty()) {
            hash = keyed_hash(usage_key_, record.account.top.uuid, c->source, c->id);
            auto received = is_received(hash, turn);
            if (!received) return std::unexpected(received.error());
            if (*received) {
                Answer answer;
                answer.allowed = answer.duplicate = true;
                return answer;
            }
        }
        put_dimensions(*meter, c->properties, dimensions_);
        if (meter->aggregation == catalog::Aggregation::unique) {
            auto measured = measure(*meter, c->properties);
            if (!measured) return std::unexpected(measured.error());
            act.use.member =
                keyed_hash(usage_key_, record.account.top.uuid, meter->key, measured->value);
        }
    }
    auto entity = entity_asked(*meter, asked);
    if (!entity) return std::unexpected(entity.error());
    if (!entity->empty()) name_entity(act, record, *entity);
    auto decided = judge(record, act, turn);
    if (!decided) return std::unexpected(decided.error());
    Answer& answer = decided->answer;
    answer.kind = feature.kind;
    if (answer.account.is_nil()) answer.account = record.account.id;
    if (asked.purpose == Purpose::ask || !answer.allowed) return std::move(answer);
    keep_events(std::move(decided->events), asked.now, turn);
    UsageRow row = row_of(record, act, hash);
    add_row(record, row, turn);
    answer.counted = true;
    std::int64_t grown =
        meter->aggregation == catalog::Aggregation::unique ? row.quantity : act.use.quantity;
    answer.used += grown;
    if (answer.remaining) answer.remaining = std::max<std::int64_t>(0, *answer.remaining - grown);
    return std::move(answer);
}

// Flags and values answer for themselves; what there may be a number of is its gauge.
Result<Answer> Partition::answer_given(AccountRecord& record, const catalog::Feature& feature,
                                       const entitlements::Question& q, Purpose purpose,
                                       UsageTurn& turn) {
    Instant now = peek_present(record, turn);
    auto holdings = holdings_of(book_, *turn.catalog, record, now);
    entitlements::Given given = entitlements::given(holdings, feature.key);
    Answer answer;
    answer.kind = feature.kind;
    answer.account = record.account.id;
    if (!given.is_given) {
        answer.reason = Fault::feature_is_not_in_plan;
        answer.detail = "no plan of the account gives " + feature.key;
        return answer;
    }
    if (feature.kind != catalog::FeatureKind::limit) {
        answer.allowed = feature.kind == catalog::FeatureKind::config || given.is_on;
        answer.value = given.value;
        if (!answer.allowed) {
            answer.reason = Fault::feature_is_not_in_plan;
            answer.detail = feature.key + " is off in the plan";
        }
        return answer;
    }
    answer.used = metering::gauge(record.gauges, feature.key);
    answer.limit = given.limit;
    answer.allowed = true;
    if (given.limit) {
        answer.remaining = std::max<std::int64_t>(0, *given.limit - answer.used);
        bool passes = answer.used + q.quantity <= *given.limit;
        answer.over_limit = !passes && given.is_soft;
        if (!passes && !given.is_soft) {
            answer.allowed = false;
            answer.reason = Fault::allowance_is_used_up;
            answer.detail = feature.key + ": " + std::to_string(answer.used) + " exist, " +
                            std::to_string(*given.limit) + " allowed";
        }
    }
    if (purpose == Purpose::ask || !answer.allowed) return answer;
    metering::SetGauge move{record.account.id, feature.key, std::nullopt, q.quantity};
    auto moved = metering::decide(record.gauges, turn.catalog->settings,
                                  given.is_soft ? std::nullopt : given.limit, move);
    if (!moved) return std::unexpected(moved.error());
    append_record(apply_events(now, "usage", *turn.caller, {std::get<metering::GaugeSet>(*moved)}),
                  turn.catalog_seq);
    answer.counted = true;
    answer.used += q.quantity;
    if (answer.remaining)
        *answer.remaining = std::max<std::int64_t>(0, *answer.limit - answer.used);
    return answer;
}

void Partition::ingest(const UsageCall& call, std::span<const UsageEvent> events,
                       IngestDone&& done) {
    std::vector<Finish> ready;
    auto in_runs = look_up_ids(events);
    {
        std::lock_guard lock(mutex_);
        book_.accounts.tidy();
        UsageTurn turn{&call.caller, call.moment, call.catalog, call.catalog_seq, 0, &in_runs, 0};
        forget_events(turn);
        std::vector<EventOutcome> outcomes;
        outcomes.reserve(events.size());
        Approach approach(*this, events);
        for (turn.item = 0; turn.item < events.size(); ++turn.item)
            outcomes.push_back(count_event(events[turn.item], approach.next(), turn));
        wait(
            [done = std::move(done),
             outcomes = std::move(outcomes)](const Refusal* refusal) mutable {
                if (refusal) return done(std::unexpected(*refusal));
                done(std::move(outcomes));
            },
            ready);
    }
    for (Finish& finish : ready) finish(nullptr);
}

void Partition::consume(const UsageCall& call, std::span<const Consumption> consumptions,
                        ConsumeDone&& done) {
    UseCall one{call.caller, consumptions, std::move(done)};
    consume(call, {&one, 1});
}

// As Approach, for the first use of each call: most bring one.
class Partition::UsesAhead {
public:
    UsesAhead(Book& book, std::span<const UseCall> uses) : book_(book), uses_(uses) {
        for (std::size_t i = 0; i < steps * stride; ++i) advance();
    }
    void advance() {
        if (const AccountId* account = behind(0)) book_.accounts.bring_near(*account);
        if (const AccountId* account = behind(1))
            if (AccountRecord* record = book_.accounts.find_unseen(*account))
                bring_head_near(*record);
        if (const AccountId* account = behind(2))
            if (AccountRecord* record = book_.find(*account)) bring_parts_near(*record);
        ++at_;
    }

private:
    static constexpr std::size_t steps = 3;
    static constexpr std::size_t stride = 3;  // calls between two steps

    const AccountId* behind(std::size_t step) const {
        const std::size_t place = at_ - step * stride;  // before the first: beyond the last
        if (place >= uses_.size() || uses_[place].consumptions.empty()) return nullptr;
        return &uses_[place].consumptions.front().question.account;
    }

    Book& book_;
    std::span<const UseCall> uses_;
    std::size_t at_ = 0;
};

void Partition::consume(const UsageCall& call, std::span<UseCall> uses) {
    std::vector<Finish> ready;
    std::vector<std::optional<IdLookup>> in_runs(uses.size());
    for (std::size_t i = 0; i < uses.size(); ++i) in_runs[i] = look_up_ids(uses[i].consumptions);
    {
        std::lock_guard lock(mutex_);
        book_.accounts.tidy();
        UsageTurn turn{&call.caller, call.moment, call.catalog, call.catalog_seq, 0, &no_lookup, 0};
        forget_events(turn);
        UsesAhead ahead(book_, uses);
        for (std::size_t i = 0; i < uses.size(); ++i) {
            ahead.advance();
            turn.caller = &uses[i].caller;
            turn.in_runs = &in_runs[i];
            consume_one(uses[i], turn, ready);
        }
    }
    for (Finish& finish : ready) finish(nullptr);
}

void Partition::consume_one(UseCall& use, UsageTurn& turn, std::vector<Finish>& ready) {
    Answers answers;
    answers.reserve(use.consumptions.size());
    turn.item = 0;
    for (const Consumption& c : use.consumptions) {
        answers.push_back(answer_question(c.question, Purpose::consume, &c, turn));
        ++turn.item;
    }
    wait(
        [done = std::move(use.done), answers = std::move(answers)](const Refusal* refusal) mutable {
            if (refusal) return done(std::unexpected(*refusal));
            done(std::move(answers));
        },
        ready);
}

Answers Partition::check(const UsageCall& call, std::span<const entitlements::Question> questions) {
    std::lock_guard lock(mutex_);
    book_.accounts.tidy();
    UsageTurn turn{&call.caller, call.moment, call.catalog, call.catalog_seq, 0, &no_lookup, 0};
    Answers answers;
    answers.reserve(questions.size());
    for (const auto& q : questions)
        answers.push_back(answer_question(q, Purpose::ask, nullptr, turn));
    return answers;
}

}  // namespace rb::engine
