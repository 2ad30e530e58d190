// Uses of one partition: may this be used, and using it.
#include <algorithm>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/metering/decide.h"
#include "engine/attempt.h"
#include "engine/authority.h"
#include "engine/counts.h"
#include "engine/measure.h"
#include "engine/usage_turn.h"

namespace rb::engine {

using accounts::Right;
using entitlements::Act;
using entitlements::Answer;
using entitlements::Purpose;

namespace {

Right right_of(Purpose purpose) { return purpose == Purpose::ask ? Right::check : Right::use; }

bool is_status(Fault fault) {
    return fault == Fault::account_is_frozen || fault == Fault::account_is_closed;
}

void count(DecisionCounts& counts, const Result<Answer>& answer) {
    if (!answer) return counts.refuse(answer.error().fault);
    if (answer->allowed) return counts.done.add();
    counts.refuse(*answer->reason);
}

// Using it replaces the value that stood before, by less perhaps.
bool replaces(const catalog::Settings& settings, const catalog::Feature& feature) {
    auto meter = settings.meters.find(feature.meter);
    return meter != settings.meters.end() &&
           meter->second.aggregation == catalog::Aggregation::latest;
}

}  // namespace

Result<Answer> Partition::answer_question(const entitlements::Question& q, Purpose purpose,
                                          const Consumption* consumption, UsageTurn& turn) {
    AccountRecord* found = book_.find(q.account);
    const accounts::Stand stand = stand_of(*turn.caller, found);
    auto may = accounts::may(*turn.caller, right_of(purpose), stand);
    // A status is an answer, and for what exists alone.
    if (!may && !is_status(may.error().fault)) return std::unexpected(may.error());
    AccountRecord& record = *found;
    const catalog::Feature* feature = index_of(turn.catalog).feature(q.feature);
    if (!feature)
        return refuse(Fault::feature_is_unknown, "the catalog has no such feature", "/feature");
    if (q.quantity < 1 || q.quantity > limits::quantity_max)
        return refuse(Fault::field_is_invalid, "expected a quantity from 1 to 1000000000000000",
                      "/quantity");
    if (!may) {
        Answer answer;
        answer.kind = feature->kind;
        answer.account = record.account.id;
        answer.reason = may.error().fault;
        const bool is_frozen = may.error().fault == Fault::account_is_frozen;
        const accounts::Status worst =
            is_frozen ? accounts::Status::frozen : accounts::Status::closed;
        answer.detail =
            std::string(record.account.status == worst ? "the account" : "an account above it") +
            (is_frozen ? " is frozen" : " is closed");
        return answer;
    }
    Instant now = purpose == Purpose::ask ? peek_present(record, turn) : present_of(record, turn);
    if (feature->kind != catalog::FeatureKind::metered)
        return answer_given(record, *feature, {q, purpose, consumption, now}, turn);
    if (purpose == Purpose::consume && replaces(turn.catalog->settings, *feature))
        if (auto ok = accounts::may(*turn.caller, Right::tell_usage, stand); !ok)
            return std::unexpected(ok.error());
    return answer_metered(record, *feature, {q, purpose, consumption, now}, turn);
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
    EventHash hash;
    Act act{{meter->key, meter->aggregation, asked.question.quantity, {}, asked.now},
            asked.purpose,
            asked.now};
    dimensions_.clear();
    if (const Consumption* c = asked.consumption) {
        if (!c->id.empty()) {
            hash = hash_event(*turn.caller, record, c->source, c->id);
            auto received = is_received(hash, record, turn);
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
    if (asked.purpose == Purpose::consume)
        if (auto ok = may_post(*turn.caller, record.account.top); !ok)
            return std::unexpected(ok.error());
    auto decided = judge(record, act, turn);
    if (!decided) return std::unexpected(decided.error());
    Answer& answer = decided->answer;
    answer.kind = feature.kind;
    if (answer.account.is_nil()) answer.account = record.account.id;
    withhold_money(book_, *turn.caller, record.account.id, answer);
    if (asked.purpose == Purpose::ask || !answer.allowed) return std::move(answer);
    keep_events(std::move(decided->events), asked.now, turn);
    UsageRow row = row_of(record, act, hash.now);
    add_row(record, row, turn);
    answer.counted = true;
    std::int64_t grown =
        meter->aggregation == catalog::Aggregation::unique ? row.quantity : act.use.quantity;
    answer.used += grown;
    if (answer.remaining) answer.remaining = std::max<std::int64_t>(0, *answer.remaining - grown);
    return std::move(answer);
}

// A use of a gauge is no fact with an id: that it was told is remembered as replies are, under the
// account and the class of who tells, as ids of facts are.
KeptReply Partition::reply_of_use(const AccountRecord& record, const Consumption& use,
                                  const accounts::Caller& caller) const {
    const Uuid id = event_hash(usage_key_, record.account.id, teller_of(book_, caller, record),
                               use.source, use.id);
    std::string text = "use of a gauge";
    codec::put(text, id);
    KeptReply keep;
    keep.key = Sha256::of(text);
    keep.tree = record.account.top;
    return keep;
}

// Flags and values answer for themselves; what there may be a number of is its gauge.
Result<Answer> Partition::answer_given(AccountRecord& record, const catalog::Feature& feature,
                                       const Asked& asked, UsageTurn& turn) {
    const entitlements::Question& q = asked.question;
    const Instant now = peek_present(record, turn);
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
    std::optional<KeptReply> keep;
    const bool is_use = asked.purpose == Purpose::consume;
    if (feature.kind == catalog::FeatureKind::limit && is_use && !asked.consumption->id.empty()) {
        keep = reply_of_use(record, *asked.consumption, *turn.caller);
        book_.replies.drop_until(wall(turn.moment));
        if (book_.replies.find(keep->key) != nullptr) {
            answer.allowed = answer.duplicate = true;
            return answer;
        }
        if (auto ok = may_keep_reply(*turn.caller, record.account.top); !ok)
            return std::unexpected(ok.error());
        keep->until = wall(turn.moment) + Duration{limits::idempotency_lifetime_us};
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
    if (!is_use || !answer.allowed) return answer;
    metering::SetGauge move{record.account.id, feature.key, std::nullopt, q.quantity};
    auto moved = metering::decide(record.gauges, turn.catalog->settings,
                                  given.is_soft ? std::nullopt : given.limit, move);
    if (!moved) return std::unexpected(moved.error());
    Record made = apply_events(now, "usage", *turn.caller, {std::get<metering::GaugeSet>(*moved)});
    if (keep) {
        book_.replies.put(*keep);
        made.reply = std::move(keep);
    }
    append_record(made, turn.catalog_seq);
    answer.counted = true;
    answer.used += q.quantity;
    if (answer.remaining)
        *answer.remaining = std::max<std::int64_t>(0, *answer.limit - answer.used);
    return answer;
}

Result<Answer> Partition::try_question(const entitlements::Question& q, Purpose purpose,
                                       const Consumption* consumption, UsageTurn& turn) {
    if (!book_.quarantines.empty() && quarantine_of(book_, q.account)) [[unlikely]]
        return refuse_quarantined();
    CheckScope scope(CheckScope::Kind::recoverable);
    try {
        return answer_question(q, purpose, consumption, turn);
    } catch (const BrokenInvariant& broken) {
        std::string_view source = consumption == nullptr ? "" : consumption->source;
        std::string_view id = consumption == nullptr ? "" : consumption->id;
        std::string text = usage_json(q.account, q.feature, source, id);
        return std::unexpected(hold_back({q.account,
                                          purpose == Purpose::ask ? "check" : "consume",
                                          std::move(text),
                                          wall(turn.moment),
                                          turn.moment.seed,
                                          *turn.caller,
                                          {}},
                                         turn.moment, broken));
    }
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
    for (std::size_t i = 0; i < uses.size(); ++i)
        in_runs[i] = look_up_ids(uses[i].caller, uses[i].consumptions);
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
    turn.items = use.consumptions.size();
    for (const Consumption& c : use.consumptions) {
        answers.push_back(try_question(c.question, Purpose::consume, &c, turn));
        count(counts().of(DecisionKind::use), answers.back());
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
    DecisionCounts& checks = counts().of(DecisionKind::check);
    for (const auto& q : questions) {
        answers.push_back(try_question(q, Purpose::ask, nullptr, turn));
        count(checks, answers.back());
    }
    return answers;
}

}  // namespace rb::engine
