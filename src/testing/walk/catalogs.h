#pragma once
// The catalogs of walks, by name, and what their meters count, said once more: for the naive model,
// which shares no code with the catalog.
//
// "small": a bit of everything, one family for each way of settlement. "small.1" to "small.5": the
// same with other prices, rules or limits, or without a plan. "wide": small, and a hundred and one
// meters of one type of event. "demo": packaging/demo/catalog.yaml, "demo.1": with other prices.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rb::testing::walk {

std::string catalog_text(std::string_view name);

struct MeterFact {
    std::string_view key;
    std::string_view event;
    std::string_view aggregate;  // "count", "sum", "max", "unique", "latest"
    std::string_view value;      // the property
    std::string_view feature;    // that it is checked and consumed by
    std::string_view plan;       // that charges for it or lets much of it be used
};
std::span<const MeterFact> meters_of(std::string_view catalog);

struct FeatureFact {
    std::string_view key;
    std::string_view kind;
};
std::span<const FeatureFact> features_of(std::string_view catalog);

struct PlanFact {
    std::string_view key;
    std::string_view family;
    int number = 0;
};
std::span<const PlanFact> plans_of(std::string_view catalog);
// Currencies of accounts.
std::span<const std::string_view> currencies_of(std::string_view catalog);
// What may be put in the place of this catalog.
std::string_view successor_of(std::string_view catalog, std::size_t choice);

}  // namespace rb::testing::walk
