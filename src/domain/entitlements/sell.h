#pragma once
// Inside the room: what is beyond packages and what it costs.
#include <optional>
#include <string>
#include <vector>

#include "domain/entitlements/decide.h"
#include "domain/rating/proration.h"

namespace rb::entitlements {

struct Purchase {
    Amount price;  // before tax
    Amount unit;
    std::int64_t quantity = 0;
    std::string description;
};
struct Sold {
    Amount net;
    Amount tax;
    rating::Tax rate;
    Amount total() const { return net + tax; }
};
struct Order {
    const catalog::Catalog& catalog;
    const Party& party;
    const Sale& sale;
    const Tenure& tenure;  // of the account under whose plan it is sold
    const Purchase& purchase;
    const Act& act;
};
struct Payment {
    std::vector<Event> events;
    std::optional<Refusal> shortage;  // of money; of a fact it is then owed
};
struct Units {
    std::int64_t quantity = 0;
    Instant at;
};

// One pack, in the account's currency at the rate of the day.
Result<Amount> pack_price(const catalog::Catalog& catalog, const accounts::Account& account,
                          const PackageTerms& package, Instant at);
// ceil(quantity / quantum) * quantum / num_resources * price, rounded to the family's scale.
Result<Amount> unit_cost(const catalog::Catalog& catalog, const accounts::Account& account,
                         const UnitPrice& price, const Units& units);
Sold cost_of(const catalog::Catalog& catalog, const accounts::Account& account, const Sale& sale,
             const Purchase& purchase, Instant at);
// Takes it from the balance, or notes it for the invoice.
Result<Payment> settle(const Order& order, const Sold& sold, IdSource& ids);

}  // namespace rb::entitlements
