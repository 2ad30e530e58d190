#pragma once
// The head of nearly every request, read in one pass: a known method, a path, HTTP/1.1, headers of
// visible characters, one Host, at most one Content-Length and no other framing. What is anything
// else is for Beast's parser, which also says what is wrong with it.
//
// Whatever is read here, Beast's parser would read too, and give the same request
// (request_reader_test).
#include <cstddef>
#include <string_view>

#include "api/http/message.h"

namespace rb::net {

struct PlainHead {
    http::Request request;
    std::size_t content_length = 0;
};

// `head` is one whole head that HeadScan let pass. False: it is none of these, and `out` holds
// nothing of use.
bool read_plain_head(std::string_view head, PlainHead& out);

// Headers of which a request has one at most: two would leave open who asks, for what, or in which
// form, and a proxy in front might take the other one.
class SingleHeaders {
public:
    // False: `name` is one of them and was taken before.
    bool take(std::string_view name);

private:
    unsigned taken_ = 0;  // a bit for each
};

// A host and perhaps a port, as a Host header or an authority may hold it; no user information.
bool is_authority(std::string_view text);

}  // namespace rb::net
