#include "domain/catalog/document.h"

namespace rb::catalog {

namespace {

Json text(std::string_view value) { return Json(value); }
Json integer(std::int64_t value) { return Json(value); }

void put(Json::Object& out, std::string_view key, Json value) {
    out.emplace_back(std::string(key), std::move(value));
}
void put_text(Json::Object& out, std::string_view key, std::string_view value) {
    if (!value.empty()) put(out, key, text(value));
}
template <NamedEnum E>
void put_enum(Json::Object& out, std::string_view key, E value, E normal) {
    if (value != normal) put(out, key, text(enum_text(value)));
}

Json prices(const Prices& of) {
    Json::Object out;
    for (const auto& [currency, amount] : of) put(out, currency.code(), text(amount.to_text()));
    return Json(std::move(out));
}
void put_prices(Json::Object& out, std::string_view key, const Prices& value) {
    if (!value.empty()) put(out, key, prices(value));
}

Json currencies(const Settings& settings) {
    Json::Object out;
    for (const auto& [currency, exponent] : settings.currencies)
        put(out, currency.code(), Json(Json::Object{{"exponent", integer(exponent)}}));
    return Json(std::move(out));
}

Json exchange_rates(const Settings& settings) {
    Json::Object out;
    if (!settings.base_currency.empty()) put(out, "base", text(settings.base_currency.code()));
    for (const ExchangeRate& rate : settings.exchange_rates) {
        if (out.empty() || out.back().first != rate.currency.code())
            put(out, rate.currency.code(), Json(Json::Array{}));
        out.back().second.as_array().push_back(Json(Json::Object{
            {"from", text(rate.from.to_text())}, {"rate", text(rate.rate.to_text())}}));
    }
    return Json(std::move(out));
}

Json tax_rates(const Settings& settings) {
    Json::Object out;
    for (const TaxRate& rate : settings.tax_rates) {
        if (out.empty() || out.back().first != rate.category)
            put(out, rate.category, Json(Json::Array{}));
        Json::Object row;
        put(row, "country", text(rate.country));
        put_text(row, "region", rate.region);
        put(row, "rate", text(rate.percent.to_text() + "%"));
        put(row, "mode", text(enum_text(rate.mode)));
        put(row, "from", text(rate.from.to_text()));
        out.back().second.as_array().push_back(Json(std::move(row)));
    }
    return Json(std::move(out));
}

Json features(const Settings& settings) {
    Json::Object out;
    for (const auto& [key, feature] : settings.features) {
        Json::Object one;
        put(one, "kind", text(enum_text(feature.kind)));
        put_text(one, "name", feature.name);
        put_text(one, "meter", feature.meter);
        put(out, key, Json(std::move(one)));
    }
    return Json(std::move(out));
}

Json meters(const Settings& settings) {
    Json::Object out;
    for (const auto& [key, meter] : settings.meters) {
        Json::Object one;
        put(one, "event", text(meter.event));
        put(one, "aggregate", text(enum_text(meter.aggregation)));
        put_text(one, "value", meter.value_property);
        if (!meter.dimensions.empty()) {
            Json::Array names;
            for (const std::string& name : meter.dimensions) names.push_back(text(name));
            put(one, "dimensions", Json(std::move(names)));
        }
        if (!meter.filter.empty()) {
            Json::Object filter;
            for (const auto& [property, value] : meter.filter) put(filter, property, text(value));
            put(one, "filter", Json(std::move(filter)));
        }
        put(one, "late", text(duration_text(meter.late)));
        if (!meter.entity_property.empty())
            put(one, "entity_property", text(meter.entity_property));
        put(out, key, Json(std::move(one)));
    }
    return Json(std::move(out));
}

Json price_groups(const Settings& settings) {
    Json::Object out;
    for (const auto& [number, group] : settings.price_groups) {
        Json::Object one;
        put_text(one, "name", group.name);
        put_text(one, "resource", group.resource);
        put_text(one, "meter", group.meter);
        if (!group.price.empty()) {
            Json::Object listed;
            for (const auto& [currency, price] : group.price)
                put(listed, currency.code(), text(price.to_text()));
            put(one, "price", Json(std::move(listed)));
        }
        if (group.num_resources != 1) put(one, "per", integer(group.num_resources));
        if (group.quantum != 1) put(one, "quantum", integer(group.quantum));
        put(out, std::to_string(number), Json(std::move(one)));
    }
    return Json(std::move(out));
}

Json families(const Settings& settings) {
    Json::Object out;
    for (const auto& [key, family] : settings.families) {
        Json::Object one;
        put_text(one, "name", family.name);
        put_text(one, "surface", family.surface);
        put_enum(one, "scale", family.scale, Scale::currency);
        put(one, "anchor", text(enum_text(family.anchor)));
        put(one, "settlement", text(enum_text(family.settlement)));
        put_enum(one, "on_shortage", family.on_shortage, ShortagePolicy::past_due);
        put_text(one, "tax", family.tax);
        put_enum(one, "free_for", family.free_for, FreeFor::tree);
        put(out, key, Json(std::move(one)));
    }
    return Json(std::move(out));
}

Json changes(const Settings& settings) {
    Json::Array out;
    for (const ChangeRule& rule : settings.changes) {
        const ChangeRule normal;
        Json::Object one;
        put(one, "family", text(rule.family));
        put_text(one, "from", rule.from);
        put_text(one, "to", rule.to);
        put(one, "direction", text(enum_text(rule.direction)));
        put(one, "allowed", Json(rule.allowed));
        put_enum(one, "effective", rule.effective, normal.effective);
        put_enum(one, "proration", rule.proration, normal.proration);
        put_enum(one, "unused", rule.unused, normal.unused);
        put_enum(one, "reserve_next", rule.reserve_next, normal.reserve_next);
        put_enum(one, "usage", rule.usage, normal.usage);
        if (rule.requires_fit) put(one, "requires_fit", Json(true));
        put_enum(one, "who", rule.who, normal.who);
        out.push_back(Json(std::move(one)));
    }
    return Json(std::move(out));
}

template <class Numbers>
Json integers(const Numbers& numbers) {
    Json::Array out;
    for (std::int64_t number : numbers) out.push_back(integer(number));
    return Json(std::move(out));
}

// A number alone as far as that says all.
Json allowance(const Entitlement& entitlement) {
    Json::Object out;
    put(out, "limit", entitlement.limit ? integer(*entitlement.limit) : text("unlimited"));
    if (entitlement.soft) put(out, "soft", Json(true));
    if (entitlement.window == WindowKind::rolling)
        put(out, "window",
            Json(Json::Object{{"rolling", text(duration_text(entitlement.rolling))}}));
    else
        put_enum(out, "window", entitlement.window, WindowKind::subscription);
    if (entitlement.pooled) put(out, "pooled", Json(true));
    put_enum(out, "per", entitlement.per, Per::account);
    if (!entitlement.thresholds.empty()) put(out, "thresholds", integers(entitlement.thresholds));
    if (out.size() == 1) return std::move(out.front().second);
    return Json(std::move(out));
}

Json entitlements(const Settings& settings, const PlanVersion& version) {
    Json::Object out;
    for (const Entitlement& entitlement : version.entitlements) {
        auto feature = settings.features.find(entitlement.feature);
        FeatureKind kind =
            feature == settings.features.end() ? FeatureKind::flag : feature->second.kind;
        switch (kind) {
            case FeatureKind::flag:
                put(out, entitlement.feature, Json(entitlement.on));
                break;
            case FeatureKind::config:
                put(out, entitlement.feature, text(entitlement.value));
                break;
            case FeatureKind::limit:
            case FeatureKind::metered:
                put(out, entitlement.feature, allowance(entitlement));
                break;
        }
    }
    return Json(std::move(out));
}

Json packages(const PlanVersion& version) {
    Json::Array out;
    for (const Package& package : version.packages) {
        Json::Object one;
        put_text(one, "name", package.name);
        put(one, "price_groups", integers(package.price_groups));
        put(one, "size", integer(package.size));
        put(one, "may_overrun", Json(package.may_overrun));
        put_prices(one, "overrun_price", package.overrun_price);
        if (package.overrun_resources != 0)
            put(one, "overrun_resources", integer(package.overrun_resources));
        if (package.rolls_over) put(one, "rolls_over", Json(true));
        out.push_back(Json(std::move(one)));
    }
    return Json(std::move(out));
}

void put_free_data(Json::Object& out, std::string_view key, const std::string& data) {
    if (data.empty()) return;
    auto parsed = Json::parse(data);
    put(out, key, parsed ? std::move(*parsed) : text(data));
}

}  // namespace

std::string duration_text(Duration duration) {
    std::int64_t seconds = duration.us / 1'000'000;
    if (seconds % 86'400 == 0) return std::to_string(seconds / 86'400) + "d";
    if (seconds % 3'600 == 0) return std::to_string(seconds / 3'600) + "h";
    if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
    return std::to_string(seconds) + "s";
}

Json document(const Settings& settings) {
    Json::Object out;
    put(out, "rounding", text(enum_text(settings.rounding)));
    put(out, "currencies", currencies(settings));
    put(out, "exchange_rates", exchange_rates(settings));
    put(out, "tax_rates", tax_rates(settings));
    put(out, "features", features(settings));
    put(out, "meters", meters(settings));
    put(out, "price_groups", price_groups(settings));
    put(out, "families", families(settings));
    put(out, "changes", changes(settings));
    return Json(std::move(out));
}

Json document(const Settings& settings, const PlanHead& head, const PlanVersion& version) {
    Json::Object out;
    if (head.number != 0) put(out, "number", integer(head.number));
    put(out, "family", text(head.family));
    put_enum(out, "kind", head.kind, PlanKind::regular);
    put_text(out, "group", head.group);
    put(out, "rank", integer(head.rank));
    if (head.is_default) put(out, "default", Json(true));
    put_text(out, "lookup_key", head.lookup_key);
    put_text(out, "name", version.name);
    put_text(out, "description", version.description);
    put_prices(out, "fee", version.fee);
    put_enum(out, "timing", version.timing, FeeTiming::in_advance);
    if (version.every != BillingPeriod{})
        put(out, "period",
            Json(Json::Object{{"every", integer(version.every.count)},
                              {"unit", text(enum_text(version.every.unit))}}));
    if (version.seats) {
        Json::Object seats;
        put(seats, "included", integer(version.seats->included));
        put_prices(seats, "per_seat", version.seats->per_seat);
        put_prices(seats, "minimum", version.seats->minimum);
        put(out, "seats", Json(std::move(seats)));
    }
    put_prices(out, "setup_fee", version.setup_fee);
    if (version.trial_days != 0 || version.trial_end != TrialEnd::convert)
        put(out, "trial",
            Json(Json::Object{{"days", integer(version.trial_days)},
                              {"end", text(enum_text(version.trial_end))}}));
    if (!version.entitlements.empty()) put(out, "entitlements", entitlements(settings, version));
    if (!version.packages.empty()) put(out, "packages", packages(version));
    if (!version.price_groups.empty()) put(out, "price_groups", integers(version.price_groups));
    put_free_data(out, "attributes", version.attributes);
    put_free_data(out, "credits", version.credits);
    return Json(std::move(out));
}

}  // namespace rb::catalog
