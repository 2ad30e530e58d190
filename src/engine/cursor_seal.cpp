#include "engine/cursor_seal.h"

#include <sodium.h>

#include <cstring>

namespace rb::engine {

namespace {

constexpr std::size_t nonce_bytes = crypto_secretbox_NONCEBYTES;
constexpr std::size_t mac_bytes = crypto_secretbox_MACBYTES;
constexpr std::size_t short_bytes = 32;
constexpr std::size_t long_bytes = 256;

std::size_t padded(std::size_t size) {
    if (size <= short_bytes) return short_bytes;
    return (size + long_bytes - 1) / long_bytes * long_bytes;
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

CursorSeal::CursorSeal(const UsageKey& key) {
    static_assert(crypto_secretbox_KEYBYTES == 32);
    constexpr std::string_view purpose = "ratebook cursors 1";
    crypto_generichash(key_.data(), key_.size(), bytes_of(purpose), purpose.size(),
                       key.bytes.data(), key.bytes.size());
}

std::string CursorSeal::hide(std::string_view text, Uuid seed) const {
    std::string plain(text);
    plain.resize(padded(text.size()), '\0');
    std::string out(nonce_bytes + mac_bytes + plain.size(), '\0');
    std::memcpy(out.data(), &seed, sizeof seed);
    crypto_secretbox_easy(bytes_of(out) + nonce_bytes, bytes_of(std::string_view(plain)),
                          plain.size(), bytes_of(out), key_.data());
    return out;
}

std::optional<std::string> CursorSeal::show(std::string_view hidden) const {
    if (hidden.size() <= nonce_bytes + mac_bytes) return std::nullopt;
    std::string plain(hidden.size() - nonce_bytes - mac_bytes, '\0');
    if (crypto_secretbox_open_easy(bytes_of(plain), bytes_of(hidden) + nonce_bytes,
                                   hidden.size() - nonce_bytes, bytes_of(hidden), key_.data()) != 0)
        return std::nullopt;
    plain.resize(plain.find_last_not_of('\0') + 1);
    return plain;
}

}  // namespace rb::engine
