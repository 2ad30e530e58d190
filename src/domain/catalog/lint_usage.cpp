#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/limits.h"
#include "base/text.h"
#include "domain/catalog/lint_rules.h"

namespace rb::catalog {

namespace {

// Of one allowance. The sizes that a rolling window may have keep a step of it within whole
// seconds.
constexpr std::size_t thresholds_max = 10;
constexpr std::int32_t threshold_percent_max = 1000;
constexpr Duration rolling_min = Duration::of_minutes(1);
constexpr Duration rolling_max = Duration::of_days(400);

void check_window(const Entitlement& entitlement, const std::string& where, PlanFindings& out) {
    if (entitlement.window != WindowKind::rolling) {
        if (entitlement.rolling != Duration{})
            out.error("duration_is_invalid", where + "/window",
                      "only a rolling window has a length of its own");
        return;
    }
    if (entitlement.rolling < rolling_min || entitlement.rolling > rolling_max ||
        entitlement.rolling.us % rolling_min.us != 0)
        out.error("duration_is_invalid", where + "/window",
                  "a rolling window is of whole minutes, one minute to 400 days long");
}

void check_thresholds(const Entitlement& entitlement, const std::string& where, PlanFindings& out) {
    const std::vector<std::int32_t>& percents = entitlement.thresholds;
    if (percents.empty()) return;
    const std::string at = where + "/thresholds";
    if (!entitlement.limit)
        out.error("limit_is_missing", at, "thresholds are percents of a limit, and there is none");
    if (percents.size() > thresholds_max)
        out.error("too_many", at, "at most " + std::to_string(thresholds_max) + " thresholds");
    if (std::any_of(percents.begin(), percents.end(),
                    [](std::int32_t p) { return p < 1 || p > threshold_percent_max; }))
        out.error("number_is_invalid", at,
                  "a threshold is from 1 to " + std::to_string(threshold_percent_max) +
                      " percent of the limit");
    if (std::adjacent_find(percents.begin(), percents.end(), std::greater_equal<>()) !=
        percents.end())
        out.error("order_is_wrong", at, "thresholds ascend, each another than the one before");
}

// A limit of each entity: the meter says where an event names one.
void check_per(const Settings& settings, const Entitlement& entitlement, const std::string& where,
               PlanFindings& out) {
    if (entitlement.per == Per::account) return;
    const std::string at = where + "/per";
    if (entitlement.pooled)
        out.error("field_is_not_allowed", at, "a pooled limit is not counted for each entity");
    auto meter = settings.meters.find(settings.features.at(entitlement.feature).meter);
    if (meter == settings.meters.end()) return;  // told of the feature
    if (meter->second.entity_property.empty())
        out.error(
            "entity_is_missing", at,
            "the meter '" + meter->first + "' says by no entity_property which one an event is of");
    if (meter->second.aggregation == Aggregation::unique)
        out.error("aggregation_is_wrong", at,
                  "different values are counted for the account, not for each entity");
}

// What only a metered feature can have, and how it must be there.
void check_metering(const Settings& settings, const Entitlement& entitlement,
                    const std::string& where, PlanFindings& out) {
    const FeatureKind kind = settings.features.at(entitlement.feature).kind;
    if (kind == FeatureKind::metered) {
        check_window(entitlement, where, out);
        check_thresholds(entitlement, where, out);
        check_per(settings, entitlement, where, out);
        return;
    }
    auto refuse_field = [&](const std::string& name) {
        out.error("field_is_not_allowed", where + "/" + name,
                  "only a metered feature has '" + name + "'; '" + entitlement.feature +
                      "' is of the kind " + std::string(enum_text(kind)));
    };
    if (entitlement.window != WindowKind::subscription || entitlement.rolling != Duration{})
        refuse_field("window");
    if (entitlement.pooled) refuse_field("pooled");
    if (entitlement.per != Per::account) refuse_field("per");
    if (!entitlement.thresholds.empty()) refuse_field("thresholds");
}

void check_entitlements(const Settings& settings, const PlanVersion& version, PlanFindings& out) {
    std::set<std::string_view> seen;
    for (const Entitlement& entitlement : version.entitlements) {
        const std::string where = "entitlements/" + entitlement.feature;
        if (!seen.insert(entitlement.feature).second)
            out.error("key_is_repeated", where, "a feature is given twice");
        auto feature = settings.features.find(entitlement.feature);
        if (feature == settings.features.end()) {
            out.error("feature_is_unknown", where,
                      "there is no feature '" + entitlement.feature + "'");
            continue;
        }
        const FeatureKind kind = feature->second.kind;
        const bool counted = kind == FeatureKind::limit || kind == FeatureKind::metered;
        if (!counted && (entitlement.limit || entitlement.soft))
            out.error("type_is_wrong", where,
                      "a " + std::string(enum_text(kind)) + " feature has no limit");
        if (kind != FeatureKind::flag && !entitlement.on)
            out.error("type_is_wrong", where, "only a flag is true or false");
        if (kind != FeatureKind::config && !entitlement.value.empty())
            out.error("type_is_wrong", where, "only a config feature has a value");
        if (entitlement.value.size() > limits::name_bytes_max || !is_utf8(entitlement.value))
            out.error("text_is_invalid", where, "the value is too long");
        if (entitlement.limit &&
            (*entitlement.limit < 0 || *entitlement.limit > limits::quantity_max))
            out.error("number_is_invalid", where, "a limit is from 0 to 10^15, or unlimited");
        check_metering(settings, entitlement, where, out);
    }
    if (!std::is_sorted(version.entitlements.begin(), version.entitlements.end(),
                        [](const auto& a, const auto& b) { return a.feature < b.feature; }))
        out.error("order_is_wrong", "entitlements", "entitlements are sorted by feature");
    if (version.entitlements.size() > limits::features_max)
        out.error("too_many", "entitlements", "more entitlements than there may be features");
}

// The groups that a package or a plan names: they exist, and something is counted for them.
void check_price_groups(const Settings& settings, const std::vector<std::int64_t>& numbers,
                        const std::string& where, PlanFindings& out) {
    if (numbers.size() > limits::packages_per_plan_max)
        out.error("too_many", where, "too many price groups");
    std::set<std::int64_t> seen;
    for (std::int64_t number : numbers) {
        const std::string named = "price group " + std::to_string(number);
        if (!seen.insert(number).second) {
            out.warning("price_group_is_repeated", where, named + " is given twice");
            continue;
        }
        auto group = settings.price_groups.find(number);
        if (group == settings.price_groups.end()) {
            out.error("price_group_is_unknown", where, "there is no " + named);
            continue;
        }
        const std::string& name = group->second.meter;
        if (name.empty()) {
            out.error("meter_is_missing", where, named + " names no meter: nothing would use it");
            continue;
        }
        auto meter = settings.meters.find(name);
        if (meter == settings.meters.end()) continue;  // told of the group
        if (meter->second.aggregation == Aggregation::max ||
            meter->second.aggregation == Aggregation::latest)
            out.warning("usage_can_shrink", where,
                        "meter '" + name + "' of " + named + " takes the " +
                            std::string(enum_text(meter->second.aggregation)) +
                            " of its values, which can fall: what was drawn or charged stays");
    }
}

// Where the fee has a price of its own and the pack has none, the pack's price moves with the rate
// of the day while the fee stands. Currencies that no rate leads to are told of the price itself.
void check_overrun_currencies(const Settings& settings, const PlanVersion& version,
                              const Package& package, const std::string& where, PlanFindings& out) {
    std::set<Currency> listed;
    bool is_zero = true;
    for (const auto& [currency, amount] : package.overrun_price) {
        listed.insert(currency);
        is_zero = is_zero && amount.is_zero();
    }
    if (is_zero) return;
    const std::set<Currency> unreachable = currencies_without_price(settings, listed);
    std::set<Currency> converted;
    for (const auto& [currency, amount] : version.fee)
        if (!listed.contains(currency) && !unreachable.contains(currency))
            converted.insert(currency);
    if (!converted.empty())
        out.warning("overrun_price_is_converted", where + "/overrun_price",
                    "the fee is listed in " + joined(converted) +
                        " and a pack is not: its price is converted at the rate of the day");
}

void check_packages(const Settings& settings, const PlanVersion& version, PlanFindings& out) {
    if (version.packages.size() > limits::packages_per_plan_max)
        out.error("too_many", "packages",
                  "at most " + std::to_string(limits::packages_per_plan_max) + " packages");
    std::map<std::int64_t, std::size_t> drawn;
    for (std::size_t i = 0; i < version.packages.size(); ++i) {
        const Package& package = version.packages[i];
        const std::string where = "packages/" + std::to_string(i);
        if (package.name.size() > limits::name_bytes_max || !is_utf8(package.name))
            out.error("text_is_invalid", where + "/name", "the name is too long");
        if (package.size < 0 || package.size > limits::quantity_max)
            out.error("number_is_invalid", where + "/size", "a size is from 0 to 10^15");
        if (package.overrun_resources < 0 || package.overrun_resources > limits::quantity_max)
            out.error("number_is_invalid", where + "/overrun_resources",
                      "overrun_resources is from 0 to 10^15");
        if (package.may_overrun && package.overrun_resources == 0)
            out.error("overrun_resources_is_missing", where,
                      "a package that may overrun says how many units a pack has");
        if (package.may_overrun && package.overrun_price.empty())
            out.error("overrun_price_is_missing", where,
                      "a package that may overrun says what a pack costs");
        check_prices(settings, package.overrun_price, where + "/overrun_price", out);
        if (package.may_overrun) check_overrun_currencies(settings, version, package, where, out);
        check_price_groups(settings, package.price_groups, where + "/price_groups", out);
        if (package.price_groups.empty())
            out.warning("package_has_no_meter", where,
                        "this package has no price group: nothing will draw on it");
        for (std::int64_t number : package.price_groups) {
            auto [earlier, is_new] = drawn.emplace(number, i);
            if (!is_new && earlier->second != i)
                out.warning("price_group_is_repeated", where + "/price_groups",
                            "price group " + std::to_string(number) +
                                " draws on an earlier package of the plan too");
        }
    }
}

// The packages of one meter add up: units of a period, and whether packs can follow.
struct Supply {
    std::int64_t size = 0;
    bool may_overrun = false;
};
using Supplies = std::map<std::string_view, Supply>;

Supplies supplies_of(const Settings& settings, const PlanVersion& version) {
    Supplies out;
    for (const Package& package : version.packages) {
        std::set<std::string_view> meters;  // one package counts once
        for (std::int64_t number : package.price_groups) {
            auto group = settings.price_groups.find(number);
            if (group == settings.price_groups.end() || group->second.meter.empty()) continue;
            if (!meters.insert(group->second.meter).second) continue;
            Supply& supply = out[group->second.meter];
            // Beyond what a size may be it is judged wrong elsewhere, and only must not wrap.
            supply.size = std::min(
                supply.size + std::clamp<std::int64_t>(package.size, 0, limits::quantity_max),
                limits::quantity_max);
            supply.may_overrun = supply.may_overrun || package.may_overrun;
        }
    }
    return out;
}

// What is charged as it is used: a price there must be, and no earlier answer to the same use.
void check_resource_prices(const Settings& settings, const PlanVersion& version,
                           const Supplies& supplies, PlanFindings& out) {
    const std::string where = "price_groups";
    check_price_groups(settings, version.price_groups, where, out);
    std::map<std::string_view, std::int64_t> sold;
    for (std::int64_t number : version.price_groups) {
        auto found = settings.price_groups.find(number);
        if (found == settings.price_groups.end() || found->second.meter.empty()) continue;
        const PriceGroup& group = found->second;
        const std::string named = "price group " + std::to_string(number);
        if (group.price.empty()) {
            out.error("price_is_missing", where, named + " has no price to charge at");
        } else {
            std::set<Currency> listed;
            for (const auto& [currency, price] : group.price) listed.insert(currency);
            const std::set<Currency> missing = currencies_without_price(settings, listed);
            if (!missing.empty())
                out.warning("currency_is_missing", where,
                            named + " has no price in " + joined(missing) +
                                ", and none in the base currency to convert by a rate");
        }
        auto supply = supplies.find(group.meter);
        auto [earlier, is_new] = sold.emplace(group.meter, number);
        if (supply != supplies.end() && supply->second.may_overrun)
            out.warning("price_is_never_charged", where,
                        "packs are bought of meter '" + group.meter +
                            "', so that nothing is left to charge by " + named);
        else if (!is_new && earlier->second != number)
            out.warning("price_is_never_charged", where,
                        "price group " + std::to_string(earlier->second) + " charges meter '" +
                            group.meter + "' before " + named);
    }
}

// Two numbers for one thing: the smaller stops, whatever the other promises. Other windows than the
// subscription's count another span than packages do, and are no second number.
void check_limits_beside_packages(const Settings& settings, const PlanVersion& version,
                                  const Supplies& supplies, PlanFindings& out) {
    for (const Entitlement& entitlement : version.entitlements) {
        auto feature = settings.features.find(entitlement.feature);
        if (feature == settings.features.end() || !entitlement.limit ||
            entitlement.window != WindowKind::subscription || entitlement.per != Per::account)
            continue;
        auto supply = supplies.find(feature->second.meter);
        if (supply == supplies.end() || supply->second.size == *entitlement.limit) continue;
        out.warning("limit_differs_from_package", "entitlements/" + entitlement.feature,
                    "the limit is " + std::to_string(*entitlement.limit) +
                        " and the packages of meter '" + feature->second.meter + "' have " +
                        std::to_string(supply->second.size) + ": two numbers for the same use");
    }
}

}  // namespace

void check_usage(const Settings& settings, const PlanVersion& version, PlanFindings& out) {
    check_entitlements(settings, version, out);
    check_packages(settings, version, out);
    const Supplies supplies = supplies_of(settings, version);
    check_resource_prices(settings, version, supplies, out);
    check_limits_beside_packages(settings, version, supplies, out);
}

}  // namespace rb::catalog
