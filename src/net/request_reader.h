#pragma once
// From bytes to requests; no sockets, no clock. Plain requests, which are nearly all, are read
// here; the rest is read by Beast's parser. A scan before both refuses what Beast lets pass:
// everything about which two readers of the same bytes might disagree where a request ends. The
// caller feeds what arrived and asks again until more is needed:
//
//     while (true) switch (reader.read(bytes)) {
//         case Step::need_more: return;                                   // bytes: the unread rest
//         case Step::head_read: reader.set_body_bytes_max(...); break;    // may look at request()
//         case Step::complete:  handle(reader.take()); break;             // ready for the next one
//         case Step::refused:   answer reader.refusal(), close; return;
//     }
//
// Not safe from several threads.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace rb::net {

// Why a request is not answered by the application.
struct Refusal {
    int status = 400;
    std::string_view code;  // for programs, static: "malformed_request"
    std::string detail;     // for people
};

class RequestReader {
public:
    enum class Step { need_more, head_read, complete, refused };

    RequestReader();
    ~RequestReader();

    // Takes what it can use from the front of `bytes`. The rest must be given again, with more
    // behind it, when more has arrived.
    Step read(std::string_view& bytes);

    // From head_read until take().
    const http::Request& request() const;
    void set_body_bytes_max(std::size_t bytes);
    bool expects_continue() const;
    bool has_body() const;
    // Since head_read, also after take(), until the next request begins.
    bool keeps_alive() const;
    bool is_http_1_0() const;

    // After complete: gives the request away and begins the next one.
    http::Request take();

    // After refused.
    const Refusal& refusal() const;

    // What has arrived of a body that will not be taken.
    void drop_body();

    // The head is read and the body is not.
    bool in_body() const;
    std::size_t body_bytes() const;  // that have arrived
    // That will have, as Content-Length says; 0 where it says nothing.
    std::size_t body_bytes_announced() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "localhost", "x.localhost", 127.0.0.0/8 and [::1], with or without a port.
bool is_loopback_host(std::string_view host);

}  // namespace rb::net
