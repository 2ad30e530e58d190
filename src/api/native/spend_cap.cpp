// The most that usage may cost an account in a window, and how it stands.
#include "api/native/fields.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

std::string budget_text(const engine::Reader& reader, const engine::AccountRecord& record) {
    const auto budget = reader.budget(record);
    auto money = [&](std::int64_t micros) -> std::optional<Amount> {
        if (!budget) return std::nullopt;
        return Amount::of_micros(micros, record.account.profile.currency);
    };
    return object_text(reader.catalog(), [&](Wire& w) {
        w.id("account", record.account.id);
        w.money("amount", money(budget ? budget->cap : 0));
        w.text_or_null("window",
                       budget ? enum_text(record.account.spend_cap->window) : std::string_view());
        w.money("spent", money(budget ? budget->spent : 0));
        w.money("held", money(budget ? budget->held : 0));
        w.money("remaining", money(budget ? std::max<std::int64_t>(0, budget->left()) : 0));
        const bool ends = budget && budget->span.end.us < Instant::us_max;
        w.instant("resets_at", ends ? std::optional(budget->span.end) : std::nullopt);
    });
}

engine::Render budget_render(AccountId account) {
    return [account](const engine::Reader& reader, const engine::Reply&) {
        return rendered(budget_text(reader, *reader.account(account)));
    };
}

}  // namespace

void get_spend_cap(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    read_account(std::move(call), *account, accounts::Right::read_money,
                 [](const engine::Reader& reader, const engine::AccountRecord& record) {
                     return rendered(budget_text(reader, record));
                 });
}

void put_spend_cap(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    auto amount = f.money("amount", Need::required);
    auto window = f.enumeration<accounts::SpendWindow>("window");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    accounts::SpendCap cap{*amount, window.value_or(accounts::SpendWindow::calendar_month)};
    execute(std::move(call), {accounts::SetSpendCap{*account, cap}, {}, {}},
            budget_render(*account));
}

void remove_spend_cap(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {accounts::SetSpendCap{*account, std::nullopt}, {}, {}},
            budget_render(*account));
}

}  // namespace rb::api::native
