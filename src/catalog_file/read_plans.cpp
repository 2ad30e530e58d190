#include <algorithm>

#include "base/text.h"
#include "catalog_file/fields.h"
#include "catalog_file/sections.h"

namespace rb::catalog_file {

namespace {

using namespace catalog;

// A whole number that fits 32 bits; what does not is told here, for lint would no longer see it.
void read_small(const Place& place, std::int32_t& out) {
    std::int64_t value = out;
    read_integer(place, value);
    if (value < -1'000'000'000 || value > 1'000'000'000)
        place.error("number_is_invalid", "a number is from -10^9 to 10^9 here");
    else
        out = static_cast<std::int32_t>(value);
}

void read_allowance(const Place& place, Entitlement& out) {
    if (place.node->kind == Node::Kind::scalar && place.node->text == "unlimited") return;
    std::int64_t limit = 0;
    read_integer(place, limit);
    out.limit = limit;
}

FeatureKind kind_of(const Settings& settings, const std::string& feature, const Node& node) {
    auto known = settings.features.find(feature);
    if (known != settings.features.end()) return known->second.kind;
    // Lint will say that it is unknown; read it as what it looks like.
    if (node.kind == Node::Kind::map) return FeatureKind::metered;
    return !node.quoted && (node.text == "true" || node.text == "false") ? FeatureKind::flag
                                                                         : FeatureKind::config;
}

// subscription, day, month, lifetime, or {rolling: 30d}.
void read_window(const Place& place, Entitlement& out) {
    if (place.node->kind != Node::Kind::map) {
        read_enum(place, out.window);
        if (out.window == WindowKind::rolling)
            place.error("field_is_missing",
                        "a rolling window says how long it is: window: {rolling: 30d}");
        return;
    }
    out.window = WindowKind::rolling;
    Fields fields(place);
    fields.field("rolling", [&](const Place& p) { read_duration(p, out.rolling); });
    fields.require("rolling");
    fields.finish();
}

void read_numbers(const Place& place, std::vector<std::int64_t>& out) {
    each_item(place, [&](const Place& item) { read_integer(item, out.emplace_back()); });
}

// What only the allowance of a metered feature can say.
void read_metering(Fields& fields, FeatureKind kind, Entitlement& out) {
    auto metered = [&](std::string_view name, auto read) {
        fields.field(name, [&](const Place& p) {
            if (kind == FeatureKind::metered) return read(p);
            p.error("field_is_not_allowed", "only a metered feature has '" + std::string(name) +
                                                "'; '" + out.feature + "' is of the kind " +
                                                std::string(enum_text(kind)));
        });
    };
    metered("window", [&](const Place& p) { read_window(p, out); });
    metered("pooled", [&](const Place& p) { read_bool(p, out.pooled); });
    metered("per", [&](const Place& p) { read_enum(p, out.per); });
    metered("thresholds", [&](const Place& list) {
        each_item(list,
                  [&](const Place& item) { read_small(item, out.thresholds.emplace_back()); });
    });
}

void read_entitlement(const Place& place, FeatureKind kind, Entitlement& out) {
    const bool is_map = place.node->kind == Node::Kind::map;
    switch (kind) {
        case FeatureKind::flag:
            return read_bool(place, out.on);
        case FeatureKind::config:
            return read_text(place, out.value);
        case FeatureKind::limit:
        case FeatureKind::metered:
            break;
    }
    if (!is_map) return read_allowance(place, out);
    Fields fields(place);
    fields.field("limit", [&](const Place& p) { read_allowance(p, out); });
    fields.boolean("soft", out.soft);
    read_metering(fields, kind, out);
    fields.require("limit");
    fields.finish();
}

void read_entitlements(const Place& place, const Settings& settings, PlanVersion& version) {
    each_member(place, [&](const std::string& feature, const Place& one) {
        Entitlement entitlement;
        entitlement.feature = feature;
        read_entitlement(one, kind_of(settings, feature, *one.node), entitlement);
        version.entitlements.push_back(std::move(entitlement));
    });
    std::sort(version.entitlements.begin(), version.entitlements.end(),
              [](const Entitlement& a, const Entitlement& b) { return a.feature < b.feature; });
}

void read_package(const Place& place, Package& package) {
    Fields fields(place);
    fields.text("name", package.name);
    fields.field("price_groups",
                 [&](const Place& list) { read_numbers(list, package.price_groups); });
    fields.integer("size", package.size);
    fields.boolean("may_overrun", package.may_overrun);
    fields.prices("overrun_price", package.overrun_price);
    fields.integer("overrun_resources", package.overrun_resources);
    fields.boolean("rolls_over", package.rolls_over);
    fields.require("price_groups");
    fields.require("size");
    fields.finish();
}

void read_trial(const Place& place, PlanVersion& version) {
    Fields fields(place);
    fields.field("days", [&](const Place& p) { read_small(p, version.trial_days); });
    fields.enumeration("end", version.trial_end);
    fields.require("days");
    fields.finish();
}

void read_seats(const Place& place, PlanVersion& version) {
    SeatPricing& seats = version.seats.emplace();
    Fields fields(place);
    fields.integer("included", seats.included);
    fields.prices("per_seat", seats.per_seat);
    fields.prices("minimum", seats.minimum);
    fields.finish();
}

void read_plan(const Place& place, const Settings& settings, const PeriodOfFamily& periods,
               PlanDraft& plan) {
    PlanHead& head = plan.head;
    PlanVersion& version = plan.version;
    Fields fields(place);
    fields.integer("number", head.number);
    fields.text("family", head.family);
    fields.enumeration("kind", head.kind);
    fields.text("group", head.group);
    fields.field("rank", [&](const Place& p) { read_small(p, head.rank); });
    fields.boolean("default", head.is_default);
    fields.text("lookup_key", head.lookup_key);
    fields.text("name", version.name);
    fields.text("description", version.description);
    fields.prices("fee", version.fee);
    fields.enumeration("timing", version.timing);
    if (auto period = periods.find(head.family); period != periods.end())
        version.every = period->second;
    fields.field("period", [&](const Place& p) { read_period(p, version.every); });
    fields.field("seats", [&](const Place& p) { read_seats(p, version); });
    fields.prices("setup_fee", version.setup_fee);
    fields.field("trial", [&](const Place& p) { read_trial(p, version); });
    fields.field("entitlements", [&](const Place& p) { read_entitlements(p, settings, version); });
    fields.field("packages", [&](const Place& list) {
        each_item(list, [&](const Place& p) { read_package(p, version.packages.emplace_back()); });
    });
    fields.field("price_groups",
                 [&](const Place& list) { read_numbers(list, version.price_groups); });
    fields.field("attributes", [&](const Place& p) { read_free_data(p, version.attributes); });
    fields.field("credits", [&](const Place& p) { read_free_data(p, version.credits); });
    fields.require("family");
    fields.finish();
}

}  // namespace

void read_plans(const Place& place, const Settings& settings, const PeriodOfFamily& periods,
                std::vector<PlanDraft>& out) {
    if (!expect_map(place)) return;
    for (const Node::Member& member : place.node->members) {
        PlanDraft& plan = out.emplace_back();
        plan.head.key = member.key;
        plan.line = member.line;
        read_plan(place.at(member.value, member.key), settings, periods, plan);
    }
}

}  // namespace rb::catalog_file
