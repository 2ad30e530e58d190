#pragma once
// Tokens of service accounts: JSON Web Tokens signed with RS256.
//
// Nothing of a token is believed before its signature is verified with the key that its `kid`
// names, and the algorithm is RS256 before the verifier sees the token: what the header says about
// it is only compared. Verified tokens are remembered by their SHA-256 together with the hash of
// the key that verified them, so that a client that repeats its token is spared the signature and
// nothing else: whether the key still stands, the times and the account are looked at on every
// call.
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/platform/errors.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/text.h"

namespace rb::api::platform {

inline constexpr Duration token_lifetime_max = Duration::of_seconds(3600);
inline constexpr Duration token_future_skew = Duration::of_seconds(30);
inline constexpr Duration token_expiry_skew = Duration::of_seconds(5);
inline constexpr std::size_t token_bytes_max = 8 * 1024;

struct Claims {
    Uuid kid;
    std::int64_t issuer = 0;  // the acting account's number
    Instant issued_at;
    Instant expires_at;
    std::optional<Instant> not_before;
};

// The claims of a token in the right form, not verified. token_format_is_invalid,
// key_id_is_invalid.
Outcome<Claims> parse_token(std::string_view token);
// Does the RSA public key in PEM verify the token's signature?
bool is_signed_by(const std::string& token, const std::string& public_key_pem);
// Is now within the token's times? token_lifetime_is_too_long, token_is_from_the_future,
// token_is_expired, in this order.
Outcome<void> check_times(const Claims& claims, Instant now);

// Verified tokens, at most `token_cache_max`; the oldest are forgotten first. Thread-safe.
class TokenCache {
public:
    static constexpr std::size_t token_cache_max = 100'000;

    struct Verified {
        Claims claims;
        Sha256 key;  // of the PEM that verified it; another one makes the entry worthless
    };
    std::optional<Verified> find(const Sha256& token) const;
    void put(const Sha256& token, const Verified& verified);
    std::size_t size() const;

private:
    struct Hash {
        using is_avalanching = void;
        std::size_t operator()(const Sha256& h) const;
    };
    struct Shard {
        mutable std::mutex mutex;
        boost::unordered_flat_map<Sha256, Verified, Hash> entries;
        std::deque<Sha256> order;
    };
    static constexpr std::size_t shard_count = 16;
    Shard& shard_of(const Sha256& token) { return shards_[token.bytes[31] % shard_count]; }
    const Shard& shard_of(const Sha256& token) const {
        return shards_[token.bytes[31] % shard_count];
    }
    std::array<Shard, shard_count> shards_;
};

}  // namespace rb::api::platform
