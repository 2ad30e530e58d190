// Closing an account: what is live ends with it. Nothing is given back and nothing is charged, not
// even what was used in arrears.
#include <utility>

#include "base/check.h"
#include "domain/changes/lookup.h"
#include "domain/changes/sellers.h"
#include "domain/changes/till.h"

namespace rb::changes {

namespace {

// Whose money it is, under one world each: the account's first, then that of the sellers above it.
// One till for all subscriptions, so that each sees the wallet that the one before it has left.
struct Desk {
    World world;
    Till till;
};

void drop(Till& till, std::optional<subscriptions::Reservation>& reservation) {
    if (reservation) till.release(reservation->hold);
    reservation.reset();
}

void recognize(Desk& desk, AccountId seller, subscriptions::PeriodAccount& account,
               SubscriptionId subject) {
    desk.till.recognize(seller, account.deferred, subject);
    account.deferred = Amount::zero(account.deferred.currency());
}

void end_one(std::vector<Desk>& desks, const subscriptions::Subscription& before) {
    const World& world = desks.front().world;
    subscriptions::Subscription after = before;
    const catalog::Plan* plan = find_plan(world, after.plan.plan);
    RB_CHECK(plan != nullptr, "a subscription's plan exists");
    const Side side{plan, nullptr, after.plan, after.quantity};
    drop(desks.front().till, after.reservation);
    recognize(desks.front(), seller_of(world_of_sale(world, &before), side), after.account,
              after.id);
    for (subscriptions::Wholesale& kept : after.wholesale)
        for (Desk& desk : desks) {
            if (desk.world.account.id != kept.payer) continue;
            drop(desk.till, kept.reservation);
            recognize(desk, seller_of(desk.world, side), kept.account, after.id);
        }
    after.pending.reset();
    after.status = subscriptions::Status::ended;
    after.ended_at = world.now;
    after.revision += 1;
    desks.front().till.note(
        subscriptions::SubscriptionEnded{world.account.id, std::move(after), {}});
}

}  // namespace

std::vector<Event> end_all(const World& world, IdSource& ids) {
    std::vector<Desk> desks;
    desks.push_back({with_wallets(world, world.wallet, world.sellers), Till(world, ids)});
    for (std::size_t i = 0; i < world.sellers.size(); ++i) {
        World seller = world_of_seller(world, i);
        Till till(seller, ids);
        desks.push_back({std::move(seller), std::move(till)});
    }
    for (const subscriptions::Subscription& s : world.subscriptions.items)
        if (s.is_live()) end_one(desks, s);
    for (std::size_t i = 1; i < desks.size(); ++i)
        desks.front().till.join(std::move(desks[i].till));
    return desks.front().till.take();
}

}  // namespace rb::changes
