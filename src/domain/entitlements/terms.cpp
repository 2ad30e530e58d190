#include "domain/entitlements/terms.h"

#include <algorithm>

#include "base/zone.h"

namespace rb::entitlements {

namespace {

using catalog::WindowKind;
using metering::Scope;

// Without a subscription there is no period of one: the calendar's month stands for it.
Period period_of(const Holding& holding, Instant now, Zone zone) {
    const subscriptions::Subscription* s = holding.subscription;
    if (s == nullptr) return metering::calendar_span(WindowKind::month, now, zone);
    Period period = s->period;
    if (s->usage_since) period.start = std::max(period.start, *s->usage_since);
    return period;
}

class Compiler {
public:
    Compiler(const catalog::Catalog& catalog, const accounts::Account& account, Level level,
             Instant now)
        : settings_(catalog.settings), account_(account), level_(level), now_(now) {
        zone_ = account.profile.zone;
        terms_.valid_until = {Instant::us_max};
    }

    Terms run(std::span<const Holding> holdings, std::string_view meter) {
        terms_.meter = meter;
        auto known = settings_.meters.find(terms_.meter);
        if (known != settings_.meters.end()) terms_.aggregation = known->second.aggregation;
        for (const Holding& holding : holdings) {
            add_allowances(holding);
            if (level_ == Level::asked || account_.kind == accounts::Kind::agency) {
                add_packages(holding);
                add_price(holding);
            }
        }
        count_members();
        for (const Allowance& a : terms_.allowances)
            terms_.valid_until = std::min(terms_.valid_until, a.span.end);
        for (const PackageTerms& p : terms_.packages)
            terms_.valid_until = std::min(terms_.valid_until, p.draw.span.end);
        return std::move(terms_);
    }

private:
    // What an agency buys is one package for itself and for all below it.
    Scope scope() const {
        bool is_own = level_ == Level::asked && account_.kind != accounts::Kind::agency;
        return is_own ? Scope::own : Scope::pooled;
    }

    void add_allowances(const Holding& holding) {
        for (const catalog::Entitlement& e : holding.version->entitlements) {
            auto feature = settings_.features.find(e.feature);
            if (feature == settings_.features.end() || feature->second.meter != terms_.meter ||
                feature->second.kind != catalog::FeatureKind::metered)
                continue;
            if (level_ == Level::above && !e.pooled) continue;
            terms_.is_given = true;
            Allowance a;
            a.feature = e.feature;
            a.limit = e.limit;
            a.is_soft = e.soft;
            a.window = e.window;
            a.rolling = e.rolling;
            a.scope = e.pooled ? Scope::pooled : Scope::own;
            a.thresholds = e.thresholds;
            a.per = e.per;
            terms_.is_per_entity |= e.per == catalog::Per::entity;
            a.span = e.window == WindowKind::subscription
                         ? period_of(holding, now_, zone_)
                         : metering::calendar_span(e.window, now_, zone_);
            merge(std::move(a));
        }
    }
    void merge(Allowance a) {
        for (Allowance& b : terms_.allowances) {
            if (a.feature != b.feature || a.window != b.window || a.rolling != b.rolling ||
                a.scope != b.scope || a.per != b.per)
                continue;
            if (a.limit && b.limit)
                *b.limit += *a.limit;
            else
                b.limit.reset();
            b.is_soft = b.is_soft && a.is_soft;
            return;
        }
        terms_.allowances.push_back(std::move(a));
    }
    std::vector<std::string> meters_of(const catalog::Package& package) const {
        std::vector<std::string> meters;
        for (std::int64_t number : package.price_groups) {
            auto group = settings_.price_groups.find(number);
            if (group == settings_.price_groups.end()) continue;
            if (std::ranges::find(meters, group->second.meter) == meters.end())
                meters.push_back(group->second.meter);
        }
        return meters;
    }
    Sale sale_of(const Holding& holding) const {
        Sale sale{*holding.family,
                  {holding.plan->head.id, holding.version->version},
                  holding.plan->head.owner,
                  holding.subscription ? holding.subscription->id : SubscriptionId{},
                  period_of(holding, now_, zone_)};
        sale.cycle = sale.span;
        if (const subscriptions::Subscription* s = holding.subscription) {
            sale.cycle = s->period;
            sale.billed_micros = s->account.net_billed.micros() + s->account.tax_billed.micros();
        }
        return sale;
    }
    void add_packages(const Holding& holding) {
        std::uint32_t place = 0;
        for (const catalog::Package& package : holding.version->packages) {
            std::uint32_t at = place++;
            auto meters = meters_of(package);
            if (std::ranges::find(meters, terms_.meter) == meters.end()) continue;
            terms_.is_given = true;
            PackageTerms p;
            p.draw.subscription = holding.subscription ? holding.subscription->id.uuid : Uuid{};
            p.draw.family = holding.family->key;
            p.draw.plan = {holding.plan->head.id, holding.version->version};
            p.draw.package = at;
            p.draw.scope = scope();
            p.draw.meters = std::move(meters);
            p.draw.span = period_of(holding, now_, zone_);
            p.draw.included = package.size;
            p.draw.size = package.size;
            if (holding.subscription) p.anchor = holding.subscription->anchor;
            p.zone = zone_;
            p.package = package;
            p.sale = sale_of(holding);
            terms_.packages.push_back(std::move(p));
        }
    }
    void add_price(const Holding& holding) {
        for (std::int64_t number : holding.version->price_groups) {
            auto group = settings_.price_groups.find(number);
            if (group == settings_.price_groups.end() || group->second.meter != terms_.meter)
                continue;
            terms_.is_given = true;
            if (terms_.price) continue;  // the first plan that names a price sells it
            terms_.price = UnitPrice{group->second, sale_of(holding)};
        }
    }
    // Whether a member is new in the period is known only where its members are kept.
    void count_members() {
        bool charges = !terms_.packages.empty() || terms_.price;
        if (terms_.aggregation != catalog::Aggregation::unique || !charges) return;
        Allowance a;
        a.scope = scope();
        a.span =
            terms_.packages.empty() ? terms_.price->sale.span : terms_.packages.front().draw.span;
        merge(std::move(a));
    }

    const catalog::Settings& settings_;
    const accounts::Account& account_;
    Level level_;
    Instant now_;
    Zone zone_;
    Terms terms_;
};

}  // namespace

Terms terms_of(const catalog::Catalog& catalog, std::span<const Holding> holdings,
               const accounts::Account& account, std::string_view meter, Level level, Instant now) {
    return Compiler(catalog, account, level, now).run(holdings, meter);
}

Given given(std::span<const Holding> holdings, std::string_view feature) {
    Given out;
    for (const Holding& holding : holdings)
        for (const catalog::Entitlement& e : holding.version->entitlements) {
            if (e.feature != feature) continue;
            if (!out.is_given) {
                out = {true, e.on, e.soft, e.value, e.limit};
                continue;
            }
            out.is_on = out.is_on || e.on;
            out.is_soft = out.is_soft && e.soft;
            if (out.value.empty()) out.value = e.value;
            if (out.limit && e.limit)
                *out.limit += *e.limit;
            else
                out.limit.reset();
        }
    return out;
}

}  // namespace rb::entitlements
