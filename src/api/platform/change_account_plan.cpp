// Changes the plan of a type. To the engine a plan that is only the type's default is no
// subscription: leaving it is a start, leaving any other is a change. Which of the two it is is
// decided from the very state that the command then meets.
#include "api/platform/call.h"
#include "api/platform/faults.h"
#include "api/platform/to_wire.h"

namespace rb::api::platform {
namespace {

std::string result_body(const engine::AccountRecord& record) {
    std::string out;
    JsonWriter w(out);
    w.begin_object().key("result").integer(1).key("account_info");
    account_state_to_wire(w, record);
    w.end_object();
    return out;
}

// What the call asks for, once the account's state is known.
struct Wanted {
    std::string family;
    std::int64_t number = 0;

    Result<void> operator()(const engine::Reader& reader, engine::Command& command) const {
        auto& change = std::get<changes::Change>(command);
        // Before a word is said of any plan.
        auto may = reader.allowed(change.account, accounts::Right::change_plan);
        if (!may) return std::unexpected(may.error());
        const engine::AccountRecord* record = *may;
        const catalog::Plan* plan =
            number > 0 ? reader.catalog().plans.find_number(family, number) : nullptr;
        if (!plan || plan->head.archived || plan->head.kind != catalog::PlanKind::regular)
            return refuse(Fault::plan_is_unknown, {});
        // The engine would let an account subscribe to the default plan that it has anyway.
        for (const engine::FamilyView& view : reader.families(*record, "platform"))
            if (view.effective.plan->head.id == plan->head.id)
                return refuse(Fault::plan_is_current, {});
        change.ask.plan = plan->latest_ref();
        change.ask.skip_trial = true;
        if (const subscriptions::Subscription* base = record->subscriptions.base_of(family)) {
            change.ask.kind = changes::QuoteKind::change;
            change.ask.subscription = base->id;
        }
        return {};
    }
};

// By what is asked, not by how it was written: a repeated multipart body has another boundary.
std::optional<engine::IdempotencyKey> idempotency_of(const Call& call) {
    if (!call.idempotency_key) return std::nullopt;
    std::string asked = call.actor.account.to_text() + "\n" + call.arguments.canonical();
    return engine::IdempotencyKey{*call.idempotency_key, "platform ChangeAccountPlan",
                                  Sha256::of(asked)};
}

}  // namespace

void change_account_plan(Call call) {
    std::string type(call.arguments.text("plan_type"));
    if (type.empty())
        return call.respond(
            error_response({Code::required_is_empty, "The parameter 'plan_type' is missing."}));
    if (!family_of_type(*call.context.engine.catalog(), type))
        return call.respond(error_response({Code::plan_type_is_invalid, {}}));
    auto number = call.arguments.integer("plan_subscription_template_id", Code::plan_is_invalid);
    if (!number) return call.respond(error_response(number.error()));
    if (!*number)
        return answer_about_account(
            std::move(call), accounts::Right::read_money,
            [](const engine::Reader&, const engine::AccountRecord& record) -> Outcome<std::string> {
                return result_body(record);
            });

    AccountId account = call.actor.account;
    engine::Envelope envelope;
    envelope.caller = call.actor.caller;
    envelope.command = changes::Change{account, {}};
    envelope.idempotency = idempotency_of(call);
    envelope.prepare = Wanted{std::move(type), **number};
    envelope.door = engine::Door::platform;
    envelope.request_id = call.request_id;
    auto render = [account](const engine::Reader& reader, const engine::Reply&) {
        engine::Rendered rendered;
        rendered.body = result_body(*reader.account(account));
        return rendered;
    };
    call.context.engine.execute(
        std::move(envelope), std::move(render),
        answer(std::move(call.respond), std::move(call.request_id), refused));
}

}  // namespace rb::api::platform
