#include "engine/partition.h"

#include <algorithm>

#include "base/codec.h"
#include "base/limits.h"
#include "engine/attempt.h"
#include "engine/audit.h"
#include "engine/counts.h"
#include "engine/replay.h"
#include "engine/snapshot.h"
#include "engine/trial.h"

namespace rb::engine {

Sha256 idempotency_hash(AccountId scope, const accounts::Caller& caller,
                        const IdempotencyKey& key) {
    std::string text;
    codec::put(text, scope);
    codec::put(text, caller.principal);
    codec::put(text, key.operation);
    codec::put(text, key.key);
    return Sha256::of(text);
}

// About 2 GB.
constexpr std::size_t awake_in_replay_max = 1'000'000;

Parsed<void> Partition::load(Store& store) {
    std::lock_guard lock(mutex_);
    return load_locked(store);
}

Parsed<void> Partition::load_locked(Store& store) {
    auto snapshot = read_snapshot(id_, store);
    if (!snapshot) return Unparsed(snapshot.error());
    Book fresh = std::move(*snapshot);
    fresh.events.set_ids_max(id_budget_.all);
    fresh.id_shares.set_ids_max(id_budget_.all);
    if (!ids_) ids_ = std::make_unique<IdKeeper>(store, id_, id_budget_);
    ids_->open(fresh.events);
    bool can_write = keep_ids_of(fresh);
    // Accounts of a long tail come again and again: they fall asleep when it has been replayed.
    fresh.accounts.set_awake_max(awake_max_ == 0 ? 0 : std::max(awake_max_, awake_in_replay_max));
    auto batches =
        replay(fresh, store.journal(), [&] { can_write = can_write && keep_ids_of(fresh); });
    if (!batches) return Unparsed(batches.error());
    replayed_ = *batches;
    fresh.id_shares.drop_before(fresh.events.horizon_day());
    fresh.accounts.set_awake_max(awake_max_);
    book_ = std::move(fresh);
    ++loads_;
    has_runs_ = book_.events.has_runs();
    forgotten_ = {};
    pending_ = {};
    block_ = {};
    durable_event_ = book_.event_count;
    durable_record_ = appended_;
    return {};
}

Instant Partition::wall(const Moment& moment) const { return std::max(book_.wall, moment.wall); }

void Partition::wait(Finish finish, std::vector<Finish>& ready) {
    // A record may hold a kept reply and no event: records are counted, not events.
    std::uint64_t last = appended_ + (block_.empty() ? 0 : 1);
    if (last <= durable_record_)
        ready.push_back(std::move(finish));
    else
        waiting_.push_back({last, std::move(finish)});
}

void Partition::append_record(const Record& record, std::uint64_t catalog_seq) {
    append_record(record, catalog_seq, record.events.size());
}

void Partition::append_record(const Record& record, std::uint64_t catalog_seq,
                              std::uint64_t width) {
    const std::uint64_t first = book_.event_count + 1 - width;
    if (pending_.record_count == 0) pending_.first_event = first;
    if (auto row = audit_row_of(record, id_, first)) pending_.audit.push_back(std::move(*row));
    encode_record(pending_.records, record);
    ++pending_.record_count;
    pending_.last_record = ++appended_;
    pending_.last_event = book_.event_count;
    pending_.catalog_seq = std::max(pending_.catalog_seq, catalog_seq);
}

Record Partition::apply_events(Instant at, std::string_view command, const accounts::Caller& caller,
                               const std::vector<Event>& events) {
    CheckScope scope(CheckScope::Kind::final);
    close_block();
    Record record;
    record.at = at;
    record.command = command;
    record.caller = caller.account;
    record.principal = caller.principal;
    std::uint64_t number = book_.event_count + 1;
    std::vector<AccountId> subjects;
    for (const Event& event : events) {
        RawEvent& raw = record.events.emplace_back();
        raw.kind = kind_number(event);
        encode_event(raw.bytes, event);
        apply(book_, event, number, std::max(book_.wall, at));
        if (const auto* counted = std::get_if<metering::UsageCounted>(&event))
            pending_.blocks.push_back(counted->block);
        if (const ledger::Entry* entry = entry_of(event)) {
            pending_.entries.push_back({id_, number, *entry});
            const Tree* tree = book_.tree_of(entry->account);
            pending_.entry_trees.push_back(tree != nullptr ? tree->top : AccountId{});
        }
        if (const auto* rate = std::get_if<accounts::RequestRateSet>(&event))
            pending_.rates.push_back(*rate);
        AccountId subject = subject_account(event);
        if (!subject.is_nil() &&
            std::find(subjects.begin(), subjects.end(), subject) == subjects.end())
            subjects.push_back(subject);
        ++number;
    }
    touch(book_, subjects, at);
    for (AccountId subject : subjects)
        if (const Tree* tree = book_.tree_of(subject))
            if (pending_.trees.empty() || pending_.trees.back() != tree->top)
                pending_.trees.push_back(tree->top);
    return record;
}

void Partition::fire_tree(Tree& tree, Instant until, const Moment& moment,
                          const catalog::Catalog& catalog, std::size_t& budget) {
    static const accounts::Caller by_itself = accounts::Caller::platform();
    while (budget > 0 && !tree.timers.empty() && tree.timers.begin()->due <= until) {
        Timer timer = *tree.timers.begin();
        // Ids of what a timer makes follow from the timer, so that a replayed past is the same
        // past.
        std::string text;
        codec::put(text, timer.due);
        codec::put(text, timer.subject);
        Sha256 digest = Sha256::of(text);
        Uuid seed;
        std::memcpy(&seed, digest.bytes.data(), sizeof seed);
        // A timer on the wall clock may have come due while the tree already stood later.
        Instant at = timer.due;
        std::vector<Event> events;
        auto fired = attempt([&] {
            events = fire({book_, catalog, by_itself, at, wall(moment), seed}, timer);
            try_timer(book_, timer, events);
        });
        if (fired)
            append_record(apply_events(at, "timer", by_itself, events), 0);
        else
            hold_back({timer.account, "timer", timer_json(timer), at, seed, by_itself, events},
                      moment, fired.error());
        RB_CHECK(!tree.timers.contains(timer), "a timer that fired has moved");
        counts().timers_fired.add();
        --budget;
    }
}

bool Partition::advance_clock(TestClock& clock, const Moment& moment,
                              const catalog::Catalog& catalog, std::size_t& budget) {
    for (AccountId top : clock.tops) {
        Tree& tree = *book_.accounts.tree(top);
        fire_tree(tree, clock.target, moment, catalog, budget);
        if (budget == 0) return false;
        tree.now = std::max(tree.now, clock.target);
    }
    append_record(apply_events(clock.target, "clock", accounts::Caller::platform(),
                               {ClockReached{clock.id, clock.target}}),
                  0);
    return true;
}

Instant Partition::bring_up_to(AccountId account, const Moment& moment,
                               const catalog::Catalog& catalog) {
    Tree* tree = book_.tree_of(account);
    if (!tree) return wall(moment);
    std::size_t budget = static_cast<std::size_t>(-1);
    if (!tree->clock.is_nil()) {
        TestClock& clock = book_.clocks.at(tree->clock);
        if (clock.advancing()) advance_clock(clock, moment, catalog, budget);
        return std::max(tree->now, clock.now);
    }
    Instant now = std::max(tree->now, wall(moment));
    fire_tree(*tree, now, moment, catalog, budget);
    return now;
}

// The reply that the key of this submission has already, or the place where a new one is kept.
Result<std::optional<KeptReply>> Partition::look_up(const Submission& s, AccountId anchor,
                                                    KeptReply& keep) {
    Instant now = wall(s.moment);
    book_.replies.drop_until(now);
    const IdempotencyKey& key = *s.envelope.idempotency;
    const Tree* tree = book_.tree_of(anchor);
    Sha256 hash = idempotency_hash(tree ? tree->top : AccountId{}, s.envelope.caller, key);
    if (const KeptReply* kept = book_.replies.find(hash)) {
        if (kept->request != key.request)
            return refuse(Fault::idempotency_key_is_reused,
                          "this idempotency key was used with another request");
        return *kept;
    }
    const AccountId top = tree ? tree->top : AccountId{};
    if (auto ok = may_keep_reply(s.envelope.caller, top); !ok) return std::unexpected(ok.error());
    keep = {hash, key.request, now + Duration{limits::idempotency_lifetime_us}, 200, {}, {}, top};
    return std::nullopt;
}

Result<Decided> Partition::decide_command(Submission& s, const CatalogPtr& catalog, Instant now) {
    if (s.envelope.prepare) {
        auto ok =
            s.envelope.prepare(Reader(book_, catalog, s.envelope.caller, now), s.envelope.command);
        if (!ok) return std::unexpected(ok.error());
    }
    return decide({book_, *catalog, s.envelope.caller, now, wall(s.moment), s.moment.seed,
                   usage_key_, &names_},
                  s.envelope.command);
}

Instant Partition::present_for(const Submission& s, AccountId anchor) {
    Instant now = bring_up_to(anchor, s.moment, *s.catalog);
    // A new tree on a test clock begins at that clock's instant.
    const auto* opening = std::get_if<accounts::OpenAccount>(&s.envelope.command);
    if (opening && !opening->clock.is_nil())
        if (auto it = book_.clocks.find(opening->clock); it != book_.clocks.end())
            now = it->second.now;
    return now;
}

Result<Rendered> Partition::decide_and_apply(Submission& s) {
    const auto* opening = std::get_if<accounts::OpenAccount>(&s.envelope.command);
    AccountId anchor = opening ? opening->parent : command_account(s.envelope.command);
    CatalogPtr catalog = s.catalog;
    if (quarantine_of(book_, anchor)) return refuse_quarantined();
    Instant now = present_for(s, anchor);
    if (quarantine_of(book_, anchor)) return refuse_quarantined();

    KeptReply keep;
    if (s.envelope.idempotency) {
        auto kept = look_up(s, anchor, keep);
        if (!kept) return std::unexpected(kept.error());
        if (*kept)
            return Rendered{(*kept)->status, (*kept)->content_type, (*kept)->body, std::nullopt,
                            true};
    }
    Result<Decided> decided;
    auto tried = attempt([&] {
        decided = decide_command(s, catalog, now);
        if (decided) try_events(book_, decided->events);
    });
    if (!tried)
        return std::unexpected(hold_back(
            {anchor, command_name(s.envelope.command), command_json(s.envelope.command), now,
             s.moment.seed, s.envelope.caller,
             decided ? std::span<const Event>(decided->events) : std::span<const Event>()},
            s.moment, tried.error()));
    if (!decided) return std::unexpected(decided.error());
    if (const Tree* tree = book_.tree_of(anchor))
        if (auto ok = may_post(s.envelope.caller, tree->top); !ok)
            return std::unexpected(ok.error());
    if (auto ok = may_have_more(s.envelope.command, anchor); !ok)
        return std::unexpected(ok.error());

    Record record =
        apply_events(now, command_name(s.envelope.command), s.envelope.caller, decided->events);
    record.actor = Actor{s.envelope.caller.person, s.envelope.door, s.envelope.request_id};
    // The reply is made from the state after the events, and kept with them.
    if (id_ == catalog_partition) catalog = std::make_shared<const catalog::Catalog>(book_.catalog);
    Rendered rendered;
    auto shown = attempt([&] {
        if (s.render)
            rendered = s.render(Reader(book_, catalog, s.envelope.caller, now), decided->reply);
    });
    // What was decided stands; only what it looks like cannot be told.
    if (!shown) {
        if (!record.events.empty()) append_record(record, s.catalog_seq);
        return std::unexpected(
            hold_back({anchor, command_name(s.envelope.command), command_json(s.envelope.command),
                       now, s.moment.seed, s.envelope.caller, decided->events},
                      s.moment, shown.error()));
    }
    if (s.envelope.idempotency) {
        keep.status = rendered.status;
        keep.content_type = rendered.content_type;
        keep.body = rendered.replay_body ? *rendered.replay_body : rendered.body;
        book_.replies.put(keep);
        record.reply = std::move(keep);
    }
    if (!record.events.empty() || record.reply) append_record(record, s.catalog_seq);
    return rendered;
}

void Partition::submit(Submission&& s) {
    std::vector<Finish> ready;
    {
        std::lock_guard lock(mutex_);
        book_.accounts.tidy();
        Result<Rendered> outcome = decide_and_apply(s);
        DecisionCounts& commands = counts().of(DecisionKind::command);
        outcome ? commands.done.add() : commands.refuse(outcome.error().fault);
        answer(std::move(s.done), std::move(outcome), ready);
    }
    for (Finish& finish : ready) finish(nullptr);
}

void Partition::submit_step(std::string_view name, const Moment& moment, const Step& step,
                            std::move_only_function<void(Result<void>)> done, const StepBy& by) {
    std::vector<Finish> ready;
    {
        std::lock_guard lock(mutex_);
        book_.accounts.tidy();
        Result<std::vector<Event>> events;
        auto tried = attempt([&] { events = step(book_); });
        Result<void> outcome;
        if (!tried)
            outcome = std::unexpected(hold_back(
                {{}, name, "{}", wall(moment), moment.seed, accounts::Caller::platform(), {}},
                moment, tried.error()));
        else if (!events)
            outcome = std::unexpected(events.error());
        else if (!events->empty()) {
            Record record = apply_events(wall(moment), name, by.caller, *events);
            record.actor = by.actor;
            append_record(record, 0);
        }
        wait(
            [done = std::move(done), outcome = std::move(outcome)](const Refusal* refusal) mutable {
                done(refusal ? Result<void>(std::unexpected(*refusal)) : std::move(outcome));
            },
            ready);
    }
    for (Finish& finish : ready) finish(nullptr);
}

void Partition::read(ReadRequest&& r) {
    std::vector<Finish> ready;
    {
        std::lock_guard lock(mutex_);
        book_.accounts.tidy();
        answer(std::move(r.done), look(r), ready);
    }
    for (Finish& finish : ready) finish(nullptr);
}

Result<Rendered> Partition::look(ReadRequest& r) {
    if (quarantine_of(book_, r.account)) return refuse_quarantined();
    Instant now = bring_up_to(r.account, r.moment, *r.catalog);
    if (quarantine_of(book_, r.account)) return refuse_quarantined();
    Result<Rendered> outcome;
    auto looked = attempt([&] { outcome = r.read(Reader(book_, r.catalog, r.caller, now)); });
    if (looked) return outcome;
    return std::unexpected(hold_back({r.account, "read", "{}", now, r.moment.seed, r.caller, {}},
                                     r.moment, looked.error()));
}

void Partition::answer(Done&& done, Result<Rendered>&& outcome, std::vector<Finish>& ready) {
    wait(
        [done = std::move(done), outcome = std::move(outcome)](const Refusal* refusal) mutable {
            done(refusal ? Result<Rendered>(std::unexpected(*refusal)) : std::move(outcome));
        },
        ready);
}

bool Partition::fire_slice(const Moment& moment, const CatalogPtr& catalog,
                           std::size_t timers_max) {
    std::lock_guard lock(mutex_);
    book_.accounts.tidy();
    std::size_t budget = timers_max;
    for (auto& [id, clock] : book_.clocks)
        if (clock.advancing() && !advance_clock(clock, moment, *catalog, budget)) return true;
    Instant now = wall(moment);
    while (budget > 0 && !book_.due.empty() && book_.due.begin()->first <= now)
        fire_tree(*book_.accounts.tree(book_.due.begin()->second), now, moment, *catalog, budget);
    return budget == 0;
}

std::optional<Instant> Partition::next_due() const {
    std::lock_guard lock(mutex_);
    for (const auto& [id, clock] : book_.clocks)
        if (clock.advancing()) return book_.wall;
    if (book_.due.empty()) return std::nullopt;
    return book_.due.begin()->first;
}

bool Partition::has_pending() const {
    std::lock_guard lock(mutex_);
    return pending_.record_count > 0 || !block_.empty();
}

std::optional<Partition::Batch> Partition::take() {
    std::lock_guard lock(mutex_);
    close_block();
    if (pending_.record_count == 0) return std::nullopt;
    Batch batch = std::move(pending_);
    pending_ = {};
    return batch;
}

std::vector<Partition::Completion> Partition::committed(const Batch& batch, const Head& head) {
    std::lock_guard lock(mutex_);
    durable_event_ = batch.last_event;
    durable_record_ = batch.last_record;
    book_.seq = head.seq;
    book_.chain = head.chain;
    ++replayed_;
    std::vector<Completion> out;
    while (!waiting_.empty() && waiting_.front().record <= durable_record_) {
        out.push_back([finish = std::move(waiting_.front().finish)]() mutable { finish(nullptr); });
        waiting_.pop_front();
    }
    return out;
}

std::vector<Partition::Completion> Partition::rejected(const Refusal& refusal, Store& store) {
    std::vector<Completion> out;
    {
        std::lock_guard lock(mutex_);
        for (Waiting& w : waiting_)
            out.push_back([finish = std::move(w.finish), refusal]() mutable { finish(&refusal); });
        waiting_.clear();
        auto reloaded = load_locked(store);
        RB_CHECK(reloaded.has_value(), "the journal reads back after a refused commit");
    }
    return out;
}

Parsed<void> Partition::snapshot(Views& views) {
    std::lock_guard lock(mutex_);
    RB_CHECK(book_.event_count == durable_event_, "a snapshot is taken when nothing is in flight");
    if (replayed_ == 0) return {};
    auto ok = write_snapshot(book_, views);
    if (!ok) return ok;
    replayed_ = 0;
    ids_->named(book_.events);
    return ok;
}

bool Partition::settle_slice() {
    // Whether something is put off changes no answer, so this is no turn of the lock.
    std::lock_guard lock(mutex_.quiet());
    return book_.accounts.settle_slice();
}

Partition::Head Partition::head() const {
    std::lock_guard lock(mutex_);
    return {book_.seq, book_.chain};
}

std::string Partition::state_hash() const {
    std::lock_guard lock(mutex_);
    book_.accounts.tidy();
    return Sha256::of(canonical_state(book_)).to_hex();
}

}  // namespace rb::engine
