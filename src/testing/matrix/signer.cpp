#include "testing/matrix/signer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/check.h"
#include "base/text.h"

namespace rb::testing::matrix {

namespace {

std::string base64url(std::string_view bytes) {
    std::string text = to_base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

}  // namespace

struct Signer::Key {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair{EVP_RSA_gen(2048), &EVP_PKEY_free};
};

Signer::Signer() : key_(std::make_unique<Key>()) {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key_->pair.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    public_pem_.assign(data, static_cast<std::size_t>(size));
}

Signer::~Signer() = default;

std::string Signer::token(std::string_view kid, std::string_view issuer, Instant now) const {
    const std::int64_t issued = now.us / 1'000'000;
    const std::string header = R"({"alg":"RS256","typ":"JWT","kid":")" + std::string(kid) + "\"}";
    const std::string claims = R"({"iss":)" + std::string(issuer) + R"(,"iat":)" +
                               std::to_string(issued) + R"(,"exp":)" + std::to_string(issued + 60) +
                               "}";
    const std::string text = base64url(header) + "." + base64url(claims);
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                    &EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pair.get());
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
    std::string signature(size, '\0');
    const int signed_well =
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       data, text.size());
    RB_CHECK(signed_well == 1, "a token is signed");
    signature.resize(size);
    return text + "." + base64url(signature);
}

}  // namespace rb::testing::matrix
