#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "domain/catalog/catalog.h"
#include "domain/catalog/match.h"

namespace rb::catalog {

const PlanVersion* Plan::find(std::uint32_t version) const {
    auto at = std::lower_bound(
        versions.begin(), versions.end(), version,
        [](const PlanVersion& v, std::uint32_t wanted) { return v.version < wanted; });
    return at == versions.end() || at->version != version ? nullptr : &*at;
}

bool PlanVersion::same_offer(const PlanVersion& other) const {
    PlanVersion mine = *this;
    mine.version = other.version;
    mine.published_at = other.published_at;
    return mine == other;
}

bool PlanVersion::has_no_fee() const {
    auto is_nothing = [](const Prices& prices) {
        return std::ranges::all_of(prices,
                                   [](const auto& price) { return price.second.is_zero(); });
    };
    return is_nothing(fee) && is_nothing(setup_fee) &&
           (!seats || (is_nothing(seats->per_seat) && is_nothing(seats->minimum)));
}

bool PlanVersion::is_paid_by_use() const {
    auto has_limit = [](const Entitlement& e) { return e.limit.has_value(); };
    return packages.empty() && !price_groups.empty() &&
           std::ranges::none_of(entitlements, has_limit);
}

const Plan* PlanTable::find(PlanId id) const {
    auto at = by_id_.find(id);
    return at == by_id_.end() ? nullptr : at->second.get();
}

const Plan* PlanTable::find_key(std::string_view key) const {
    auto at = by_key_.find(key);
    return at == by_key_.end() ? nullptr : at->second.get();
}

const Plan* PlanTable::find_number(std::string_view family, std::int64_t number) const {
    auto at = by_number_.find({std::string(family), number});
    return at == by_number_.end() ? nullptr : at->second.get();
}

const PlanVersion* PlanTable::find(const PlanRef& ref) const {
    const Plan* plan = find(ref.plan);
    return plan == nullptr ? nullptr : plan->find(ref.version);
}

std::int32_t Catalog::exponent(Currency currency) const {
    auto at = settings.currencies.find(currency);
    return at == settings.currencies.end() ? iso_exponent(currency) : at->second;
}

std::int64_t Catalog::step_micros(const Family& family, Currency currency) const {
    return family.scale == Scale::micro ? 1 : step_of_scale(exponent(currency));
}

const Family* Catalog::family(std::string_view key) const {
    auto at = settings.families.find(std::string(key));
    return at == settings.families.end() ? nullptr : &at->second;
}

Result<Ratio> Catalog::rate(Currency currency, CivilDate date) const {
    if (!currency.empty() && currency == settings.base_currency) return Ratio(1);
    const auto& rows = settings.exchange_rates;
    auto after = std::upper_bound(rows.begin(), rows.end(), std::tie(currency, date),
                                  [](const auto& wanted, const ExchangeRate& row) {
                                      return wanted < std::tie(row.currency, row.from);
                                  });
    if (after == rows.begin() || std::prev(after)->currency != currency)
        return refuse(Fault::exchange_rate_is_missing, "there is no exchange rate of " +
                                                           std::string(currency.code()) + " on " +
                                                           date.to_text());
    return std::prev(after)->rate.to_ratio();
}

const TaxRate* Catalog::tax_rate(std::string_view category, std::string_view country,
                                 std::string_view region, CivilDate date) const {
    const auto& rows = settings.tax_rates;
    auto latest = [&](std::string_view of_region) -> const TaxRate* {
        using Place = std::tuple<std::string_view, std::string_view, std::string_view>;
        auto place = [](const TaxRate& row) {
            return Place{row.category, row.country, row.region};
        };
        Place wanted{category, country, of_region};
        auto after = std::upper_bound(
            rows.begin(), rows.end(), wanted, [&](const Place& w, const TaxRate& row) {
                return std::pair{w, date} < std::pair{place(row), row.from};
            });
        if (after == rows.begin() || place(*std::prev(after)) != wanted) return nullptr;
        return &*std::prev(after);
    };
    if (!region.empty())
        if (const TaxRate* row = latest(region)) return row;
    return latest({});
}

Result<Amount> Catalog::price_in(const Prices& prices, Currency currency, CivilDate date) const {
    if (auto listed = prices.find(currency); listed != prices.end()) return listed->second;
    if (prices.empty())
        return refuse(Fault::price_is_missing,
                      "there is no price in " + std::string(currency.code()));
    auto source = prices.find(settings.base_currency);
    if (source == prices.end()) source = prices.begin();
    // Nothing costs nothing in every currency, also where no rate leads.
    if (source->second.is_zero()) return Amount::zero(currency);
    auto to = rate(currency, date);
    if (!to) return std::unexpected(to.error());
    auto from = rate(source->first, date);
    if (!from) return std::unexpected(from.error());
    // The quotient of the rates is reduced before it meets the amount: the product then fits 128
    // bits.
    int128 micros = (source->second.to_ratio() * (*to / *from)).round(Rounding::half_up);
    if (micros > limits::amount_micros_max)
        return refuse(Fault::amount_exceeds_limit, "the price in " + std::string(currency.code()) +
                                                       " is above the greatest amount");
    return Amount::of_micros(static_cast<std::int64_t>(micros), currency);
}

namespace {

Direction direction_of(const PlanHead& from, const PlanHead* to) {
    if (to == nullptr) return Direction::cancel;
    if (to->rank > from.rank) return Direction::up;
    return to->rank < from.rank ? Direction::down : Direction::same;
}

}  // namespace

bool matches(const ChangeRule& rule, const PlanHead& from, const PlanHead* to) {
    if (!rule.from.empty() && rule.from != from.key) return false;
    Direction direction = direction_of(from, to);
    if (direction == Direction::cancel) return rule.direction == Direction::cancel;
    if (rule.direction != Direction::any && rule.direction != direction) return false;
    return rule.to.empty() || rule.to == to->key;
}

namespace {

const ChangeRule& built_in_cancel() {
    static const ChangeRule rule = [] {
        ChangeRule r;
        r.direction = Direction::cancel;
        r.effective = Effective::period_end;
        r.proration = Proration::none;
        r.unused = Unused::none;
        return r;
    }();
    return rule;
}

const ChangeRule& built_in_owned() {
    static const ChangeRule
        rule;  // any pair, allowed, now, by the second, unused time to the balance
    return rule;
}

}  // namespace

const ChangeRule* Catalog::rule(const PlanHead& from, const PlanHead* to) const {
    if (to != nullptr && to->family != from.family) return nullptr;
    bool has_rules = false;
    bool has_cancel = false;
    for (const ChangeRule& rule : settings.changes) {
        if (rule.family != from.family) continue;
        if (matches(rule, from, to)) return &rule;
        has_rules = true;
        has_cancel = has_cancel || rule.direction == Direction::cancel;
    }
    if (to == nullptr) return has_cancel ? nullptr : &built_in_cancel();
    return !has_rules && !from.owner.is_nil() ? &built_in_owned() : nullptr;
}

}  // namespace rb::catalog
