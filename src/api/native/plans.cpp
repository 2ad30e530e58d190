// Plans as an account sees them: the platform's, then those of the agencies above it.
#include <algorithm>
#include <map>

#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using Plans = std::map<std::string, const catalog::Plan*>;  // by key and id: the order of a list

// What is archived or hidden is its seller's own business.
bool is_visible(const engine::Reader& reader, const catalog::Plan& plan) {
    const AccountId owner = plan.head.owner;
    const bool is_own = !owner.is_nil() && owner == reader.caller().account;
    return reader.caller().is_platform() || is_own ||
           (!plan.head.archived && plan.head.kind != catalog::PlanKind::hidden);
}

void gather(const engine::Reader& reader, const catalog::PlanTable& table, std::string_view family,
            Plans& out) {
    for (const auto& [key, plan] : table.by_key())
        if (is_visible(reader, *plan) && (family.empty() || plan->head.family == family))
            out[key + " " + plan->head.id.to_text()] = plan.get();
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
    read_as(std::move(call), *account,
            [page, family](const engine::Reader& reader,
                           const engine::AccountRecord* record) -> Result<engine::Rendered> {
                Plans plans;
                gather(reader, reader.catalog().plans, family, plans);
                if (record) {
                    if (record->owned_plans) gather(reader, *record->owned_plans, family, plans);
                    for (const catalog::PlanTable* table : reader.world(*record).owned_plans)
                        gather(reader, *table, family, plans);
                }
                auto at = plans.upper_bound(page.after);
                std::string last;
                std::vector<const catalog::Plan*> shown;
                for (; at != plans.end() && shown.size() < page.limit; ++at) {
                    shown.push_back(at->second);
                    last = at->first;
                }
                const std::string next = at == plans.end() ? "" : make_cursor(last);
                return rendered(list_text(reader.catalog(), next, [&](Wire& w) {
                    for (const catalog::Plan* plan : shown)
                        write_plan(w, *plan, reader.catalog().settings);
                }));
            });
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
                if (!plan || !is_visible(reader, *plan))
                    return refuse(Fault::plan_is_unknown, "there is no such plan", "/plan");
                std::string body;
                Wire w(body, reader.catalog());
                write_plan(w, *plan, reader.catalog().settings);
                return rendered(std::move(body));
            });
}

}  // namespace rb::api::native
