// Closing an account: what is live ends with it. Nothing is given back and nothing is charged, not
// even what was used in arrears.
#include <utility>

#include "base/check.h"
#include "domain/changes/lookup.h"
#include "domain/changes/till.h"

namespace rb::changes {

namespace {

// All of them in one till, so that each sees the wallet that the one before it has left.
void end_one(Till& till, const World& world, const subscriptions::Subscription& before) {
    subscriptions::Subscription after = before;
    if (after.reservation) till.release(after.reservation->hold);
    after.reservation.reset();
    after.pending.reset();
    if (!after.account.deferred.is_zero()) {
        const catalog::Plan* plan = find_plan(world, after.plan.plan);
        RB_CHECK(plan != nullptr, "a subscription's plan exists");
        till.recognize(plan->head.owner, after.account.deferred, after.id);
        after.account.deferred = Amount::zero(after.account.deferred.currency());
    }
    after.status = subscriptions::Status::ended;
    after.ended_at = world.now;
    after.revision += 1;
    till.note(subscriptions::SubscriptionEnded{world.account.id, std::move(after), {}});
}

}  // namespace

std::vector<Event> end_all(const World& world, IdSource& ids) {
    Till till(world, ids);
    for (const subscriptions::Subscription& s : world.subscriptions.items)
        if (s.is_live()) end_one(till, world, s);
    return till.take();
}

}  // namespace rb::changes
