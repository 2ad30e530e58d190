#pragma once
// Tokens of service accounts, signed by OpenSSL itself with a key pair that is made once a process.
#include <cstdint>
#include <string>

#include "base/instant.h"

namespace rb::testing::walk {

const std::string& public_pem();
// RS256, of this key and acting account, for a minute from now on.
std::string token(const std::string& key_id, const std::string& account_number, Instant now);

}  // namespace rb::testing::walk
