#pragma once
// A small catalog for this room's tests: one prepaid family IM with three plans, one metered
// package.
#include "domain/catalog/decide.h"

namespace rb::catalog::test {

inline const Instant now = Instant::of_seconds(1'767'225'600);  // 2026-01-01

inline Amount usd(std::int64_t micros) { return Amount::of_micros(micros, "USD"); }

inline PlanDraft plan(const std::string& key, std::int32_t rank, std::int64_t fee_micros) {
    PlanDraft out;
    out.head.key = key;
    out.head.family = "IM";
    out.head.rank = rank;
    out.head.is_default = rank == 0;
    out.head.number = 184 + rank;
    out.version.name = key;
    out.version.fee["USD"] = usd(fee_micros);
    Package package;
    package.name = "messages";
    package.price_groups = {7561};
    package.size = 50'000 * (rank + 1);
    out.version.packages.push_back(package);
    return out;
}

inline ChangeRule rule(Direction direction) {
    ChangeRule out;
    out.family = "IM";
    out.direction = direction;
    return out;
}

// One more resource of the same meter, at one USD.
inline PriceGroup priced_group(std::int64_t number) {
    return {number, "SMS", "", "im_messages", {{Currency("USD"), Decimal(1)}}, 1, 1};
}

inline Draft draft() {
    Draft out;
    Settings& s = out.settings;
    s.currencies = {
        {Currency("USD"), 2}, {Currency("RUR"), 2}, {Currency("EUR"), 2}, {Currency("JPY"), 0}};
    s.base_currency = "USD";
    auto rate = [&](Currency currency, CivilDate from, std::string_view text) {
        s.exchange_rates.push_back({from, currency, *Decimal::parse(text)});
    };
    rate("EUR", {2025, 1, 1}, "0.8");
    rate("JPY", {2025, 1, 1}, "150");
    rate("RUR", {2025, 1, 1}, "101.6797");
    rate("RUR", {2026, 1, 1}, "91.70604");
    s.tax_rates = {{"standard", "RU", "", Decimal(18), TaxMode::exclusive, {2004, 1, 1}},
                   {"standard", "RU", "", Decimal(20), TaxMode::exclusive, {2019, 1, 1}},
                   {"standard", "US", "CA", Decimal(7), TaxMode::exclusive, {2020, 1, 1}}};
    s.meters["im_messages"] = {Name("im_messages"),  "message.sent", Aggregation::count, "", {}, {},
                               Duration::of_days(35)};
    s.features["messages"] = {"messages", "Messages", FeatureKind::metered, "im_messages"};
    s.features["mailboxes"] = {"mailboxes", "", FeatureKind::limit, ""};
    s.features["api_access"] = {"api_access", "", FeatureKind::flag, ""};
    s.features["region"] = {"region", "", FeatureKind::config, ""};
    s.price_groups[7561] = {7561, "IM", "IM_OVERRUN", "im_messages", {}, 1, 1};
    s.families["IM"] = {"IM",
                        "Instant messaging",
                        Scale::micro,
                        AnchorKind::calendar,
                        Settlement::prepaid,
                        ShortagePolicy::past_due,
                        "standard",
                        "platform"};
    s.changes = {rule(Direction::up), rule(Direction::down)};
    out.plans = {plan("im_free", 0, 0), plan("im_small", 1, 100'000'000),
                 plan("im_medium", 2, 1'000'000'000)};
    return out;
}

inline Result<std::vector<Event>> decide_draft(const Catalog& catalog, const Draft& draft,
                                               std::uint64_t seed = 1) {
    IdSource ids(now, Uuid{seed, seed});
    return decide(catalog, ApplyCatalog{draft, {}}, now, ids);
}

inline void apply_all(Catalog& catalog, const std::vector<Event>& events) {
    for (const Event& event : events) apply(catalog, event);
}

inline Catalog applied(const Draft& draft) {
    Catalog catalog;
    apply_all(catalog, decide_draft(catalog, draft).value());
    return catalog;
}

// "error unknown_code where" lines, for comparing with what was expected.
inline std::vector<std::string> codes(const std::vector<Finding>& findings) {
    std::vector<std::string> out;
    for (const Finding& f : findings)
        out.push_back(std::string(enum_text(f.severity)) + " " + f.code + " " + f.where);
    return out;
}

}  // namespace rb::catalog::test
