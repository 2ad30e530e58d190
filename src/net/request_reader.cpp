#include "net/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <functional>
#include <optional>

#include "base/limits.h"
#include "net/head_scan.h"
#include "net/plain_head.h"

namespace rb::net {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using beast::error_code;
using beast::string_view;

// A body grows as it arrives: a large Content-Length alone reserves no more than the first, and
// once so much of it has come no more than the second. A little is left for who appends to it.
constexpr std::size_t body_reserve_bytes_max = 64 * 1024;
constexpr std::size_t arriving_reserve_bytes_max = 1024 * 1024;
constexpr std::size_t arriving_bytes_min = 16 * 1024;
constexpr std::size_t body_slack_bytes = 64;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view sentence_of(const error_code& ec) {
    if (ec == bhttp::error::bad_method) return "the method is not a token";
    if (ec == bhttp::error::bad_target)
        return "the request target has a character it must not have";
    if (ec == bhttp::error::bad_version) return "the HTTP version is malformed";
    if (ec == bhttp::error::bad_field) return "a header's name is malformed";
    if (ec == bhttp::error::bad_value) return "a header's value is malformed";
    if (ec == bhttp::error::bad_line_ending) return "a line does not end in CRLF";
    if (ec == bhttp::error::bad_content_length) return "Content-Length is malformed";
    if (ec == bhttp::error::multiple_content_length) return "Content-Length is given twice";
    if (ec == bhttp::error::bad_transfer_encoding) return "Transfer-Encoding is ambiguous";
    if (ec == bhttp::error::bad_chunk) return "a chunk is malformed";
    if (ec == bhttp::error::bad_chunk_extension) return "a chunk extension is malformed";
    return "the request is malformed";
}

Refusal body_too_large(std::size_t bytes_max) {
    return {413, "body_too_large",
            "the body may have at most " + std::to_string(bytes_max) + " bytes"};
}

// Beast calls back into this with what it read; it writes into the request.
class Parser final : public bhttp::basic_parser<true> {
public:
    Parser() {
        header_limit(static_cast<std::uint32_t>(limits::http_head_bytes_max + 1));
        body_limit(boost::none);  // the limit of the route is applied here
    }

    http::Request request;
    Refusal refusal;
    std::size_t body_bytes_max = limits::http_body_bytes_default;
    const char* input_end = nullptr;  // of the bytes being parsed
    enum class Expect { nothing, go_ahead } expect = Expect::nothing;
    int version = 11;

private:
    enum class Seen { never, once };

    void refuse(error_code& ec, int status, std::string_view code, std::string_view detail) {
        refusal = {status, code, std::string(detail)};
        ec = bhttp::error::bad_field;
    }
    void malformed(error_code& ec, std::string_view detail) {
        refuse(ec, 400, "malformed_request", detail);
    }

    void on_request_impl(bhttp::verb, string_view method, string_view target, int http_version,
                         error_code& ec) override {
        request.method = http::method_of(view(method));
        request.headers.reserve(8);
        version = http_version;
        read_target(view(target), view(method), ec);
    }

    void read_target(std::string_view target, std::string_view method, error_code& ec) {
        const bool sane = std::ranges::all_of(
            target, [](char c) { return static_cast<signed char>(c) > 0 && c != '#'; });
        if (!sane) return malformed(ec, "the request target has a character it must not have");
        if (!target.starts_with('/')) {
            if (target == "*" && method == "OPTIONS") {
                request.path = "*";
                return;
            }
            const std::size_t scheme = target.find("://");
            if (scheme == std::string_view::npos ||
                !(http::same_name(target.substr(0, scheme), "http") ||
                  http::same_name(target.substr(0, scheme), "https"))) {
                return malformed(ec, "the request target is neither a path nor an http URL");
            }
            const std::size_t host = scheme + 3;
            const std::size_t end = std::min(target.find_first_of("/?", host), target.size());
            if (!is_authority(target.substr(host, end - host))) {
                return malformed(ec, "the host in the request target is malformed");
            }
            request.scheme_host = target.substr(0, end);
            target.remove_prefix(end);
        }
        const std::size_t question = target.find('?');
        request.path = target.substr(0, question);
        if (request.path.empty()) request.path = "/";
        if (question != std::string_view::npos) request.query = target.substr(question + 1);
    }

    void on_field_impl(bhttp::field field, string_view name, string_view value,
                       error_code& ec) override {
        if (is_header_done()) return on_trailer(name, value, ec);
        switch (field) {
            case bhttp::field::content_length:
                if (length_ == Seen::once) return malformed(ec, "Content-Length is given twice");
                length_ = Seen::once;
                if (!is_digits(view(value))) return malformed(ec, "Content-Length is malformed");
                break;
            case bhttp::field::transfer_encoding:
                if (te_ == Seen::once) return malformed(ec, "Transfer-Encoding is given twice");
                te_ = Seen::once;
                if (version < 11) return malformed(ec, "HTTP/1.0 has no Transfer-Encoding");
                if (!http::same_name(view(value), "chunked")) {
                    return refuse(ec, 501, "transfer_coding_not_supported",
                                  "the only transfer coding is chunked");
                }
                break;
            case bhttp::field::host:
                if (host_ == Seen::once) return malformed(ec, "Host is given twice");
                host_ = Seen::once;
                if (!is_authority(view(value))) return malformed(ec, "Host is malformed");
                break;
            case bhttp::field::expect:
                if (version < 11) break;
                if (!http::same_name(view(value), "100-continue")) {
                    return refuse(ec, 417, "expectation_failed",
                                  "the only expectation is 100-continue");
                }
                expect = Expect::go_ahead;
                break;
            default:
                if (!singles_.take(view(name)))
                    return malformed(ec, std::string(view(name)) + " is given twice");
                break;
        }
        if (length_ == Seen::once && te_ == Seen::once) {
            return malformed(ec, "Content-Length and Transfer-Encoding are given together");
        }
        request.headers.emplace_back(view(name), view(value));
    }

    // Trailers are read and dropped. Their lines were not scanned before, so folding is seen here:
    // the value then does not follow its name on the same line, or stands in a copy.
    void on_trailer(string_view name, string_view value, error_code& ec) {
        const char* from = name.data() + name.size() + 1;
        const std::less<const char*> before;
        const bool in_input = !before(value.data(), from) && !before(input_end, value.data());
        if (!in_input || std::any_of(from, value.data(), [](char c) { return c == '\n'; })) {
            return malformed(ec, "a trailer is folded");
        }
        ++trailers_;
        spend_framing(name.size() + value.size(), ec);
        if (!ec && trailers_ > limits::http_headers_max) too_large(ec);
    }

    void too_large(error_code& ec) {
        refuse(ec, 431, "headers_too_large", "the trailers or chunk extensions are too large");
    }
    void spend_framing(std::size_t bytes, error_code& ec) {
        framing_bytes_ += bytes;
        if (framing_bytes_ > limits::http_head_bytes_max) too_large(ec);
    }

    void on_header_impl(error_code& ec) override {
        if (version >= 11 && host_ == Seen::never) malformed(ec, "the Host header is missing");
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override {
        if (!length) return;
        if (*length > body_bytes_max) return body_too_large(ec);
        request.body.reserve(std::min<std::size_t>(*length, body_reserve_bytes_max));
    }

    void body_too_large(error_code& ec) {
        refusal = net::body_too_large(body_bytes_max);
        ec = bhttp::error::bad_field;
    }

    std::size_t on_body_impl(string_view body, error_code&) override {
        request.body.append(body.data(), body.size());
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override {
        if (size > body_bytes_max || request.body.size() + size > body_bytes_max) {
            return body_too_large(ec);
        }
        if (extensions.empty()) return;
        const bool sane =
            extensions.front() == ';' && std::ranges::all_of(view(extensions), [](char c) {
                return c == '\t' || static_cast<unsigned char>(c) >= ' ';
            });
        if (!sane) return malformed(ec, "a chunk extension is malformed");
        spend_framing(extensions.size(), ec);
    }

    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
        request.body.append(body.data(), body.size());
        return body.size();
    }

    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}

    Seen length_ = Seen::never;
    Seen te_ = Seen::never;
    Seen host_ = Seen::never;
    SingleHeaders singles_;
    std::size_t trailers_ = 0;
    std::size_t framing_bytes_ = 0;
};

Refusal refusal_of(HeadScan::Found found, std::string_view fault) {
    switch (found) {
        case HeadScan::Found::too_large:
            return {431, "headers_too_large", "the head may have at most 16 KiB"};
        case HeadScan::Found::too_many:
            return {431, "headers_too_large", "a request may have at most 100 headers"};
        case HeadScan::Found::target_too_long:
            return {414, "target_too_long", "the request line is too long"};
        case HeadScan::Found::version:
            return {505, "version_not_supported", "the versions are HTTP/1.1 and HTTP/1.0"};
        default:
            return {400, "malformed_request", std::string(fault)};
    }
}

}  // namespace

struct RequestReader::Impl {
    enum class State { start, head, body, complete, refused };
    // Who reads the present request: its head was plain, or it is Beast's.
    enum class Reader { own, beast };

    State state = State::start;
    HeadScan scan;
    Reader reader = Reader::own;
    PlainHead plain;
    std::size_t plain_body_bytes_max = limits::http_body_bytes_default;
    std::optional<Parser> parser;  // of Beast; kept until the next request begins
    Refusal refusal;
    // A client that ends a body with a superfluous CRLF is forgiven one (RFC 9112, 2.2).
    enum class Blank { allowed, taken } blank = Blank::allowed;

    http::Request& request() { return reader == Reader::own ? plain.request : parser->request; }
    bool has_whole_body() const {
        return reader == Reader::own ? plain.request.body.size() == plain.content_length
                                     : parser->is_done();
    }
    Step refuse(Refusal why) {
        refusal = std::move(why);
        state = State::refused;
        return Step::refused;
    }
    Step refuse(const error_code& ec) {
        if (parser->refusal.code.empty())
            return refuse(Refusal{400, "malformed_request", std::string(sentence_of(ec))});
        return refuse(std::move(parser->refusal));
    }
    Step complete() {
        state = State::complete;
        return Step::complete;
    }
    Step read_head(std::string_view& bytes);
    Step read_plain_body(std::string_view& bytes);
    Step read_body(std::string_view& bytes);
};

RequestReader::Step RequestReader::Impl::read_head(std::string_view& bytes) {
    if (state == State::start) {
        if (blank == Blank::allowed && bytes.starts_with("\r\n")) {
            bytes.remove_prefix(2);
            blank = Blank::taken;
        }
        if (bytes.empty() || bytes == "\r") return Step::need_more;
        reader = Reader::own;
        plain = {};
        parser.reset();
        scan.reset();
        state = State::head;
    }
    const HeadScan::Found found = scan.scan(bytes);
    if (found == HeadScan::Found::need_more) return Step::need_more;
    if (found != HeadScan::Found::whole) return refuse(refusal_of(found, scan.fault()));
    if (!read_plain_head(bytes.substr(0, scan.size()), plain)) {
        reader = Reader::beast;
        parser.emplace();
        error_code ec;
        parser->put(boost::asio::const_buffer(bytes.data(), scan.size()), ec);
        if (ec) return refuse(ec);
        parser->eager(true);
    }
    bytes.remove_prefix(scan.size());
    state = State::body;
    return Step::head_read;
}

RequestReader::Step RequestReader::Impl::read_plain_body(std::string_view& bytes) {
    std::string& body = plain.request.body;
    const std::size_t length = plain.content_length;
    // Said before any of it arrives.
    if (length > plain_body_bytes_max) return refuse(body_too_large(plain_body_bytes_max));
    const std::string_view taken = bytes.substr(0, length - body.size());
    const std::size_t arrived = body.size() + taken.size();
    const std::size_t reserved_max =
        arrived >= arriving_bytes_min ? arriving_reserve_bytes_max : body_reserve_bytes_max;
    if (length > 0 && body.capacity() < arrived + body_slack_bytes)
        body.reserve(std::max(arrived, std::min(length, reserved_max)) + body_slack_bytes);
    body += taken;
    bytes.remove_prefix(taken.size());
    return body.size() == length ? complete() : Step::need_more;
}

RequestReader::Step RequestReader::Impl::read_body(std::string_view& bytes) {
    if (reader == Reader::own) return read_plain_body(bytes);
    if (!parser->is_done()) {
        const auto length = parser->content_length();
        if (length && *length > parser->body_bytes_max)
            return refuse(body_too_large(parser->body_bytes_max));
        // A chunked body has at least the five bytes of "0 CRLF CRLF" to come, wherever it stands;
        // Beast asserts so when it looks at its last chunk again, and stops the process otherwise.
        const std::size_t bytes_min = length ? 1 : 5;
        if (bytes.size() < bytes_min) return Step::need_more;
        error_code ec;
        parser->input_end = bytes.data() + bytes.size();
        bytes.remove_prefix(parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec));
        if (ec && ec != bhttp::error::need_more) return refuse(ec);
        if (!parser->is_done()) {
            // What is left is one unfinished line of chunk framing, or unfinished trailers.
            if (bytes.size() > limits::http_head_bytes_max) {
                return refuse(Refusal{431, "headers_too_large",
                                      "the trailers or chunk extensions are too large"});
            }
            return Step::need_more;
        }
    }
    return complete();
}

RequestReader::RequestReader() : impl_(std::make_unique<Impl>()) {}
RequestReader::~RequestReader() = default;

RequestReader::Step RequestReader::read(std::string_view& bytes) {
    switch (impl_->state) {
        case Impl::State::start:
        case Impl::State::head:
            return impl_->read_head(bytes);
        case Impl::State::body:
            return impl_->read_body(bytes);
        case Impl::State::complete:
            return Step::complete;
        case Impl::State::refused:
            break;
    }
    return Step::refused;
}

const http::Request& RequestReader::request() const { return impl_->request(); }

void RequestReader::set_body_bytes_max(std::size_t bytes) {
    impl_->plain_body_bytes_max = bytes;
    if (impl_->parser) impl_->parser->body_bytes_max = bytes;
}

bool RequestReader::expects_continue() const {
    return impl_->parser && impl_->parser->expect == Parser::Expect::go_ahead;
}

bool RequestReader::has_body() const { return in_body() && !impl_->has_whole_body(); }

bool RequestReader::keeps_alive() const { return !impl_->parser || impl_->parser->keep_alive(); }

bool RequestReader::is_http_1_0() const { return impl_->parser && impl_->parser->version == 10; }

http::Request RequestReader::take() {
    impl_->state = Impl::State::start;
    impl_->blank = Impl::Blank::allowed;
    return std::move(impl_->request());
}

const Refusal& RequestReader::refusal() const { return impl_->refusal; }

void RequestReader::drop_body() { impl_->request().body = std::string(); }

bool RequestReader::in_body() const { return impl_->state == Impl::State::body; }

std::size_t RequestReader::body_bytes() const { return impl_->request().body.size(); }

std::size_t RequestReader::body_bytes_announced() const {
    if (impl_->reader == Impl::Reader::own) return impl_->plain.content_length;
    return impl_->parser->content_length().value_or(0);
}

bool is_loopback_host(std::string_view host) {
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        return end != std::string_view::npos && host.substr(0, end + 1) == "[::1]";
    }
    host = host.substr(0, host.find(':'));
    if (host.ends_with('.')) host.remove_suffix(1);
    constexpr std::string_view name = "localhost";
    if (host.size() >= name.size() &&
        http::same_name(host.substr(host.size() - name.size()), name)) {
        return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
    }
    // 127.0.0.0/8 in its full form; a name such as 127.0.0.1.example.com is none.
    int dots = 0;
    for (char c : host) {
        if (c == '.')
            ++dots;
        else if (c < '0' || c > '9')
            return false;
    }
    return dots == 3 && host.starts_with("127.");
}

}  // namespace rb::net
