// Which public keys are taken: those by which checking a signature costs little.
#include "api/common/rsa_key.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <memory>

namespace rb::api {
namespace {

// A public key with a modulus of so many bits, of which nobody knows the factors, and an exponent
// of 2^exponent_bit + 1.
std::string public_key(int bits, int exponent_bit) {
    std::unique_ptr<BIGNUM, decltype(&BN_free)> n(BN_new(), BN_free), e(BN_new(), BN_free);
    BN_set_bit(n.get(), bits - 1);
    BN_set_bit(n.get(), 0);
    BN_set_bit(e.get(), exponent_bit);
    BN_add_word(e.get(), 1);
    std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                          OSSL_PARAM_BLD_free);
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> params(
        OSSL_PARAM_BLD_to_param(build.get()), OSSL_PARAM_free);
    std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* raw = nullptr;
    EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()), 1);
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(raw, EVP_PKEY_free);
    std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
    EXPECT_EQ(PEM_write_bio_PUBKEY(out.get(), key.get()), 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

TEST(RsaPublicKey, is_of_2048_to_4096_bits_with_a_small_exponent) {
    EXPECT_TRUE(is_rsa_public_key(make_rsa_key().public_pem));
    EXPECT_TRUE(is_rsa_public_key(public_key(2048, 16)));
    EXPECT_TRUE(is_rsa_public_key(public_key(4096, 1))) << "3";
    EXPECT_TRUE(is_rsa_public_key(public_key(4096, 31)));
    EXPECT_FALSE(is_rsa_public_key(public_key(2047, 16)));
    EXPECT_FALSE(is_rsa_public_key(public_key(4097, 16)));
    EXPECT_FALSE(is_rsa_public_key(public_key(16384, 16)));
    EXPECT_FALSE(is_rsa_public_key(public_key(2048, 32)));
    EXPECT_FALSE(is_rsa_public_key(public_key(2048, 2000)));
    EXPECT_FALSE(is_rsa_public_key(make_rsa_key().private_pem));
    EXPECT_FALSE(is_rsa_public_key("nonsense"));
}

}  // namespace
}  // namespace rb::api
