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

// A public key by which checking a signature costs some tens of microseconds. The cost grows with
// the square of the modulus and with the exponent: others are not taken, nor used where they were
// taken before.
inline constexpr int rsa_bits_min = 2048;
inline constexpr int rsa_bits_max = 4096;
inline constexpr int rsa_exponent_bits_max = 32;

// True when the text is a PEM of an RSA public key of so many bits, with such an exponent.
bool is_rsa_public_key(const std::string& pem);

}  // namespace rb::api
