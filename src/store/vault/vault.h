#pragma once
// Encryption of personal fields and of secrets that must be read back.
//
// The master key (32 bytes) never touches data. Two keys are derived from it: one wraps data keys,
// one keys fingerprints. A data key (32 random bytes, one an account) seals fields with
// XChaCha20-Poly1305, a random nonce each. Whoever drops all copies of a wrapped data key has
// erased what it sealed, wherever ciphertext is left (the journal, backups).
//
// Forms, all raw bytes: wrapped key = version 1 (1 byte), nonce (24), key and tag (48); sealed
// field = version 1 (1), nonce (24), text and tag (its length + 16); fingerprint = 32 bytes of
// keyed BLAKE2b.
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/ports.h"

namespace rb::store::vault {

inline constexpr std::size_t master_key_bytes = 32;

// A vault under this master key. Thread-safe. It remembers the last 4,096 unwrapped data keys,
// which are wiped when they are dropped.
//
// What the port leaves open: `seal` answers an empty text when the wrapped data key cannot be
// opened (it was destroyed, or belongs to another master key), and `open` answers nullopt then.
std::unique_ptr<engine::Vault> make_vault(std::string_view master_key);

// Does this vault's master key belong to the store? Keep `key_check(vault)` among the store's facts
// when it is made and compare when it is opened: a wrong key is then told at the start, not by data
// that cannot be read.
std::string key_check(engine::Vault& vault);

// A master key as text: 64 hex digits, or base64 of 32 bytes; blanks and line ends around it are
// dropped. The error never repeats the text.
Parsed<std::string> parse_master_key(std::string_view text);

// Reads the key of a file made by `load_or_make_master_key` or by hand in the form above. An error
// when there is none, or when others than the owner may read it.
Parsed<std::string> load_master_key(const std::string& path);

// As above, but makes a new random key (64 hex digits, mode 0600, durable on return) where there is
// no file. Only for a store that is new: a new key opens nothing that an older one sealed. Two
// processes at once get the same key.
Parsed<std::string> load_or_make_master_key(const std::string& path);

}  // namespace rb::store::vault
