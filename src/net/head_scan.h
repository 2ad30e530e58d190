#pragma once
// Finds the end of a request's head, line by line as it arrives, and refuses what a lenient reader
// would repair: bare LF and bare CR, folded lines, a first line without an HTTP version, heads and
// header counts beyond the limits. Each byte is looked at once however the head is cut into pieces.
#include <cstddef>
#include <optional>
#include <string_view>

namespace rb::net {

class HeadScan {
public:
    enum class Found { need_more, whole, too_large, target_too_long, too_many, version, malformed };

    // `head` begins at the request line and must grow at its end only, until the result is another
    // than need_more. After `whole`, size() is the length of the head with its blank line.
    Found scan(std::string_view head);
    std::size_t size() const { return line_start_; }
    // A sentence, after `malformed`.
    std::string_view fault() const { return fault_; }
    void reset() { *this = HeadScan(); }

private:
    Found scan_line(std::string_view line);
    Found malformed(std::string_view fault) {
        fault_ = fault;
        return Found::malformed;
    }

    std::size_t looked_at_ = 0;
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;  // complete ones, the request line among them
    std::string_view fault_;
};

}  // namespace rb::net
