#pragma once
// Tokens of service accounts, signed by OpenSSL and not by the library under test.
#include <memory>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace rb::testing::matrix {

// One RSA key for all service accounts; making it takes some tens of milliseconds.
class Signer {
public:
    Signer();
    ~Signer();
    const std::string& public_pem() const { return public_pem_; }
    // Of an account's number for the next minute.
    std::string token(std::string_view kid, std::string_view issuer, Instant now) const;

private:
    struct Key;
    std::unique_ptr<Key> key_;
    std::string public_pem_;
};

}  // namespace rb::testing::matrix
