// What a command would come to, for those that are decided in several partitions: the directory
// writes nothing for one that its account's partition would refuse.
#include "engine/attempt.h"
#include "engine/partition.h"

namespace rb::engine {

Result<void> Partition::try_command(const Submission& s, Command& command, Instant now) {
    if (s.envelope.prepare) {
        auto ok = s.envelope.prepare(Reader(book_, s.catalog, s.envelope.caller, now), command);
        if (!ok) return ok;
    }
    auto decided = decide({book_, *s.catalog, s.envelope.caller, now, wall(s.moment), s.moment.seed,
                           usage_key_, &names_},
                          command);
    if (!decided) return std::unexpected(decided.error());
    return {};
}

Result<Partition::Prospect> Partition::would_submit(Submission& s) {
    std::lock_guard lock(mutex_);
    book_.accounts.tidy();
    const auto* opening = std::get_if<accounts::OpenAccount>(&s.envelope.command);
    AccountId anchor = opening ? opening->parent : command_account(s.envelope.command);
    if (quarantine_of(book_, anchor)) return refuse_quarantined();
    const Instant now = present_for(s, anchor);
    if (quarantine_of(book_, anchor)) return refuse_quarantined();
    if (s.envelope.idempotency) {
        KeptReply keep;
        auto kept = look_up(s, anchor, keep);
        if (!kept) return std::unexpected(kept.error());
        if (*kept) return Prospect::answered;
    }
    Command command = s.envelope.command;
    Result<void> outcome;
    auto tried = attempt([&] { outcome = try_command(s, command, now); });
    if (!tried)
        return std::unexpected(hold_back({anchor,
                                          command_name(command),
                                          command_json(command),
                                          now,
                                          s.moment.seed,
                                          s.envelope.caller,
                                          {}},
                                         s.moment, tried.error()));
    if (!outcome) return std::unexpected(outcome.error());
    return Prospect::accepted;
}

}  // namespace rb::engine
