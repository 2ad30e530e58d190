#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "domain/catalog/lint_rules.h"

namespace rb::catalog {

namespace {

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
    std::set<Currency> listed;
    bool is_zero = true;
    for (const auto& [currency, amount] : prices) {
        listed.insert(currency);
        is_zero = is_zero && amount.is_zero();
    }
    if (is_zero) return;
    const std::set<Currency> missing = currencies_without_price(settings, listed);
    if (!missing.empty())
        out.warning("currency_is_missing", where,
                    "there is no price in " + joined(missing) +
                        ", and none in the base currency to convert by a rate");
}

}  // namespace

std::set<Currency> currencies_without_price(const Settings& settings,
                                            const std::set<Currency>& listed) {
    const bool has_base =
        !settings.base_currency.empty() && listed.contains(settings.base_currency);
    std::set<Currency> missing;
    for (const auto& [currency, exponent] : settings.currencies)
        if (!listed.contains(currency) && !(has_base && has_rate(settings, currency)))
            missing.insert(currency);
    return missing;
}

std::string joined(const std::set<Currency>& currencies) {
    std::string out;
    for (Currency currency : currencies) {
        out += out.empty() ? "" : ", ";
        out += currency.code();
    }
    return out;
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

namespace {

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
    check_usage(settings, version, out);
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
