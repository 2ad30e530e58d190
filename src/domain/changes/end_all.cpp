// Closing an account: what is live ends with it. Nothing is charged, not even what was used in
// arrears; what was paid for time that is not over comes back where who closes it says so.
#include <optional>
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

// One desk for the account and one for each seller above it.
std::vector<Desk> desks_of(const World& world, IdSource& ids) {
    std::vector<Desk> desks;
    desks.push_back({with_wallets(world, world.wallet, world.sellers), Till(world, ids)});
    for (std::size_t i = 0; i < world.sellers.size(); ++i) {
        World seller = world_of_seller(world, i);
        Till till(seller, ids);
        desks.push_back({std::move(seller), std::move(till)});
    }
    return desks;
}

std::vector<Event> events_of(std::vector<Desk>& desks) {
    for (std::size_t i = 1; i < desks.size(); ++i)
        desks.front().till.join(std::move(desks[i].till));
    return desks.front().till.take();
}

// The wallets of a world as what was decided so far leaves them.
class Wallets {
public:
    explicit Wallets(const World& world) : world_(world), own_(world.wallet) {
        for (const Seller& seller : world.sellers) of_sellers_.push_back(*seller.wallet);
    }
    World present() const {
        std::vector<Seller> sellers = world_.sellers;
        for (std::size_t i = 0; i < sellers.size(); ++i) sellers[i].wallet = &of_sellers_[i];
        return with_wallets(world_, own_, std::move(sellers));
    }
    void apply(const Event& event) {
        apply_money(own_, world_.account.id, event);
        for (std::size_t i = 0; i < of_sellers_.size(); ++i)
            apply_money(of_sellers_[i], world_.sellers[i].account->id, event);
    }

private:
    const World& world_;
    ledger::Wallet own_;
    std::vector<ledger::Wallet> of_sellers_;
};

// Leaves it now, by the second; nullopt: it was not paid for, or cannot be priced any more.
std::optional<std::vector<Event>> end_with_credit(const World& world,
                                                  const subscriptions::Subscription& s,
                                                  IdSource& ids) {
    if (s.status != subscriptions::Status::active) return std::nullopt;
    Ask ask;
    ask.kind = QuoteKind::cancel;
    ask.subscription = s.id;
    auto terms = resolve(world, ask, world.now);
    if (!terms) return std::nullopt;
    terms->course = Course::end_now;
    terms->rule.proration = catalog::Proration::second;
    terms->rule.unused = catalog::Unused::balance;
    auto deed = price(world, *terms);
    if (!deed || !deed->charges.empty()) return std::nullopt;
    for (const Resale& resale : deed->resales)
        if (!resale.deed.charges.empty()) return std::nullopt;
    Till till(world, ids);
    if (!settle(till, world, *terms, *deed)) return std::nullopt;
    std::vector<subscriptions::Line> lines;
    for (const Booked& booked : deed->credits) lines.push_back(booked.line);
    till.note(subscriptions::SubscriptionEnded{world.account.id, deed->after, std::move(lines)});
    return till.take();
}

}  // namespace

std::vector<Event> end_all(const World& world, IdSource& ids) {
    std::vector<Desk> desks = desks_of(world, ids);
    for (const subscriptions::Subscription& s : world.subscriptions.items)
        if (s.is_live()) end_one(desks, s);
    return events_of(desks);
}

std::vector<Event> end_all_with_credit(const World& world, IdSource& ids) {
    std::vector<Event> events;
    Wallets wallets(world);
    for (const subscriptions::Subscription& s : world.subscriptions.items) {
        if (!s.is_live()) continue;
        const World present = wallets.present();
        auto ended = end_with_credit(present, s, ids);
        if (!ended) {
            std::vector<Desk> desks = desks_of(present, ids);
            end_one(desks, s);
            ended = events_of(desks);
        }
        for (Event& event : *ended) {
            wallets.apply(event);
            events.push_back(std::move(event));
        }
    }
    return events;
}

}  // namespace rb::changes
