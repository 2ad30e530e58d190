#include "net/head_scan.h"

#include "base/limits.h"

namespace rb::net {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The last eight characters of a request line: "HTTP/1.1".
constexpr bool is_version(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
           is_digit(text[7]);
}

}  // namespace

HeadScan::Found HeadScan::scan(std::string_view head) {
    for (;;) {
        const std::size_t end = head.find('\n', looked_at_);
        const std::size_t seen = end == std::string_view::npos ? head.size() : end + 1;
        if (seen > limits::http_head_bytes_max) {
            return lines_ == 0 ? Found::target_too_long : Found::too_large;
        }
        looked_at_ = seen;
        if (end == std::string_view::npos) return Found::need_more;
        if (end == line_start_ || head[end - 1] != '\r') {
            return malformed("a line of the head ends in LF without CR");
        }
        const std::string_view line = head.substr(line_start_, end - 1 - line_start_);
        line_start_ = end + 1;
        if (line.empty() && lines_ > 0) return Found::whole;
        if (Found found = scan_line(line); found != Found::need_more) return found;
        ++lines_;
    }
}

HeadScan::Found HeadScan::scan_line(std::string_view line) {
    if (line.find('\r') != std::string_view::npos) return malformed("a line of the head holds CR");
    if (lines_ == 0) {
        const std::size_t blank = line.rfind(' ');
        const std::string_view version =
            blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
        if (!is_version(version)) return malformed("the request line does not end in HTTP/1.1");
        return version.starts_with("HTTP/1.") && version[7] <= '1' ? Found::need_more
                                                                   : Found::version;
    }
    if (lines_ > limits::http_headers_max) return Found::too_many;
    if (line.front() == ' ' || line.front() == '\t') return malformed("a header is folded");
    return Found::need_more;
}

}  // namespace rb::net
