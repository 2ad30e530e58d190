#include "store/vault/vault.h"

#include <sodium.h>

#include <array>
#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>

#include "base/check.h"

namespace rb::store::vault {

namespace {

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t overhead_bytes = 1 + nonce_bytes + tag_bytes;
constexpr char form_version = 1;
constexpr std::size_t cached_keys_max = 4096;

static_assert(key_bytes == 32 && master_key_bytes == crypto_kdf_KEYBYTES);

// Bound to each ciphertext, so that a wrapped key never passes for a sealed field.
constexpr std::string_view wrap_purpose = "ratebook data key 1";
constexpr std::string_view seal_purpose = "ratebook field 1";

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Key material, wiped at its end.
class Key {
public:
    Key() = default;
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }
    static Key random() {
        Key key;
        randombytes_buf(key.data(), key_bytes);
        return key;
    }
    unsigned char* data() { return bytes_.data(); }
    const unsigned char* data() const { return bytes_.data(); }
    std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

private:
    std::array<unsigned char, key_bytes> bytes_{};
};

Key derive(std::string_view master_key, std::uint64_t number) {
    Key key;
    crypto_kdf_derive_from_key(key.data(), key_bytes, number, "rbvault1", raw(master_key));
    return key;
}

std::string encrypt(const Key& key, std::string_view plaintext, std::string_view purpose) {
    std::string out(overhead_bytes + plaintext.size(), '\0');
    out[0] = form_version;
    randombytes_buf(raw(out) + 1, nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(raw(out) + 1 + nonce_bytes, nullptr, raw(plaintext),
                                               plaintext.size(), raw(purpose), purpose.size(),
                                               nullptr, raw(out) + 1, key.data());
    return out;
}

// Writes ciphertext.size() - overhead_bytes bytes to `out`; false when it is not of this key.
bool decrypt(const Key& key, std::string_view ciphertext, std::string_view purpose,
             unsigned char* out) {
    if (ciphertext.size() < overhead_bytes || ciphertext[0] != form_version) return false;
    auto body = ciphertext.substr(1 + nonce_bytes);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(out, nullptr, nullptr, raw(body), body.size(),
                                                      raw(purpose), purpose.size(),
                                                      raw(ciphertext) + 1, key.data()) == 0;
}

// The last data keys that were used, by their wrapped form; the oldest use goes first.
class KeyCache {
public:
    std::optional<Key> find(const std::string& wrapped) {
        std::lock_guard lock(mutex_);
        auto found = places_.find(wrapped);
        if (found == places_.end()) return std::nullopt;
        items_.splice(items_.begin(), items_, found->second);
        return found->second->second;
    }
    void add(const std::string& wrapped, const Key& key) {
        std::lock_guard lock(mutex_);
        if (places_.contains(wrapped)) return;
        items_.emplace_front(wrapped, key);
        places_.emplace(wrapped, items_.begin());
        if (items_.size() <= cached_keys_max) return;
        places_.erase(items_.back().first);
        items_.pop_back();
    }

private:
    using Items = std::list<std::pair<std::string, Key>>;
    std::mutex mutex_;
    Items items_;
    std::unordered_map<std::string, Items::iterator> places_;
};

class SodiumVault final : public engine::Vault {
public:
    explicit SodiumVault(std::string_view master_key)
        : wrapping_key_(derive(master_key, 1)), fingerprint_key_(derive(master_key, 2)) {}

    std::string make_data_key() override {
        Key key = Key::random();
        std::string wrapped = encrypt(wrapping_key_, key.view(), wrap_purpose);
        cache_.add(wrapped, key);
        return wrapped;
    }

    std::string seal(std::string_view wrapped_data_key, std::string_view plaintext) override {
        auto key = unwrap(wrapped_data_key);
        if (!key) return {};
        return encrypt(*key, plaintext, seal_purpose);
    }

    std::optional<std::string> open(std::string_view wrapped_data_key,
                                    std::string_view ciphertext) override {
        auto key = unwrap(wrapped_data_key);
        if (!key || ciphertext.size() < overhead_bytes) return std::nullopt;
        std::string out(ciphertext.size() - overhead_bytes, '\0');
        if (!decrypt(*key, ciphertext, seal_purpose, raw(out))) return std::nullopt;
        return out;
    }

    std::string fingerprint(std::string_view text) override {
        std::string out(crypto_generichash_BYTES, '\0');
        crypto_generichash(raw(out), out.size(), raw(text), text.size(), fingerprint_key_.data(),
                           key_bytes);
        return out;
    }

private:
    std::optional<Key> unwrap(std::string_view wrapped) {
        if (wrapped.size() != overhead_bytes + key_bytes) return std::nullopt;
        std::string name(wrapped);
        if (auto cached = cache_.find(name)) return cached;
        Key key;
        if (!decrypt(wrapping_key_, wrapped, wrap_purpose, key.data())) return std::nullopt;
        cache_.add(name, key);
        return key;
    }

    Key wrapping_key_;
    Key fingerprint_key_;
    KeyCache cache_;
};

}  // namespace

std::unique_ptr<engine::Vault> make_vault(std::string_view master_key) {
    RB_CHECK(sodium_init() >= 0, "libsodium could not be started");
    RB_CHECK(master_key.size() == master_key_bytes, "a master key has 32 bytes");
    return std::make_unique<SodiumVault>(master_key);
}

std::string key_check(engine::Vault& vault) {
    return vault.fingerprint("Does this master key belong to this store?");
}

}  // namespace rb::store::vault
