#include "domain/metering/decide.h"

#include "base/check.h"
#include "base/limits.h"

namespace rb::metering {

namespace {

Result<std::int64_t> decide_value(std::int64_t value) {
    if (value < 0)
        return refuse(Fault::field_is_invalid, "expected a count of zero or more", "/value");
    if (value > limits::quantity_max)
        return refuse(Fault::field_is_invalid, "expected a count of at most 1000000000000000",
                      "/value");
    return value;
}

Result<std::int64_t> decide_difference(std::int64_t now, std::int64_t difference) {
    if (difference > limits::quantity_max || difference < -limits::quantity_max)
        return refuse(Fault::field_is_invalid,
                      "expected a difference between -1000000000000000 and 1000000000000000",
                      "/difference");
    std::int64_t next = now + difference;
    if (next < 0)
        return refuse(Fault::field_is_invalid,
                      "expected a difference of at least -" + std::to_string(now) + ": " +
                          std::to_string(now) + " exist now",
                      "/difference");
    if (next > limits::quantity_max)
        return refuse(Fault::field_is_invalid,
                      "expected a difference that leaves at most 1000000000000000", "/difference");
    return next;
}

}  // namespace

Result<Event> decide(const Gauges& gauges, const catalog::Settings& settings,
                     std::optional<std::int64_t> limit, const SetGauge& command) {
    auto feature = settings.features.find(command.feature);
    if (feature == settings.features.end())
        return refuse(Fault::feature_is_unknown, "the catalog has no such feature", "/feature");
    if (feature->second.kind != catalog::FeatureKind::limit)
        return refuse(Fault::feature_is_unknown,
                      "expected a limit feature: this one is of kind " +
                          std::string(enum_text(feature->second.kind)),
                      "/feature");
    if (!command.value && !command.difference)
        return refuse(Fault::field_is_missing, "expected a value or a difference", "/value");
    if (command.value && command.difference)
        return refuse(Fault::field_is_invalid, "expected a value or a difference, not both",
                      "/difference");

    std::int64_t now = gauge(gauges, command.feature);
    auto next =
        command.value ? decide_value(*command.value) : decide_difference(now, *command.difference);
    if (!next) return std::unexpected(next.error());
    if (command.difference && *next > now && limit && *next > *limit) {
        std::string wanted = std::to_string(*next);
        std::string allowed = std::to_string(*limit);
        auto refusal = refuse(Fault::amount_exceeds_limit,
                              command.feature + ": " + wanted + " would be in use, " + allowed +
                                  " allowed: remove some or change the plan",
                              "/difference");
        refusal.error().blockers.push_back(
            {Fault::amount_exceeds_limit, command.feature, wanted, allowed});
        return refusal;
    }
    return GaugeSet{command.account, command.feature, *next};
}

void apply(Gauges& gauges, const Event& event) {
    const auto& set = std::get<GaugeSet>(event);
    RB_CHECK(set.value >= 0, "a gauge is never negative");
    if (set.value == 0)
        gauges.erase(set.feature);
    else
        gauges[set.feature] = set.value;
}

std::int64_t gauge(const Gauges& gauges, const std::string& feature) {
    auto at = gauges.find(feature);
    return at == gauges.end() ? 0 : at->second;
}

}  // namespace rb::metering
