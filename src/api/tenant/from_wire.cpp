#include "api/tenant/from_wire.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::api::tenant {

namespace {

constexpr int cap_scale_max = 6;

std::string missing() { return std::string(enum_text(Fault::field_is_missing)); }
std::string invalid() { return std::string(enum_text(Fault::field_is_invalid)); }

std::optional<TenantPlan> plan_from_wire(const Json& value) {
    if (value.is_string()) {
        std::string text = to_lower(value.as_string());
        for (std::size_t i = 0; i < enum_names(TenantPlan{}).size(); ++i)
            if (to_lower(enum_names(TenantPlan{})[i]) == text) return static_cast<TenantPlan>(i);
        return std::nullopt;
    }
    if (!value.is_number()) return std::nullopt;
    auto number = Decimal::parse_json_number(value.number_text());
    if (!number || !number->is_whole() || number->is_negative()) return std::nullopt;
    if (number->units() >= static_cast<int128>(enum_names(TenantPlan{}).size()))
        return std::nullopt;
    return static_cast<TenantPlan>(number->units());
}

void read_plan(const Json& body, ChangePlanInput& input, std::vector<WireError>& errors) {
    const Json* value = body.find("plan");
    if (value == nullptr || value->is_null()) {
        errors.push_back({missing(), "plan", "expected a plan: FREE, SMALL, MEDIUM or LARGE"});
        return;
    }
    auto plan = plan_from_wire(*value);
    if (!plan || *plan == TenantPlan::unknown)
        errors.push_back(
            {invalid(), "plan", "expected FREE, SMALL, MEDIUM or LARGE, or its number 1 to 4"});
    else
        input.plan = *plan;
}

void read_cap(const Json& body, ChangePlanInput& input, std::vector<WireError>& errors) {
    const Json* value = body.find("capped_amount");
    if (value == nullptr || value->is_null()) return;
    if (!value->is_number()) {
        errors.push_back({invalid(), "capped_amount", "expected a number"});
        return;
    }
    auto cap = Decimal::parse_json_number(value->number_text());
    constexpr Decimal most = limits::amount_micros_max / Amount::micros_per_major;
    if (!cap || cap->scale() > cap_scale_max || cap->is_negative() || *cap > most)
        errors.push_back({invalid(), "capped_amount",
                          "expected an amount from 0 to 1000000000000 with at most 6 digits after "
                          "the point"});
    else if (!cap->is_zero())
        input.capped_amount = *cap;
}

std::int64_t seats_of(const accounts::Account& account) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(account.members.size()));
}

}  // namespace

std::expected<ChangePlanInput, std::vector<WireError>> change_plan_from_wire(
    std::string_view body) {
    auto json = Json::parse(body);
    if (!json) return std::unexpected(std::vector<WireError>{{invalid(), {}, json.error()}});
    if (!json->is_object())
        return std::unexpected(
            std::vector<WireError>{{invalid(), {}, "expected an object with the field plan"}});
    ChangePlanInput input;
    std::vector<WireError> errors;
    read_plan(*json, input, errors);
    read_cap(*json, input, errors);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return input;
}

Result<changes::Ask> ask_of(const engine::Reader& reader, AccountId tenant,
                            const ChangePlanInput& input) {
    const engine::AccountRecord* record = reader.account(tenant);
    if (record == nullptr)
        return refuse(Fault::account_is_unknown, "there is no such tenant for this key");
    const catalog::Family* family = tenant_family(reader.catalog());
    const catalog::Plan* plan = family == nullptr
                                    ? nullptr
                                    : reader.catalog().plans.find_number(
                                          family->key, static_cast<std::int64_t>(input.plan));
    if (plan == nullptr || plan->head.archived)
        return refuse(Fault::plan_is_unknown,
                      "the plan " + std::string(enum_text(input.plan)) + " is not offered here",
                      "/plan");

    changes::Ask ask;
    ask.plan.plan = plan->head.id;
    if (input.capped_amount) {
        auto cap = Amount::parse(input.capped_amount->to_text(), record->account.profile.currency);
        if (!cap) return refuse(Fault::field_is_invalid, cap.error(), "/cap");
        ask.cap = *cap;
    }
    const subscriptions::Subscription* base = record->subscriptions.base_of(family->key);
    if (base == nullptr) {
        // Buying what applies anyway would only use up the way by which a trial begins.
        if (changes::effective_plan(reader.world(*record), family->key).plan == plan)
            return refuse(Fault::plan_is_current, "the tenant is on this plan already", "/plan");
        ask.kind = changes::QuoteKind::start;
        return ask;
    }
    ask.kind = changes::QuoteKind::change;
    ask.subscription = base->id;
    bool stays = base->plan.plan == plan->head.id && base->status != subscriptions::Status::expired;
    if (stays && plan->find(base->plan.version)->seats) ask.quantity = seats_of(record->account);
    return ask;
}

}  // namespace rb::api::tenant
