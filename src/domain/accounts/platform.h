#pragma once
// The platform's own people and keys: operators, who each act under a name, and root keys, which
// act as the platform itself. Plain data and pure decisions, as for accounts.
//
// Promises: at any time there is a root key that opens everything and does not expire, once there
// was one; a removed operator's keys open nothing; who has managed nobody else's may still be read
// afterwards (what ended stays, with its time, as long as limits::platform_keys_max leaves room).
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id_source.h"
#include "domain/accounts/types.h"
#include "domain/faults/types.h"

namespace rb::accounts {

struct Operator {
    OperatorId id;
    std::string name;  // as the audit shows it; not a secret
    OperatorRole role = OperatorRole::viewer;
    Instant created_at;
    std::optional<Instant> removed_at;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "name", s.name);
        v(3, "role", s.role);
        v(4, "created_at", s.created_at);
        v(5, "removed_at", s.removed_at);
    }
};

struct PlatformKey {
    ApiKeyId id;
    Sha256 hash;       // of the key's text
    std::string hint;  // its last four characters
    std::string name;
    OperatorId of;  // nil: a root key
    Narrowing narrowing;
    Instant created_at;
    std::optional<Instant> expires_at;
    std::optional<Instant> revoked_at;

    bool opens_at(Instant now) const { return !revoked_at && (!expires_at || *expires_at > now); }

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "hash", s.hash);
        v(3, "hint", s.hint);
        v(4, "name", s.name);
        v(5, "of", s.of);
        v(6, "narrowing", s.narrowing);
        v(7, "created_at", s.created_at);
        v(8, "expires_at", s.expires_at);
        v(9, "revoked_at", s.revoked_at);
    }
};

struct Platform {
    std::vector<Operator> operators;  // in the order in which they came
    std::vector<PlatformKey> keys;    // in the order in which they were made
};

const Operator* find_operator(const Platform& platform, OperatorId id);
const PlatformKey* find_key(const Platform& platform, ApiKeyId id);

// Who a key acts as; nothing when it opens nothing at that instant.
std::optional<Caller> caller_of(const Platform& platform, const PlatformKey& key, Instant now);

// Commands. Ids of operators are decided; those of keys are made outside, with their text.

struct AddOperator {
    std::string name;
    OperatorRole role = OperatorRole::viewer;
};
struct UpdateOperator {
    OperatorId id;
    std::optional<std::string> name;
    std::optional<OperatorRole> role;
};
// Ends its keys with it.
struct RemoveOperator {
    OperatorId id;
};
struct AddPlatformKey {
    PlatformKey key;  // created_at decided
};
// A name, or another expiry (none inside: it does not expire).
struct ChangePlatformKey {
    ApiKeyId key;
    std::optional<std::string> name;
    std::optional<std::optional<Instant>> expires_at;
};
// The new key takes the old one's name, operator and narrowing; the old one expires after
// `overlap`.
struct RotatePlatformKey {
    ApiKeyId key;
    PlatformKey fresh;  // id, hash and hint
    Duration overlap;
};
struct RevokePlatformKey {
    ApiKeyId key;
};

// Events: the thing as it is from now on.

struct OperatorSet {
    Operator person;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "person", s.person);
    }
};
struct PlatformKeySet {
    PlatformKey key;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
    }
};
using PlatformEvent = std::variant<OperatorSet, PlatformKeySet>;
using PlatformEvents = std::vector<PlatformEvent>;

// operator_is_unknown, key_is_unknown, key_is_last (the last root key that does not expire),
// field_is_invalid, instant_is_in_the_past, too_many.
Result<PlatformEvents> decide(const Platform& platform, const AddOperator& command, Instant now,
                              IdSource& ids);
Result<PlatformEvents> decide(const Platform& platform, const UpdateOperator& command);
Result<PlatformEvents> decide(const Platform& platform, const RemoveOperator& command, Instant now);
Result<PlatformEvents> decide(const Platform& platform, const AddPlatformKey& command, Instant now);
Result<PlatformEvents> decide(const Platform& platform, const ChangePlatformKey& command,
                              Instant now);
Result<PlatformEvents> decide(const Platform& platform, const RotatePlatformKey& command,
                              Instant now);
Result<PlatformEvents> decide(const Platform& platform, const RevokePlatformKey& command,
                              Instant now);

void apply(Platform& platform, const OperatorSet& event);
void apply(Platform& platform, const PlatformKeySet& event);

}  // namespace rb::accounts
