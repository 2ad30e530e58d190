#include <algorithm>

#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

// The reply to a capture or a release: the entry that did it, and the balance after it.
engine::Render settled_render(AccountId account, HoldId hold) {
    return [account, hold](const engine::Reader& reader, const engine::Reply& reply) {
        return rendered(object_text(reader.catalog(), [&](Wire& w) {
            w.id("entry", std::get<EntryId>(reply));
            w.id("account", account);
            w.id("hold", hold);
            w.json().key("balance");
            write_balance(w, reader, *reader.account(account));
        }));
    };
}

}  // namespace

void list_holds(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Errors errors;
    Page page = read_page(Query(call.query, errors), errors);
    if (!errors.empty()) return call.refuse(errors);
    read_account(std::move(call), *account, accounts::Right::read_money,
                 [page](const engine::Reader& reader,
                        const engine::AccountRecord& record) -> Result<engine::Rendered> {
                     // Open holds stand by placing order, which is the order of their ids.
                     auto at = record.wallet.holds.begin();
                     const auto end = record.wallet.holds.end();
                     while (at != end && !page.after.empty() && at->id.to_text() <= page.after)
                         ++at;
                     const auto stop = at + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                                page.limit, static_cast<std::size_t>(end - at)));
                     const std::string next =
                         stop == end || stop == at ? "" : make_cursor((stop - 1)->id.to_text());
                     return rendered(list_text(reader.catalog(), next, [&](Wire& w) {
                         for (; at != stop; ++at) write_hold(w, *at);
                     }));
                 });
}

void place_hold(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    auto amount = f.money("amount", Need::required);
    auto reason = f.text("reason");
    auto expires_at = f.instant("expires_at");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto render = [account = *account](const engine::Reader& reader, const engine::Reply& reply) {
        engine::Rendered out = rendered("", 201);
        Wire w(out.body, reader.catalog());
        for (const ledger::Hold& hold : reader.account(account)->wallet.holds)
            if (hold.id == std::get<HoldId>(reply)) write_hold(w, hold);
        return out;
    };
    execute(std::move(call),
            {ledger::PlaceHold{*account, *amount, reason.value_or(""), expires_at}, {}, {}},
            std::move(render));
}

void capture_hold(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto hold = path_id<HoldId>(call, "hold", Fault::hold_is_unknown);
    if (!hold) return call.refuse(hold.error());
    Body body(call.request);
    auto amount = body.root().money("amount");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {ledger::CaptureHold{*account, *hold, amount}, {}, {}},
            settled_render(*account, *hold));
}

void release_hold(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto hold = path_id<HoldId>(call, "hold", Fault::hold_is_unknown);
    if (!hold) return call.refuse(hold.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {ledger::ReleaseHold{*account, *hold}, {}, {}},
            settled_render(*account, *hold));
}

}  // namespace rb::api::native
