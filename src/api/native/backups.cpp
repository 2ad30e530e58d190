#include "api/native/backups.h"

#include <memory>

#include "api/native/fields.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

constexpr std::size_t name_chars_max = 64;

bool is_name(std::string_view text) {
    const bool is_sound = !text.empty() && text.size() <= name_chars_max && text.front() != '-';
    return is_sound && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") ==
                           std::string_view::npos;
}

void write_backup(Wire& w, const BackupMade& made) {
    w.json().begin_object();
    w.text("name", made.name);
    w.instant("at", made.at);
    w.text("position", made.position);
    w.integer("batches", static_cast<std::int64_t>(made.batches));
    w.integer("bytes", static_cast<std::int64_t>(made.bytes));
    w.json().end_object();
}

// False: the call was answered.
bool may(Call& call, accounts::Right right, const Backups* backups) {
    auto principal = bearer_principal(call.context, call.request);
    if (principal) call.caller = principal->caller;
    auto ok = principal ? engine::Engine::may_overall(call.caller, right)
                        : Result<void>(std::unexpected(principal.error()));
    if (ok && backups == nullptr)
        ok = refuse(Fault::field_is_invalid,
                    "this server has no place for backups: start it with --backups DIR");
    if (!ok) call.refuse(ok.error());
    return ok.has_value();
}

void make(Call&& call, Backups* backups) {
    if (!may(call, accounts::Right::run_platform, backups)) return;
    Body body(call.request);
    const std::string name = body.root().text("name", Need::required).value_or("");
    if (!name.empty() && !is_name(name))
        body.root().invalid("name", "expected 1 to 64 of a-z, 0-9, '-' and '_'");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto shared = std::make_shared<Call>(std::move(call));
    backups->make(name, [shared](Result<BackupMade>&& made) {
        if (!made) return shared->refuse(made.error());
        std::string text;
        Wire w(text, *shared->engine().catalog());
        write_backup(w, *made);
        shared->send(http::Response::json(201, std::move(text)));
    });
}

void list(Call&& call, Backups* backups) {
    if (!may(call, accounts::Right::read_platform, backups)) return;
    auto all = backups->list();
    if (!all) return call.refuse(all.error());
    call.send(http::Response::json(200, list_text(*call.engine().catalog(), "", [&](Wire& w) {
                                       for (const BackupMade& made : *all) write_backup(w, made);
                                   })));
}

}  // namespace

void add_backup_routes(http::Router& router, const Context& context, Backups* backups) {
    struct Way {
        http::Method method;
        void (*run)(Call&& call, Backups* backups);
    };
    for (const Way& way : {Way{http::Method::post, make}, Way{http::Method::get, list}})
        router.add(
            way.method, "/v1/backups",
            [&context, backups, run = way.run](http::Request&& request, http::Respond respond) {
                http::Respond own = [inner =
                                         std::move(respond)](http::Response&& response) mutable {
                    inner(std::move(response.with("Cache-Control", "no-store")));
                };
                run(Call{context, std::move(request), std::move(own), {}, {}}, backups);
            });
}

}  // namespace rb::api::native
