#include "engine/event_hash.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/limits.h"
#include "engine/book.h"

namespace rb::engine {

namespace {

// The form stands in the highest byte of a length that never fills it: it costs no byte, and what
// was hashed before there were forms is of form 0.
Uuid hash_of(const UsageKey& key, Uuid scope, std::uint8_t form, std::string_view first,
             std::string_view second) {
    // Small enough for all that limits.h lets in; the length keeps the parts apart.
    std::array<unsigned char, 16 + 8 + 2 * limits::idempotency_key_bytes_max + 64> bytes;
    std::size_t size = 0;
    auto put = [&](const void* from, std::size_t count) {
        if (count > 0) std::memcpy(bytes.data() + size, from, count);
        size += count;
    };
    put(&scope, sizeof scope);
    auto length = static_cast<std::uint64_t>(first.size()) | (std::uint64_t{form} << 56);
    put(&length, sizeof length);
    std::size_t room = bytes.size() - size;
    put(first.data(), std::min(first.size(), room / 2));
    put(second.data(), std::min(second.size(), bytes.size() - size));
    std::array<unsigned char, 16> hash;
    crypto_shorthash_siphashx24(hash.data(), bytes.data(), size, key.bytes.data());
    Uuid out;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
}

}  // namespace

Uuid keyed_hash(const UsageKey& key, Uuid scope, std::string_view first, std::string_view second) {
    return hash_of(key, scope, 0, first, second);
}

Uuid event_hash(const UsageKey& key, AccountId account, Teller teller, std::string_view source,
                std::string_view id) {
    return hash_of(key, account.uuid, static_cast<std::uint8_t>(teller), source, id);
}

Teller teller_of(const Book& book, const accounts::Caller& caller, const AccountRecord& record) {
    if (caller.is_platform()) return Teller::seller;
    if (caller.account == record.account.id) return Teller::self;
    for (AccountId id = record.account.parent; !id.is_nil();) {
        const AccountRecord* above = book.find(id);
        if (above == nullptr) break;
        bool is_caller = id == caller.account;
        if (above->account.kind == accounts::Kind::agency)
            return is_caller ? Teller::seller : Teller::self;
        if (is_caller) break;
        id = above->account.parent;
    }
    return Teller::self;
}

}  // namespace rb::engine
