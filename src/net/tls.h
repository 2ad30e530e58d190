#pragma once
// A certificate and its key from files, read anew when the files change, and the sessions that are
// served with them. TLS 1.2 and 1.3 with forward secrecy, HTTP/1.1 by ALPN, session tickets, no
// renegotiation, no compression.
//
// Thread-safe. Writes of a session may raise SIGPIPE: the process must ignore it.
#include <openssl/types.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.h"

namespace rb::net {

struct TlsFiles {
    std::string certificate;  // PEM: the server's, then those between it and the authority
    std::string key;          // PEM, without a passphrase, for its owner alone
};

struct FreeSession {
    void operator()(SSL* session) const;
};
using TlsSession = std::unique_ptr<SSL, FreeSession>;

class Tls {
public:
    // The error names the file and what is wrong with it: unreadable, no PEM, a key with a
    // passphrase, of another certificate, or readable by others.
    static Parsed<std::shared_ptr<Tls>> open(TlsFiles files);
    ~Tls();

    // For a new connection, with the pair that is in force now. nullptr: no memory.
    TlsSession make_session() const;

    // Reads the files anew. On an error the pair before stays in force.
    Parsed<void> reload();
    // The same when the files are others than those that were read last, and have not changed since
    // the last look: one that is being written is left alone. True: a new pair is in force. An
    // error is told once for each change.
    Parsed<bool> look();

    // Empty, or why clients will not believe the certificate: it is over, or not yet valid.
    std::string doubt() const;

private:
    using Context = std::shared_ptr<SSL_CTX>;
    // Of both files: device, inode, size and times.
    using Marks = std::string;

    explicit Tls(TlsFiles files) : files_(std::move(files)) {}
    Marks marks() const;

    const TlsFiles files_;
    mutable std::mutex mutex_;  // guards what follows
    Context context_;
    Marks read_;  // of the files that were read last
    Marks seen_;  // at the last look
};

}  // namespace rb::net
