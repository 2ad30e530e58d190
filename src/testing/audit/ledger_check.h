#pragma once
// Inside the room: money, holds and grants of one partition as its entries make them.
#include <boost/unordered/unordered_flat_set.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "testing/audit/audit.h"

namespace rb::testing::audit {

// Each function gives the sentence of what is wrong; nullopt: nothing.
using Problem = std::optional<std::string>;

// The same, and the account that it is about.
using ProblemOf = std::optional<std::pair<AccountId, std::string>>;

struct OpenHold {
    std::int64_t micros = 0;
    Uuid subject;
};
using HoldKey = std::pair<AccountId, HoldId>;
using GrantKey = std::pair<AccountId, GrantId>;

using EntryIds = boost::unordered_flat_set<EntryId, UuidHash>;

class LedgerCheck {
public:
    // `seen`: the entries of the whole store, of all partitions that were checked before.
    explicit LedgerCheck(EntryIds& seen) : seen_(seen) {}
    Problem opened(AccountId account);
    Problem take(const engine::Event& event);
    // What must hold between records.
    Problem settled();

    const Balances& balances() const { return balances_; }
    const std::map<HoldKey, OpenHold>& holds() const { return holds_; }
    std::uint64_t entries() const { return entry_count_; }

private:
    Problem entry(const ledger::Entry& entry);
    Problem postings(const ledger::Entry& entry);
    Problem ends(const ledger::Entry& entry) const;
    Problem draws(const ledger::Entry& entry);
    Problem hold(const ledger::HoldPlaced& event);
    Problem hold(const ledger::HoldCaptured& event);
    Problem hold(const ledger::HoldReleased& event);
    Problem grant(const ledger::GrantMade& event);
    Problem grant(const ledger::GrantExpired& event);
    int128 balance(AccountId owner, ledger::Bucket bucket) const;

    std::set<AccountId> accounts_;
    Balances balances_;
    std::map<HoldKey, OpenHold> holds_;
    std::map<GrantKey, std::int64_t> grants_;
    std::set<AccountId> touched_;  // since the last settled()
    EntryIds& seen_;
    EntryIds reversed_;
    std::uint64_t entry_count_ = 0;
};

}  // namespace rb::testing::audit
