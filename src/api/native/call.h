#pragma once
// One request on its way through this surface: who asks, and the ways to answer.
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/common/context.h"
#include "api/http/message.h"
#include "api/native/fields.h"
#include "domain/accounts/types.h"
#include "engine/engine.h"

namespace rb::api::native {

struct Call {
    const Context& context;
    http::Request request;
    http::Respond respond;
    accounts::Caller caller;
    http::Parameters query;

    engine::Engine& engine() const { return context.engine; }
    // Is it the caller's own account, or below it?
    bool has_authority_over(AccountId account) const;

    void send(http::Response&& response) { respond(std::move(response)); }
    void refuse(const Refusal& refusal);
    void refuse(const Errors& errors);
    // The engine's `done`: a refusal becomes a problem document, Rendered the response.
    engine::Done done() &&;
    // As `done`; a body with status 2xx gets an ETag made from its bytes.
    engine::Done done_with_etag() &&;
};

// The ETag of a representation.
std::string etag_of(std::string_view body);
// Does the request name this ETag as one that it has (If-None-Match)?
bool has_tag(const http::Request& request, const std::string& tag);

// An account by id, key or name, as Engine::resolve means it.
Result<AccountId> find_account(const Call& call, std::string_view reference,
                               std::string_view field = "/account");
// The same for very many: what has the shape of an id is taken at its word, for calls of the engine
// that refuse what is unknown themselves. account_is_unknown, reference_is_ambiguous.
std::expected<AccountId, Fault> account_meant(const Call& call, std::string_view reference);
// Of the path's {account}, {subscription} (its account) and {quote} (its account).
Result<AccountId> path_account(const Call& call);
struct OfAccount {
    AccountId account;
    Uuid id;
};
Result<OfAccount> path_subscription(const Call& call);
Result<OfAccount> path_quote(const Call& call);
Refusal unknown_account(std::string_view field = "/account");

// An id of the path; `unknown` when it is none, as if it did not exist.
template <class IdType>
Result<IdType> path_id(const Call& call, std::string_view name, Fault unknown) {
    auto id = IdType::parse(call.request.path_parameter(name));
    if (id) return *id;
    return rb::refuse(unknown, "there is no such " + std::string(name), "/" + std::string(name));
}

// What is to be done, and what must first be looked up in the state that it is decided against.
struct Order {
    engine::Command command;
    std::function<Result<void>(const engine::Reader&, engine::Command&)> prepare;
    std::string email_fingerprint;
};
// Gives the command with the request's idempotency key; `done` is made of the call.
void execute(Call&& call, Order order, engine::Render render);
void execute(Call&& call, Order order, engine::Render render, engine::Done (*answer)(Call&& call));

// Reads one account of which the caller may read this.
using ReadAccount = std::move_only_function<Result<engine::Rendered>(const engine::Reader&,
                                                                     const engine::AccountRecord&)>;
void read_account(Call&& call, AccountId account, accounts::Right right, ReadAccount read);
void read_account(Call&& call, AccountId account, accounts::Right right, ReadAccount read,
                  engine::Done (*answer)(Call&& call));

// As read_account, for replies that may be large: `read` gives what makes the body, which is called
// when the lock has been given back. It may look at nothing of the reader.
using MakeBody = std::move_only_function<std::string()>;
using ReadForBody =
    std::move_only_function<Result<MakeBody>(const engine::Reader&, const engine::AccountRecord&)>;
void read_large(Call&& call, AccountId account, accounts::Right right, ReadForBody read);
// What keeps the reader's catalog, which is most likely the engine's.
std::shared_ptr<const catalog::Catalog> keep_catalog(
    std::shared_ptr<const catalog::Catalog> of_engine, const engine::Reader& reader);
// What keeps plans that the account sees.
using KeptPlans = std::vector<std::shared_ptr<const catalog::Plan>>;
KeptPlans keep_plans(const engine::Reader& reader, const engine::AccountRecord& record,
                     std::span<const changes::Offer> offers);

engine::Done plain_answer(Call&& call);
engine::Done etag_answer(Call&& call);

engine::Rendered rendered(std::string body, int status = 200);

// A page of a list: `limit` (1 to 200, 50 when not given) and `cursor`.
struct Page {
    std::size_t limit = 50;
    std::string after;  // what the cursor holds; empty: from the beginning
};
Page read_page(const Query& query, Errors& errors);
std::string make_cursor(std::string_view after);

}  // namespace rb::api::native
