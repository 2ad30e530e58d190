#include "api/tenant/to_wire.h"

#include <algorithm>
#include <limits>
#include <map>

#include "api/tenant/vocabulary.h"
#include "base/json.h"

namespace rb::api::tenant {

namespace {

using accounts::MemberStatus;
using catalog::PlanVersion;
using engine::AccountRecord;
using engine::Reader;
using subscriptions::Subscription;

constexpr std::int64_t unlimited = -1;

struct WireField {
    std::string_view name;  // of the DTO and of the catalog's feature
    bool is_flag;
};

// DTO_plan_limit between price_usd_minimum and agents_included.
constexpr WireField fields[] = {
    {"tickets", false},
    {"ai_suggested_answers", true},
    {"mailboxes", false},
    {"kbs", false},
    {"web_scraped_pages", false},
    {"integration_shopify_customer_card", true},
    {"integration_shopify_product_sync", true},
    {"automation_rules", false},
    {"forms", false},
    {"multilingual_conversations", true},
    {"ai_training_data", true},
    {"sso_google_microsoft", true},
    {"api_access", true},
    {"lists", false},
    {"list_entries", false},
    {"fields", false},
    {"groups", false},
};

// Everything of one DTO_plan_limit.
struct PlanLimit {
    TenantPlan plan = TenantPlan::unknown;
    Amount price;
    Amount price_minimum;
    std::map<std::string, std::int64_t, std::less<>> counts;
    std::map<std::string, bool, std::less<>> flags;
    std::int64_t agents = 0;
    std::int64_t trial_days = 0;
};

// T-032: integers of this dialect have 32 bits.
std::int64_t as_int32(std::int64_t value) {
    return std::min<std::int64_t>(value, std::numeric_limits<std::int32_t>::max());
}

std::string_view number_of(TenantPlan plan) {
    constexpr std::string_view digits = "01234";
    return digits.substr(static_cast<std::size_t>(plan), 1);
}

void write(JsonWriter& w, const PlanLimit& limit) {
    w.begin_object();
    w.key("plan").raw(number_of(limit.plan));
    w.key("price_usd").raw(limit.price.to_text());
    w.key("price_usd_minimum").raw(limit.price_minimum.to_text());
    for (const WireField& field : fields) {
        w.key(field.name);
        if (field.is_flag) {
            auto flag = limit.flags.find(field.name);
            w.boolean(flag != limit.flags.end() && flag->second);
        } else {
            auto count = limit.counts.find(field.name);
            w.integer(count == limit.counts.end() ? 0 : as_int32(count->second));
        }
    }
    w.key("agents_included").integer(as_int32(limit.agents));
    w.key("free_trial_days").integer(limit.trial_days);
    w.end_object();
}

Result<Amount> in_usd(const Reader& reader, const catalog::Prices& prices) {
    constexpr Currency usd = "USD";
    if (prices.empty()) return Amount::zero(usd);
    return reader.catalog().price_in(prices, usd, Zone::utc().date_of(reader.now()));
}

// nullopt: the plan has no price in dollars and no rate leads there (T-034).
std::optional<PlanLimit> limit_of(const Reader& reader, const catalog::Plan& plan,
                                  const PlanVersion& version) {
    PlanLimit limit;
    limit.plan = tenant_plan_of(&plan);
    auto price = in_usd(reader, version.seats ? version.seats->per_seat : version.fee);
    auto minimum = in_usd(reader, version.seats ? version.seats->minimum : version.fee);
    if (!price || !minimum) return std::nullopt;
    limit.price = *price;
    limit.price_minimum = *minimum;
    for (const catalog::Entitlement& e : version.entitlements) {
        limit.counts[e.feature] = e.limit.value_or(unlimited);
        limit.flags[e.feature] = e.on;
    }
    limit.agents = version.seats ? version.seats->included : unlimited;
    limit.trial_days = version.trial_days;
    return limit;
}

std::vector<PlanLimit> plans_of(const Reader& reader, const catalog::Family& family) {
    std::vector<const catalog::Plan*> plans;
    for (const auto& [key, plan] : reader.catalog().plans.by_key())
        if (plan->head.family == family.key && !plan->head.archived &&
            plan->head.kind == catalog::PlanKind::regular &&
            tenant_plan_of(plan.get()) != TenantPlan::unknown)
            plans.push_back(plan.get());
    std::ranges::stable_sort(plans, {}, [](const auto* plan) { return plan->head.rank; });
    std::vector<PlanLimit> limits;
    for (const catalog::Plan* plan : plans)
        if (auto limit = limit_of(reader, *plan, plan->latest())) limits.push_back(*limit);
    return limits;
}

std::int64_t members_that_are(const AccountRecord& record, MemberStatus status) {
    return std::ranges::count(record.account.members, status, &accounts::Member::status);
}

// What the subscription costs a period; nothing where nothing is charged (T-042).
Amount charged_now(const Reader& reader, const AccountRecord& record,
                   const changes::Effective& effective) {
    const Amount nothing = Amount::zero("USD");
    if (effective.version == nullptr || effective.subscription == nullptr ||
        effective.subscription->status == subscriptions::Status::trialing)
        return nothing;
    auto fee = changes::fee_of(reader.world(record), *effective.version,
                               effective.subscription->quantity, reader.now());
    if (!fee) return nothing;
    return in_usd(reader, {{fee->currency(), *fee}}).value_or(nothing);
}

PlanLimit usage_of(const Reader& reader, const AccountRecord& record,
                   const changes::Effective& effective) {
    PlanLimit usage;
    usage.plan = tenant_plan_of(effective.plan);
    usage.price = charged_now(reader, record, effective);
    usage.price_minimum = usage.price;
    for (const engine::EntitlementView& view : reader.entitlements(record))
        usage.counts[view.feature] = view.used;
    for (const auto& [feature, count] : record.gauges) usage.counts[feature] = count;
    usage.agents = members_that_are(record, MemberStatus::active);
    return usage;
}

// T-037: the last trial of the family, running or over.
std::optional<Instant> trial_end_of(const AccountRecord& record, std::string_view family) {
    std::optional<Instant> end;
    for (const Subscription& s : record.subscriptions.items)
        if (s.family == family && s.trial_end) end = s.trial_end;
    return end;
}

void write_capped_amount(JsonWriter& w, const Reader& reader, const AccountRecord& record,
                         const changes::Effective& effective) {
    const accounts::Profile& profile = record.account.profile;
    Amount required = Amount::zero(profile.currency);
    if (effective.version != nullptr)
        required =
            changes::required_cap(reader.world(record), *effective.version).value_or(required);
    Amount cap = profile.cap.amount.value_or(Amount::zero(profile.currency));
    bool is_short = cap.currency() != required.currency() || cap < required;
    w.begin_object();
    w.key("is_shopify_payment").boolean(profile.cap.app_store);
    w.key("current_user_count").integer(members_that_are(record, MemberStatus::active));
    w.key("current_invite_count").integer(members_that_are(record, MemberStatus::invited));
    w.key("require_increase").boolean(profile.cap.app_store && is_short);
    w.key("minimum_required_cap").raw(required.to_text());
    w.key("current_cap").raw(cap.to_text());
    w.end_object();
}

void write_limits(JsonWriter& w, const Reader& reader, const AccountRecord& record) {
    using subscriptions::Status;
    const catalog::Family* family = tenant_family(reader.catalog());
    std::string_view key = family == nullptr ? std::string_view() : family->key;
    changes::Effective effective = changes::effective_plan(reader.world(record), key);
    const Subscription* base = record.subscriptions.base_of(key);
    w.begin_object();
    w.key("current_plan").raw(number_of(tenant_plan_of(effective.plan)));
    w.key("is_trial").boolean(base != nullptr && base->status == Status::trialing);
    w.key("trial_end_date");
    if (auto end = trial_end_of(record, key))
        w.string(end->to_text());
    else
        w.null();
    w.key("expired_trial").boolean(base != nullptr && base->status == Status::expired);
    w.key("capped_amount");
    write_capped_amount(w, reader, record, effective);
    w.key("plans").begin_array();
    if (family != nullptr)
        for (const PlanLimit& limit : plans_of(reader, *family)) write(w, limit);
    w.end_array();
    w.key("usage");
    write(w, usage_of(reader, record, effective));
    w.end_object();
}

}  // namespace

std::string plan_limits_to_wire(const Reader& reader, const AccountRecord& record) {
    std::string body;
    JsonWriter w(body);
    w.begin_object().key("data");
    write_limits(w, reader, record);
    w.key("success").boolean(true);
    w.key("errors").begin_array().end_array();
    w.end_object();
    return body;
}

}  // namespace rb::api::tenant
