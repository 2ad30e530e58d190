#pragma once
// Asks a server of Ratebook over HTTP/1.1 as a client: what the program's verbs say with --url.
// One connection a call, which waits for its answer; TLS with the system's certificates for https.
// Thread-compatible.
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace rb::client {

class Client {
public:
    // "http://127.0.0.1:8080" or "https://billing.example.com"; without a path. The error says what
    // is wrong with it.
    static Parsed<Client> make(std::string_view url, std::string key);

    // The body of an answer with status 2xx as JSON; null where there is none. The error is what
    // the server says, or why it cannot be reached, as a sentence.
    Parsed<Json> call(std::string_view method, std::string_view path,
                      const std::string& body = {}) const;

private:
    struct Answer {
        unsigned status = 0;
        std::string body;
    };
    Parsed<Answer> exchange(std::string_view method, std::string_view path,
                            const std::string& body) const;

    bool has_tls_ = false;
    std::string host_;
    std::string port_;
    std::string key_;
};

}  // namespace rb::client
