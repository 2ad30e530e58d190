#pragma once
// What an account's plans say about one meter, put together once so that each use need not look
// through plans: limits, packages in the order in which they are drawn, the price beyond them.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/accounts/types.h"
#include "domain/catalog/catalog.h"
#include "domain/entitlements/types.h"
#include "domain/metering/usage.h"
#include "domain/subscriptions/types.h"

namespace rb::entitlements {

// A plan that holds for an account: of a live subscription, or a family's default (no
// subscription).
struct Holding {
    const catalog::Family* family = nullptr;
    const catalog::Plan* plan = nullptr;
    const catalog::PlanVersion* version = nullptr;
    const subscriptions::Subscription* subscription = nullptr;
    subscriptions::Share share = subscriptions::Share::alone;
    // What `version` points at when the plan is an agency's that has less than it says: bound.h.
    std::shared_ptr<const catalog::PlanVersion> left = nullptr;
};

// How a plan holds for one account now: the part of its terms that is the account's own.
struct Tenure {
    SubscriptionId subscription;  // nil: of a default plan
    Period span;                  // over which its usage counts
    // What counts against the consent of a payer: over which period, and what its lines have cost
    // in it without uses.
    Period cycle;
    std::int64_t billed_micros = 0;
    std::optional<Anchor> anchor;  // of its periods; none: the calendar's months
};

// One limit. Several plans that give the same feature over the same window add up; one without a
// number makes it unlimited.
struct Allowance {
    std::string feature;  // empty: no limit of a feature, counted for a package's sake
    std::optional<std::int64_t> limit;
    bool is_soft = false;
    catalog::WindowKind window = catalog::WindowKind::subscription;
    Duration rolling;
    metering::Scope scope = metering::Scope::own;
    std::vector<std::int32_t> thresholds;
    Period calendar;           // now, of a window that is no subscription's period
    std::uint32_t tenure = 0;  // whose period it is otherwise; Terms::span tells
    catalog::Per per = catalog::Per::account;
    // Of the scope shared: the plan that is held together, and its family.
    Name family{};
    PlanId plan{};
};

// What is sold under which plan, and whose plan that is. Who sells it depends on where the account
// stands: Party has it, for offers are shared.
struct Sale {
    catalog::Family family;
    PlanRef plan;
    AccountId owner;
    std::uint32_t tenure = 0;
};

struct PackageTerms {
    metering::Draw draw;  // as it stands when its period begins, but for its tenure
    Zone zone;
    catalog::Package package;
    Sale sale;
};

// The price of what no package gives.
struct UnitPrice {
    catalog::PriceGroup group;
    Sale sale;
};

// What plans say about a meter: alike for all accounts that hold the same plans, so it is put
// together once for all of them.
struct Offer {
    Name meter;
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    bool is_given = false;       // some plan gives it: as a feature, a package or a price
    bool is_per_entity = false;  // one of the allowances is
    std::vector<Allowance> allowances;
    std::vector<PackageTerms> packages;
    std::optional<UnitPrice> price;
    Period valid;                 // while its calendar windows are these
    std::vector<Tenure> tenures;  // of an account that holds all of it by default
};
using OfferPtr = std::shared_ptr<const Offer>;

// What it comes to for one account now.
struct Terms {
    OfferPtr offer;
    Instant valid_until;          // a span ends: ask anew from here on
    std::vector<Tenure> tenures;  // empty: as the offer has them

    const Tenure& tenure(std::uint32_t place) const {
        return tenures.empty() ? offer->tenures[place] : tenures[place];
    }
    Period span(const Allowance& a) const {
        return a.window == catalog::WindowKind::subscription ? tenure(a.tenure).span : a.calendar;
    }
    const Tenure& tenure_of(const PackageTerms& p) const { return tenure(p.sale.tenure); }
    // The draw of a package as it stands when its period begins.
    metering::Draw first_draw(const PackageTerms& p) const {
        metering::Draw draw = p.draw;
        draw.subscription = tenure_of(p).subscription.uuid;
        draw.span = tenure_of(p).span;
        return draw;
    }
    // The same account's draw of it, if it has one.
    const metering::Draw* find_draw(const metering::Usage& usage, const PackageTerms& p) const {
        return metering::find(
            usage, metering::DrawName{tenure_of(p).subscription.uuid, p.draw.family, p.draw.package,
                                      p.draw.scope});
    }
};

// What the account asks about itself, or what stands above an account that uses something: limits
// that are pooled, and of an agency the packages and prices at which it buys; or what accounts
// below hold together with it.
enum class Level : std::uint8_t { asked, above, shared };

// Where the tenures of what is held stand. in_offer: all of it is held by default, so that they are
// alike for all accounts that hold it; of_account: in the terms of each.
enum class Tenures : std::uint8_t { in_offer, of_account };
Tenures tenures_of(std::span<const Holding> holdings);

// Of what an offer depends on beside the catalog, the meter and what is held: the plans in their
// order, and where their tenures stand.
struct Asker {
    accounts::Kind kind = accounts::Kind::customer;
    Zone zone;
    Level level = Level::asked;
    bool operator==(const Asker&) const = default;
};

Offer offer_of(const catalog::Catalog& catalog, std::span<const Holding> holdings,
               const Asker& asker, Name meter, Instant now);
// With an offer of the same holdings that is valid now.
Terms terms_of(OfferPtr offer, std::span<const Holding> holdings, Zone zone, Instant now);
// Both at once.
Terms terms_of(const catalog::Catalog& catalog, std::span<const Holding> holdings,
               const accounts::Account& account, Name meter, Level level, Instant now);

// What a plan gives of features that are not metered: flags join, limits add up, values are of the
// first that gives one. Of a plan that is held together the first account has all that may exist.
struct Given {
    bool is_given = false;
    bool is_on = false;
    bool is_soft = false;
    std::string value;
    std::optional<std::int64_t> limit;
};
Given given(std::span<const Holding> holdings, std::string_view feature);

}  // namespace rb::entitlements
