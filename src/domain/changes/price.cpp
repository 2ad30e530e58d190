#include "domain/changes/price.h"

#include <algorithm>

#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/changes/lookup.h"
#include "domain/changes/sellers.h"
#include "domain/subscriptions/tax.h"

namespace rb::changes {

namespace {

CivilDate date_of(Instant at) { return Zone::utc().date_of(at); }

// A price that is not listed at all is nothing; one that is listed elsewhere only must be
// converted.
Result<Amount> listed(const World& world, const catalog::Prices& prices, Instant at) {
    Currency currency = world.account.profile.currency;
    if (prices.empty()) return Amount::zero(currency);
    return world.catalog.price_in(prices, currency, date_of(at));
}

bool is_free(const catalog::Prices& prices) {
    return std::ranges::all_of(prices, [](const auto& p) { return p.second.is_zero(); });
}

std::unexpected<Refusal> too_expensive() {
    return refuse(Fault::amount_exceeds_limit,
                  "the fee for this quantity, with its tax, would exceed 1000000000000 of the "
                  "currency",
                  "/quantity");
}

Result<rating::SeatFee> seat_prices(const World& world, const catalog::PlanVersion& version,
                                    Instant at) {
    auto fee = listed(world, version.fee, at);
    if (!fee) return std::unexpected(fee.error());
    auto per_seat = listed(world, version.seats->per_seat, at);
    if (!per_seat) return std::unexpected(per_seat.error());
    auto minimum = listed(world, version.seats->minimum, at);
    if (!minimum) return std::unexpected(minimum.error());
    return rating::SeatFee{*fee, *per_seat, *minimum, version.seats->included};
}

}  // namespace

Result<Amount> fee_of(const World& world, const catalog::PlanVersion& version,
                      std::int64_t quantity, Instant at) {
    if (version.seats) {
        auto prices = seat_prices(world, version, at);
        if (!prices) return std::unexpected(prices.error());
        auto fee = rating::seat_fee(*prices, quantity);
        if (!fee) return too_expensive();
        return *fee;
    }
    auto fee = listed(world, version.fee, at);
    if (!fee) return std::unexpected(fee.error());
    int128 micros = checked_mul(fee->micros(), quantity);
    if (micros > limits::amount_micros_max) return too_expensive();
    return Amount::of_micros(static_cast<std::int64_t>(micros), fee->currency());
}

Result<Amount> required_cap(const World& world, const catalog::PlanVersion& version) {
    Amount nothing = Amount::zero(world.account.profile.currency);
    if (!version.seats) return fee_of(world, version, 1, world.now);
    if (is_free(version.fee) && is_free(version.seats->per_seat)) return nothing;
    std::int64_t people =
        accounts::active_members(world.account) + accounts::invited_members(world.account);
    return fee_of(world, version, people, world.now);
}

rating::Tax tax_of(const World& world, const catalog::Family& family, Instant at) {
    return subscriptions::tax_on(world.catalog, world.account.profile.tax, family.tax, at);
}

Result<Price> price_of(const World& world, const catalog::Family& family, const Side& side,
                       Instant at) {
    if (!is_payer(world, *side.plan))
        return Price{Amount::zero(world.account.profile.currency), {}};
    auto fee = fee_of(world, *side.version, side.quantity, at);
    if (!fee) {
        if (fee.error().field.empty()) fee.error().field = "/plan";
        return std::unexpected(fee.error());
    }
    Price price{*fee, tax_of(world, family, at)};
    // What can never be paid, because no balance is larger, is not sold.
    rating::Components cost = cost_of(price, grid_of(world, family));
    if (int128{cost.net.micros()} + cost.tax.micros() > limits::amount_micros_max)
        return too_expensive();
    return price;
}

rating::Components cost_of(const Price& price, const subscriptions::Grid& grid) {
    return rating::components({{price.amount, {1, 1}, price.tax}}, grid.step_micros, grid.rounding,
                              grid.currency);
}

subscriptions::Accrual accrual_of(const Side& side, const Price& price, const Period& span,
                                  const rating::Share& share) {
    subscriptions::Accrual accrual;
    accrual.span = span;
    accrual.plan = side.ref;
    accrual.quantity = side.quantity;
    accrual.price = price.amount;
    accrual.part = share.part;
    accrual.whole = share.whole;
    accrual.tax_percent = price.tax.percent;
    accrual.tax_mode = price.tax.mode;
    accrual.timing = side.version->timing;
    return accrual;
}

}  // namespace rb::changes
