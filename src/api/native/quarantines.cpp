// What is held back after a broken invariant, and serving it again: the platform's.
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

bool is_refused(Call& call, accounts::Right right) {
    auto ok = engine::Engine::may_overall(call.caller, right);
    if (!ok) call.refuse(ok.error());
    return !ok;
}

}  // namespace

void list_quarantines(Call&& call) {
    if (is_refused(call, accounts::Right::read_platform)) return;
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
    if (is_refused(call, accounts::Right::run_platform)) return;
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    const engine::Actor actor{caller.person, engine::Door::native, call.request.request_id};
    engine.release_quarantine(caller, actor, *account,
                              [done = std::move(call).done()](Result<void> released) mutable {
                                  if (!released) return done(std::unexpected(released.error()));
                                  done(rendered("", 204));
                              });
}

}  // namespace rb::api::native
