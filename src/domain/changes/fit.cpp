// Does what exists now fit the limits of another plan?
#include <algorithm>

#include "domain/changes/decide.h"
#include "domain/changes/fit.h"

namespace rb::changes {

namespace {

bool is_limit(const World& world, const std::string& feature) {
    auto at = world.catalog.settings.features.find(feature);
    return at != world.catalog.settings.features.end() &&
           at->second.kind == catalog::FeatureKind::limit;
}

void add(std::vector<Blocker>& blockers, const std::string& feature, std::int64_t used,
         std::int64_t allowed) {
    if (used > allowed)
        blockers.push_back(
            {Fault::usage_does_not_fit, feature, std::to_string(used), std::to_string(allowed)});
}

}  // namespace

std::vector<Blocker> fit(const World& world, const catalog::PlanVersion& version) {
    std::vector<Blocker> blockers;
    for (const catalog::Entitlement& e : version.entitlements) {
        if (!e.limit || e.soft || !is_limit(world, e.feature)) continue;
        auto gauge = world.gauges.find(e.feature);
        if (gauge != world.gauges.end()) add(blockers, e.feature, gauge->second, *e.limit);
    }
    return blockers;
}

std::vector<Blocker> fit_after(const World& world, const catalog::PlanVersion* from,
                               const catalog::PlanVersion& to) {
    std::vector<Blocker> blockers = fit(world, to);
    if (from == nullptr) return blockers;
    for (const catalog::Entitlement& e : from->entitlements) {
        bool is_kept = std::ranges::find(to.entitlements, e.feature,
                                         &catalog::Entitlement::feature) != to.entitlements.end();
        if (is_kept || !is_limit(world, e.feature)) continue;
        auto gauge = world.gauges.find(e.feature);
        if (gauge != world.gauges.end()) add(blockers, e.feature, gauge->second, 0);
    }
    std::ranges::sort(blockers, {}, &Blocker::subject);
    return blockers;
}

}  // namespace rb::changes
