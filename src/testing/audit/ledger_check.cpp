#include "testing/audit/ledger_check.h"

namespace rb::testing::audit {

using ledger::Bucket;

Problem LedgerCheck::opened(AccountId account) {
    if (accounts_.insert(account).second) return std::nullopt;
    return account.to_text() + " is opened a second time";
}

Problem LedgerCheck::take(const engine::Event& event) {
    if (const ledger::Entry* posted = engine::entry_of(event))
        if (Problem found = entry(*posted)) return found;
    return std::visit(
        [this](const auto& e) -> Problem {
            if constexpr (requires { this->hold(e); })
                return hold(e);
            else if constexpr (requires { this->grant(e); })
                return grant(e);
            else
                return std::nullopt;
        },
        event);
}

Problem LedgerCheck::entry(const ledger::Entry& entry) {
    ++entry_count_;
    if (!seen_.insert(entry.id).second) return entry.id.to_text() + " is posted a second time";
    if (!accounts_.contains(entry.account))
        return entry.id.to_text() + " is of an account that was not opened";
    if (!entry.reverses.is_nil()) {
        if (!seen_.contains(entry.reverses) || entry.reverses == entry.id)
            return entry.id.to_text() + " reverses an entry that was not posted before";
        if (!reversed_.insert(entry.reverses).second)
            return entry.reverses.to_text() + " is reversed a second time";
    }
    if (Problem found = postings(entry)) return found;
    if (Problem found = ends(entry)) return found;
    return draws(entry);
}

// Entries that may take no more, or no less, than there was.
Problem LedgerCheck::ends(const ledger::Entry& entry) const {
    const int128 available = balance(entry.account, Bucket::available);
    switch (entry.kind) {
        case ledger::EntryKind::payout:
            if (available < 0) return entry.id.to_text() + " pays out more than was available";
            if (entry.reference.empty()) return entry.id.to_text() + " is a payout of no reference";
            return std::nullopt;
        case ledger::EntryKind::forfeit:
        case ledger::EntryKind::transfer:
            if (available != 0) return entry.id.to_text() + " does not take all that was left";
            return std::nullopt;
        case ledger::EntryKind::write_off:
            if (available < 0 || balance(entry.account, Bucket::receivable) < 0)
                return entry.id.to_text() + " writes off a part of what is owed";
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

Problem LedgerCheck::postings(const ledger::Entry& entry) {
    if (entry.postings.empty()) return entry.id.to_text() + " has no postings";
    std::map<Currency, int128> sums;
    for (const ledger::Posting& p : entry.postings) {
        if (p.amount.is_zero()) return entry.id.to_text() + " posts zero";
        bool is_wallet = ledger::is_wallet_bucket(p.bucket);
        if ((is_wallet || !p.owner.is_nil()) && !accounts_.contains(p.owner))
            return entry.id.to_text() + " posts to an account that was not opened";
        engine::HouseKey key{p.owner, p.bucket, p.amount.currency()};
        sums[key.currency] += p.amount.micros();
        int128& balance = balances_[key];
        balance += p.amount.micros();
        if (balance == 0) balances_.erase(key);
        if (is_wallet) touched_.insert(p.owner);
    }
    for (const auto& [currency, sum] : sums)
        if (sum != 0)
            return entry.id.to_text() + " sums to " + to_text(sum) + " micros of " +
                   std::string(currency.code()) + ", not to zero";
    return std::nullopt;
}

// A grant may come back by a reversal after it was used up.
Problem LedgerCheck::draws(const ledger::Entry& entry) {
    for (const ledger::GrantDraw& draw : entry.draws) {
        std::int64_t& left = grants_[{entry.account, draw.grant}];
        left -= draw.amount.micros();
        if (left < 0) return draw.grant.to_text() + " is drawn below zero";
        if (left != draw.left.amount.micros())
            return entry.id.to_text() + " misstates what is left of " + draw.grant.to_text();
        if (left == 0) grants_.erase({entry.account, draw.grant});
    }
    return std::nullopt;
}

Problem LedgerCheck::hold(const ledger::HoldPlaced& event) {
    bool is_new = holds_
                      .insert({{event.account, event.hold.id},
                               {event.hold.amount.micros(), event.hold.subject}})
                      .second;
    if (is_new && event.hold.amount.is_positive()) return std::nullopt;
    return event.hold.id.to_text() + " is placed a second time, or over nothing";
}

Problem LedgerCheck::hold(const ledger::HoldCaptured& event) {
    auto found = holds_.find({event.account, event.hold});
    if (found == holds_.end()) return event.hold.to_text() + " is captured and not open";
    found->second.micros -= event.captured.micros();
    if (found->second.micros != event.left.micros() || found->second.micros < 0)
        return event.hold.to_text() + " is captured beyond what it holds";
    if (found->second.micros == 0) holds_.erase(found);
    return std::nullopt;
}

Problem LedgerCheck::hold(const ledger::HoldReleased& event) {
    if (holds_.erase({event.account, event.hold}) == 1) return std::nullopt;
    return event.hold.to_text() + " is released and not open";
}

Problem LedgerCheck::grant(const ledger::GrantMade& event) {
    bool is_new =
        grants_.insert({{event.account, event.grant.id}, event.grant.amount.micros()}).second;
    if (is_new && event.grant.amount.is_positive()) return std::nullopt;
    return event.grant.id.to_text() + " is made a second time, or over nothing";
}

Problem LedgerCheck::grant(const ledger::GrantExpired& event) {
    if (grants_.erase({event.account, event.grant}) == 1) return std::nullopt;
    return event.grant.to_text() + " expires and has nothing left";
}

int128 LedgerCheck::balance(AccountId owner, Bucket bucket) const {
    int128 sum = 0;
    auto from = balances_.lower_bound({owner, bucket, {}});
    for (auto it = from; it != balances_.end(); ++it) {
        if (it->first.owner != owner || it->first.bucket != bucket) break;
        sum += it->second;
    }
    return sum;
}

Problem LedgerCheck::settled() {
    for (AccountId account : touched_) {
        int128 held = 0;
        for (auto it = holds_.lower_bound({account, {}});
             it != holds_.end() && it->first.first == account; ++it)
            held += it->second.micros;
        if (held != balance(account, Bucket::held))
            return account.to_text() + " holds another sum than its open holds";
        int128 granted = 0;
        for (auto it = grants_.lower_bound({account, {}});
             it != grants_.end() && it->first.first == account; ++it)
            granted += it->second;
        if (granted != balance(account, Bucket::grants))
            return account.to_text() + " has another sum of credit than its grants";
        if (balance(account, Bucket::receivable) > 0)
            return account.to_text() + " has a receivable that is a debt of the seller";
    }
    touched_.clear();
    return std::nullopt;
}

}  // namespace rb::testing::audit
