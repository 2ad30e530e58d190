// Plans as an account sees them: the platform's, then those of the agencies above it.
#include <algorithm>
#include <map>

#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using PlanPtr = std::shared_ptr<const catalog::Plan>;
using Plans = std::map<std::string, PlanPtr>;  // by key and id: the order of a list

// What is archived or hidden is its seller's own business.
bool is_visible(const accounts::Caller& caller, const catalog::Plan& plan) {
    const AccountId owner = plan.head.owner;
    const bool is_own = !owner.is_nil() && owner == caller.account;
    return caller.is_platform() || is_own ||
           (!plan.head.archived && plan.head.kind != catalog::PlanKind::hidden);
}

struct Wanted {
    accounts::Caller caller;
    std::string family;
    Page page;
};

std::string plans_text(const catalog::Catalog& catalog, const KeptPlans& owned,
                       const Wanted& wanted) {
    Plans plans;
    auto add = [&](const PlanPtr& plan) {
        if (is_visible(wanted.caller, *plan) &&
            (wanted.family.empty() || plan->head.family == wanted.family))
            plans[plan->head.key + " " + plan->head.id.to_text()] = plan;
    };
    for (const auto& [key, plan] : catalog.plans.by_key()) add(plan);
    for (const PlanPtr& plan : owned) add(plan);
    auto at = plans.upper_bound(wanted.page.after);
    std::string last;
    std::vector<PlanPtr> shown;
    for (; at != plans.end() && shown.size() < wanted.page.limit; ++at) {
        shown.push_back(at->second);
        last = at->first;
    }
    const std::string next = at == plans.end() ? "" : make_cursor(last);
    return list_text(catalog, next, [&](Wire& w) {
        for (const PlanPtr& plan : shown) write_plan(w, *plan, catalog.settings);
    });
}

// Whose eyes: ?account=, else the caller's own account, else (nil) the platform's.
Result<AccountId> viewer(const Call& call, const Query& query) {
    if (auto account = query.text("account")) return find_account(call, *account);
    return call.caller.account;
}

// A read as the viewer; `read` gets nullptr for the platform itself.
using ReadPlans = std::move_only_function<Result<engine::Rendered>(const engine::Reader&,
                                                                   const engine::AccountRecord*)>;
void read_as(Call&& call, AccountId viewer, ReadPlans read) {
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    engine.read(
        viewer, caller,
        [viewer,
         read = std::move(read)](const engine::Reader& reader) mutable -> Result<engine::Rendered> {
            if (viewer.is_nil()) return read(reader, nullptr);
            auto record = reader.allowed(viewer, accounts::Right::read_account);
            if (!record) return std::unexpected(record.error());
            return read(reader, *record);
        },
        std::move(call).done());
}

}  // namespace

void list_plans(Call&& call) {
    Errors errors;
    Query query(call.query, errors);
    Page page = read_page(query, errors);
    std::string family = query.text("family").value_or("");
    if (!errors.empty()) return call.refuse(errors);
    auto account = viewer(call, query);
    if (!account) return call.refuse(account.error());
    Wanted wanted{call.caller, std::move(family), std::move(page)};
    auto of_engine = call.engine().catalog();
    if (account->is_nil()) {
        engine::Engine& engine = call.engine();
        return engine.read(
            {}, wanted.caller, [](const engine::Reader&) { return engine::Rendered{}; },
            [wanted, of_engine,
             done = std::move(call).done()](Result<engine::Rendered>&& seen) mutable {
                if (seen) seen->body = plans_text(*of_engine, {}, wanted);
                done(std::move(seen));
            });
    }
    auto read = [wanted = std::move(wanted), of_engine = std::move(of_engine)](
                    const engine::Reader& reader,
                    const engine::AccountRecord& record) -> Result<MakeBody> {
        KeptPlans owned;
        auto keep = [&owned](const catalog::PlanTable& table) {
            for (const auto& [key, plan] : table.by_key()) owned.push_back(plan);
        };
        if (record.owned_plans) keep(*record.owned_plans);
        for (const catalog::PlanTable* table : reader.world(record).owned_plans) keep(*table);
        return [catalog = keep_catalog(of_engine, reader), owned = std::move(owned), wanted] {
            return plans_text(*catalog, owned, wanted);
        };
    };
    read_large(std::move(call), *account, accounts::Right::read_account, std::move(read));
}

void get_plan(Call&& call) {
    Errors errors;
    Query query(call.query, errors);
    auto account = viewer(call, query);
    if (!errors.empty()) return call.refuse(errors);
    if (!account) return call.refuse(account.error());
    std::string name(call.request.path_parameter("plan"));
    read_as(std::move(call), *account,
            [name](const engine::Reader& reader,
                   const engine::AccountRecord* record) -> Result<engine::Rendered> {
                const catalog::Plan* plan = nullptr;
                if (auto id = PlanId::parse(name))
                    plan = record ? reader.plan(*record, *id) : reader.catalog().plans.find(*id);
                if (!plan)
                    plan =
                        record ? reader.plan(*record, name) : reader.catalog().plans.find_key(name);
                if (!plan || !is_visible(reader.caller(), *plan))
                    return refuse(Fault::plan_is_unknown, "there is no such plan", "/plan");
                std::string body;
                Wire w(body, reader.catalog());
                write_plan(w, *plan, reader.catalog().settings);
                return rendered(std::move(body));
            });
}

}  // namespace rb::api::native
