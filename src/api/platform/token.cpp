// libjwt 1.10 decodes and verifies a signature; it looks neither at times nor at the issuer, takes
// the algorithm from the token's own header, and accepts an unsigned token where no key is given.
// So the token is taken apart here first, strictly, and libjwt is asked one thing only: is this
// RS256 token signed by this key?
#include "api/platform/token.h"

#include <jwt.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "api/common/rsa_key.h"
#include "base/decimal.h"
#include "base/json.h"

namespace rb::api::platform {
namespace {

std::unexpected<Failure> malformed(std::string text) {
    return fail(Code::token_format_is_invalid, std::move(text));
}

// A base64url segment that holds a JSON object.
Outcome<Json> object_of(std::string_view segment) {
    auto text = parse_base64url(segment);
    if (!text) return malformed("The token is not base64url text.");
    auto json = Json::parse(*text);
    if (!json || !json->is_object()) return malformed("The token does not hold JSON objects.");
    return std::move(*json);
}

// Seconds since 1970, possibly with a fraction.
std::optional<Instant> instant_of(const Json* value) {
    if (!value || !value->is_number()) return std::nullopt;
    auto number = Decimal::parse_json_number(value->number_text());
    if (!number || number->is_negative() || number->scale() > 6) return std::nullopt;
    int128 micros = number->units();
    if (micros > Instant::us_max) return std::nullopt;
    for (int scale = number->scale(); scale < 6; ++scale) {
        micros *= 10;
        if (micros > Instant::us_max) return std::nullopt;
    }
    return Instant{static_cast<std::int64_t>(micros)};
}

std::optional<std::int64_t> issuer_of(const Json* value) {
    if (!value || !(value->is_number() || value->is_string())) return std::nullopt;
    auto number = parse_int(value->is_number() ? value->number_text() : value->as_string());
    if (!number || *number <= 0) return std::nullopt;
    return *number;
}

Outcome<Uuid> key_id_of(const Json& header) {
    const Json* algorithm = header.find("alg");
    if (!algorithm || !algorithm->is_string() || algorithm->as_string() != "RS256")
        return malformed("The token must be signed with RS256.");
    if (const Json* type = header.find("typ"))
        if (!type->is_string() || to_lower(type->as_string()) != "jwt")
            return malformed("The token's type must be JWT.");
    if (header.find("crit")) return malformed("The token asks for an extension that is not known.");
    const Json* kid = header.find("kid");
    if (!kid || !kid->is_string())
        return malformed("The token's header must name its key as 'kid'.");
    auto uuid = Uuid::parse(kid->as_string());
    if (!uuid) return fail(Code::key_id_is_invalid);
    return *uuid;
}

}  // namespace

Outcome<Claims> parse_token(std::string_view token) {
    if (token.size() > token_bytes_max) return malformed("The token is too long.");
    if (std::ranges::count(token, '.') != 2) return malformed("The token must have three parts.");
    std::size_t first = token.find('.');
    std::size_t second = token.find('.', first + 1);
    auto signature = parse_base64url(token.substr(second + 1));
    if (!signature || signature->empty()) return malformed("The token must be signed.");
    auto header = object_of(token.substr(0, first));
    if (!header) return std::unexpected(header.error());
    auto payload = object_of(token.substr(first + 1, second - first - 1));
    if (!payload) return std::unexpected(payload.error());
    auto kid = key_id_of(*header);
    if (!kid) return std::unexpected(kid.error());

    Claims claims;
    claims.kid = *kid;
    auto issuer = issuer_of(payload->find("iss"));
    if (!issuer) return malformed("The token must name an account's number as 'iss'.");
    claims.issuer = *issuer;
    auto issued_at = instant_of(payload->find("iat"));
    if (!issued_at) return malformed("The token must say when it was issued, as 'iat'.");
    claims.issued_at = *issued_at;
    auto expires_at = instant_of(payload->find("exp"));
    if (!expires_at) return malformed("The token must say when it expires, as 'exp'.");
    claims.expires_at = *expires_at;
    if (const Json* nbf = payload->find("nbf")) {
        claims.not_before = instant_of(nbf);
        if (!claims.not_before) return malformed("The token's 'nbf' must be a time in seconds.");
    }
    return claims;
}

bool is_signed_by(const std::string& token, const std::string& public_key_pem) {
    // No key would mean no verification; by an absurd one it would take seconds.
    if (!is_rsa_public_key(public_key_pem)) return false;
    jwt_t* raw = nullptr;
    int error = jwt_decode(&raw, token.c_str(),
                           reinterpret_cast<const unsigned char*>(public_key_pem.data()),
                           static_cast<int>(public_key_pem.size()));
    std::unique_ptr<jwt_t, decltype(&jwt_free)> decoded(raw, &jwt_free);
    return error == 0 && decoded && jwt_get_alg(decoded.get()) == JWT_ALG_RS256;
}

Outcome<void> check_times(const Claims& claims, Instant now) {
    if (claims.expires_at - claims.issued_at > token_lifetime_max)
        return fail(Code::token_lifetime_is_too_long);
    if (claims.issued_at > now + token_future_skew) return fail(Code::token_is_from_the_future);
    if (claims.not_before && *claims.not_before > now + token_future_skew)
        return fail(Code::token_is_from_the_future);
    if (claims.expires_at + token_expiry_skew <= now) return fail(Code::token_is_expired);
    return {};
}

std::size_t TokenCache::Hash::operator()(const Sha256& h) const {
    std::size_t out = 0;
    std::memcpy(&out, h.bytes.data(), sizeof out);
    return out;
}

std::optional<TokenCache::Verified> TokenCache::find(const Sha256& token) const {
    const Shard& shard = shard_of(token);
    std::lock_guard lock(shard.mutex);
    auto it = shard.entries.find(token);
    if (it == shard.entries.end()) return std::nullopt;
    return it->second;
}

void TokenCache::put(const Sha256& token, const Verified& verified) {
    Shard& shard = shard_of(token);
    std::lock_guard lock(shard.mutex);
    if (!shard.entries.insert_or_assign(token, verified).second) return;
    shard.order.push_back(token);
    if (shard.order.size() <= token_cache_max / shard_count) return;
    shard.entries.erase(shard.order.front());
    shard.order.pop_front();
}

std::size_t TokenCache::size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards_) {
        std::lock_guard lock(shard.mutex);
        size += shard.entries.size();
    }
    return size;
}

}  // namespace rb::api::platform
