#include "api/platform/auth.h"

#include "api/platform/faults.h"

namespace rb::api::platform {
namespace {

std::unexpected<Failure> not_recognized(std::string text) {
    return fail(Code::authorization_failed, std::move(text));
}

// The claims, whose signature is verified with the key that stands now under their `kid`.
Outcome<Claims> verify(const engine::Engine& engine, TokenCache& cache, const std::string& token,
                       engine::ServiceKeyOwner& owner) {
    if (token.size() > token_bytes_max) return fail(Code::token_format_is_invalid);
    Sha256 hash = Sha256::of(token);
    auto known = cache.find(hash);
    auto claims = known ? Outcome<Claims>(known->claims) : parse_token(token);
    if (!claims) return claims;
    auto key = engine.service_key(claims->kid);
    if (!key) return fail(Code::key_id_is_invalid);
    Sha256 key_hash = Sha256::of(key->public_key_pem);
    bool verified_before = known && known->key == key_hash;
    if (!verified_before && !is_signed_by(token, key->public_key_pem))
        return not_recognized("The token's signature does not belong to its key.");
    if (auto ok = check_times(*claims, engine.now()); !ok) return std::unexpected(ok.error());
    if (!verified_before) cache.put(hash, {*claims, key_hash});
    owner = std::move(*key);
    return claims;
}

Outcome<Actor> by_token(const engine::Engine& engine, TokenCache& cache, const std::string& token) {
    engine::ServiceKeyOwner owner;
    auto claims = verify(engine, cache, token, owner);
    if (!claims) return std::unexpected(claims.error());
    auto account = engine.account_numbered(claims->issuer);
    if (!account || !engine.is_within(*account, owner.account))
        return not_recognized("The token's key does not belong to the account that it names.");
    // A service account does what the account itself may: no role is asked of it.
    return Actor{*account, {*account, accounts::Role::owner, claims->kid, false}, owner.tree};
}

// The account that the parameters name to this caller.
Outcome<AccountId> named_account(const engine::Engine& engine, const accounts::Caller& caller,
                                 const Arguments& arguments) {
    auto number = arguments.integer("account_id", Code::account_id_is_invalid);
    if (!number) return std::unexpected(number.error());
    std::optional<AccountId> account;
    if (*number)
        account = engine.account_numbered(**number);
    else if (arguments.has("account_name"))
        account = engine.account_named(caller, arguments.text("account_name"));
    else
        return not_recognized("Name the account as 'account_id' or 'account_name'.");
    if (!account) return not_recognized("The key does not belong to the account that is named.");
    return *account;
}

Outcome<Actor> by_key(const engine::Engine& engine, const Arguments& arguments) {
    auto key = Uuid::parse(arguments.text("api_key"));
    if (!key) return not_recognized("The API key is not known.");
    auto principal = engine.authenticate(accounts::Surface::platform, key->to_text());
    if (!principal) return std::unexpected(failure_of(principal.error()));
    auto account = named_account(engine, principal->caller, arguments);
    if (!account) return std::unexpected(account.error());
    if (!engine.reaches(principal->caller, *account))
        return not_recognized("The key does not belong to the account that is named.");
    accounts::Caller caller = principal->caller;
    caller.account = *account;
    return Actor{*account, caller, principal->tree};
}

}  // namespace

Outcome<Actor> authenticate(const engine::Engine& engine, TokenCache& cache,
                            const http::Request& request, const Arguments& arguments) {
    if (std::string token(request.bearer_token()); !token.empty())
        return by_token(engine, cache, token);
    if (arguments.has("api_key")) return by_key(engine, arguments);
    return not_recognized(
        "Send a service account's token as 'Authorization: Bearer ...', or 'api_key' with "
        "'account_id' or 'account_name'.");
}

}  // namespace rb::api::platform
