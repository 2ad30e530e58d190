// Gauges and entitlements: what exists, and what may.
#include <algorithm>
#include <map>

#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

void write_gauge(Wire& w, const std::string& feature, std::int64_t value,
                 const engine::EntitlementView* entitled) {
    auto limit = entitled ? entitled->limit : std::nullopt;
    w.json().begin_object();
    w.text("feature", feature);
    w.integer("value", value);
    w.integer("limit", limit);
    w.boolean("soft", entitled && entitled->soft);
    w.boolean("over_limit", limit && value > *limit);
    w.json().end_object();
}

const engine::EntitlementView* find_entitlement(const std::vector<engine::EntitlementView>& views,
                                                const std::string& feature) {
    auto at = std::ranges::find(views, feature, &engine::EntitlementView::feature);
    return at == views.end() ? nullptr : &*at;
}

}  // namespace

void list_gauges(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    read_account(std::move(call), *account, accounts::Right::read_usage,
                 [](const engine::Reader& reader, const engine::AccountRecord& record) {
                     auto entitled = reader.entitlements(record);
                     // What is limited shows at zero too.
                     std::map<std::string, std::int64_t> values = record.gauges;
                     for (const auto& view : entitled)
                         if (view.kind == catalog::FeatureKind::limit)
                             values.try_emplace(view.feature);
                     return rendered(list_text(reader.catalog(), "", [&](Wire& w) {
                         for (const auto& [feature, value] : values)
                             write_gauge(w, feature, value, find_entitlement(entitled, feature));
                     }));
                 });
}

void set_gauge(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    std::string feature(call.request.path_parameter("feature"));
    Body body(call.request);
    auto value = body.root().integer("value");
    auto difference = body.root().integer("difference");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto render = [account = *account, feature](const engine::Reader& reader,
                                                const engine::Reply& reply) {
        auto entitled = reader.entitlements(*reader.account(account));
        engine::Rendered out;
        Wire w(out.body, reader.catalog());
        write_gauge(w, feature, std::get<engine::GaugeValue>(reply).value,
                    find_entitlement(entitled, feature));
        return out;
    };
    execute(std::move(call), {metering::SetGauge{*account, feature, value, difference}, {}, {}},
            std::move(render));
}

void list_entitlements(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    read_account(std::move(call), *account, accounts::Right::read_usage,
                 [](const engine::Reader& reader, const engine::AccountRecord& record) {
                     auto entitled = reader.entitlements(record);
                     return rendered(list_text(reader.catalog(), "", [&](Wire& w) {
                         for (const auto& view : entitled) write_entitlement(w, view);
                     }));
                 });
}

}  // namespace rb::api::native
