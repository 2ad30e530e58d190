#include "net/plain_head.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace rb::net {
namespace {

// What a byte may be part of.
enum Part : std::uint8_t { name = 1, target = 2, authority = 4, value = 8 };

constexpr std::array<std::uint8_t, 256> make_parts() {
    std::array<std::uint8_t, 256> parts{};
    auto add = [&parts](std::string_view characters, unsigned part) {
        for (char c : characters)
            parts[static_cast<unsigned char>(c)] =
                static_cast<std::uint8_t>(parts[static_cast<unsigned char>(c)] | part);
    };
    for (std::size_t c = ' '; c < 0x7f; ++c) parts[c] = value;
    parts['\t'] = value;
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        name | target | authority);
    add("!#$%&'*+-.^_`|~", name);         // RFC 9110, 5.6.2
    add("-._~!$&'()*+,;=:@/%?", target);  // RFC 3986, 3.3 and 3.4
    add(".-_:[]", authority);
    return parts;
}
constexpr std::array<std::uint8_t, 256> parts = make_parts();

bool consists_of(std::string_view text, Part part) {
    return std::ranges::all_of(
        text, [part](char c) { return (parts[static_cast<unsigned char>(c)] & part) != 0; });
}

std::string_view trimmed(std::string_view text) {
    auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// "POST /v1/consume HTTP/1.1"
bool read_request_line(std::string_view line, http::Request& request) {
    constexpr std::string_view version = " HTTP/1.1";
    if (!line.ends_with(version)) return false;
    line.remove_suffix(version.size());
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return false;
    request.method = http::method_of(line.substr(0, blank));
    const std::string_view text = line.substr(blank + 1);
    if (request.method == http::Method::other || !text.starts_with('/') ||
        !consists_of(text, Part::target))
        return false;
    const std::size_t question = text.find('?');
    request.path = text.substr(0, question);
    if (question != std::string_view::npos) request.query = text.substr(question + 1);
    return true;
}

bool read_length(std::string_view text, std::size_t& out) {
    constexpr std::size_t digits_max = 15;
    if (text.empty() || text.size() > digits_max) return false;
    for (char c : text) {
        if (c < '0' || c > '9') return false;
        out = out * 10 + static_cast<std::size_t>(c - '0');
    }
    return true;
}

// What of the framing was seen; a header that says more about it than this is not plain.
struct Framing {
    bool has_host = false;
    bool has_length = false;
    SingleHeaders singles;

    bool takes(std::string_view header_name, std::string_view text, PlainHead& out) {
        switch (header_name.size()) {
            case 4:
                if (!http::same_name(header_name, "Host")) return true;
                return !std::exchange(has_host, true) && is_authority(text);
            case 6:
                return !http::same_name(header_name, "Expect");
            case 7:
                return !http::same_name(header_name, "Upgrade");
            case 10:
                return !http::same_name(header_name, "Connection") ||
                       http::same_name(text, "keep-alive");
            case 14:
                if (!http::same_name(header_name, "Content-Length")) return true;
                return !std::exchange(has_length, true) && read_length(text, out.content_length);
            case 16:
                return !http::same_name(header_name, "Proxy-Connection");
            case 17:
                return !http::same_name(header_name, "Transfer-Encoding");
            default:
                return singles.take(header_name);
        }
    }
};

}  // namespace

bool SingleHeaders::take(std::string_view header_name) {
    unsigned bit = 0;
    if (http::same_name(header_name, "Authorization"))
        bit = 1;
    else if (http::same_name(header_name, "Content-Type"))
        bit = 2;
    else if (http::same_name(header_name, "Idempotency-Key"))
        bit = 4;
    const bool is_first = (taken_ & bit) == 0;
    taken_ |= bit;
    return is_first;
}

bool is_authority(std::string_view text) {
    return !text.empty() && consists_of(text, Part::authority);
}

bool read_plain_head(std::string_view head, PlainHead& out) {
    constexpr std::size_t headers_usual = 8;
    std::size_t end = head.find("\r\n");
    if (!read_request_line(head.substr(0, end), out.request)) return false;
    out.request.headers.reserve(headers_usual);
    Framing framing;
    for (;;) {
        head.remove_prefix(end + 2);
        end = head.find("\r\n");
        if (end == 0) break;
        const std::string_view line = head.substr(0, end);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) return false;
        const std::string_view header_name = line.substr(0, colon);
        const std::string_view text = trimmed(line.substr(colon + 1));
        if (!consists_of(header_name, Part::name) || !consists_of(text, Part::value)) return false;
        if (!framing.takes(header_name, text, out)) return false;
        out.request.headers.emplace_back(header_name, text);
    }
    return framing.has_host;
}

}  // namespace rb::net
