#include <algorithm>
#include <memory>
#include <utility>

#include "api/agency/authority.h"
#include "api/agency/operations.h"
#include "api/agency/to_wire.h"

namespace rb::api::agency {

namespace {

using PlanPtr = std::shared_ptr<const catalog::Plan>;

// oldest first; archived ones are left out.
std::vector<PlanPtr> plans_of(const engine::AccountRecord& record) {
    std::vector<PlanPtr> plans;
    if (record.owned_plans == nullptr) return plans;
    for (const auto& [key, plan] : record.owned_plans->by_key())
        if (!plan->head.archived) plans.push_back(plan);
    std::ranges::sort(plans, {}, [](const PlanPtr& plan) {
        return std::pair(plan->versions.front().published_at, plan->head.id);
    });
    return plans;
}

// What a page shows, kept beyond the lock under which it was read: written it may be megabytes.
struct Kept {
    std::vector<PlanPtr> plans;
    std::vector<PlanView> items;
    std::int64_t total = 0;
};

Kept page_of(const engine::Reader& reader, const engine::AccountRecord& record, Page page) {
    Kept kept;
    auto plans = plans_of(record);
    kept.total = static_cast<std::int64_t>(plans.size());
    if (page.page > (kept.total + page.size - 1) / page.size) return kept;
    std::int64_t from = (page.page - 1) * page.size;
    std::int64_t until = std::min(from + page.size, kept.total);
    auto subscribers = reader.subscribers(record.account.id);
    for (std::int64_t i = from; i < until; ++i) {
        PlanPtr& plan = plans[static_cast<std::size_t>(i)];
        kept.items.push_back({plan.get(), subscribers[plan->head.id]});
        kept.plans.push_back(std::move(plan));
    }
    return kept;
}

}  // namespace

void list_billing_plans(Call&& call) {
    std::vector<FieldFault> faults;
    auto path_id = path_uuid(call.request, "agency_id", faults);
    Page page = page_from_wire(call.request, faults);
    if (!faults.empty()) return call.respond(validation_response(faults));
    AccountId agency{*path_id};
    if (!has_authority(call.context, call.caller, agency))
        return call.respond(detail_response(404, "Agency not found"));

    auto kept = std::make_shared<Kept>();
    auto read = [agency, page, kept](const engine::Reader& reader) -> Result<engine::Rendered> {
        auto record = reader.allowed(agency, accounts::Right::read_account);
        if (!record) return std::unexpected(record.error());
        *kept = page_of(reader, **record, page);
        return engine::Rendered{};
    };
    auto done = answer(std::move(call.respond), call.request.request_id, refusal_response);
    call.context.engine.read(
        agency, call.caller, std::move(read),
        [kept, page, done = std::move(done)](Result<engine::Rendered>&& seen) mutable {
            if (seen) seen->body = billing_plans_to_wire(kept->items, kept->total, page);
            done(std::move(seen));
        });
}

}  // namespace rb::api::agency
