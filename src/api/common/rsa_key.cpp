#include "api/common/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/check.h"

namespace rb::api {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

constexpr int key_bits = 2048;

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
    return key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA &&
           EVP_PKEY_get_bits(key.get()) >= key_bits;
}

}  // namespace rb::api
