#include "testing/walk/catalogs.h"

#include <array>

#include "base/check.h"

namespace rb::testing::walk {

extern const std::string_view walk_small_catalog;
extern const std::string_view walk_demo_catalog;

namespace {

constexpr MeterFact small_meters[] = {
    {"messages", "message.sent", "count", "", "messages", "im_large"},
    {"traffic", "traffic.served", "sum", "bytes", "traffic", "im_large"},
    {"peak", "peak.seen", "max", "size", "peak", "ice_given"},
    {"level", "level.read", "latest", "size", "level", "fall_some"},
    {"visitors", "visitor.came", "unique", "user", "visitors", "desk_medium"},
    {"calls", "call.made", "count", "", "calls", "store_plus"},
    {"bulk", "bulk.used", "sum", "units", "bulk", "bulk_open"},
    {"queries", "query.answered", "count", "", "queries_count", "im_small"},
    {"voice", "voice.used", "sum", "seconds", "voice_seconds", "bulk_day"},
};
constexpr MeterFact demo_meters[] = {
    {"im_messages", "message.sent", "count", "", "messages", "im_medium"},
    {"mau_users", "user.login", "unique", "user", "active_users", "mau_medium"},
    {"agency_queries", "query.answered", "count", "", "queries_count", "helpdesk_small"},
    {"agency_voice", "voice.used", "sum", "seconds", "voice_seconds", "helpdesk_medium"},
};
constexpr FeatureFact small_features[] = {
    {"messages", "metered"},     {"traffic", "metered"},       {"peak", "metered"},
    {"level", "metered"},        {"visitors", "metered"},      {"calls", "metered"},
    {"bulk", "metered"},         {"queries_count", "metered"}, {"voice_seconds", "metered"},
    {"mailboxes", "limit"},      {"bots_count", "limit"},      {"words_count", "limit"},
    {"premium_support", "flag"}, {"place", "config"},
};
constexpr FeatureFact demo_features[] = {
    {"messages", "metered"},      {"active_users", "metered"}, {"queries_count", "metered"},
    {"voice_seconds", "metered"}, {"tickets", "limit"},        {"mailboxes", "limit"},
    {"groups", "limit"},          {"bots_count", "limit"},     {"api_access", "flag"},
    {"premium_support", "flag"},
};
constexpr PlanFact small_plans[] = {
    {"im_free", "IM", 1},       {"im_small", "IM", 2},      {"im_large", "IM", 3},
    {"desk_free", "DESK", 11},  {"desk_small", "DESK", 12}, {"desk_medium", "DESK", 13},
    {"desk_large", "DESK", 14}, {"bulk_day", "BULK"},       {"bulk_open", "BULK"},
    {"store_basic", "STORE"},   {"store_plus", "STORE"},    {"fall_none", "FALL"},
    {"fall_some", "FALL"},      {"fall_more", "FALL"},      {"fall_extra", "FALL"},
    {"ice_week", "ICE"},        {"ice_given", "ICE"},
};
constexpr PlanFact demo_plans[] = {
    {"im_free", "IM", 184},
    {"im_small", "IM", 185},
    {"im_medium", "IM", 186},
    {"mau_free", "MAU", 187},
    {"mau_small", "MAU", 188},
    {"mau_medium", "MAU", 189},
    {"helpdesk_free", "HELPDESK", 1},
    {"helpdesk_small", "HELPDESK", 2},
    {"helpdesk_medium", "HELPDESK", 3},
    {"helpdesk_large", "HELPDESK", 4},
};
constexpr std::string_view small_currencies[] = {"USD", "EUR", "JPY", "KWD"};
constexpr std::string_view demo_currencies[] = {"USD", "EUR", "RUR", "KZT"};

constexpr int wide_meters = 101;

// One place of the text says another thing.
struct Edit {
    std::string_view name;
    std::string_view from;
    std::string_view to;
};
constexpr Edit edits[] = {
    {"small.1", R"(rank: 1, fee: {USD: "10"})", R"(rank: 1, fee: {USD: "12.345678"})"},
    {"small.2", "{family: DESK, direction: up, effective: now, proration: second}",
     "{family: DESK, direction: up, allowed: false, who: support}"},
    {"small.3", R"(desk_large: {number: 14)", R"(desk_larger: {number: 15)"},
    {"small.4", "traffic: {limit: 1000, pooled: true}", "traffic: {limit: 1, window: day}"},
    {"small.5", R"(trial: {days: 1, end: convert})", R"(trial: {days: 30, end: expire})"},
    {"demo.1", R"(fee: {USD: "100"})", R"(fee: {USD: "120"})"},
};

bool is_demo(std::string_view catalog) { return catalog.starts_with("demo"); }

std::string edited(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    RB_CHECK(place != std::string::npos, "the catalog says what is to be edited");
    return text.replace(place, from.size(), to);
}

std::string wide() {
    std::string text(walk_small_catalog);
    std::string more = "\n";
    for (int i = 0; i < wide_meters; ++i)
        more += "  wide_" + std::to_string(i) + ": {event: wide.hit, aggregate: count}\n";
    return edited(std::move(text), "\nprice_groups:", more + "price_groups:");
}

}  // namespace

std::string catalog_text(std::string_view name) {
    std::string text(is_demo(name) ? walk_demo_catalog : walk_small_catalog);
    if (name == "wide") return wide();
    for (const Edit& edit : edits)
        if (edit.name == name) return edited(std::move(text), edit.from, edit.to);
    return text;
}

std::span<const MeterFact> meters_of(std::string_view catalog) {
    if (is_demo(catalog)) return demo_meters;
    return small_meters;
}
std::span<const FeatureFact> features_of(std::string_view catalog) {
    if (is_demo(catalog)) return demo_features;
    return small_features;
}
std::span<const PlanFact> plans_of(std::string_view catalog) {
    if (is_demo(catalog)) return demo_plans;
    return small_plans;
}
std::span<const std::string_view> currencies_of(std::string_view catalog) {
    if (is_demo(catalog)) return demo_currencies;
    return small_currencies;
}

std::string_view successor_of(std::string_view catalog, std::size_t choice) {
    static constexpr std::string_view of_demo[] = {"demo", "demo.1"};
    static constexpr std::string_view of_small[] = {"small",   "small.1", "small.2", "small.3",
                                                    "small.4", "small.5", "wide"};
    if (is_demo(catalog)) return of_demo[choice % std::size(of_demo)];
    return of_small[choice % std::size(of_small)];
}

}  // namespace rb::testing::walk
