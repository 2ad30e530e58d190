// What one tree may have of what the trees of a partition have together: engine/share.h.
#include "engine/partition.h"

namespace rb::engine {

namespace {

template <class T, class... Of>
constexpr bool is_one_of = (std::is_same_v<T, Of> || ...);

}  // namespace

// Whether the tree may have another thing, where the command makes one. Asked of what has been
// decided: who may not do it at all is told so.
Result<void> Partition::may_have_more(const Command& command, AccountId anchor) const {
    const bool adds = std::visit(
        [](const auto& c) {
            using C = std::decay_t<decltype(c)>;
            return is_one_of<C, accounts::OpenAccount, accounts::AddMember, accounts::AddApiKey,
                             accounts::AddServiceKey, ledger::PlaceHold, ledger::GrantCredit,
                             ledger::ReverseEntry, changes::MakeQuote, changes::Change,
                             entitlements::Reserve, catalog::PublishOwnedPlan>;
        },
        command);
    const Tree* tree = adds ? book_.tree_of(anchor) : nullptr;
    if (tree == nullptr) return {};
    const auto things = static_cast<std::uint64_t>(std::max<std::int64_t>(0, tree->things));
    if (things < bounds_.things) return {};
    return tree_is_full("accounts and what they have", things, bounds_.things);
}

// How large a reply is, is known when it is made: the last one may go beyond.
Result<void> Partition::may_keep_reply(const accounts::Caller& caller, AccountId tree) const {
    const KeptReplies::Sum all = book_.replies.sum();
    const Shared replies{bounds_.replies, all.replies};
    const Shared bytes{bounds_.reply_bytes, all.bytes};
    if (all.replies >= replies.capacity || all.bytes >= bytes.capacity)
        return refuse(Fault::idempotency_is_full,
                      "too many idempotency keys are kept; try again later");
    // What the platform itself asks is never refused for a tree's share: a payment must be booked.
    if (caller.is_platform() || tree.is_nil()) return {};
    const KeptReplies::Sum own = book_.replies.sum_of(tree);
    if (!has_share(replies, own.replies))
        return tree_is_full("replies kept for idempotency keys", replies, own.replies);
    if (!has_share(bytes, own.bytes))
        return tree_is_full("bytes of replies kept for idempotency keys", bytes, own.bytes);
    return {};
}

Result<void> Partition::may_post(const accounts::Caller& caller, AccountId tree) const {
    if (caller.is_platform() || backlog_ == nullptr) return {};
    const std::int64_t waiting = backlog_->of(tree);
    if (waiting < limits::tree_entries_waiting_max) return {};
    return tree_is_full("ledger entries that are still to be written to the statements",
                        static_cast<std::uint64_t>(waiting), limits::tree_entries_waiting_max);
}

}  // namespace rb::engine
