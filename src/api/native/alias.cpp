// A name that is unique everywhere, which the platform grants beside an account's own.
#include "api/native/fields.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

void set_alias(Call&& call, AccountId account, std::string alias) {
    // Rendered where aliases are kept: the account itself is not at hand there.
    auto render = [account, alias](const engine::Reader& reader, const engine::Reply&) {
        return rendered(object_text(reader.catalog(), [&](Wire& w) {
            w.id("account", account);
            w.text_or_null("alias", alias);
        }));
    };
    execute(std::move(call), {accounts::GrantAlias{account, alias}, {}, {}}, std::move(render));
}

}  // namespace

void put_alias(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    std::string alias = f.text("alias", Need::required).value_or("");
    if (f.has("alias") && alias.empty())
        f.invalid("alias", "expected 2 to 40 of a to z, 0 to 9 and hyphen");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    set_alias(std::move(call), *account, std::move(alias));
}

void remove_alias(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    set_alias(std::move(call), *account, {});
}

}  // namespace rb::api::native
