#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"
#include "base/text.h"

namespace rb::api::native {

namespace {

using accounts::Right;

// The reply of a posting: its entry, what the caller said, and the balance after it.
template <class Write>
engine::Rendered posted(const engine::Reader& reader, AccountId account, EntryId entry, int status,
                        Write write) {
    const engine::AccountRecord& record = *reader.account(account);
    return rendered(object_text(reader.catalog(),
                                [&](Wire& w) {
                                    w.id("entry", entry);
                                    w.id("account", account);
                                    write(w);
                                    w.json().key("balance");
                                    write_balance(w, reader, record);
                                }),
                    status);
}

// Of a payment or payout: 201, or 200 and `already_recorded` for one that stood in the ledger
// before under its reference.
template <class Command>
engine::Rendered recorded(const engine::Reader& reader, const Command& command,
                          const engine::Reply& reply) {
    const auto* before = std::get_if<engine::RecordedBefore>(&reply);
    const EntryId entry = before ? before->entry : std::get<EntryId>(reply);
    return posted(reader, command.account, entry, before ? 200 : 201, [&](Wire& w) {
        w.money("amount", command.amount);
        w.text_or_null("reference", command.reference);
        if (!command.provider.empty()) w.text("provider", command.provider);
        if (before) w.boolean("already_recorded", true);
    });
}

// The balance at a past instant: sums over the journal's postings up to it.
void send_past_balance(Call&& call, AccountId account, Instant at) {
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    auto shared = std::make_shared<Call>(std::move(call));
    auto currency = std::make_shared<Currency>();
    auto sums = [shared, currency, account, at](Result<engine::BucketSums>&& found) {
        if (!found) return shared->refuse(found.error());
        auto sum = [&](ledger::Bucket bucket) {
            auto it = found->find(bucket);
            return it == found->end() ? Amount::zero(*currency) : it->second;
        };
        auto body = object_text(*shared->engine().catalog(), [&](Wire& w) {
            w.id("account", account);
            w.instant("at", at);
            w.money("available", sum(ledger::Bucket::available));
            w.money("held", sum(ledger::Bucket::held));
            w.money("receivable", -sum(ledger::Bucket::receivable));
            w.money("grants", sum(ledger::Bucket::grants));
            for (const char* name : {"credit_limit", "spendable", "accrued",
                                     "accrued_in_other_currencies", "credit_grants"})
                w.text_or_null(name, "");
        });
        shared->send(http::Response::json(200, std::move(body)));
    };
    engine.read(
        account, caller,
        [account, at, currency](const engine::Reader& reader) -> Result<engine::Rendered> {
            auto record = reader.allowed(account, Right::read_money);
            if (!record) return std::unexpected(record.error());
            if (at > reader.now())
                return refuse(Fault::field_is_invalid,
                              "expected an instant that is not after " + reader.now().to_text() +
                                  ", the account's present",
                              "/at");
            *currency = (*record)->account.profile.currency;
            return engine::Rendered{};
        },
        [&engine, caller, account, at, shared, sums](Result<engine::Rendered>&& seen) {
            if (!seen) return shared->refuse(seen.error());
            engine.balance_at(caller, account, at, sums);
        });
}

}  // namespace

void record_payment(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    auto amount = body.root().money("amount", Need::required);
    auto reference = body.root().text("reference");
    auto provider = body.root().text("provider");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    ledger::RecordPayment command{*account, *amount, reference.value_or(""), provider.value_or("")};
    auto render = [command](const engine::Reader& reader, const engine::Reply& reply) {
        return recorded(reader, command, reply);
    };
    execute(std::move(call), {command, {}, {}}, std::move(render));
}

void record_payout(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    ledger::PayOut command;
    command.account = *account;
    command.amount = f.money("amount", Need::required).value_or(Amount{});
    command.reference = f.text("reference", Need::required).value_or("");
    command.provider = f.text("provider").value_or("");
    command.reason = f.text("reason").value_or("");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto render = [command](const engine::Reader& reader, const engine::Reply& reply) {
        return recorded(reader, command, reply);
    };
    execute(std::move(call), {command, {}, {}}, std::move(render));
}

void grant_credit(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    ledger::GrantCredit command;
    command.account = *account;
    command.kind =
        f.enumeration<ledger::GrantKind>("kind").value_or(ledger::GrantKind::promotional);
    command.amount = f.money("amount", Need::required).value_or(Amount{});
    constexpr std::int64_t priority_max = 1'000'000;
    const std::int64_t priority = f.integer("priority").value_or(0);
    if (priority < -priority_max || priority > priority_max)
        f.invalid("priority", "expected a whole number between -1000000 and 1000000");
    command.priority = static_cast<std::int32_t>(priority);
    command.expires_at = f.instant("expires_at");
    command.reason = f.text("reason").value_or("");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    auto render = [account = *account](const engine::Reader& reader, const engine::Reply& reply) {
        engine::Rendered out = rendered("", 201);
        Wire w(out.body, reader.catalog());
        for (const ledger::Grant& grant : reader.account(account)->wallet.grants)
            if (grant.id == std::get<GrantId>(reply)) write_grant(w, grant);
        return out;
    };
    execute(std::move(call), {std::move(command), {}, {}}, std::move(render));
}

void get_balance(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Errors errors;
    auto at = Query(call.query, errors).instant("at");
    if (!errors.empty()) return call.refuse(errors);
    if (at) {
        if (auto ok = engine::Engine::may_at_all(call.caller, Right::read_money); !ok)
            return call.refuse(ok.error());
        return send_past_balance(std::move(call), *account, *at);
    }
    read_account(std::move(call), *account, Right::read_money,
                 [](const engine::Reader& reader, const engine::AccountRecord& record) {
                     engine::Rendered out;
                     Wire w(out.body, reader.catalog());
                     write_balance(w, reader, record);
                     return out;
                 });
}

void list_ledger_entries(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    if (auto ok = engine::Engine::may_at_all(call.caller, Right::read_money); !ok)
        return call.refuse(ok.error());
    Errors errors;
    Page page = read_page(Query(call.query, errors), errors);
    engine::EntryQuery query{*account, std::nullopt, page.limit + 1};
    if (errors.empty() && !page.after.empty()) {
        // What all trees have posted in between is no business of one: the number is hidden.
        auto shown = call.engine().show(page.after);
        auto number = parse_int(shown.value_or(""));
        if (number && *number > 0)
            query.before = static_cast<std::uint64_t>(*number);
        else
            errors.add(Fault::field_is_invalid, "/cursor",
                       "expected a next_cursor of the page before");
    }
    if (!errors.empty()) return call.refuse(errors);
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    auto shared = std::make_shared<Call>(std::move(call));
    engine.entries(
        caller, query, [shared, limit = page.limit](Result<std::vector<engine::EntryRow>>&& rows) {
            if (!rows) return shared->refuse(rows.error());
            std::string next;
            if (rows->size() > limit) {
                rows->resize(limit);
                next = make_cursor(shared->engine().hide(std::to_string(rows->back().number)));
            }
            const engine::Engine& e = shared->engine();
            auto body = list_text(*e.catalog(), next, [&](Wire& w) {
                for (const engine::EntryRow& row : *rows)
                    write_entry(w, row.entry, e, shared->caller);
            });
            shared->send(http::Response::json(200, std::move(body)));
        });
}

void reverse_ledger_entry(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto entry = path_id<EntryId>(call, "entry", Fault::entry_is_unknown);
    if (!entry) return call.refuse(entry.error());
    Body body(call.request);
    auto reason = body.root().text("reason");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    ledger::ReverseEntry command;
    command.account = *account;
    command.original.id = *entry;
    command.reason = reason.value_or("");
    auto render = [account = *account, entry = *entry](const engine::Reader& reader,
                                                       const engine::Reply& reply) {
        return posted(reader, account, std::get<EntryId>(reply), 201,
                      [&](Wire& w) { w.id("reverses", entry); });
    };
    execute(std::move(call), {std::move(command), {}, {}}, std::move(render));
}

}  // namespace rb::api::native
