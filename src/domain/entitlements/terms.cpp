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

Tenure tenure_of(const Holding& holding, Instant now, Zone zone) {
    Tenure tenure;
    tenure.span = tenure.cycle = period_of(holding, now, zone);
    if (const subscriptions::Subscription* s = holding.subscription) {
        tenure.subscription = s->id;
        tenure.cycle = s->period;
        tenure.billed_micros = s->account.net_billed.micros() + s->account.tax_billed.micros();
        tenure.anchor = s->anchor;
    }
    return tenure;
}

std::vector<Tenure> make_tenures(std::span<const Holding> holdings, Instant now, Zone zone) {
    std::vector<Tenure> tenures;
    tenures.reserve(holdings.size());
    for (const Holding& holding : holdings) tenures.push_back(tenure_of(holding, now, zone));
    return tenures;
}

bool is_all_by_default(std::span<const Holding> holdings) {
    return tenures_of(holdings) == Tenures::in_offer;
}

class Compiler {
public:
    Compiler(const catalog::Catalog& catalog, const Asker& asker, Instant now)
        : settings_(catalog.settings), asker_(asker), now_(now) {
        offer_.valid = {{0}, {Instant::us_max}};
    }

    Offer run(std::span<const Holding> holdings, Name meter) {
        offer_.meter = meter;
        auto known = settings_.meters.find(meter);
        if (known != settings_.meters.end()) offer_.aggregation = known->second.aggregation;
        for (const Holding& holding : holdings) {
            add_allowances(holding);
            if (asker_.level == Level::shared) {
                add_packages(holding);
            } else if (asker_.level == Level::asked || asker_.kind == accounts::Kind::agency) {
                add_packages(holding);
                add_price(holding);
            }
            ++tenure_;
        }
        count_members();
        for (const Allowance& a : offer_.allowances)
            if (a.window != WindowKind::subscription) keep_within(a.calendar);
        if (is_all_by_default(holdings)) {
            offer_.tenures = make_tenures(holdings, now_, asker_.zone);
            for (const Tenure& tenure : offer_.tenures) keep_within(tenure.span);
        }
        return std::move(offer_);
    }

private:
    void keep_within(const Period& span) {
        offer_.valid.start = std::max(offer_.valid.start, span.start);
        offer_.valid.end = std::min(offer_.valid.end, span.end);
    }
    // What the plan gives beyond what it includes: packs or single units, for money.
    bool sells_beyond(const Holding& holding) const {
        auto is_of_meter = [&](std::int64_t number) {
            auto group = settings_.price_groups.find(number);
            return group != settings_.price_groups.end() && group->second.meter == offer_.meter;
        };
        return std::ranges::any_of(holding.version->price_groups, is_of_meter) ||
               std::ranges::any_of(holding.version->packages, [&](const catalog::Package& p) {
                   return p.may_overrun && std::ranges::any_of(p.price_groups, is_of_meter);
               });
    }
    // What an agency buys is one package for itself and for all below it.
    Scope scope() const {
        bool is_own = asker_.level == Level::asked && asker_.kind != accounts::Kind::agency;
        return is_own ? Scope::own : Scope::pooled;
    }

    void add_allowances(const Holding& holding) {
        for (const catalog::Entitlement& e : holding.version->entitlements) {
            auto feature = settings_.features.find(e.feature);
            if (feature == settings_.features.end() || feature->second.meter != offer_.meter ||
                feature->second.kind != catalog::FeatureKind::metered)
                continue;
            if (asker_.level == Level::above && !e.pooled) continue;
            offer_.is_given = true;
            bool is_shareable = e.limit && e.per == catalog::Per::account;
            bool is_joint = holding.share == subscriptions::Share::joint;
            // Of what is held together the first account counts the limits, of nothing else.
            if (asker_.level == Level::shared ? !is_shareable : is_joint && is_shareable) continue;
            Allowance a;
            a.feature = e.feature;
            a.limit = e.limit;
            if (is_shareable && holding.share == subscriptions::Share::none) a.limit = 0;
            a.is_soft = e.soft;
            a.window = e.window;
            a.rolling = e.rolling;
            a.scope = e.pooled ? Scope::pooled : Scope::own;
            bool is_first = holding.share == subscriptions::Share::first && !e.pooled;
            if (is_shareable && (is_first || asker_.level == Level::shared)) share(a, holding);
            a.thresholds = e.thresholds;
            a.per = e.per;
            a.tenure = tenure_;
            offer_.is_per_entity |= e.per == catalog::Per::entity;
            if (e.window != WindowKind::subscription)
                a.calendar = metering::calendar_span(e.window, now_, asker_.zone);
            merge(std::move(a));
        }
    }
    static void share(Allowance& a, const Holding& holding) {
        a.scope = Scope::shared;
        a.family = Name(holding.family->key);
        a.plan = holding.plan->head.id;
    }
    // What an account has of its own beside what it shares: it counts against the sum of both.
    static bool counts_with(const Allowance& a, const Allowance& b) {
        if (a.scope == b.scope) return a.plan == b.plan;
        return (a.scope == Scope::shared && b.scope == Scope::own) ||
               (a.scope == Scope::own && b.scope == Scope::shared);
    }
    void merge(Allowance a) {
        for (Allowance& b : offer_.allowances) {
            if (a.feature != b.feature || a.window != b.window || a.rolling != b.rolling ||
                a.per != b.per || !counts_with(a, b))
                continue;
            if (a.scope == Scope::shared) {
                b.scope = a.scope;
                b.family = a.family;
                b.plan = a.plan;
                b.tenure = a.tenure;
            }
            if (a.limit && b.limit)
                *b.limit += *a.limit;
            else
                b.limit.reset();
            b.is_soft = b.is_soft && a.is_soft;
            return;
        }
        offer_.allowances.push_back(std::move(a));
    }
    Names meters_of(const catalog::Package& package) const {
        std::vector<Name> meters;
        for (std::int64_t number : package.price_groups) {
            auto group = settings_.price_groups.find(number);
            if (group == settings_.price_groups.end()) continue;
            Name meter(group->second.meter);
            if (std::ranges::find(meters, meter) == meters.end()) meters.push_back(meter);
        }
        return Names(meters);
    }
    Sale sale_of(const Holding& holding) const {
        return {*holding.family,
                {holding.plan->head.id, holding.version->version},
                holding.plan->head.owner,
                tenure_};
    }
    void add_packages(const Holding& holding) {
        std::uint32_t place = 0;
        for (const catalog::Package& package : holding.version->packages) {
            std::uint32_t at = place++;
            Names meters = meters_of(package);
            if (!meters.contains(offer_.meter)) continue;
            offer_.is_given = true;
            bool sells = sells_beyond(holding);
            bool is_joint = holding.share == subscriptions::Share::joint;
            bool has_none = holding.share == subscriptions::Share::none;
            // What is sold beyond it each pays for itself, from the first unit on.
            if (asker_.level == Level::shared ? sells : is_joint && !package.may_overrun) continue;
            bool is_shared =
                asker_.level == Level::shared || (holding.share == subscriptions::Share::first &&
                                                  !sells && asker_.kind != accounts::Kind::agency);
            PackageTerms p;
            p.draw.family = Name(holding.family->key);
            p.draw.plan = {holding.plan->head.id, holding.version->version};
            p.draw.package = at;
            p.draw.scope = is_shared ? Scope::shared : scope();
            p.draw.meters = meters;
            bool is_included = asker_.level == Level::shared || (!is_joint && !has_none);
            p.draw.included = is_included ? package.size : 0;
            p.draw.size = p.draw.included;
            p.zone = asker_.zone;
            p.package = package;
            p.sale = sale_of(holding);
            offer_.packages.push_back(std::move(p));
        }
    }
    void add_price(const Holding& holding) {
        for (std::int64_t number : holding.version->price_groups) {
            auto group = settings_.price_groups.find(number);
            if (group == settings_.price_groups.end() || group->second.meter != offer_.meter)
                continue;
            offer_.is_given = true;
            if (offer_.price) continue;  // the first plan that names a price sells it
            offer_.price = UnitPrice{group->second, sale_of(holding)};
        }
    }
    // Whether a member is new in the period is known only where its members are kept.
    void count_members() {
        bool charges = !offer_.packages.empty() || offer_.price;
        if (offer_.aggregation != catalog::Aggregation::unique || !charges) return;
        Allowance a;
        a.scope = scope();
        a.tenure = offer_.packages.empty() ? offer_.price->sale.tenure
                                           : offer_.packages.front().sale.tenure;
        if (!offer_.packages.empty() && offer_.packages.front().draw.scope == Scope::shared) {
            a.scope = Scope::shared;
            a.family = offer_.packages.front().draw.family;
            a.plan = offer_.packages.front().draw.plan.plan;
        }
        merge(std::move(a));
    }

    const catalog::Settings& settings_;
    const Asker asker_;
    Instant now_;
    std::uint32_t tenure_ = 0;  // of the holding at hand
    Offer offer_;
};

}  // namespace

Tenures tenures_of(std::span<const Holding> holdings) {
    bool is_default =
        std::ranges::all_of(holdings, [](const Holding& h) { return h.subscription == nullptr; });
    return is_default ? Tenures::in_offer : Tenures::of_account;
}

Offer offer_of(const catalog::Catalog& catalog, std::span<const Holding> holdings,
               const Asker& asker, Name meter, Instant now) {
    return Compiler(catalog, asker, now).run(holdings, meter);
}

Terms terms_of(OfferPtr offer, std::span<const Holding> holdings, Zone zone, Instant now) {
    Terms terms;
    terms.valid_until = offer->valid.end;
    terms.offer = std::move(offer);
    if (is_all_by_default(holdings)) return terms;
    terms.tenures = make_tenures(holdings, now, zone);
    for (const Tenure& tenure : terms.tenures)
        terms.valid_until = std::min(terms.valid_until, tenure.span.end);
    return terms;
}

Terms terms_of(const catalog::Catalog& catalog, std::span<const Holding> holdings,
               const accounts::Account& account, Name meter, Level level, Instant now) {
    Zone zone = account.profile.zone;
    Offer offer = offer_of(catalog, holdings, {account.kind, zone, level}, meter, now);
    return terms_of(std::make_shared<const Offer>(std::move(offer)), holdings, zone, now);
}

Given given(std::span<const Holding> holdings, std::string_view feature) {
    Given out;
    for (const Holding& holding : holdings)
        for (const catalog::Entitlement& e : holding.version->entitlements) {
            if (e.feature != feature) continue;
            bool is_own = holding.share == subscriptions::Share::alone ||
                          holding.share == subscriptions::Share::first;
            std::optional<std::int64_t> limit = e.limit;
            if (limit && !is_own) limit = 0;
            if (!out.is_given) {
                out = {true, e.on, e.soft, e.value, limit};
                continue;
            }
            out.is_on = out.is_on || e.on;
            out.is_soft = out.is_soft && e.soft;
            if (out.value.empty()) out.value = e.value;
            if (out.limit && limit)
                *out.limit += *limit;
            else
                out.limit.reset();
        }
    return out;
}

}  // namespace rb::entitlements
