#include <algorithm>
#include <optional>
#include <tuple>

#include "base/text.h"
#include "catalog_file/fields.h"
#include "catalog_file/sections.h"

namespace rb::catalog_file {

namespace {

using namespace catalog;

void read_currencies(const Place& place, Settings& settings) {
    each_member(place, [&](const std::string& code, const Place& one) {
        auto currency = Currency::parse(code);
        if (!currency) {
            one.error("currency_is_invalid", "'" + code + "': " + currency.error());
            return;
        }
        std::int64_t exponent = iso_exponent(*currency);
        Fields fields(one);
        fields.integer("exponent", exponent);
        fields.finish();
        // Out of range it stays out of range for lint, and fits the field.
        settings.currencies[*currency] =
            static_cast<std::int32_t>(std::clamp<std::int64_t>(exponent, -1, 100));
    });
}

void read_exchange_rates(const Place& place, Settings& settings) {
    each_member(place, [&](const std::string& code, const Place& rows) {
        if (code == "base") return read_currency(rows, settings.base_currency);
        auto currency = Currency::parse(code);
        if (!currency) {
            rows.error("currency_is_invalid", "'" + code + "': " + currency.error());
            return;
        }
        each_item(rows, [&](const Place& row) {
            ExchangeRate rate;
            rate.currency = *currency;
            Fields fields(row);
            fields.field("from", [&](const Place& p) { read_date(p, rate.from); });
            fields.field("rate", [&](const Place& p) { read_decimal(p, rate.rate); });
            fields.require("from");
            fields.require("rate");
            fields.finish();
            settings.exchange_rates.push_back(rate);
        });
    });
    std::stable_sort(settings.exchange_rates.begin(), settings.exchange_rates.end(),
                     [](const ExchangeRate& a, const ExchangeRate& b) {
                         return std::tie(a.currency, a.from) < std::tie(b.currency, b.from);
                     });
}

void read_tax_rates(const Place& place, Settings& settings) {
    each_member(place, [&](const std::string& category, const Place& rows) {
        each_item(rows, [&](const Place& row) {
            TaxRate rate;
            rate.category = category;
            Fields fields(row);
            fields.text("country", rate.country);
            fields.text("region", rate.region);
            fields.field("rate", [&](const Place& p) { read_percent(p, rate.percent); });
            fields.enumeration("mode", rate.mode);
            fields.field("from", [&](const Place& p) { read_date(p, rate.from); });
            fields.require("country");
            fields.require("rate");
            fields.require("from");
            fields.finish();
            settings.tax_rates.push_back(std::move(rate));
        });
    });
    std::stable_sort(settings.tax_rates.begin(), settings.tax_rates.end(),
                     [](const TaxRate& a, const TaxRate& b) {
                         return std::tie(a.category, a.country, a.region, a.from) <
                                std::tie(b.category, b.country, b.region, b.from);
                     });
}

void read_features(const Place& place, Settings& settings) {
    each_member(place, [&](const std::string& key, const Place& one) {
        Feature feature;
        feature.key = key;
        Fields fields(one);
        fields.enumeration("kind", feature.kind);
        fields.text("name", feature.name);
        fields.text("meter", feature.meter);
        fields.require("kind");
        fields.finish();
        settings.features[key] = std::move(feature);
    });
}

void read_meters(const Place& place, Settings& settings) {
    each_member(place, [&](const std::string& key, const Place& one) {
        Meter meter;
        meter.key = Name(key);
        Fields fields(one);
        fields.text("event", meter.event);
        fields.enumeration("aggregate", meter.aggregation);
        fields.text("value", meter.value_property);
        fields.field("dimensions", [&](const Place& list) {
            each_item(list,
                      [&](const Place& item) { read_text(item, meter.dimensions.emplace_back()); });
        });
        fields.field("filter", [&](const Place& map) {
            each_member(map, [&](const std::string& property, const Place& value) {
                read_text(value, meter.filter[property]);
            });
        });
        fields.field("late", [&](const Place& p) { read_duration(p, meter.late); });
        fields.text("entity_property", meter.entity_property);
        fields.require("event");
        fields.finish();
        settings.meters[key] = std::move(meter);
    });
}

void read_price_groups(const Place& place, Settings& settings) {
    each_member(place, [&](const std::string& key, const Place& one) {
        PriceGroup group;
        Fields fields(one);
        fields.text("name", group.name);
        fields.text("resource", group.resource);
        fields.text("meter", group.meter);
        fields.field("price", [&](const Place& map) {
            each_member(map, [&](const std::string& code, const Place& price) {
                auto currency = Currency::parse(code);
                if (currency)
                    read_decimal(price, group.price[*currency]);
                else
                    price.error("currency_is_invalid", "'" + code + "': " + currency.error());
            });
        });
        fields.integer("per", group.num_resources);
        fields.integer("quantum", group.quantum);
        fields.finish();
        auto number = parse_int(key);
        if (!number || std::to_string(*number) != key) {
            one.error("number_is_invalid", "a price group is named by a whole number");
            return;
        }
        group.number = *number;
        settings.price_groups[*number] = std::move(group);
    });
}

void read_anchor(const Place& place, AnchorKind& anchor, std::optional<PeriodUnit>& unit) {
    if (place.node->kind != Node::Kind::map) return read_enum(place, anchor);
    Fields fields(place);
    anchor = AnchorKind::calendar;
    fields.field("calendar",
                 [&](const Place& p) { read_enum(p, unit.emplace(PeriodUnit::month)); });
    fields.require("calendar");
    fields.finish();
}

void read_families(const Place& place, Settings& settings, PeriodOfFamily& periods) {
    each_member(place, [&](const std::string& key, const Place& one) {
        Family family;
        family.key = key;
        std::optional<PeriodUnit> unit;
        Fields fields(one);
        fields.text("name", family.name);
        fields.text("surface", family.surface);
        fields.enumeration("scale", family.scale);
        fields.field("anchor", [&](const Place& p) { read_anchor(p, family.anchor, unit); });
        fields.enumeration("settlement", family.settlement);
        fields.enumeration("on_shortage", family.on_shortage);
        fields.text("tax", family.tax);
        fields.enumeration("free_for", family.free_for);
        fields.finish();
        if (unit) periods[key].unit = *unit;
        settings.families[key] = std::move(family);
    });
}

void read_changes(const Place& place, Settings& settings) {
    each_item(place, [&](const Place& one) {
        ChangeRule rule;
        Fields fields(one);
        fields.text("family", rule.family);
        fields.text("from", rule.from);
        fields.text("to", rule.to);
        fields.enumeration("direction", rule.direction);
        fields.boolean("allowed", rule.allowed);
        fields.enumeration("effective", rule.effective);
        fields.enumeration("proration", rule.proration);
        fields.enumeration("unused", rule.unused);
        fields.enumeration("reserve_next", rule.reserve_next);
        fields.enumeration("usage", rule.usage);
        fields.boolean("requires_fit", rule.requires_fit);
        fields.enumeration("who", rule.who);
        fields.require("family");
        fields.finish();
        settings.changes.push_back(std::move(rule));
    });
}

}  // namespace

void read_settings(Fields& file, Settings& settings, PeriodOfFamily& periods) {
    auto section = [&](std::string_view name, auto read) {
        file.field(name, [&](const Place& place) { read(place, settings); });
    };
    file.enumeration("rounding", settings.rounding);
    section("currencies", read_currencies);
    section("exchange_rates", read_exchange_rates);
    section("tax_rates", read_tax_rates);
    section("features", read_features);
    section("meters", read_meters);
    section("price_groups", read_price_groups);
    file.field("families", [&](const Place& place) { read_families(place, settings, periods); });
    section("changes", read_changes);
}

}  // namespace rb::catalog_file
