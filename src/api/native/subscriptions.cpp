#include <algorithm>

#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using accounts::Right;

Refusal unknown_subscription() {
    return {
        Fault::subscription_is_unknown, "/subscription", "there is no such subscription", {}, {}};
}

// What was done: the subscription as it stands, and the quote that was executed. Where that was
// done before, nothing was made now: 200, and `already_executed`.
engine::Render outcome_render(AccountId account, int status) {
    return [account, status](const engine::Reader& reader, const engine::Reply& reply) {
        const auto& outcome = std::get<changes::Outcome>(reply);
        const engine::AccountRecord& record = *reader.account(account);
        const bool is_told = outcome.done == changes::Doing::before;
        return rendered(object_text(reader.catalog(),
                                    [&](Wire& w) {
                                        w.json().key("subscription");
                                        const auto* s =
                                            record.subscriptions.find(outcome.subscription);
                                        write_subscription(w, reader, record, *s);
                                        w.json().key("quote");
                                        write_quote(w, reader, record, outcome.quote);
                                        if (is_told) w.boolean("already_executed", true);
                                    }),
                        is_told ? 200 : status);
    };
}

// Executes a quote of the account, when it is one of this subscription (nil: one of a start).
void execute_quote(Call&& call, const OfAccount& of, QuoteId quote, int status) {
    auto prepare = [of, quote](const engine::Reader& reader, engine::Command&) -> Result<void> {
        // Before a word is said of any quote.
        auto record = reader.allowed(of.account, Right::change_plan);
        if (!record) return std::unexpected(record.error());
        const auto& quotes = (*record)->quotes;
        auto found = std::ranges::find(quotes, quote, &changes::Quote::id);
        const changes::Quote* asked = found == quotes.end() ? nullptr : &*found;
        if (const auto* done = reader.executed_quote(**record, quote)) asked = &done->quote;
        // One that is unknown altogether is refused where it is decided.
        if (asked == nullptr || asked->ask.subscription.uuid == of.id) return {};
        return refuse(Fault::quote_is_unknown, "there is no such quote here", "/quote");
    };
    execute(std::move(call), {changes::ExecuteQuote{of.account, quote}, std::move(prepare), {}},
            outcome_render(of.account, status));
}

void change_now(Call&& call, AccountId account, AskBody body, int status) {
    auto prepare = [account, plan = body.plan](const engine::Reader& reader,
                                               engine::Command& c) -> Result<void> {
        auto record = reader.allowed(account, Right::change_plan);
        if (!record) return std::unexpected(record.error());
        if (plan.empty()) return {};
        auto ref = find_plan(reader, **record, plan);
        if (!ref) return std::unexpected(ref.error());
        std::get<changes::Change>(c).ask.plan = *ref;
        return {};
    };
    execute(std::move(call),
            {changes::Change{account, std::move(body.ask)}, std::move(prepare), {}},
            outcome_render(account, status));
}

}  // namespace

void start_subscription(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    AskBody ask = read_ask(body.root(), AskShape::start);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    if (ask.quote) return execute_quote(std::move(call), {*account, {}}, *ask.quote, 201);
    change_now(std::move(call), *account, std::move(ask), 201);
}

void list_subscriptions(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Errors errors;
    Page page = read_page(Query(call.query, errors), errors);
    if (!errors.empty()) return call.refuse(errors);
    read_account(std::move(call), *account, Right::read_account,
                 [page](const engine::Reader& reader,
                        const engine::AccountRecord& record) -> Result<engine::Rendered> {
                     const auto& items = record.subscriptions.items;
                     auto at = items.begin();
                     if (!page.after.empty()) {
                         at =
                             std::ranges::find_if(items, [&](const subscriptions::Subscription& s) {
                                 return s.id.to_text() == page.after;
                             });
                         if (at == items.end())
                             return refuse(Fault::field_is_invalid,
                                           "expected a next_cursor of the page before", "/cursor");
                         ++at;
                     }
                     const auto left = static_cast<std::size_t>(items.end() - at);
                     const auto stop = at + static_cast<std::ptrdiff_t>(std::min(page.limit, left));
                     const std::string next =
                         stop == items.end() ? "" : make_cursor((stop - 1)->id.to_text());
                     return rendered(list_text(reader.catalog(), next, [&](Wire& w) {
                         for (; at != stop; ++at) write_subscription(w, reader, record, *at);
                     }));
                 });
}

void list_available_plans(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Errors errors;
    std::string family = Query(call.query, errors).text("family").value_or("");
    if (!errors.empty()) return call.refuse(errors);
    // The plans of an agency may be megabytes: what is shown is kept, and written without the lock.
    auto of_engine = call.engine().catalog();
    auto read = [family, of_engine = std::move(of_engine)](
                    const engine::Reader& reader,
                    const engine::AccountRecord& record) -> Result<MakeBody> {
        auto offers = reader.offers(record, family);
        KeptPlans kept = keep_plans(reader, record, offers);
        return [catalog = keep_catalog(of_engine, reader), offers = std::move(offers),
                kept = std::move(kept)] {
            return list_text(*catalog, "", [&](Wire& w) {
                for (const auto& offer : offers) {
                    w.json().begin_object();
                    w.json().key("plan");
                    write_plan(w, *offer.plan, catalog->settings);
                    w.money("fee", offer.fee);
                    w.boolean("current", offer.current);
                    w.boolean("allowed", offer.allowed);
                    w.json().key("blockers");
                    write_blockers(w.json(), offer.blockers);
                    w.json().end_object();
                }
            });
        };
    };
    read_large(std::move(call), *account, Right::read_account, std::move(read));
}

void get_subscription(Call&& call) {
    auto of = path_subscription(call);
    if (!of) return call.refuse(of.error());
    read_account(std::move(call), of->account, Right::read_account,
                 [id = SubscriptionId{of->id}](
                     const engine::Reader& reader,
                     const engine::AccountRecord& record) -> Result<engine::Rendered> {
                     const auto* found = record.subscriptions.find(id);
                     if (!found) return std::unexpected(unknown_subscription());
                     engine::Rendered out;
                     Wire w(out.body, reader.catalog());
                     write_subscription(w, reader, record, *found);
                     return out;
                 });
}

void change_subscription(Call&& call) {
    auto of = path_subscription(call);
    if (!of) return call.refuse(of.error());
    Body body(call.request);
    AskBody ask = read_ask(body.root(), AskShape::change);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    if (ask.quote) return execute_quote(std::move(call), *of, *ask.quote, 200);
    ask.ask.subscription = SubscriptionId{of->id};
    change_now(std::move(call), of->account, std::move(ask), 200);
}

void cancel_subscription(Call&& call) {
    auto of = path_subscription(call);
    if (!of) return call.refuse(of.error());
    Body body(call.request);
    AskBody ask;
    ask.ask.kind = changes::QuoteKind::cancel;
    ask.ask.subscription = SubscriptionId{of->id};
    ask.ask.effective = body.root().enumeration<catalog::Effective>("effective");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    change_now(std::move(call), of->account, std::move(ask), 200);
}

void withdraw_pending_change(Call&& call) {
    auto of = path_subscription(call);
    if (!of) return call.refuse(of.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call),
            {changes::WithdrawPending{of->account, SubscriptionId{of->id}}, {}, {}},
            [account = of->account](const engine::Reader& reader, const engine::Reply& reply) {
                const engine::AccountRecord& record = *reader.account(account);
                engine::Rendered out;
                Wire w(out.body, reader.catalog());
                write_subscription(w, reader, record,
                                   *record.subscriptions.find(std::get<SubscriptionId>(reply)));
                return out;
            });
}

}  // namespace rb::api::native
