#include "api/native/call.h"

#include "api/native/faults.h"
#include "base/text.h"

namespace rb::api::native {

bool Call::has_authority_over(AccountId account) const { return engine().reaches(caller, account); }

void Call::refuse(const Refusal& refusal) { send(refusal_response(refusal, request.request_id)); }

void Call::refuse(const Errors& errors) { send(errors_response(errors, request.request_id)); }

engine::Done Call::done() && {
    return answer(std::move(respond), std::move(request.request_id), &refusal_response);
}

engine::Done Call::done_with_etag() && {
    http::Respond tagged = [inner = std::move(respond)](http::Response&& response) mutable {
        if (response.status < 300) response.with("ETag", etag_of(response.body));
        inner(std::move(response));
    };
    return answer(std::move(tagged), std::move(request.request_id), &refusal_response);
}

bool has_tag(const http::Request& request, const std::string& tag) {
    const std::string* given = request.header("If-None-Match");
    return given && (*given == "*" || given->find(tag) != std::string::npos);
}

std::string etag_of(std::string_view body) {
    constexpr std::size_t shown_chars = 24;
    return '"' + Sha256::of(body).to_hex().substr(0, shown_chars) + '"';
}

Refusal unknown_account(std::string_view field) {
    return {Fault::account_is_unknown, std::string(field), "there is no such account", {}, {}};
}

Result<AccountId> find_account(const Call& call, std::string_view reference,
                               std::string_view field) {
    return call.engine().resolve(call.caller, reference, field);
}

std::expected<AccountId, Fault> account_meant(const Call& call, std::string_view reference) {
    // Whether an id is within the caller's authority the engine asks itself, in the same words.
    if (reference.starts_with(AccountTag::prefix))
        if (auto id = AccountId::parse(reference)) return *id;
    auto found = find_account(call, reference);
    if (found) return *found;
    return std::unexpected(found.error().fault);
}

Result<AccountId> path_account(const Call& call) {
    return find_account(call, call.request.path_parameter("account"));
}

namespace {

template <class IdType>
Result<OfAccount> path_thing(const Call& call, std::string_view name, Fault unknown) {
    auto id = path_id<IdType>(call, name, unknown);
    if (!id) return std::unexpected(id.error());
    auto account = call.engine().account_of(*id);
    if (!account || !call.has_authority_over(*account))
        return refuse(unknown, "there is no such " + std::string(name), "/" + std::string(name));
    return OfAccount{*account, id->uuid};
}

}  // namespace

Result<OfAccount> path_subscription(const Call& call) {
    return path_thing<SubscriptionId>(call, "subscription", Fault::subscription_is_unknown);
}

Result<OfAccount> path_quote(const Call& call) {
    return path_thing<QuoteId>(call, "quote", Fault::quote_is_unknown);
}

engine::Done plain_answer(Call&& call) { return std::move(call).done(); }

engine::Done etag_answer(Call&& call) { return std::move(call).done_with_etag(); }

void execute(Call&& call, Order order, engine::Render render) {
    execute(std::move(call), std::move(order), std::move(render), &plain_answer);
}

void execute(Call&& call, Order order, engine::Render render,
             engine::Done (*make_answer)(Call&& call)) {
    auto idempotency = idempotency_of(call.request);
    if (!idempotency) return call.refuse(idempotency.error());
    engine::Envelope envelope{call.caller,
                              std::move(order.command),
                              std::move(*idempotency),
                              std::move(order.email_fingerprint),
                              std::move(order.prepare),
                              engine::Door::native,
                              call.request.request_id};
    engine::Engine& engine = call.engine();
    engine.execute(std::move(envelope), std::move(render), make_answer(std::move(call)));
}

void read_account(Call&& call, AccountId account, accounts::Right right, ReadAccount read) {
    read_account(std::move(call), account, right, std::move(read), &plain_answer);
}

void read_account(Call&& call, AccountId account, accounts::Right right, ReadAccount read,
                  engine::Done (*make_answer)(Call&& call)) {
    auto look = [account, right, read = std::move(read)](
                    const engine::Reader& reader) mutable -> Result<engine::Rendered> {
        auto record = reader.allowed(account, right);
        if (!record) return std::unexpected(record.error());
        return read(reader, **record);
    };
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    engine.read(account, caller, std::move(look), make_answer(std::move(call)));
}

void read_large(Call&& call, AccountId account, accounts::Right right, ReadForBody read) {
    auto make = std::make_shared<MakeBody>();
    auto look = [account, right, make, read = std::move(read)](
                    const engine::Reader& reader) mutable -> Result<engine::Rendered> {
        auto record = reader.allowed(account, right);
        if (!record) return std::unexpected(record.error());
        auto made = read(reader, **record);
        if (!made) return std::unexpected(made.error());
        *make = std::move(*made);
        return engine::Rendered{};
    };
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    engine.read(account, caller, std::move(look),
                [make, done = std::move(call).done()](Result<engine::Rendered>&& seen) mutable {
                    if (seen) seen->body = (*make)();
                    done(std::move(seen));
                });
}

std::shared_ptr<const catalog::Catalog> keep_catalog(
    std::shared_ptr<const catalog::Catalog> of_engine, const engine::Reader& reader) {
    if (of_engine.get() == &reader.catalog()) return of_engine;
    return std::make_shared<const catalog::Catalog>(reader.catalog());
}

KeptPlans keep_plans(const engine::Reader& reader, const engine::AccountRecord& record,
                     std::span<const changes::Offer> offers) {
    const changes::World world = reader.world(record);
    std::vector<const catalog::PlanTable*> tables = world.owned_plans;
    tables.push_back(&reader.catalog().plans);
    KeptPlans kept;
    for (const changes::Offer& offer : offers)
        for (const catalog::PlanTable* table : tables)
            if (auto it = table->by_key().find(offer.plan->head.key);
                it != table->by_key().end() && it->second.get() == offer.plan)
                kept.push_back(it->second);
    return kept;
}

engine::Rendered rendered(std::string body, int status) {
    engine::Rendered out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

Page read_page(const Query& query, Errors& errors) {
    constexpr std::int64_t limit_normal = 50, limit_max = 200;
    Page page;
    page.limit = static_cast<std::size_t>(query.integer("limit", limit_normal, 1, limit_max));
    if (auto cursor = query.text("cursor")) {
        auto after = parse_hex(*cursor);
        if (after && !after->empty())
            page.after = *after;
        else
            errors.add(Fault::field_is_invalid, "/cursor",
                       "expected a next_cursor of the page before");
    }
    return page;
}

std::string make_cursor(std::string_view after) { return to_hex(after); }

}  // namespace rb::api::native
