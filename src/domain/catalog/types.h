#pragma once
// The nouns of the catalog: what can be bought, at what price, under which rules.
// Published plan versions never change. Keys are the caller's names ([a-z0-9_.-], lower case first
// letter or digit); ids are made by the engine. Everything here is plain data without behaviour.
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/amount.h"
#include "base/civil.h"
#include "base/decimal.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/name.h"
#include "base/period.h"
#include "domain/ids/types.h"

namespace rb::catalog {

// A price in one or more currencies. Empty means that there is none.
using Prices = std::map<Currency, Amount>;

enum class FeatureKind : std::uint8_t { flag, config, limit, metered };
constexpr auto enum_names(FeatureKind) {
    return std::array<std::string_view, 4>{"flag", "config", "limit", "metered"};
}

struct Feature {
    std::string key;
    std::string name;
    FeatureKind kind = FeatureKind::flag;
    std::string meter;  // of a metered feature
    bool operator==(const Feature&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "name", s.name);
        v(3, "kind", s.kind);
        v(4, "meter", s.meter);
    }
};

enum class Aggregation : std::uint8_t { count, sum, max, unique, latest };
constexpr auto enum_names(Aggregation) {
    return std::array<std::string_view, 5>{"count", "sum", "max", "unique", "latest"};
}

struct Meter {
    Name key;
    std::string event;  // CloudEvents type
    Aggregation aggregation = Aggregation::count;
    std::string value_property;  // of the event's data; not for count
    std::vector<std::string> dimensions;
    std::map<std::string, std::string> filter;  // property -> value that it must have
    Duration late = Duration::of_days(35);
    std::string entity_property;  // of the event's data: which seat, user, device; empty: none
    bool operator==(const Meter&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "event", s.event);
        v(3, "aggregation", s.aggregation);
        v(4, "value_property", s.value_property);
        v(5, "dimensions", s.dimensions);
        v(6, "filter", s.filter);
        v(7, "late", s.late);
        v(8, "entity_property", s.entity_property);
    }
};

// Price of `num_resources` units: ceil(used / quantum) * quantum / num_resources * price.
struct PriceGroup {
    std::int64_t number = 0;
    std::string name;
    std::string resource;
    std::string meter;
    std::map<Currency, Decimal> price;
    std::int64_t num_resources = 1;
    std::int64_t quantum = 1;
    bool operator==(const PriceGroup&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "number", s.number);
        v(2, "name", s.name);
        v(3, "resource", s.resource);
        v(4, "meter", s.meter);
        v(5, "price", s.price);
        v(6, "num_resources", s.num_resources);
        v(7, "quantum", s.quantum);
    }
};

// prepaid: lines post to the available balance when decided. invoiced: lines accrue until an
// invoice is finalized. app_store: lines become usage records under a cap that the payer has agreed
// to.
enum class Settlement : std::uint8_t { prepaid, invoiced, app_store };
constexpr auto enum_names(Settlement) {
    return std::array<std::string_view, 3>{"prepaid", "invoiced", "app_store"};
}

// Lines are rounded to the currency's exponent, or to six digits.
enum class Scale : std::uint8_t { currency, micro };
constexpr auto enum_names(Scale) { return std::array<std::string_view, 2>{"currency", "micro"}; }

// What happens when a renewal cannot be paid: the subscription is past due and keeps its
// entitlements, the account is frozen, or the family's default plan takes over. Paying restores.
enum class ShortagePolicy : std::uint8_t { past_due, freeze, fall_back };
constexpr auto enum_names(ShortagePolicy) {
    return std::array<std::string_view, 3>{"past_due", "freeze", "fall_back"};
}

// For whom what a family gives free is: a trial, a plan without a fee, the free part of its default
// plan. tree: for an account and all below it together, once. account: for each of them.
enum class FreeFor : std::uint8_t { tree, account };
constexpr auto enum_names(FreeFor) { return std::array<std::string_view, 2>{"tree", "account"}; }

// An account has at most one base subscription a family; add-ons stack.
struct Family {
    std::string key;
    std::string name;
    Scale scale = Scale::currency;
    AnchorKind anchor = AnchorKind::anniversary;
    Settlement settlement = Settlement::prepaid;
    ShortagePolicy on_shortage = ShortagePolicy::past_due;
    std::string tax;      // tax category; empty: not taxed
    std::string surface;  // the dialect that shows this family: "platform", "tenant", or empty
    FreeFor free_for = FreeFor::tree;
    bool operator==(const Family&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "name", s.name);
        v(3, "scale", s.scale);
        v(4, "anchor", s.anchor);
        v(5, "settlement", s.settlement);
        v(6, "on_shortage", s.on_shortage);
        v(7, "tax", s.tax);
        v(8, "surface", s.surface);
        v(9, "free_for", s.free_for);
    }
};

struct Package {
    std::string name;
    std::vector<std::int64_t> price_groups;  // numbers; their meters draw on this package
    std::int64_t size = 0;                   // units a period
    bool may_overrun = false;                // false: hard stop when used up
    Prices overrun_price;                    // of one pack
    std::int64_t overrun_resources = 0;      // units in one pack
    bool rolls_over = false;                 // unused units move into the next period
    bool operator==(const Package&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "name", s.name);
        v(2, "price_groups", s.price_groups);
        v(3, "size", s.size);
        v(4, "may_overrun", s.may_overrun);
        v(5, "overrun_price", s.overrun_price);
        v(6, "overrun_resources", s.overrun_resources);
        v(7, "rolls_over", s.rolls_over);
    }
};

// Over what span a metered allowance counts. subscription: the subscription's current period; day,
// month: the calendar's, in the account's zone; rolling: the time before now, as long as
// `Entitlement::rolling`, in 60 steps; lifetime: ever.
enum class WindowKind : std::uint8_t { subscription, day, month, rolling, lifetime };
constexpr auto enum_names(WindowKind) {
    return std::array<std::string_view, 5>{"subscription", "day", "month", "rolling", "lifetime"};
}

// Whose use a metered allowance counts: all of the account's, or that of each entity (a seat, a
// user, a device) by itself.
enum class Per : std::uint8_t { account, entity };
constexpr auto enum_names(Per) { return std::array<std::string_view, 2>{"account", "entity"}; }

// What a plan gives of one feature. A flag is on when listed with `on`; a limit or metered
// allowance without `limit` is unlimited; soft limits warn, hard ones stop.
struct Entitlement {
    std::string feature;
    bool on = true;                     // flag
    std::string value;                  // config
    std::optional<std::int64_t> limit;  // limit, metered
    bool soft = false;
    WindowKind window = WindowKind::subscription;  // metered
    Duration rolling;                      // of a rolling window, a multiple of 60 s; else 0
    bool pooled = false;                   // metered: what the accounts below use counts here too
    std::vector<std::int32_t> thresholds;  // percent of the limit, ascending: told when passed
    Per per = Per::account;                // metered
    bool operator==(const Entitlement&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "feature", s.feature);
        v(2, "on", s.on);
        v(3, "value", s.value);
        v(4, "limit", s.limit);
        v(5, "soft", s.soft);
        v(6, "window", s.window);
        v(7, "rolling", s.rolling);
        v(8, "pooled", s.pooled);
        v(9, "thresholds", s.thresholds);
        v(10, "per", s.per);
    }
};

// Seats: the first `included` cost nothing, each further one `per_seat`, at least `minimum` a
// period.
struct SeatPricing {
    std::int64_t included = 0;
    Prices per_seat;
    Prices minimum;
    bool operator==(const SeatPricing&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "included", s.included);
        v(2, "per_seat", s.per_seat);
        v(3, "minimum", s.minimum);
    }
};

enum class FeeTiming : std::uint8_t { in_advance, in_arrears };
constexpr auto enum_names(FeeTiming) {
    return std::array<std::string_view, 2>{"in_advance", "in_arrears"};
}

// How a trial ends: the plan is charged from there, the default plan takes over, or it expires
// visibly.
enum class TrialEnd : std::uint8_t { convert, fall_back, expire };
constexpr auto enum_names(TrialEnd) {
    return std::array<std::string_view, 3>{"convert", "fall_back", "expire"};
}

struct PlanVersion {
    std::uint32_t version = 0;
    Instant published_at;
    std::string name;
    std::string description;
    Prices fee;  // recurring, for one billing period
    FeeTiming timing = FeeTiming::in_advance;
    BillingPeriod every;
    std::optional<SeatPricing> seats;
    Prices setup_fee;
    std::int32_t trial_days = 0;
    TrialEnd trial_end = TrialEnd::convert;
    std::vector<Entitlement> entitlements;  // sorted by feature
    std::vector<Package> packages;
    // Numbers; what goes beyond the packages is charged at their resource prices as it is used.
    std::vector<std::int64_t> price_groups;
    std::string attributes;  // free data, one JSON object as text; empty when none
    std::string credits;     // free data of the agency dialect, as above
    // Nothing is due for having it, once or each period, whatever the quantity.
    bool has_no_fee() const;
    // What is used is paid by unit, and nothing is included.
    bool is_paid_by_use() const;
    // Equal in everything but version and published_at.
    bool same_offer(const PlanVersion& other) const;
    bool operator==(const PlanVersion&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "version", s.version);
        v(2, "published_at", s.published_at);
        v(3, "name", s.name);
        v(4, "description", s.description);
        v(5, "fee", s.fee);
        v(6, "timing", s.timing);
        v(7, "every", s.every);
        v(8, "seats", s.seats);
        v(9, "setup_fee", s.setup_fee);
        v(10, "trial_days", s.trial_days);
        v(11, "trial_end", s.trial_end);
        v(12, "entitlements", s.entitlements);
        v(13, "packages", s.packages);
        v(14, "attributes", s.attributes);
        v(15, "credits", s.credits);
        v(16, "price_groups", s.price_groups);
    }
};

enum class PlanKind : std::uint8_t { regular, add_on, hidden };
constexpr auto enum_names(PlanKind) {
    return std::array<std::string_view, 3>{"regular", "add_on", "hidden"};
}

// What a plan is, apart from its versions. May change without a new version.
struct PlanHead {
    PlanId id;
    std::string key;  // unique within its owner
    std::string family;
    AccountId owner;          // nil: the platform
    std::int64_t number = 0;  // for dialects with integers; 0: none
    std::string group;
    PlanKind kind = PlanKind::regular;
    std::int32_t rank = 0;  // order within the family: up, down, same
    bool is_default = false;
    std::string lookup_key;
    bool archived = false;
    bool operator==(const PlanHead&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "key", s.key);
        v(3, "family", s.family);
        v(4, "owner", s.owner);
        v(5, "number", s.number);
        v(6, "group", s.group);
        v(7, "kind", s.kind);
        v(8, "rank", s.rank);
        v(9, "is_default", s.is_default);
        v(10, "lookup_key", s.lookup_key);
        v(11, "archived", s.archived);
    }
};

struct Plan {
    PlanHead head;
    std::vector<PlanVersion> versions;  // ascending, never empty once published
    const PlanVersion& latest() const { return versions.back(); }
    PlanRef latest_ref() const { return {head.id, versions.back().version}; }
    const PlanVersion* find(std::uint32_t version) const;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "head", s.head);
        v(2, "versions", s.versions);
    }
};

// Units of `currency` for one unit of the base currency, from this civil date (UTC) on.
struct ExchangeRate {
    CivilDate from;
    Currency currency;
    Decimal rate;
    bool operator==(const ExchangeRate&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "from", s.from);
        v(2, "currency", s.currency);
        v(3, "rate", s.rate);
    }
};

enum class TaxMode : std::uint8_t { exclusive, inclusive };
constexpr auto enum_names(TaxMode) {
    return std::array<std::string_view, 2>{"exclusive", "inclusive"};
}

struct TaxRate {
    std::string category;
    std::string country;  // ISO 3166-1 alpha-2
    std::string region;   // empty: the whole country
    Decimal percent;      // 20 means 20 %
    TaxMode mode = TaxMode::exclusive;
    CivilDate from;
    bool operator==(const TaxRate&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "category", s.category);
        v(2, "country", s.country);
        v(3, "region", s.region);
        v(4, "percent", s.percent);
        v(5, "mode", s.mode);
        v(6, "from", s.from);
    }
};

enum class Direction : std::uint8_t { any, up, down, same, cancel };
constexpr auto enum_names(Direction) {
    return std::array<std::string_view, 5>{"any", "up", "down", "same", "cancel"};
}
enum class Effective : std::uint8_t { now, period_end };
constexpr auto enum_names(Effective) {
    return std::array<std::string_view, 2>{"now", "period_end"};
}
enum class Proration : std::uint8_t { second, day, thirty_day, full, none };
constexpr auto enum_names(Proration) {
    return std::array<std::string_view, 5>{"second", "day", "thirty_day", "full", "none"};
}
enum class Unused : std::uint8_t { balance, credit, none };
constexpr auto enum_names(Unused) {
    return std::array<std::string_view, 3>{"balance", "credit", "none"};
}
enum class ReserveNext : std::uint8_t { off, on_change, always };
constexpr auto enum_names(ReserveNext) {
    return std::array<std::string_view, 3>{"off", "on_change", "always"};
}
enum class UsageCarry : std::uint8_t { carried, reset };
constexpr auto enum_names(UsageCarry) {
    return std::array<std::string_view, 2>{"carried", "reset"};
}
// Who may make the change: whoever has the role, or the platform's support only.
enum class Who : std::uint8_t { role, support };
constexpr auto enum_names(Who) { return std::array<std::string_view, 2>{"role", "support"}; }

// One edge, or a class of edges, of the graph of changes. The first that matches wins, so
// particular rules stand before general ones. No match: not allowed.
struct ChangeRule {
    std::string family;
    std::string from;  // plan key; empty: any
    std::string to;    // plan key; empty: any (not for direction cancel)
    Direction direction = Direction::any;
    bool allowed = true;
    Effective effective = Effective::now;
    Proration proration = Proration::second;
    Unused unused = Unused::balance;
    ReserveNext reserve_next = ReserveNext::off;
    UsageCarry usage = UsageCarry::carried;
    bool requires_fit = false;
    Who who = Who::role;
    bool operator==(const ChangeRule&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "family", s.family);
        v(2, "from", s.from);
        v(3, "to", s.to);
        v(4, "direction", s.direction);
        v(5, "allowed", s.allowed);
        v(6, "effective", s.effective);
        v(7, "proration", s.proration);
        v(8, "unused", s.unused);
        v(9, "reserve_next", s.reserve_next);
        v(10, "usage", s.usage);
        v(11, "requires_fit", s.requires_fit);
        v(12, "who", s.who);
    }
};

// All of a catalog but its plans. Replaced as a whole; dated rows make past days reproducible.
struct Settings {
    Rounding rounding = Rounding::half_up;
    std::map<Currency, std::int32_t> currencies;  // exponent
    Currency base_currency;                       // of the exchange rates; empty: no rates
    std::vector<ExchangeRate> exchange_rates;     // sorted by currency, from
    std::vector<TaxRate> tax_rates;               // sorted by category, country, region, from
    std::map<std::string, Feature> features;
    std::map<std::string, Meter> meters;
    std::map<std::int64_t, PriceGroup> price_groups;
    std::map<std::string, Family> families;
    std::vector<ChangeRule> changes;  // in the order of the file
    bool operator==(const Settings&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "rounding", s.rounding);
        v(2, "currencies", s.currencies);
        v(3, "base_currency", s.base_currency);
        v(4, "exchange_rates", s.exchange_rates);
        v(5, "tax_rates", s.tax_rates);
        v(6, "features", s.features);
        v(7, "meters", s.meters);
        v(8, "price_groups", s.price_groups);
        v(9, "families", s.families);
        v(10, "changes", s.changes);
    }
};

// A plan as a catalog file or an agency describes it: no id, no version yet.
struct PlanDraft {
    PlanHead head;          // id nil, owner nil
    PlanVersion version;    // version 0
    std::int32_t line = 0;  // of the file, for messages; 0: none
};

// A whole catalog as a file describes it.
struct Draft {
    Settings settings;
    std::vector<PlanDraft> plans;
};

// How bad a finding of lint is: an error refuses the file, a warning is shown.
enum class Severity : std::uint8_t { error, warning };
constexpr auto enum_names(Severity) { return std::array<std::string_view, 2>{"error", "warning"}; }

struct Finding {
    Severity severity = Severity::error;
    std::string code;   // "currency_is_missing", stable
    std::string where;  // "plans/im_small/fee"
    std::int32_t line = 0;
    std::string detail;  // one sentence
};

// One difference between the published catalog and a draft.
struct Difference {
    enum class Kind : std::uint8_t { added, changed, archived, settings };
    Kind kind = Kind::changed;
    std::string what;                  // "plan im_small", "exchange_rates", "family IM"
    std::vector<std::string> details;  // "fee USD: 100 -> 120"
    PlanId plan;                       // nil unless a plan that exists
};

}  // namespace rb::catalog
