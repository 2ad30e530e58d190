#include <charconv>

#include "testing/load/work.h"

namespace rb::testing::load {

std::optional<Reply> frame_http(std::string_view in) {
    std::size_t head = in.find("\r\n\r\n");
    if (head == std::string_view::npos) return {};
    std::string_view lines = in.substr(0, head);
    constexpr std::string_view name = "\r\nContent-Length: ";
    std::size_t at = lines.find(name);
    if (at == std::string_view::npos || lines.size() < 12) die("a response has no Content-Length");
    std::size_t length = 0;
    std::from_chars(in.data() + at + name.size(), in.data() + head, length);
    if (in.size() < head + 4 + length) return {};
    int status = 0;
    std::from_chars(in.data() + 9, in.data() + 12, status);
    return Reply{head + 4 + length, status, in.substr(head + 4, length)};
}

std::string http_post(const Options& options, std::string_view path, std::string_view type,
                      std::string_view body) {
    std::string text = "POST ";
    text += path;
    text += " HTTP/1.1\r\nHost: " + options.host + ":" + std::to_string(options.port);
    text += "\r\nAuthorization: Bearer " + options.key + "\r\nContent-Type: ";
    text += type;
    text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    text += body;
    return text;
}

}  // namespace rb::testing::load
