// What is held back after a broken invariant, and serving it again: the platform's.
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

bool refuse_tenants(Call& call) {
    if (call.caller.is_platform()) return false;
    call.refuse({Fault::role_is_too_low, {}, "only the platform itself can do this", {}, {}});
    return true;
}

}  // namespace

void list_quarantines(Call&& call) {
    if (refuse_tenants(call)) return;
    engine::Engine& engine = call.engine();
    auto body = list_text(*engine.catalog(), "", [&](Wire& w) {
        for (const engine::Quarantine& quarantine : engine.quarantines()) {
            w.json().begin_object();
            w.id("account", quarantine.root);
            w.instant("since", quarantine.at);
            w.text("rule", quarantine.rule);
            w.text("place", quarantine.place);
            w.text("command", quarantine.command);
            w.id("about", quarantine.about);
            w.json().end_object();
        }
    });
    call.send(http::Response::json(200, std::move(body)));
}

void release_quarantine(Call&& call) {
    if (refuse_tenants(call)) return;
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    engine.release_quarantine(caller, *account,
                              [done = std::move(call).done()](Result<void> released) mutable {
                                  if (!released) return done(std::unexpected(released.error()));
                                  done(rendered("", 204));
                              });
}

}  // namespace rb::api::native
