#pragma once
// Inside the room: terms with their prices: the subscription as it would be, the lines, what is
// given back, taken and held. Nothing here knows whether the money is there (till.h does).
#include <optional>
#include <vector>

#include "domain/changes/sellers.h"
#include "domain/changes/terms.h"
#include "domain/ledger/decide.h"

namespace rb::changes {

// A line with what sellers get for it (negative: give back); no postings where lines only accrue.
struct Booked {
    subscriptions::Line line;
    std::vector<ledger::Posting> postings;
};

// Fee and tax of a period that has not begun.
struct Upcoming {
    Side side;
    Price price;
    rating::Components cost;
    Instant period_start;
};

struct Resale;
struct Deed {
    subscriptions::Subscription after;  // its reservation is what `reserve` becomes
    std::vector<Booked> credits;
    std::vector<Booked> charges;
    std::optional<HoldId> released;  // the hold of the plan that is left
    std::optional<Upcoming> reserve;
    Amount recognized;  // of what the old period had deferred, where it is closed
    AccountId recognized_by;
    std::optional<NextCharge> next_charge;
    Instant effective_at;
    std::vector<Resale> resales;  // nearest seller first
};
// The same deed as a seller in the middle pays for it.
struct Resale {
    World world;
    Deed deed;
};

bool is_prepaid(const catalog::Family& family);

// Bills what is due of `account` and not billed as a line of `accrual`; nullopt when that is
// nothing. Positive: a charge, to deferred revenue, or to revenue where the service was delivered
// already. Negative: a credit, from deferred revenue as far as there is.
enum class Delivered : std::uint8_t { no, yes };
struct Billing {
    const World& world;
    const catalog::Family& family;
    AccountId seller;
    Delivered delivered = Delivered::no;
    std::string description;
};
std::optional<Booked> bill_due(subscriptions::PeriodAccount& account,
                               const subscriptions::Accrual& accrual, Instant due_at,
                               const Billing& billing);

// Begins a paid period at `at`: anchor, period, share and the charge for it. An anniversary period
// begins whole; of a running calendar period the share by `proration`.
struct Beginning {
    const World& world;
    const catalog::Family& family;
    Side side;
    catalog::Proration proration = catalog::Proration::second;
    Instant at;
};
Result<std::vector<Booked>> begin_period(subscriptions::Subscription& after,
                                         const Beginning& beginning);

// Fee and tax of the next period; nullopt: free.
Result<std::optional<Upcoming>> upcoming(const World& world, const catalog::Family& family,
                                         const Side& side, Instant priced_at, Instant period_start);

// For the buyer and for all sellers in the middle. price_is_missing, exchange_rate_is_missing,
// amount_exceeds_limit, too_many (changes of one period).
Result<Deed> price(const World& world, const Terms& terms);

}  // namespace rb::changes
