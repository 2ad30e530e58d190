#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace rb {

namespace {

thread_local CheckScope::Kind kind_here = CheckScope::Kind::final;

// From "src/" on, wherever it was built.
std::string place_of(std::string_view file, int line) {
    const std::size_t at = file.rfind("src/");
    if (at != std::string_view::npos) file.remove_prefix(at);
    return std::string(file) + ":" + std::to_string(line);
}

}  // namespace

CheckScope::CheckScope(Kind kind) : before_(std::exchange(kind_here, kind)) {}

CheckScope::~CheckScope() { kind_here = before_; }

void check_failed(const char* condition, const char* what, const char* file, int line) {
    if (kind_here == CheckScope::Kind::recoverable) {
        BrokenInvariant broken;
        broken.rule = what;
        broken.place = place_of(file, line);
        throw broken;
    }
    std::fprintf(stderr, "ratebook: broken invariant: %s (%s) at %s:%d\n", what, condition, file,
                 line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace rb
