#include <algorithm>

#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

// Quotes what the body asks for; the plan is looked up in the state that the quote is priced on.
void make_quote(Call&& call, AccountId account, AskBody body) {
    auto prepare = [account, plan = body.plan](const engine::Reader& reader,
                                               engine::Command& c) -> Result<void> {
        // Before a word is said of any plan.
        auto record = reader.allowed(account, accounts::Right::quote);
        if (!record) return std::unexpected(record.error());
        if (plan.empty()) return {};
        auto ref = find_plan(reader, **record, plan);
        if (!ref) return std::unexpected(ref.error());
        std::get<changes::MakeQuote>(c).ask.plan = *ref;
        return {};
    };
    auto render = [account](const engine::Reader& reader, const engine::Reply& reply) {
        engine::Rendered out = rendered("", 201);
        Wire w(out.body, reader.catalog());
        write_quote(w, reader, *reader.account(account), std::get<changes::Quote>(reply));
        return out;
    };
    execute(std::move(call),
            {changes::MakeQuote{account, std::move(body.ask)}, std::move(prepare), {}},
            std::move(render));
}

}  // namespace

void quote_start(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    AskBody ask = read_ask(body.root(), AskShape::start_quote);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    make_quote(std::move(call), *account, std::move(ask));
}

void quote_change(Call&& call) {
    auto subscription = path_subscription(call);
    if (!subscription) return call.refuse(subscription.error());
    Body body(call.request);
    AskBody ask = read_ask(body.root(), AskShape::change_quote);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    ask.ask.subscription = SubscriptionId{subscription->id};
    make_quote(std::move(call), subscription->account, std::move(ask));
}

void get_quote(Call&& call) {
    auto quote = path_quote(call);
    if (!quote) return call.refuse(quote.error());
    read_account(
        std::move(call), quote->account, accounts::Right::read_money,
        [id = QuoteId{quote->id}](const engine::Reader& reader,
                                  const engine::AccountRecord& record) -> Result<engine::Rendered> {
            auto found = std::ranges::find(record.quotes, id, &changes::Quote::id);
            if (found == record.quotes.end())
                return refuse(Fault::quote_is_unknown, "there is no such quote", "/quote");
            engine::Rendered out;
            Wire w(out.body, reader.catalog());
            write_quote(w, reader, record, *found);
            return out;
        });
}

}  // namespace rb::api::native
