#include "testing/walk/token.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "base/text.h"

namespace rb::testing::walk {

namespace {

EVP_PKEY* key() {
    static const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> made(EVP_RSA_gen(2048),
                                                                          &EVP_PKEY_free);
    return made.get();
}

std::string base64url(std::string_view bytes) {
    std::string text = to_base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::string sign(const std::string& text) {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                    &EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key());
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                   text.size());
    signature.resize(size);
    return signature;
}

std::string made_pem() {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

const std::string& public_pem() {
    static const std::string pem = made_pem();
    return pem;
}

std::string token(const std::string& key_id, const std::string& account_number, Instant now) {
    const std::int64_t issued = now.us / 1'000'000;
    const std::string header = R"({"alg":"RS256","typ":"JWT","kid":")" + key_id + R"("})";
    const std::string claims = R"({"iss":")" + account_number + R"(","iat":)" +
                               std::to_string(issued) + R"(,"exp":)" + std::to_string(issued + 60) +
                               "}";
    const std::string text = base64url(header) + "." + base64url(claims);
    return text + "." + base64url(sign(text));
}

}  // namespace rb::testing::walk
