#include "domain/accounts/platform.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/check.h"

namespace rb::accounts {

namespace {

// How long an old key may go on beside the one that takes its place.
constexpr Duration overlap_max = Duration::of_days(30);

std::unexpected<Refusal> no_operator() {
    return refuse(Fault::operator_is_unknown, "there is no such operator", "/operator");
}

Result<const PlatformKey*> key_in_force(const Platform& platform, ApiKeyId id, Instant now) {
    const PlatformKey* key = find_key(platform, id);
    if (key == nullptr || !key->opens_at(now))
        return refuse(Fault::key_is_unknown, "the platform has no such key in force", "/key");
    return key;
}

bool is_lasting_root(const PlatformKey& key) {
    return key.of.is_nil() && !key.revoked_at && !key.expires_at && key.narrowing == Narrowing{};
}

// What a key becomes must leave another one by which everything can be reached.
Result<void> leaves_a_root_key(const Platform& platform, const PlatformKey& before,
                               const PlatformKey& after) {
    if (!is_lasting_root(before) || is_lasting_root(after)) return {};
    const bool is_another = std::ranges::any_of(platform.keys, [&](const PlatformKey& key) {
        return key.id != before.id && is_lasting_root(key);
    });
    if (is_another) return {};
    return refuse(Fault::key_is_last,
                  "this is the last root key that does not expire: make another one first", "/key");
}

Result<void> check_expiry(const std::optional<Instant>& expires_at, Instant now) {
    if (!expires_at || *expires_at > now) return {};
    return refuse(Fault::instant_is_in_the_past,
                  "expected an expiry after " + now.to_text() + ", the present instant",
                  "/expires_at");
}

Result<void> has_room_for_key(const Platform& platform, Instant now) {
    const auto in_force = std::ranges::count_if(
        platform.keys, [&](const PlatformKey& key) { return key.opens_at(now); });
    if (in_force < static_cast<std::int64_t>(limits::platform_keys_max)) return {};
    return refuse(Fault::too_many, "the platform has at most " +
                                       std::to_string(limits::platform_keys_max) +
                                       " keys in force: revoke some first");
}

Result<void> check_operator_name(const Platform& platform, std::string_view name, OperatorId of) {
    if (name.empty())
        return refuse(Fault::field_is_missing, "expected a name of 1 to 200 bytes", "/name");
    if (auto ok = check_text(name, limits::name_bytes_max, "/name"); !ok) return ok;
    for (const Operator& other : platform.operators)
        if (other.id != of && !other.removed_at && other.name == name)
            return refuse(Fault::name_is_taken, "another operator has this name", "/name");
    return {};
}

Result<const Operator*> operator_in_force(const Platform& platform, OperatorId id) {
    const Operator* found = find_operator(platform, id);
    if (found == nullptr || found->removed_at) return no_operator();
    return found;
}

}  // namespace

const Operator* find_operator(const Platform& platform, OperatorId id) {
    auto at = std::ranges::find(platform.operators, id, &Operator::id);
    return at == platform.operators.end() ? nullptr : &*at;
}

const PlatformKey* find_key(const Platform& platform, ApiKeyId id) {
    auto at = std::ranges::find(platform.keys, id, &PlatformKey::id);
    return at == platform.keys.end() ? nullptr : &*at;
}

std::optional<Caller> caller_of(const Platform& platform, const PlatformKey& key, Instant now) {
    if (!key.opens_at(now)) return std::nullopt;
    Caller caller = Caller::platform(key.id.uuid);
    caller.narrowing = key.narrowing;
    if (key.of.is_nil()) return caller;
    const Operator* person = find_operator(platform, key.of);
    if (person == nullptr || person->removed_at) return std::nullopt;
    caller.operates = person->role;
    caller.person = person->id.uuid;
    caller.support = person->role >= OperatorRole::support;
    return caller;
}

Result<PlatformEvents> decide(const Platform& platform, const AddOperator& command, Instant now,
                              IdSource& ids) {
    if (auto ok = check_operator_name(platform, command.name, {}); !ok)
        return std::unexpected(ok.error());
    if (platform.operators.size() >= limits::operators_max)
        return refuse(Fault::too_many, "there are " + std::to_string(limits::operators_max) +
                                           " operators, as many as there may ever be");
    return PlatformEvents{
        OperatorSet{{ids.next<OperatorId>(), command.name, command.role, now, std::nullopt}}};
}

Result<PlatformEvents> decide(const Platform& platform, const UpdateOperator& command) {
    auto found = operator_in_force(platform, command.id);
    if (!found) return std::unexpected(found.error());
    Operator after = **found;
    if (command.name) {
        if (auto ok = check_operator_name(platform, *command.name, command.id); !ok)
            return std::unexpected(ok.error());
        after.name = *command.name;
    }
    if (command.role) after.role = *command.role;
    return PlatformEvents{OperatorSet{std::move(after)}};
}

Result<PlatformEvents> decide(const Platform& platform, const RemoveOperator& command,
                              Instant now) {
    auto found = operator_in_force(platform, command.id);
    if (!found) return std::unexpected(found.error());
    PlatformEvents events;
    for (const PlatformKey& key : platform.keys) {
        if (key.of != command.id || !key.opens_at(now)) continue;
        PlatformKey after = key;
        after.revoked_at = now;
        events.emplace_back(PlatformKeySet{std::move(after)});
    }
    Operator after = **found;
    after.removed_at = now;
    events.emplace_back(OperatorSet{std::move(after)});
    return events;
}

Result<PlatformEvents> decide(const Platform& platform, const AddPlatformKey& command,
                              Instant now) {
    RB_CHECK(!command.key.id.is_nil(), "the key's id was made before");
    if (!command.key.of.is_nil())
        if (auto found = operator_in_force(platform, command.key.of); !found)
            return std::unexpected(found.error());
    if (auto ok = check_text(command.key.name, limits::name_bytes_max, "/name"); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_expiry(command.key.expires_at, now); !ok)
        return std::unexpected(ok.error());
    if (auto ok = has_room_for_key(platform, now); !ok) return std::unexpected(ok.error());
    for (const PlatformKey& key : platform.keys)
        if (key.id == command.key.id || key.hash == command.key.hash)
            return refuse(Fault::key_is_taken, "this key was made before", "/key");
    PlatformKey key = command.key;
    key.created_at = now;
    key.revoked_at.reset();
    return PlatformEvents{PlatformKeySet{std::move(key)}};
}

Result<PlatformEvents> decide(const Platform& platform, const ChangePlatformKey& command,
                              Instant now) {
    auto key = key_in_force(platform, command.key, now);
    if (!key) return std::unexpected(key.error());
    PlatformKey after = **key;
    if (command.name) {
        if (auto ok = check_text(*command.name, limits::name_bytes_max, "/name"); !ok)
            return std::unexpected(ok.error());
        after.name = *command.name;
    }
    if (command.expires_at) {
        if (auto ok = check_expiry(*command.expires_at, now); !ok)
            return std::unexpected(ok.error());
        after.expires_at = *command.expires_at;
    }
    if (auto ok = leaves_a_root_key(platform, **key, after); !ok)
        return std::unexpected(ok.error());
    return PlatformEvents{PlatformKeySet{std::move(after)}};
}

Result<PlatformEvents> decide(const Platform& platform, const RotatePlatformKey& command,
                              Instant now) {
    auto key = key_in_force(platform, command.key, now);
    if (!key) return std::unexpected(key.error());
    if (command.overlap.us < 0 || command.overlap > overlap_max)
        return refuse(Fault::field_is_invalid, "expected 0 to 2592000 seconds (30 days)",
                      "/overlap_seconds");
    PlatformKey fresh = **key;
    fresh.id = command.fresh.id;
    fresh.hash = command.fresh.hash;
    fresh.hint = command.fresh.hint;
    auto added = decide(platform, AddPlatformKey{std::move(fresh)}, now);
    if (!added) return added;
    PlatformKey old = **key;
    const Instant end{now.us + command.overlap.us};
    if (command.overlap.us == 0)
        old.revoked_at = now;
    else
        old.expires_at = std::min(end, old.expires_at.value_or(end));
    added->emplace_back(PlatformKeySet{std::move(old)});
    return added;
}

Result<PlatformEvents> decide(const Platform& platform, const RevokePlatformKey& command,
                              Instant now) {
    auto key = key_in_force(platform, command.key, now);
    if (!key) return std::unexpected(key.error());
    PlatformKey after = **key;
    after.revoked_at = now;
    if (auto ok = leaves_a_root_key(platform, **key, after); !ok)
        return std::unexpected(ok.error());
    return PlatformEvents{PlatformKeySet{std::move(after)}};
}

void apply(Platform& platform, const OperatorSet& event) {
    auto at = std::ranges::find(platform.operators, event.person.id, &Operator::id);
    if (at == platform.operators.end())
        platform.operators.push_back(event.person);
    else
        *at = event.person;
}

// What has ended long ago gives way, so that keys made and revoked fill nothing.
void apply(Platform& platform, const PlatformKeySet& event) {
    auto at = std::ranges::find(platform.keys, event.key.id, &PlatformKey::id);
    if (at != platform.keys.end()) {
        *at = event.key;
        return;
    }
    if (platform.keys.size() >= limits::platform_keys_kept_max) {
        auto ended = std::ranges::find_if(platform.keys, [&](const PlatformKey& key) {
            return !key.opens_at(event.key.created_at);
        });
        if (ended != platform.keys.end()) platform.keys.erase(ended);
    }
    platform.keys.push_back(event.key);
}

}  // namespace rb::accounts
