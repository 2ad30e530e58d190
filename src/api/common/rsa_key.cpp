#include "api/common/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/check.h"

namespace rb::api {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

constexpr int key_bits = rsa_bits_min;

std::string text_of(BIO* memory) {
    char* data = nullptr;
    long size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

RsaKey make_rsa_key() {
    Key key(EVP_RSA_gen(key_bits), EVP_PKEY_free);
    RB_CHECK(key != nullptr, "an RSA key can be made");
    Memory secret(BIO_new(BIO_s_mem()), BIO_free_all);
    Memory open(BIO_new(BIO_s_mem()), BIO_free_all);
    bool written = PEM_write_bio_PKCS8PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0,
                                                 nullptr, nullptr) == 1 &&
                   PEM_write_bio_PUBKEY(open.get(), key.get()) == 1;
    RB_CHECK(written, "an RSA key can be written");
    return {text_of(secret.get()), text_of(open.get())};
}

bool is_rsa_public_key(const std::string& pem) {
    Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
    Key key(PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return false;
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &raw) != 1) return false;
    std::unique_ptr<BIGNUM, decltype(&BN_free)> exponent(raw, BN_free);
    const int bits = EVP_PKEY_get_bits(key.get());
    return bits >= rsa_bits_min && bits <= rsa_bits_max && BN_is_odd(exponent.get()) &&
           !BN_is_one(exponent.get()) && BN_num_bits(exponent.get()) <= rsa_exponent_bits_max;
}

}  // namespace rb::api
