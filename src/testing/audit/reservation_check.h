#pragma once
// Inside the room: reservations of one partition, who would pay for them, and the money that is
// held for that: recounted from what the journal says of them, without the engine's own sums.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "testing/audit/audit.h"
#include "testing/audit/ledger_check.h"

namespace rb::testing::audit {

class ReservationCheck {
public:
    explicit ReservationCheck(const LedgerCheck& ledger) : ledger_(ledger) {}
    void opened(AccountId account, AccountId parent) { parents_[account] = parent; }
    // After the ledger has taken the event.
    Problem take(const engine::Event& event);
    // What must hold between records.
    Problem settled();
    // At the end: all that is open once more, and the holds that no reservation names.
    ProblemOf at_the_end() const;
    // Of an open reservation.
    bool is_open(const Uuid& id) const { return open_.contains(id); }
    // What is held of a meter at an account.
    const HeldSums& sums() const { return sums_; }

private:
    struct Open {
        AccountId account;
        metering::ReservedUse use;
        std::vector<metering::ReservedCost> costs;
    };
    Problem made(const metering::ReservationMade& event);
    Problem ended(const metering::ReservationEnded& event);
    Problem taken(AccountId account, HoldId hold) const;
    Problem is_held(const Uuid& id, const metering::ReservedCost& cost) const;
    void add(const Open& open, int sign);

    const LedgerCheck& ledger_;
    std::map<AccountId, AccountId> parents_;
    std::map<Uuid, Open> open_;
    std::set<Uuid> ended_;
    std::set<HoldKey> holds_;            // of open reservations
    std::vector<HoldKey> must_be_gone_;  // of those that ended in this record
    HeldSums sums_;
};

}  // namespace rb::testing::audit
