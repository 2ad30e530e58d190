#pragma once
// RSA keys of service accounts: made here, the private half is given out once and never kept.
#include <string>

#include "base/result.h"

namespace rb::api {

struct RsaKey {
    std::string private_pem;  // PKCS#8, "-----BEGIN PRIVATE KEY-----"
    std::string public_pem;   // SubjectPublicKeyInfo
};

// 2048 bits; takes some tens of milliseconds.
RsaKey make_rsa_key();

// True when the text is a PEM of an RSA public key of at least 2048 bits.
bool is_rsa_public_key(const std::string& pem);

}  // namespace rb::api
