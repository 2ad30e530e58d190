#pragma once
// The state of a catalog, and reading it. Values are immutable once shared: the engine keeps the
// platform's catalog behind a shared pointer and replaces it when it moves. Thread-compatible.
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "domain/catalog/command.h"
#include "domain/catalog/types.h"
#include "domain/faults/types.h"

namespace rb::catalog {

// Plans with their indexes; the platform's, or one agency's.
class PlanTable {
public:
    const Plan* find(PlanId id) const;
    const Plan* find_key(std::string_view key) const;
    const Plan* find_number(std::string_view family, std::int64_t number) const;
    const PlanVersion* find(const PlanRef& ref) const;
    // In order of key.
    const std::map<std::string, std::shared_ptr<const Plan>, std::less<>>& by_key() const {
        return by_key_;
    }
    std::size_t size() const { return by_key_.size(); }
    // Of all versions, as they are written.
    std::size_t bytes() const { return bytes_; }

    void apply(const PlanPublished& event);
    void apply(const PlanHeadChanged& event);

private:
    void put(std::shared_ptr<const Plan> plan);
    std::map<std::string, std::shared_ptr<const Plan>, std::less<>> by_key_;
    std::map<PlanId, std::shared_ptr<const Plan>> by_id_;
    std::map<std::pair<std::string, std::int64_t>, std::shared_ptr<const Plan>> by_number_;
    std::size_t bytes_ = 0;
};

struct Catalog {
    std::int64_t version = 0;  // 0: nothing applied yet
    Settings settings;
    PlanTable plans;

    // Exponent of a currency the catalog knows, else of ISO 4217.
    std::int32_t exponent(Currency currency) const;
    // The step to which lines of this family are rounded, in micros.
    std::int64_t step_micros(const Family& family, Currency currency) const;
    const Family* family(std::string_view key) const;
    // The rate from the base currency to `currency` on that UTC date; 1 for the base itself.
    Result<Ratio> rate(Currency currency, CivilDate date) const;
    // The tax row for a category and place at that UTC date: region before country; nullptr:
    // untaxed.
    const TaxRate* tax_rate(std::string_view category, std::string_view country,
                            std::string_view region, CivilDate date) const;
    // The price in `currency`: as listed, else from the base currency (or the first listed) at the
    // rate of the day, rounded half up to micros; a price of zero needs no rate.
    // price_is_missing / exchange_rate_is_missing / amount_exceeds_limit.
    Result<Amount> price_in(const Prices& prices, Currency currency, CivilDate date) const;
    // The first rule of the family that matches; nullptr: not allowed. `to` null: cancelling.
    // `from` and `to` of a rule match by key; up, down and same compare ranks; any is every pair of
    // plans, but not cancelling. Built in: a family without a cancel rule lets cancel at period
    // end, nothing given back; an account's own plans, in a family without any rule, change at
    // once, prorated by the second.
    const ChangeRule* rule(const PlanHead& from, const PlanHead* to) const;
};

void apply(Catalog& catalog, const Event& event);

}  // namespace rb::catalog
