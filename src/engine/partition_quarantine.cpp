// What becomes of a decision or a timer that would have broken an invariant.
#include <algorithm>

#include "base/json.h"
#include "base/notice.h"
#include "engine/counts.h"
#include "engine/partition.h"

namespace rb::engine {

namespace {

// Whose records and wallets the events would have changed.
std::vector<AccountId> touched_by(std::span<const Event> events) {
    std::vector<AccountId> touched;
    auto add = [&touched](AccountId id) {
        if (!id.is_nil() && std::ranges::find(touched, id) == touched.end()) touched.push_back(id);
    };
    for (const Event& event : events) {
        add(subject_account(event));
        const ledger::Entry* entry = entry_of(event);
        if (entry == nullptr) continue;
        for (const ledger::Posting& posting : entry->postings)
            if (ledger::is_wallet_bucket(posting.bucket)) add(posting.owner);
    }
    return touched;
}

// "platform" for nil, which is nobody's id.
std::string id_text(AccountId id) { return id.is_nil() ? "platform" : id.to_text(); }

}  // namespace

Refusal Partition::hold_back(const Culprit& culprit, const Moment& moment,
                             const BrokenInvariant& broken) {
    CheckScope scope(CheckScope::Kind::final);
    const bool is_of_a_tree = book_.accounts.contains(culprit.about);
    AccountId root;
    if (is_of_a_tree) root = quarantine_root(book_, culprit.about, touched_by(culprit.events));

    // The journal up to this event, and this line, are what it takes to see it again.
    std::string line;
    JsonWriter w(line);
    w.begin_object();
    w.key("broken_invariant").string(broken.rule);
    w.key("place").string(broken.place);
    w.key("partition").integer(id_);
    w.key("after_event").integer(static_cast<std::int64_t>(book_.event_count));
    w.key("command").string(culprit.command);
    w.key("text").raw(culprit.text);
    w.key("account").string(id_text(culprit.about));
    w.key("caller").string(id_text(culprit.caller.account));
    w.key("now").string(culprit.now.to_text());
    w.key("wall").string(wall(moment).to_text());
    w.key("seed").string(moment.seed.to_text());
    w.key("timer_seed").string(culprit.seed.to_text());
    w.key("quarantined");
    if (is_of_a_tree)
        w.string(root.to_text());
    else
        w.null();
    w.key("events").begin_array();
    for (const Event& event : culprit.events) {
        w.begin_object();
        w.key("kind").string(kind_name(event));
        w.key("event").raw(event_json(event));
        w.end_object();
    }
    w.end_array();
    w.end_object();
    counts().quarantines_begun.add();
    notice(Severity::error, "quarantine: " + line);

    if (!is_of_a_tree)
        return {
            Fault::invariant_would_break,
            {},
            "this command would have broken a rule of ours: nothing was changed; please report it",
            {},
            {}};
    static const accounts::Caller by_itself = accounts::Caller::platform();
    const TreeQuarantined event{
        root, wall(moment), broken.rule, broken.place, std::string(culprit.command), culprit.about};
    append_record(apply_events(wall(moment), "quarantine", by_itself, {event}), 0);
    return refuse_quarantined().error();
}

std::string timer_json(const Timer& timer) {
    std::string out;
    JsonWriter w(out);
    w.begin_object();
    w.key("due").string(timer.due.to_text());
    w.key("subject").string(timer.subject.to_text());
    w.key("kind").string(timer.kind == Timer::Kind::expiry ? "expiry" : "subscription");
    w.end_object();
    return out;
}

std::string usage_json(AccountId account, std::string_view of, std::string_view source,
                       std::string_view id) {
    std::string out;
    JsonWriter w(out);
    w.begin_object();
    w.key("account").string(account.to_text());
    w.key("of").string(of);
    w.key("source").string(source);
    w.key("id").string(id);
    w.end_object();
    return out;
}

}  // namespace rb::engine
