#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/catalog/lint_rules.h"

namespace rb::catalog {

namespace {

// The findings of one plan: where begins with its path, the line is the plan's.
class PlanFindings {
public:
    PlanFindings(const PlanDraft& plan, Findings& out)
        : prefix_("plans/" + plan.head.key), line_(plan.line), out_(out) {}
    void error(std::string code, const std::string& where, std::string detail) {
        out_.error(std::move(code), path(where), std::move(detail), line_);
    }
    void warning(std::string code, const std::string& where, std::string detail) {
        out_.warning(std::move(code), path(where), std::move(detail), line_);
    }

private:
    std::string path(const std::string& where) const {
        return where.empty() ? prefix_ : prefix_ + "/" + where;
    }
    std::string prefix_;
    std::int32_t line_;
    Findings& out_;
};

bool has_rate(const Settings& settings, Currency currency) {
    if (currency == settings.base_currency) return true;
    const auto& rows = settings.exchange_rates;
    auto row = std::lower_bound(rows.begin(), rows.end(), currency,
                                [](const ExchangeRate& r, Currency c) { return r.currency < c; });
    return row != rows.end() && row->currency == currency;
}

// A price is complete when every currency of the catalog is listed, or follows from the base
// currency by a rate. Prices of zero follow everywhere.
void check_coverage(const Settings& settings, const Prices& prices, const std::string& where,
                    PlanFindings& out) {
    if (prices.empty()) return;
    if (std::all_of(prices.begin(), prices.end(),
                    [](const auto& price) { return price.second.is_zero(); }))
        return;
    const bool has_base =
        !settings.base_currency.empty() && prices.contains(settings.base_currency);
    std::string missing;
    for (const auto& [currency, exponent] : settings.currencies) {
        if (prices.contains(currency) || (has_base && has_rate(settings, currency))) continue;
        missing += missing.empty() ? "" : ", ";
        missing += currency.code();
    }
    if (!missing.empty())
        out.warning("currency_is_missing", where,
                    "there is no price in " + missing + ", and none in the base currency to " +
                        "convert by a rate");
}

void check_prices(const Settings& settings, const Prices& prices, const std::string& where,
                  PlanFindings& out) {
    for (const auto& [currency, amount] : prices) {
        const std::string at = where + "/" + std::string(currency.code());
        if (!settings.currencies.contains(currency))
            out.error("currency_is_unknown", at,
                      std::string(currency.code()) + " is not one of the currencies");
        if (amount.currency() != currency)
            out.error("currency_is_unknown", at, "the amount is in another currency");
        if (amount.is_negative()) out.error("price_is_negative", at, "a price is not below zero");
        if (amount.micros() > limits::amount_micros_max)
            out.error("price_is_too_large", at, "a price is at most 10^12");
    }
    check_coverage(settings, prices, where, out);
}

// A recurring price in digits that lines are not rounded to would never be charged as listed.
void check_scale(const Settings& settings, const Family& family, const Prices& prices,
                 const std::string& where, PlanFindings& out) {
    if (family.scale == Scale::micro) return;
    for (const auto& [currency, amount] : prices) {
        auto exponent = settings.currencies.find(currency);
        if (exponent == settings.currencies.end() || exponent->second < 0 || exponent->second > 6)
            continue;
        if (amount.micros() % step_of_scale(exponent->second) != 0)
            out.warning("price_is_too_fine", where + "/" + std::string(currency.code()),
                        amount.to_text() + " is rounded to " + std::to_string(exponent->second) +
                            " fractional digits; scale: micro keeps six");
    }
}

void check_text(const PlanDraft& plan, PlanFindings& out) {
    auto check = [&](const std::string& text, std::size_t max, const std::string& where) {
        if (text.size() > max || !is_utf8(text))
            out.error("text_is_invalid", where,
                      "at most " + std::to_string(max) + " bytes of UTF-8 are kept here");
    };
    check(plan.version.name, limits::name_bytes_max, "name");
    check(plan.version.description, limits::description_bytes_max, "description");
    check(plan.head.group, limits::name_bytes_max, "group");
    check(plan.head.lookup_key, limits::name_bytes_max, "lookup_key");
    if (!is_key(plan.head.key))
        out.error(
            "key_is_invalid", "",
            "a key is lower-case letters, digits, '_', '.' and '-', begins with a letter or a "
            "digit and has at most " +
                std::to_string(limits::key_bytes_max) + " characters");
    for (const auto& [data, where] : {std::pair{&plan.version.attributes, "attributes"},
                                      std::pair{&plan.version.credits, "credits"}}) {
        if (data->empty()) continue;
        check(*data, limits::free_data_bytes_max, where);
        if (data->size() > limits::free_data_bytes_max) continue;
        auto parsed = Json::parse(*data);
        if (!parsed || !parsed->is_object())
            out.error("type_is_wrong", where, "free data is one object");
    }
}

void check_period(const PlanVersion& version, PlanFindings& out) {
    // Ten years at most, in every unit.
    static constexpr std::uint16_t count_max[] = {3660, 520, 120, 10};
    auto unit = static_cast<std::size_t>(version.every.unit);
    if (unit > 3 || version.every.count < 1 || version.every.count > count_max[unit])
        out.error("period_is_invalid", "period", "a billing period is one day to ten years");
    if (version.trial_days < 0 || version.trial_days > 3660)
        out.error("trial_is_invalid", "trial/days", "a trial has 0 to 3660 days");
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
    }
    if (!std::is_sorted(version.entitlements.begin(), version.entitlements.end(),
                        [](const auto& a, const auto& b) { return a.feature < b.feature; }))
        out.error("order_is_wrong", "entitlements", "entitlements are sorted by feature");
    if (version.entitlements.size() > limits::features_max)
        out.error("too_many", "entitlements", "more entitlements than there may be features");
}

void check_price_groups(const Settings& settings, const Package& package, const std::string& where,
                        PlanFindings& out) {
    if (package.price_groups.size() > limits::packages_per_plan_max)
        out.error("too_many", where + "/price_groups", "too many price groups");
    bool has_meter = false;
    for (std::int64_t number : package.price_groups) {
        auto group = settings.price_groups.find(number);
        if (group == settings.price_groups.end())
            out.error("price_group_is_unknown", where + "/price_groups",
                      "there is no price group " + std::to_string(number));
        else
            has_meter = has_meter || !group->second.meter.empty();
    }
    if (!has_meter)
        out.warning("package_has_no_meter", where,
                    "no price group of this package has a meter: nothing will draw on it");
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
        check_price_groups(settings, package, where, out);
        for (std::int64_t number : package.price_groups) {
            auto [earlier, is_new] = drawn.emplace(number, i);
            if (!is_new)
                out.warning("price_group_is_repeated", where + "/price_groups",
                            "price group " + std::to_string(number) +
                                " draws on an earlier package of the plan too");
        }
    }
}

}  // namespace

void lint_plan(const Settings& settings, const PlanDraft& plan, Findings& findings) {
    PlanFindings out(plan, findings);
    const PlanVersion& version = plan.version;
    check_text(plan, out);
    if (plan.head.number < 0)
        out.error("number_is_invalid", "number", "a number is not below zero");
    auto family = settings.families.find(plan.head.family);
    if (family == settings.families.end())
        out.error("family_is_unknown", "family", "there is no family '" + plan.head.family + "'");
    check_period(version, out);
    check_prices(settings, version.fee, "fee", out);
    check_prices(settings, version.setup_fee, "setup_fee", out);
    if (family != settings.families.end()) {
        check_scale(settings, family->second, version.fee, "fee", out);
        check_scale(settings, family->second, version.setup_fee, "setup_fee", out);
    }
    if (version.seats) {
        if (version.seats->included < 0 || version.seats->included > limits::quantity_max)
            out.error("number_is_invalid", "seats/included", "included is from 0 to 10^15");
        check_prices(settings, version.seats->per_seat, "seats/per_seat", out);
        check_prices(settings, version.seats->minimum, "seats/minimum", out);
    }
    check_entitlements(settings, version, out);
    check_packages(settings, version, out);
}

void lint_plan_names(const Draft& draft, Findings& findings) {
    if (draft.plans.size() > limits::plans_max)
        findings.error("too_many", "plans",
                       std::to_string(draft.plans.size()) + " of at most " +
                           std::to_string(limits::plans_max));
    std::set<std::string_view> keys;
    std::map<std::pair<std::string_view, std::int64_t>, const PlanDraft*> numbers;
    std::map<std::string_view, const PlanDraft*> lookup_keys;
    std::map<std::string_view, const PlanDraft*> defaults;
    for (const PlanDraft& plan : draft.plans) {
        const PlanHead& head = plan.head;
        PlanFindings out(plan, findings);
        if (!keys.insert(head.key).second)
            out.error("key_is_repeated", "", "the key is given twice");
        if (head.number != 0) {
            auto [taken, is_new] =
                numbers.emplace(std::pair{std::string_view(head.family), head.number}, &plan);
            if (!is_new)
                out.error("number_is_taken", "number",
                          "plan " + taken->second->head.key + " of the family has this number");
        }
        if (!head.lookup_key.empty()) {
            auto [taken, is_new] = lookup_keys.emplace(head.lookup_key, &plan);
            if (!is_new)
                out.error("lookup_key_is_taken", "lookup_key",
                          "plan " + taken->second->head.key + " has this lookup key");
        }
        if (!head.is_default) continue;
        auto [taken, is_new] = defaults.emplace(head.family, &plan);
        if (!is_new)
            out.error("default_is_repeated", "default",
                      "plan " + taken->second->head.key + " is the family's default");
        if (head.kind != PlanKind::regular)
            out.error("default_is_not_regular", "default",
                      "only a regular plan can be the default");
    }
    std::set<std::string_view> told;
    for (const PlanDraft& plan : draft.plans) {
        if (defaults.contains(plan.head.family)) continue;
        PlanFindings out(plan, findings);
        if (plan.version.trial_days > 0 && plan.version.trial_end == TrialEnd::fall_back)
            out.error("default_is_missing", "trial/end",
                      "the trial falls back to the family's default plan, and there is none");
        auto family = draft.settings.families.find(plan.head.family);
        if (family != draft.settings.families.end() &&
            family->second.on_shortage == ShortagePolicy::fall_back &&
            told.insert(plan.head.family).second)
            findings.error("default_is_missing", "families/" + plan.head.family + "/on_shortage",
                           "a shortage falls back to the family's default plan, and there is none");
    }
}

}  // namespace rb::catalog
