#include "base/notice.h"

#include <atomic>
#include <cstdio>
#include <string>

namespace rb {
namespace {

std::atomic<NoticeSink> sink_now{nullptr};

}  // namespace

void notice(Severity severity, std::string_view text) {
    if (NoticeSink sink = sink_now.load()) return sink(severity, text);
    // In one piece, so that lines of several threads do not mix.
    const std::string line = "ratebook: " + std::string(text) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

void set_notice_sink(NoticeSink sink) { sink_now = sink; }

}  // namespace rb
