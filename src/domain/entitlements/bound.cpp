#include "domain/entitlements/bound.h"

#include <algorithm>
#include <optional>

namespace rb::entitlements {

namespace {

using catalog::Entitlement;
using catalog::FeatureKind;
using Limit = std::optional<std::int64_t>;  // none: unlimited

Limit lesser(Limit a, Limit b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

// What a seller has of meters and metered features.
class Stock {
public:
    Stock(const catalog::Settings& settings, std::span<const Holding> holdings)
        : settings_(settings), holdings_(holdings) {}

    std::string_view meter_of(std::int64_t price_group) const {
        auto group = settings_.price_groups.find(price_group);
        return group == settings_.price_groups.end() ? std::string_view()
                                                     : std::string_view(group->second.meter);
    }
    // As packages or at a price: as much as it likes to buy.
    bool buys(std::string_view meter) const {
        auto is_of = [&](std::int64_t group) { return meter_of(group) == meter; };
        return std::ranges::any_of(holdings_, [&](const Holding& h) {
            return std::ranges::any_of(h.version->price_groups, is_of) ||
                   std::ranges::any_of(h.version->packages, [&](const catalog::Package& p) {
                       return std::ranges::any_of(p.price_groups, is_of);
                   });
        });
    }
    // Of one feature: those over the window of `like`, summed; else any.
    std::optional<Entitlement> limit(const Entitlement& like) const {
        std::optional<Entitlement> same;
        std::optional<Entitlement> other;
        for (const Holding& h : holdings_)
            for (const Entitlement& e : h.version->entitlements) {
                if (e.feature != like.feature) continue;
                const bool is_same =
                    e.window == like.window && e.rolling == like.rolling && e.per == like.per;
                std::optional<Entitlement>& sum = is_same ? same : other;
                if (!sum)
                    sum = e;
                else if (is_same && sum->limit && e.limit)
                    *sum->limit += *e.limit;
                else if (is_same)
                    sum->limit.reset();
                else if (lesser(sum->limit, e.limit) != sum->limit)
                    sum = e;
            }
        return same ? same : other;
    }
    // The most that features of the meter are limited to; nullopt: no feature gives it.
    std::optional<Limit> limit_of_meter(std::string_view meter) const {
        std::optional<Limit> least;
        for (const auto& [key, feature] : settings_.features) {
            if (feature.kind != FeatureKind::metered || feature.meter != meter) continue;
            Entitlement like;
            like.feature = key;
            if (auto own = limit(like)) least = least ? lesser(*least, own->limit) : own->limit;
        }
        return least;
    }

private:
    const catalog::Settings& settings_;
    std::span<const Holding> holdings_;
};

class Bounder {
public:
    Bounder(const catalog::Settings& settings, std::span<const Holding> of_seller)
        : settings_(settings), of_seller_(of_seller), stock_(settings, of_seller) {}

    // False: nothing is left of it.
    bool bound(Entitlement& e) const {
        auto feature = settings_.features.find(e.feature);
        if (feature == settings_.features.end()) return true;  // it gives nothing
        if (feature->second.kind == FeatureKind::metered) return bound_metered(e, feature->second);
        const Given own = given(of_seller_, e.feature);
        if (!own.is_given) return false;
        switch (feature->second.kind) {
            case FeatureKind::flag:
                e.on = e.on && own.is_on;
                break;
            case FeatureKind::config:
                e.value = own.value;
                break;
            default:
                e.limit = lesser(e.limit, own.limit);
                e.soft = e.soft && (own.is_soft || !own.limit);
                break;
        }
        return true;
    }
    bool bound(catalog::Package& package) const {
        for (std::int64_t group : package.price_groups) {
            const std::string_view meter = stock_.meter_of(group);
            if (stock_.buys(meter)) continue;
            auto limit = stock_.limit_of_meter(meter);
            if (!limit) return false;
            if (*limit) {
                package.size = std::min(package.size, **limit);
                package.may_overrun = false;
            }
        }
        return true;
    }
    bool has(std::int64_t price_group) const {
        const std::string_view meter = stock_.meter_of(price_group);
        if (stock_.buys(meter)) return true;
        auto limit = stock_.limit_of_meter(meter);
        return limit && !*limit;
    }

private:
    bool bound_metered(Entitlement& e, const catalog::Feature& feature) const {
        const auto own = stock_.limit(e);
        if (!own) return stock_.buys(feature.meter);
        const bool is_same =
            own->window == e.window && own->rolling == e.rolling && own->per == e.per;
        if (!is_same && own->limit) {
            e.window = own->window;
            e.rolling = own->rolling;
            e.per = own->per;
        }
        e.limit = lesser(e.limit, own->limit);
        e.soft = e.soft && (own->soft || !own->limit);
        return true;
    }

    const catalog::Settings& settings_;
    std::span<const Holding> of_seller_;
    Stock stock_;
};

}  // namespace

std::shared_ptr<const catalog::PlanVersion> bounded(const catalog::Settings& settings,
                                                    const catalog::PlanVersion& version,
                                                    std::span<const Holding> of_seller) {
    const Bounder bounder(settings, of_seller);
    auto left = std::make_shared<catalog::PlanVersion>(version);
    std::erase_if(left->entitlements, [&](Entitlement& e) { return !bounder.bound(e); });
    // A package is known by its place: one of nothing stays there.
    for (catalog::Package& package : left->packages)
        if (!bounder.bound(package)) package.price_groups.clear();
    std::erase_if(left->price_groups, [&](std::int64_t group) { return !bounder.has(group); });
    if (*left == version) return nullptr;
    return left;
}

}  // namespace rb::entitlements
