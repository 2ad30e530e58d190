#include <openssl/evp.h>

#include "base/check.h"
#include "base/text.h"

namespace rb {

namespace {

// Made once a thread: looking an algorithm up by its name costs more than hashing a key.
class Hasher {
public:
    Hasher() {
        RB_CHECK(algorithm_ && context_ && EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1,
                 "SHA-256 is there");
    }
    ~Hasher() {
        EVP_MD_CTX_free(context_);
        EVP_MD_free(algorithm_);
    }
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    Sha256 hash(std::string_view data) {
        Sha256 out;
        unsigned int size = 0;
        bool done = EVP_DigestInit_ex2(context_, nullptr, nullptr) == 1 &&
                    EVP_DigestUpdate(context_, data.data(), data.size()) == 1 &&
                    EVP_DigestFinal_ex(context_, out.bytes.data(), &size) == 1;
        RB_CHECK(done && size == out.bytes.size(), "SHA-256 does not fail");
        return out;
    }

private:
    EVP_MD* algorithm_ = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

}  // namespace

Sha256 Sha256::of(std::string_view data) {
    thread_local Hasher hasher;
    return hasher.hash(data);
}

}  // namespace rb
