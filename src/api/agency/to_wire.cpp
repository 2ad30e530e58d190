#include "api/agency/to_wire.h"

#include <algorithm>

#include "base/json.h"

namespace rb::api::agency {

namespace {

constexpr std::string_view retrieved = "Data retrieved successfully";

const catalog::Entitlement* find(const catalog::PlanVersion& version, std::string_view feature) {
    auto found = std::ranges::find(version.entitlements, feature, &catalog::Entitlement::feature);
    return found == version.entitlements.end() ? nullptr : &*found;
}

void write_count(JsonWriter& w, const catalog::PlanVersion& version, std::string_view feature) {
    const catalog::Entitlement* e = find(version, feature);
    w.key(feature).integer(e == nullptr ? 0 : e->limit.value_or(-1));
}

void write_flag(JsonWriter& w, const catalog::PlanVersion& version, std::string_view feature) {
    const catalog::Entitlement* e = find(version, feature);
    w.key(feature).boolean(e != nullptr && e->on);
}

void write_text_or_null(JsonWriter& w, std::string_view name, const std::string& text) {
    w.key(name);
    if (text.empty())
        w.null();
    else
        w.string(text);
}

void write_object(JsonWriter& w, std::string_view name, const std::string& json) {
    w.key(name).raw(json.empty() ? "{}" : json);
}

// The fields of IBillingPlanCreate; the object stays open.
void write_plan(JsonWriter& w, const catalog::Plan& plan) {
    const catalog::PlanVersion& version = plan.latest();
    w.key("name").string(version.name);
    w.key("description").string(version.description);
    write_count(w, version, "bots_count");
    write_count(w, version, "queries_count");
    write_count(w, version, "words_count");
    write_count(w, version, "voice_seconds");
    write_flag(w, version, "premium_support");
    w.key("default_plan").boolean(plan.head.is_default);
    write_flag(w, version, "remove_branding");
    write_flag(w, version, "advanced_intents");
    write_flag(w, version, "auto_intents");
    write_text_or_null(w, "billing_plan_group", plan.head.group);
    write_object(w, "credits", version.credits);
    write_object(w, "attributes", version.attributes);
    w.key("agency_id").string(plan.head.owner.uuid.to_text());
    write_text_or_null(w, "plan_lookup_key", plan.head.lookup_key);
}

void write_read(JsonWriter& w, const PlanView& view) {
    w.begin_object();
    write_plan(w, *view.plan);
    w.key("id").string(view.plan->head.id.uuid.to_text());
    w.key("user_count").integer(view.user_count);
    w.end_object();
}

JsonWriter& open_envelope(JsonWriter& w, std::string_view message) {
    w.begin_object().key("message").string(message);
    w.key("meta").begin_object().end_object();
    return w.key("data");
}

void write_page_number(JsonWriter& w, std::string_view name, std::optional<std::int64_t> page) {
    w.key(name);
    if (page)
        w.integer(*page);
    else
        w.null();
}

}  // namespace

std::string created_to_wire(const catalog::Plan& plan) {
    std::string body;
    JsonWriter w(body);
    open_envelope(w, "Data created successfully").begin_object();
    write_plan(w, plan);
    w.end_object().end_object();
    return body;
}

std::string billing_plan_to_wire(const PlanView& view) {
    std::string body;
    JsonWriter w(body);
    write_read(open_envelope(w, retrieved), view);
    w.end_object();
    return body;
}

std::string billing_plans_to_wire(const std::vector<PlanView>& items, std::int64_t total,
                                  Page page) {
    std::string body;
    JsonWriter w(body);
    std::int64_t pages = (total + page.size - 1) / page.size;
    open_envelope(w, retrieved).begin_object();
    w.key("items").begin_array();
    for (const PlanView& view : items) write_read(w, view);
    w.end_array();
    w.key("total").integer(total);
    w.key("page").integer(page.page);
    w.key("size").integer(page.size);
    w.key("pages").integer(pages);
    std::optional<std::int64_t> previous, next;
    if (page.page > 1) previous = page.page - 1;
    if (page.page < pages) next = page.page + 1;
    write_page_number(w, "previous_page", previous);
    write_page_number(w, "next_page", next);
    w.end_object().end_object();
    return body;
}

}  // namespace rb::api::agency
