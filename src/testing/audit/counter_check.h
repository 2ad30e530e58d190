#pragma once
// Counters and packages of one partition, recounted from the rows of usage: what each window came
// to, and what is used of each package. Slow and plain, by itself: of the engine it shares the
// events' types.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/metering/types.h"
#include "domain/subscriptions/types.h"
#include "engine/usage_block.h"

namespace rb::testing::audit {

// One window as its rows make it.
struct Window {
    metering::Counter opened;  // as the journal says that it begins
    int128 value = 0;          // not of a rolling one
    Instant newest;
    std::map<std::int64_t, int128> steps;  // of a rolling one: what was used in each
    std::set<Uuid> members;
};
// One rolling window of entities.
struct RollingEntities {
    metering::EntityCounter opened;
    std::map<Uuid, std::map<std::int64_t, int128>> steps;
};
// What is counted for one account.
struct Counted {
    AccountId parent;
    std::vector<Window> windows;  // also those that are over
    std::vector<RollingEntities> entities;
    std::vector<metering::Draw> draws;
    std::map<SubscriptionId, subscriptions::Subscription> subscriptions;
};
using CountedAccounts = std::map<AccountId, Counted>;

class CounterCheck {
public:
    void opened(AccountId account, AccountId parent) { accounts_[account].parent = parent; }
    void take(const metering::CounterOpened& event);
    void take(const metering::EntityCounterOpened& event);
    void take(const metering::DrawOpened& event);
    void take(const metering::PacksBought& event);
    void take(AccountId account, const subscriptions::Subscription& subscription) {
        accounts_[account].subscriptions[subscription.id] = subscription;
    }
    void take(const engine::UsageRow& row);
    const CountedAccounts& accounts() const { return accounts_; }

private:
    CountedAccounts accounts_;
};

// What the engine has counted for an account against what its rows come to, at an instant that is
// no earlier than they are. Nothing: they agree; else a sentence.
std::optional<std::string> difference(const Counted& counted, const metering::Usage& usage,
                                      Instant now);

}  // namespace rb::testing::audit
