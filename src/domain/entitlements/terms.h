#pragma once
// What an account's plans say about one meter, put together once so that each use need not look
// through plans: limits, packages in the order in which they are drawn, the price beyond them.
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
    Period span;  // now
    catalog::Per per = catalog::Per::account;
};

// Who sells, under which plan.
struct Sale {
    catalog::Family family;
    PlanRef plan;
    AccountId seller;
    SubscriptionId subscription;  // nil: of a default plan
    Period span;
    // What counts against the consent of a payer: over which period, and what its lines have cost
    // in it without uses.
    Period cycle{};
    std::int64_t billed_micros = 0;
};

struct PackageTerms {
    metering::Draw draw;           // as it stands when its period begins
    std::optional<Anchor> anchor;  // of its periods; none: the calendar's months
    Zone zone;
    catalog::Package package;
    Sale sale;
};

// The price of what no package gives.
struct UnitPrice {
    catalog::PriceGroup group;
    Sale sale;
};

struct Terms {
    std::string meter;
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    bool is_given = false;       // some plan gives it: as a feature, a package or a price
    bool is_per_entity = false;  // one of the allowances is
    std::vector<Allowance> allowances;
    std::vector<PackageTerms> packages;
    std::optional<UnitPrice> price;
    Instant valid_until;  // a span ends: ask anew from here on
};

// What the account asks about itself, or what stands above an account that uses something: limits
// that are pooled, and of an agency the packages and prices at which it buys.
enum class Level : std::uint8_t { asked, above };

Terms terms_of(const catalog::Catalog& catalog, std::span<const Holding> holdings,
               const accounts::Account& account, std::string_view meter, Level level, Instant now);

// What a plan gives of features that are not metered: flags join, limits add up, values are of the
// first that gives one.
struct Given {
    bool is_given = false;
    bool is_on = false;
    bool is_soft = false;
    std::string value;
    std::optional<std::int64_t> limit;
};
Given given(std::span<const Holding> holdings, std::string_view feature);

}  // namespace rb::entitlements
