#pragma once
// Inside the room: uses and packages of one partition, recounted row by row.
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>
#include <string>

#include "engine/usage_block.h"
#include "testing/audit/audit.h"
#include "testing/audit/counter_check.h"
#include "testing/audit/ledger_check.h"

namespace rb::testing::audit {

class UsageCheck {
public:
    void opened(AccountId account, AccountId parent) {
        accounts_.insert(account);
        counters_.opened(account, parent);
    }
    // Of a tree that is not looked at: a block has the uses of several trees.
    void leave_out(AccountId account) { left_out_.insert(account); }
    // `received`: the instant of the event's record.
    Problem take(const engine::Event& event, Instant received);
    const UsageSums& sums() const { return sums_; }
    const EntitySums& entities() const { return entities_; }
    const CountedAccounts& counted() const { return counters_.accounts(); }
    std::uint64_t rows() const { return rows_; }

private:
    Problem rows_of(const metering::UsageCounted& counted, Instant received);
    Problem draw(const metering::DrawOpened& event);
    Problem window(const metering::EntityCounterOpened& event);
    void count_entity(const engine::UsageRow& row);
    Problem packs(const metering::PacksBought& event);

    std::set<AccountId> accounts_;
    std::set<AccountId> left_out_;
    UsageSums sums_;
    EntitySums entities_;
    CounterCheck counters_;
    std::uint64_t rows_ = 0;
    // When an event was received last; further rows of it stand right behind the first.
    boost::unordered_flat_map<Uuid, Instant, UuidHash> seen_;
    std::set<std::string> meters_of_last_;
    Uuid last_;
    std::map<std::tuple<AccountId, Uuid, std::string, std::uint32_t, metering::Scope>,
             metering::Draw>
        draws_;
};

}  // namespace rb::testing::audit
