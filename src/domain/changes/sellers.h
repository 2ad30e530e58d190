#pragma once
// Inside the room: who sells to whom. What an account buys it buys of the nearest agency above it;
// where the plan belongs to somebody further up, that agency buys it in the same step of whoever
// stands above itself, and so on up to the plan's owner. Each of them pays with its own money, in
// its own currency and under its own taxes, for the buyer's time.
#include <cstddef>
#include <vector>

#include "domain/changes/price.h"

namespace rb::changes {

// Whose revenue it is what the world's account pays for the plan.
AccountId seller_of(const World& world, const Side& side);
// Does the plan cost the world's account anything? Not a seller whose own it is, or who stands
// above its owner.
bool is_payer(const World& world, const catalog::Plan& plan);

// The same decision as one of the world's sellers pays for it.
World world_of_seller(const World& world, std::size_t place);

// A subscription that its plan's owner sold to the account past the seller between them, as all
// were sold once. It goes on so until its period is over and paid.
bool is_sold_directly(const World& world, const subscriptions::Subscription& subscription);
// The world in which a subscription is priced (nullptr: one that is to be started): without
// sellers where it is sold directly.
World world_of_sale(const World& world, const subscriptions::Subscription* subscription);

// The subscription as a seller in the middle pays for it: with its own account and reservation.
subscriptions::Subscription seen_by(const World& seller,
                                    const subscriptions::Subscription& subscription);
// What is kept of it: of a seller that pays for the plan, or has paid for one in this period.
struct Part {
    const World& seller;
    subscriptions::PeriodAccount account;
    std::optional<subscriptions::Reservation> reservation;
};
void keep_wholesale(subscriptions::Subscription& after, const std::vector<Part>& parts);

}  // namespace rb::changes
