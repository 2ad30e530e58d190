#include "api/agency/from_wire.h"

#include <algorithm>

#include "api/agency/fields.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::api::agency {

namespace {

constexpr std::int64_t page_size_max = 100;
constexpr std::size_t slug_bytes_max = 60;
constexpr std::size_t suffix_bytes = 12;

// "Add-on", "add_on", "ADD ON" are one word.
catalog::PlanKind kind_of(std::string_view group) {
    std::string word;
    for (char c : to_lower(group))
        if (c != '-' && c != '_' && c != ' ') word += c;
    if (word == "addon") return catalog::PlanKind::add_on;
    if (word == "hidden") return catalog::PlanKind::hidden;
    return catalog::PlanKind::regular;
}

// The value of a query parameter that is 1 or more.
std::int64_t page_number(const http::Parameters& query, std::string_view name,
                         std::int64_t otherwise, std::vector<FieldFault>& faults) {
    const std::string* text = http::find(query, name);
    if (text == nullptr) return otherwise;
    auto number = integer_of_text(*text);
    if (number && *number >= 1) return *number;
    FieldFault fault{{}, "Input should be greater than or equal to 1", "greater_than_equal"};
    if (!number && number.error().type != fault.type) fault = number.error();
    // A query is text: Pydantic does not tell its fractions from its words.
    if (fault.type == "int_from_float") {
        fault.type = "int_parsing";
        fault.message = "Input should be a valid integer, unable to parse string as an integer";
    }
    fault.loc = {"query", std::string(name)};
    faults.push_back(std::move(fault));
    return otherwise;
}

}  // namespace

BillingPlanCreate billing_plan_from_wire(std::string_view body, std::vector<FieldFault>& faults) {
    BillingPlanCreate plan;
    if (body.empty()) {
        faults.push_back({{"body"}, "Field required", "missing"});
        return plan;
    }
    auto json = Json::parse(body);
    if (!json) {
        faults.push_back({{"body"}, "JSON decode error: " + json.error(), "json_invalid"});
        return plan;
    }
    if (!json->is_object()) {
        faults.push_back({{"body"},
                          "Input should be a valid dictionary or object to extract fields from",
                          "model_attributes_type"});
        return plan;
    }
    Fields fields(*json, faults);
    plan.name = fields.required_text("name", limits::name_bytes_max);
    plan.description = fields.required_text("description", limits::description_bytes_max);
    plan.bots_count = fields.required_count("bots_count");
    plan.queries_count = fields.required_count("queries_count");
    plan.words_count = fields.required_count("words_count");
    plan.voice_seconds = fields.required_count("voice_seconds");
    plan.premium_support = fields.required_flag("premium_support");
    plan.default_plan = fields.optional_flag("default_plan");
    plan.remove_branding = fields.optional_flag("remove_branding");
    plan.advanced_intents = fields.optional_flag("advanced_intents");
    plan.auto_intents = fields.optional_flag("auto_intents");
    plan.billing_plan_group = fields.optional_text("billing_plan_group", limits::name_bytes_max);
    plan.credits = fields.optional_object("credits", limits::free_data_bytes_max);
    plan.attributes = fields.optional_object("attributes", limits::free_data_bytes_max);
    plan.agency_id = fields.optional_uuid("agency_id");
    plan.plan_lookup_key = fields.optional_text("plan_lookup_key", limits::name_bytes_max);
    return plan;
}

catalog::PlanDraft draft_of(const BillingPlanCreate& plan, std::string_view family,
                            std::string key) {
    catalog::PlanDraft draft;
    draft.head.key = std::move(key);
    draft.head.family = family;
    draft.head.group = plan.billing_plan_group;
    draft.head.kind = kind_of(plan.billing_plan_group);
    draft.head.is_default = plan.default_plan;
    draft.head.lookup_key = plan.plan_lookup_key;
    draft.version.name = plan.name;
    draft.version.description = plan.description;
    draft.version.credits = plan.credits;
    draft.version.attributes = plan.attributes;
    auto give_flag = [&](std::string_view feature, bool on) {
        draft.version.entitlements.push_back({std::string(feature), on, {}, {}, false});
    };
    auto give_count = [&](std::string_view feature, std::int64_t limit) {
        draft.version.entitlements.push_back({std::string(feature), true, {}, limit, false});
    };
    give_flag("advanced_intents", plan.advanced_intents);
    give_flag("auto_intents", plan.auto_intents);
    give_count("bots_count", plan.bots_count);
    give_flag("premium_support", plan.premium_support);
    give_count("queries_count", plan.queries_count);
    give_flag("remove_branding", plan.remove_branding);
    give_count("voice_seconds", plan.voice_seconds);
    give_count("words_count", plan.words_count);
    std::ranges::sort(draft.version.entitlements, {}, &catalog::Entitlement::feature);
    return draft;
}

std::string plan_key_of(std::string_view name, Uuid unique) {
    std::string key;
    for (char c : to_lower(name)) {
        if (key.size() == slug_bytes_max) break;
        bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_kept)
            key += c;
        else if (!key.empty() && key.back() != '-')
            key += '-';
    }
    while (!key.empty() && key.back() == '-') key.pop_back();
    if (key.empty()) key = "plan";
    std::string suffix = unique.to_base32();
    return key + "-" + suffix.substr(suffix.size() - suffix_bytes);
}

Page page_from_wire(const http::Request& request, std::vector<FieldFault>& faults) {
    Page page;
    auto query = http::parse_query(request.query);
    if (!query) return page;
    page.page = page_number(*query, "page", page.page, faults);
    page.size = page_number(*query, "size", page.size, faults);
    if (page.size > page_size_max)
        faults.push_back({{"query", "size"},
                          "Input should be less than or equal to " + std::to_string(page_size_max),
                          "less_than_equal"});
    return page;
}

}  // namespace rb::api::agency
