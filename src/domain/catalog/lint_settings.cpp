#include <algorithm>
#include <set>
#include <tuple>

#include "base/limits.h"
#include "base/text.h"
#include "domain/catalog/lint_rules.h"

namespace rb::catalog {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

void check_name(const std::string& name, const std::string& where, Findings& findings) {
    if (name.size() > limits::name_bytes_max || !is_utf8(name))
        findings.error(
            "text_is_invalid", where,
            "a name is at most " + std::to_string(limits::name_bytes_max) + " bytes of UTF-8");
}

void check_count(std::size_t count, std::size_t max, const std::string& what, Findings& findings) {
    if (count > max)
        findings.error("too_many", what,
                       std::to_string(count) + " of at most " + std::to_string(max));
}

void lint_currencies(const Settings& settings, Findings& findings) {
    check_count(settings.currencies.size(), limits::currencies_max, "currencies", findings);
    for (const auto& [currency, exponent] : settings.currencies)
        if (exponent < 0 || exponent > 6)
            findings.error("exponent_is_invalid", "currencies/" + std::string(currency.code()),
                           "an exponent is a whole number from 0 to 6");
    if (settings.rounding != Rounding::half_up && settings.rounding != Rounding::half_even)
        findings.error("rounding_is_invalid", "rounding", "rounding is half_up or half_even");
}

void lint_exchange_rates(const Settings& settings, Findings& findings) {
    check_count(settings.exchange_rates.size(), limits::rates_max, "exchange_rates", findings);
    const Currency base = settings.base_currency;
    if (base.empty()) {
        if (!settings.exchange_rates.empty())
            findings.error("base_currency_is_missing", "exchange_rates",
                           "exchange rates need a base currency: base: USD");
    } else if (!settings.currencies.contains(base)) {
        findings.error("currency_is_unknown", "exchange_rates/base",
                       std::string(base.code()) + " is not one of the currencies");
    }
    const ExchangeRate* last = nullptr;
    for (const ExchangeRate& row : settings.exchange_rates) {
        const std::string where = "exchange_rates/" + std::string(row.currency.code());
        const std::string of = "the rate from " + row.from.to_text() + " ";
        if (last == nullptr || last->currency != row.currency) {
            if (!settings.currencies.contains(row.currency))
                findings.error("currency_is_unknown", where,
                               std::string(row.currency.code()) + " is not one of the currencies");
            if (row.currency == base)
                findings.error("rate_is_invalid", where, "the base currency has no rate: it is 1");
        } else if (last->from == row.from) {
            findings.error("rate_is_repeated", where, of + "is given twice");
        }
        if (last != nullptr &&
            std::tie(row.currency, row.from) < std::tie(last->currency, last->from))
            findings.error("order_is_wrong", where, "rates are sorted by currency and date");
        if (row.rate.is_negative() || row.rate.is_zero() ||
            row.rate > Decimal(limits::exchange_rate_max))
            findings.error(
                "rate_is_invalid", where,
                of + "must be above zero and at most " + std::to_string(limits::exchange_rate_max));
        if (row.rate.scale() > limits::exchange_rate_scale_max)
            findings.error("rate_is_invalid", where,
                           of + "has more than " + std::to_string(limits::exchange_rate_scale_max) +
                               " fractional digits");
        last = &row;
    }
}

void lint_tax_rates(const Settings& settings, Findings& findings) {
    check_count(settings.tax_rates.size(), limits::rates_max, "tax_rates", findings);
    const TaxRate* last = nullptr;
    for (const TaxRate& row : settings.tax_rates) {
        const std::string where = "tax_rates/" + row.category;
        const std::string of = "the rate of " + row.country +
                               (row.region.empty() ? "" : " " + row.region) + " from " +
                               row.from.to_text() + " ";
        if (!is_key(row.category))
            findings.error("key_is_invalid", where, "'" + row.category + "' is not a key");
        if (row.country.size() != 2 || !is_upper(row.country[0]) || !is_upper(row.country[1]))
            findings.error(
                "country_is_invalid", where,
                "a country is two upper-case letters of ISO 3166-1: '" + row.country + "' is not");
        check_name(row.region, where, findings);
        if (row.percent.is_negative() || row.percent > Decimal(limits::tax_rate_percent_max))
            findings.error("tax_rate_is_invalid", where, of + "must be from 0% to 100%");
        if (row.percent.scale() > limits::tax_rate_scale_max)
            findings.error("tax_rate_is_invalid", where,
                           of + "has more than " + std::to_string(limits::tax_rate_scale_max) +
                               " fractional digits");
        if (last != nullptr && last->category == row.category && last->country == row.country &&
            last->region == row.region && last->from == row.from)
            findings.error("rate_is_repeated", where, of + "is given twice");
        if (last != nullptr &&
            std::tie(row.category, row.country, row.region, row.from) <
                std::tie(last->category, last->country, last->region, last->from))
            findings.error("order_is_wrong", where,
                           "tax rates are sorted by category, country, region and date");
        last = &row;
    }
}

void lint_features(const Settings& settings, Findings& findings) {
    check_count(settings.features.size(), limits::features_max, "features", findings);
    for (const auto& [key, feature] : settings.features) {
        const std::string where = "features/" + key;
        if (!is_wide_key(key))
            findings.error("key_is_invalid", where, "'" + key + "' is not a key");
        check_name(feature.name, where + "/name", findings);
        const bool metered = feature.kind == FeatureKind::metered;
        if (metered && feature.meter.empty())
            findings.error("meter_is_missing", where, "a metered feature names its meter");
        if (!metered && !feature.meter.empty())
            findings.error("meter_is_not_allowed", where + "/meter",
                           "only a metered feature has a meter");
        if (!feature.meter.empty() && !settings.meters.contains(feature.meter))
            findings.error("meter_is_unknown", where + "/meter",
                           "there is no meter '" + feature.meter + "'");
    }
}

void lint_meters(const Settings& settings, Findings& findings) {
    check_count(settings.meters.size(), limits::meters_max, "meters", findings);
    for (const auto& [key, meter] : settings.meters) {
        const std::string where = "meters/" + key;
        if (!is_key(key)) findings.error("key_is_invalid", where, "'" + key + "' is not a key");
        if (meter.event.empty())
            findings.error("event_is_missing", where, "a meter names the type of its events");
        check_name(meter.event, where + "/event", findings);
        check_name(meter.value_property, where + "/value", findings);
        check_name(meter.entity_property, where + "/entity_property", findings);
        const bool counts = meter.aggregation == Aggregation::count;
        if (!counts && meter.value_property.empty())
            findings.error("value_is_missing", where,
                           std::string(enum_text(meter.aggregation)) +
                               " names the property that it aggregates: value: ...");
        if (counts && !meter.value_property.empty())
            findings.error("value_is_not_allowed", where + "/value",
                           "count counts events and reads no value");
        if (meter.late.us < 0 || meter.late > Duration::of_days(366))
            findings.error("duration_is_invalid", where + "/late",
                           "late events are accepted for 0 to 366 days");
        if (meter.dimensions.size() > limits::packages_per_plan_max ||
            meter.filter.size() > limits::packages_per_plan_max)
            findings.error("too_many", where,
                           "at most " + std::to_string(limits::packages_per_plan_max) +
                               " dimensions and as many filters");
        std::set<std::string_view> seen;
        for (const std::string& name : meter.dimensions) {
            check_name(name, where + "/dimensions", findings);
            if (!seen.insert(name).second)
                findings.error("key_is_repeated", where + "/dimensions",
                               "'" + name + "' is given twice");
        }
        for (const auto& [property, value] : meter.filter) {
            check_name(property, where + "/filter", findings);
            check_name(value, where + "/filter", findings);
        }
    }
}

void lint_price_groups(const Settings& settings, Findings& findings) {
    check_count(settings.price_groups.size(), limits::price_groups_max, "price_groups", findings);
    for (const auto& [number, group] : settings.price_groups) {
        const std::string where = "price_groups/" + std::to_string(number);
        if (number < 1)
            findings.error("number_is_invalid", where, "a price group's number is above zero");
        check_name(group.name, where + "/name", findings);
        check_name(group.resource, where + "/resource", findings);
        if (!group.meter.empty() && !settings.meters.contains(group.meter))
            findings.error("meter_is_unknown", where + "/meter",
                           "there is no meter '" + group.meter + "'");
        if (group.num_resources < 1 || group.num_resources > limits::quantity_max)
            findings.error("number_is_invalid", where + "/per", "per is a quantity above zero");
        if (group.quantum < 1 || group.quantum > limits::quantity_max)
            findings.error("number_is_invalid", where + "/quantum",
                           "quantum is a quantity above zero");
        for (const auto& [currency, price] : group.price) {
            const std::string at = where + "/price/" + std::string(currency.code());
            if (!settings.currencies.contains(currency))
                findings.error("currency_is_unknown", at,
                               std::string(currency.code()) + " is not one of the currencies");
            if (price.is_negative())
                findings.error("price_is_negative", at, "a price is not below zero");
            if (price > Decimal(limits::amount_micros_max / Amount::micros_per_major))
                findings.error("price_is_too_large", at, "a price is at most 10^12");
        }
    }
}

void lint_families(const Settings& settings, Findings& findings) {
    check_count(settings.families.size(), limits::families_max, "families", findings);
    std::set<std::string_view> categories;
    for (const TaxRate& row : settings.tax_rates) categories.insert(row.category);
    for (const auto& [key, family] : settings.families) {
        const std::string where = "families/" + key;
        if (!is_wide_key(key))
            findings.error("key_is_invalid", where, "'" + key + "' is not a key");
        check_name(family.name, where + "/name", findings);
        if (!family.tax.empty() && !categories.contains(family.tax))
            findings.error("tax_category_is_unknown", where + "/tax",
                           "there are no tax rates of the category '" + family.tax + "'");
        const std::string& surface = family.surface;
        if (!surface.empty() && surface != "platform" && surface != "tenant" && surface != "agency")
            findings.error("surface_is_unknown", where + "/surface",
                           "a surface is platform, tenant or agency");
    }
}

}  // namespace

bool is_wide_key(std::string_view text) {
    if (text.empty() || text.size() > limits::key_bytes_max) return false;
    if (!is_lower(text[0]) && !is_upper(text[0]) && !is_digit(text[0])) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
    });
}

bool is_key(std::string_view text) {
    return is_wide_key(text) && std::none_of(text.begin(), text.end(), is_upper);
}

void lint_settings(const Settings& settings, Findings& findings) {
    lint_currencies(settings, findings);
    lint_exchange_rates(settings, findings);
    lint_tax_rates(settings, findings);
    lint_features(settings, findings);
    lint_meters(settings, findings);
    lint_price_groups(settings, findings);
    lint_families(settings, findings);
}

}  // namespace rb::catalog
