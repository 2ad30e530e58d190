// Facts of one partition: events that were measured elsewhere, counted in batches.
#include <algorithm>

#include "base/limits.h"
#include "domain/entitlements/plain.h"
#include "engine/attempt.h"
#include "engine/counts.h"
#include "engine/measure.h"
#include "engine/usage_turn.h"

namespace rb::engine {

namespace {

using accounts::Right;
using entitlements::Act;
using entitlements::Answer;
using entitlements::Purpose;

EventOutcome refused(Refusal&& refusal) {
    return {EventOutcome::Status::refused, false, std::move(refusal)};
}

void count(DecisionCounts& counts, const EventOutcome& outcome) {
    switch (outcome.status) {
        case EventOutcome::Status::counted:
            return counts.done.add();
        case EventOutcome::Status::duplicate:
            return counts.duplicate.add();
        case EventOutcome::Status::refused:
            return counts.refuse(outcome.refusal->fault);
    }
}

std::optional<Refusal> refusal_of(const Result<entitlements::Decision>& decided) {
    if (!decided) return decided.error();
    const Answer& answer = decided->answer;
    if (answer.allowed) return std::nullopt;
    return Refusal{*answer.reason, {}, answer.detail, {}, {}};
}

Refusal of_subject(Refusal&& refusal) {
    refusal.field = "/subject";
    return std::move(refusal);
}

// Whoever tells it can only make more of what was used.
bool only_adds(const catalog::Meter& meter, const Measured& measured) {
    return meter.aggregation != catalog::Aggregation::latest && measured.quantity >= 0;
}

// Of a fact the meter says where the entity should have stood, or what was too much.
Refusal in_data(Refusal&& refusal, const catalog::Meter& meter) {
    if (refusal.fault == Fault::entity_is_missing) refusal.field = "/data/" + meter.entity_property;
    if (refusal.field == "/quantity")
        refusal.field = meter.value_property.empty() ? "/data" : "/data/" + meter.value_property;
    return std::move(refusal);
}

}  // namespace

// The accounts and ids of a batch lie far apart in memory. What one event needs comes near in
// steps, each of which follows the pointers that the step before it brought, while others are
// counted.
class Partition::Approach {
public:
    Approach(Partition& partition, const accounts::Caller& caller,
             std::span<const UsageEvent> events)
        : partition_(partition), caller_(caller), events_(events) {
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
            if (arrived.record != nullptr) partition_.name(arrived, events_[at_ - stride], caller_);
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
    const accounts::Caller& caller_;
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

void Partition::name(Arrived& arrived, const UsageEvent& event,
                     const accounts::Caller& caller) const {
    arrived.hash = hash_event(caller, *arrived.record, event.source, event.id);
    book_.events.prefetch(arrived.hash.now);
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
    const accounts::Stand stand = stand_of(*turn.caller, arrived.record);
    if (auto ok = accounts::may(*turn.caller, Right::add_usage, stand); !ok)
        return refused(of_subject(std::move(ok.error())));
    AccountRecord& record = *arrived.record;
    if (turn.meters_of_type == nullptr || turn.type != event.type) {
        turn.type = event.type;
        turn.meters_of_type = &index_of(turn.catalog).meters_of(event.type);
    }
    const auto& meters = *turn.meters_of_type;
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
    auto received = is_received(arrived.hash, record, turn);
    if (!received) return refused(std::move(received.error()));
    if (*received) return {EventOutcome::Status::duplicate, false, {}};

    if (auto ok = measure_all(meters, event, occurred, now); !ok)
        return refused(std::move(ok.error()));
    if (std::ranges::any_of(counted_, [](const auto& c) { return !only_adds(*c.first, c.second); }))
        if (auto ok = accounts::may(*turn.caller, Right::tell_usage, stand); !ok)
            return refused(std::move(ok.error()));
    // Asked for what may cost something alone.
    auto costly = [&](Act act) {
        act.is_self_told = !book_.seller_of(record).is_nil() &&
                           teller_of(book_, *turn.caller, record) == Teller::self;
        return act;
    };
    auto act_of = [&](const auto& counted) {
        const auto& [meter, measured] = counted;
        Act act{
            {meter->key, meter->aggregation, measured.quantity, {}, occurred}, Purpose::fact, now};
        if (meter->aggregation == catalog::Aggregation::unique)
            act.use.member = keyed_hash(usage_key_, scope, meter->key, measured.value);
        if (!measured.entity.empty()) name_entity(act, record, measured.entity);
        return act;
    };
    // A fact that one meter cannot take is counted by none.
    if (counted_.size() > 1)
        for (const auto& counted : counted_)
            if (auto why = refusal_of(judge(record, costly(act_of(counted)), turn)))
                return refused(in_data(std::move(*why), *counted.first));
    EventOutcome outcome;
    for (const auto& counted : counted_) {
        const catalog::Meter* meter = counted.first;
        Act act = act_of(counted);
        gather(book_, *turn.catalog, record, meter->key, now, parties_);
        if (!entitlements::is_plain(parties_, act.use)) {
            if (auto ok = may_post(*turn.caller, record.account.top); !ok) {
                if (&counted == &counted_.front()) return refused(std::move(ok.error()));
                outcome.over_limit = true;
                continue;
            }
            auto decided = judge(record, costly(act), turn);
            if (auto why = refusal_of(decided)) {
                if (&counted == &counted_.front()) return refused(in_data(std::move(*why), *meter));
                // What the meters before it took has left it no room in a sum they share.
                outcome.over_limit = true;
                continue;
            }
            outcome.over_limit |= decided->answer.over_limit;
            keep_events(std::move(decided->events), now, turn);
        }
        put_dimensions(*meter, event.properties, dimensions_);
        add_row(record, row_of(record, act, arrived.hash.now), turn);
    }
    return outcome;
}

EventOutcome Partition::try_event(const UsageEvent& event, const Arrived& arrived,
                                  UsageTurn& turn) {
    if (!book_.quarantines.empty() && quarantine_of(book_, event.account)) [[unlikely]]
        return refused(std::move(refuse_quarantined().error()));
    CheckScope scope(CheckScope::Kind::recoverable);
    try {
        return count_event(event, arrived, turn);
    } catch (const BrokenInvariant& broken) {
        std::string text = usage_json(event.account, event.type, event.source, event.id);
        return refused(hold_back({event.account,
                                  "event",
                                  std::move(text),
                                  wall(turn.moment),
                                  turn.moment.seed,
                                  *turn.caller,
                                  {}},
                                 turn.moment, broken));
    }
}

void Partition::ingest(const UsageCall& call, std::span<const UsageEvent> events,
                       IngestDone&& done) {
    std::vector<Finish> ready;
    auto in_runs = look_up_ids(call.caller, events);
    {
        std::lock_guard lock(mutex_);
        book_.accounts.tidy();
        UsageTurn turn{&call.caller, call.moment, call.catalog, call.catalog_seq, 0, &in_runs, 0};
        turn.items = events.size();
        forget_events(turn);
        std::vector<EventOutcome> outcomes;
        outcomes.reserve(events.size());
        Approach approach(*this, call.caller, events);
        DecisionCounts& told = counts().of(DecisionKind::event);
        for (turn.item = 0; turn.item < events.size(); ++turn.item) {
            outcomes.push_back(try_event(events[turn.item], approach.next(), turn));
            count(told, outcomes.back());
        }
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

}  // namespace rb::engine
