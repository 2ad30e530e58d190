#include "log/batch_sink.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>

namespace rb::log {
namespace {

// A pipe that is ready takes so much without blocking, and a file any size.
std::size_t piece_max_of(int descriptor) {
    struct stat what{};
    const bool is_file = ::fstat(descriptor, &what) == 0 && S_ISREG(what.st_mode);
    return is_file ? std::numeric_limits<std::size_t>::max() : PIPE_BUF;
}

}  // namespace

BatchSink::BatchSink(int descriptor, const std::atomic<bool>& ending,
                     std::chrono::milliseconds patience)
    : descriptor_(descriptor),
      piece_max_(piece_max_of(descriptor)),
      ending_(ending),
      patience_(patience) {}

void BatchSink::flush_() {
    std::size_t written = 0;
    while (written < bytes_.size() && may_write()) {
        const std::size_t piece = std::min(bytes_.size() - written, piece_max_);
        const ssize_t n = ::write(descriptor_, bytes_.data() + written, piece);
        if (n > 0) written += static_cast<std::size_t>(n);
        if (n < 0 && errno != EINTR && errno != EAGAIN) break;  // nobody is there to read it
    }
    bytes_.clear();
}

// Waits until the descriptor takes something.
bool BatchSink::may_write() {
    constexpr int look_ms = 50;
    pollfd at{descriptor_, POLLOUT, 0};
    while (true) {
        const int ready = ::poll(&at, 1, look_ms);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
        if (!ending_.load()) continue;
        waited_ += std::chrono::milliseconds(look_ms);
        if (waited_ >= patience_) return false;
    }
}

}  // namespace rb::log
