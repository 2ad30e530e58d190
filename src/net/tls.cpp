#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rb::net {

namespace {

constexpr unsigned char protocols[] = "\x08http/1.1";
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";  // of TLS 1.2; all of 1.3 will do
constexpr unsigned char session_context[] = "ratebook";

// What OpenSSL says last, for the end of a sentence.
std::string reason() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
    return text == nullptr ? "unknown reason" : text;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, size, protocols, sizeof protocols - 1, offered, offered_size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Asked for a passphrase, OpenSSL would ask the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Parsed<void> check_readable(const std::string& path, const char* what) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0 || ::access(path.c_str(), R_OK) != 0)
        return Unparsed(std::string(what) + " '" + path +
                        "' cannot be read: " + std::strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return Unparsed(std::string(what) + " '" + path + "' is not a file");
    return {};
}

// As other servers have it: for its owner alone, or root's and readable by one group.
Parsed<void> check_rights(const std::string& path) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0)
        return Unparsed("the key file '" + path + "' cannot be read: " + std::strerror(errno));
    if (facts.st_uid != 0 && facts.st_uid != ::geteuid())
        return Unparsed("the key file '" + path + "' belongs to user " +
                        std::to_string(facts.st_uid) +
                        ": it must belong to the server's user or to root");
    const mode_t forbidden = facts.st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
    if ((facts.st_mode & forbidden) != 0)
        return Unparsed("the key file '" + path +
                        "' may be read by others than its owner: chmod 600 '" + path + "'");
    return {};
}

void settle(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // A connection that a client just drops is one whose requests had ended.
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // What waits to be written may move and grow; an idle connection holds no buffer.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_cipher_list(context, ciphers);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
    // Tickets hold the sessions; nothing of them is kept here.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

Parsed<std::shared_ptr<SSL_CTX>> make_context(const TlsFiles& files) {
    if (auto ok = check_readable(files.certificate, "the certificate file"); !ok)
        return Unparsed(ok.error());
    if (auto ok = check_readable(files.key, "the key file"); !ok) return Unparsed(ok.error());
    if (auto ok = check_rights(files.key); !ok) return Unparsed(ok.error());
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!context) return Unparsed("TLS cannot be used: " + reason());
    settle(context.get());
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
        return Unparsed("the certificate file '" + files.certificate +
                        "' holds no certificate in PEM that can be used: " + reason());
    if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        const std::string why = reason();
        if (why.find("mismatch") != why.npos)
            return Unparsed("the key in '" + files.key + "' is not that of the certificate in '" +
                            files.certificate + "'");
        return Unparsed("the key file '" + files.key +
                        "' holds no key in PEM that can be used without a passphrase: " + why);
    }
    if (SSL_CTX_check_private_key(context.get()) != 1)
        return Unparsed("the key in '" + files.key + "' is not that of the certificate in '" +
                        files.certificate + "'");
    return context;
}

}  // namespace

void FreeSession::operator()(SSL* session) const { SSL_free(session); }

Tls::~Tls() = default;

Parsed<std::shared_ptr<Tls>> Tls::open(TlsFiles files) {
    std::shared_ptr<Tls> tls(new Tls(std::move(files)));
    if (auto ok = tls->reload(); !ok) return Unparsed(ok.error());
    return tls;
}

TlsSession Tls::make_session() const {
    std::lock_guard lock(mutex_);
    return TlsSession(SSL_new(context_.get()));
}

Tls::Marks Tls::marks() const {
    Marks marks;
    for (const std::string* path : {&files_.certificate, &files_.key}) {
        struct stat facts{};
        if (::stat(path->c_str(), &facts) != 0) std::memset(&facts, 0, sizeof facts);
        for (auto number :
             {static_cast<std::int64_t>(facts.st_dev), static_cast<std::int64_t>(facts.st_ino),
              static_cast<std::int64_t>(facts.st_size), std::int64_t{facts.st_mode},
              std::int64_t{facts.st_mtim.tv_sec}, std::int64_t{facts.st_mtim.tv_nsec}})
            marks += std::to_string(number) + " ";
    }
    return marks;
}

Parsed<void> Tls::reload() {
    // Taken first: what changes while it is read is read once more.
    Marks present = marks();
    auto context = make_context(files_);
    std::lock_guard lock(mutex_);
    read_ = seen_ = std::move(present);
    if (!context) return Unparsed(context.error());
    context_ = std::move(*context);
    return {};
}

Parsed<bool> Tls::look() {
    Marks present = marks();
    {
        std::lock_guard lock(mutex_);
        if (present == read_) return false;
        const bool is_still = present == seen_;
        seen_ = std::move(present);
        if (!is_still) return false;
    }
    if (auto ok = reload(); !ok) return Unparsed(ok.error());
    return true;
}

std::string Tls::doubt() const {
    std::lock_guard lock(mutex_);
    const X509* certificate = SSL_CTX_get0_certificate(context_.get());
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        return "the certificate in '" + files_.certificate + "' is over: renew it";
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
        return "the certificate in '" + files_.certificate +
               "' is not valid yet: look at this machine's clock";
    return {};
}

}  // namespace rb::net
