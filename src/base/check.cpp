#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rb {

void check_failed(const char* condition, const char* what, const char* file, int line) {
    std::fprintf(stderr, "ratebook: broken invariant: %s (%s) at %s:%d\n", what, condition, file,
                 line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace rb
