#include "api/platform/call.h"

#include <algorithm>

#include "api/platform/faults.h"

namespace rb::api::platform {

void Call::refuse(const Refusal& refusal) { respond(refused(refusal, request_id)); }

void answer_about_account(Call call, accounts::Right right, AccountBody body) {
    AccountId account = call.actor.account;
    auto read = [account, right, body = std::move(body)](
                    const engine::Reader& reader) mutable -> Result<engine::Rendered> {
        auto allowed = reader.allowed(account, right);
        if (!allowed) return std::unexpected(allowed.error());
        const engine::AccountRecord* record = *allowed;
        engine::Rendered rendered;
        if (record->account.status == accounts::Status::closed) {
            rendered.body = error_body({Code::account_is_not_active, {}});
            return rendered;
        }
        auto text = body(reader, *record);
        rendered.body = text ? std::move(*text) : error_body(text.error());
        return rendered;
    };
    call.context.engine.read(account, call.actor.caller, std::move(read),
                             answer(std::move(call.respond), std::move(call.request_id), refused));
}

const catalog::Family* family_of_type(const catalog::Catalog& catalog, std::string_view type) {
    const catalog::Family* family = catalog.family(type);
    return family && family->surface == "platform" ? family : nullptr;
}

Outcome<PlanFilter> PlanFilter::of(const Arguments& arguments, const catalog::Catalog& catalog) {
    PlanFilter filter;
    filter.types = arguments.texts("plan_type");
    if (filter.types)
        for (const std::string& type : *filter.types)
            if (!family_of_type(catalog, type)) return fail(Code::plan_type_is_invalid);
    auto numbers = arguments.integers("plan_subscription_template_id", Code::plan_is_invalid);
    if (!numbers) return std::unexpected(numbers.error());
    filter.numbers = std::move(*numbers);
    return filter;
}

bool PlanFilter::takes_type(const std::string& family) const {
    return !types || std::ranges::find(*types, family) != types->end();
}

bool PlanFilter::takes(const catalog::PlanHead& head) const {
    if (head.number == 0 || !takes_type(head.family)) return false;
    return !numbers || std::ranges::find(*numbers, head.number) != numbers->end();
}

}  // namespace rb::api::platform
