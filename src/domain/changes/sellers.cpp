#include "domain/changes/sellers.h"

#include <algorithm>
#include <utility>

#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

using subscriptions::Accrual;
using subscriptions::PeriodAccount;
using subscriptions::Subscription;
using subscriptions::Wholesale;

bool is_idle(const PeriodAccount& account) {
    return account.net_billed.is_zero() && account.tax_billed.is_zero() &&
           account.deferred.is_zero() &&
           std::ranges::all_of(account.accruals,
                               [](const Accrual& a) { return a.price.is_zero(); });
}

bool is_idle(const Wholesale& kept) { return !kept.reservation && is_idle(kept.account); }

// The same stretches at no price: for who has paid nothing so far, so that what follows is shared
// out as it is to the buyer.
PeriodAccount at_no_price(const PeriodAccount& account, Currency currency) {
    PeriodAccount free = subscriptions::empty_account(currency);
    for (Accrual accrual : account.accruals) {
        if (!accrual.price.is_zero()) {
            accrual.tax_percent = {};
            accrual.tax_mode = catalog::TaxMode::exclusive;
        }
        accrual.price = Amount::zero(currency);
        free.accruals.push_back(std::move(accrual));
    }
    return free;
}

}  // namespace

AccountId seller_of(const World& world, const Side& side) {
    return world.sellers.empty() ? side.plan->head.owner : world.sellers.front().account->id;
}

bool is_payer(const World& world, const catalog::Plan& plan) {
    if (world.buyer == nullptr || plan.head.owner.is_nil()) return true;
    return std::ranges::any_of(world.sellers,
                               [&](const Seller& s) { return s.account->id == plan.head.owner; });
}

World world_of_seller(const World& world, std::size_t place) {
    auto above = world.sellers.begin() + static_cast<std::ptrdiff_t>(place);
    return {
        world.catalog,  world.owned_plans,   *above->account,
        *above->wallet, world.subscriptions, world.gauges,
        world.quotes,   world.caller,        world.now,
        world.worst,    world.look,          std::vector<Seller>(above + 1, world.sellers.end()),
        &world.account, above->subscriptions};
}

World with_wallets(const World& world, const ledger::Wallet& wallet, std::vector<Seller> sellers) {
    return {world.catalog,       world.owned_plans,
            world.account,       wallet,
            world.subscriptions, world.gauges,
            world.quotes,        world.caller,
            world.now,           world.worst,
            world.look,          std::move(sellers),
            world.buyer,         world.seller_subscriptions};
}

bool is_sold_directly(const World& world, const Subscription& subscription) {
    if (world.sellers.empty() || !subscription.wholesale.empty()) return false;
    const catalog::Plan* plan = find_plan(world, subscription.plan.plan);
    if (plan == nullptr || plan->head.owner == world.sellers.front().account->id) return false;
    return subscription.reservation.has_value() || !is_idle(subscription.account);
}

World world_of_sale(const World& world, const Subscription* subscription) {
    bool is_direct = subscription != nullptr && is_sold_directly(world, *subscription);
    return with_wallets(world, world.wallet, is_direct ? std::vector<Seller>{} : world.sellers);
}

Subscription seen_by(const World& seller, const Subscription& subscription) {
    Subscription seen = subscription;
    seen.wholesale.clear();
    auto kept = std::ranges::find(subscription.wholesale, seller.account.id, &Wholesale::payer);
    if (kept != subscription.wholesale.end()) {
        seen.account = kept->account;
        seen.reservation = kept->reservation;
    } else {
        seen.account = at_no_price(subscription.account, seller.account.profile.currency);
        seen.reservation.reset();
    }
    return seen;
}

void keep_wholesale(Subscription& after, const std::vector<Part>& parts) {
    after.wholesale.clear();
    bool is_all_idle = is_idle(after.account) && !after.reservation;
    for (const Part& part : parts) {
        Wholesale kept{part.seller.account.id, part.account, part.reservation};
        bool rests = is_idle(kept);
        is_all_idle = is_all_idle && rests;
        const catalog::Plan* plan = find_plan(part.seller, after.plan.plan);
        if (!rests || (plan != nullptr && is_payer(part.seller, *plan)))
            after.wholesale.push_back(std::move(kept));
    }
    if (is_all_idle) after.wholesale.clear();
}

}  // namespace rb::changes
