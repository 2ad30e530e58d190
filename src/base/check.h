#pragma once
// Assertions that stay on in release builds. A broken invariant stops the process: a wrong cent
// must never be booked. Use RB_CHECK for what the code promises itself, never for bad input.

namespace rb {

[[noreturn]] void check_failed(const char* condition, const char* what, const char* file, int line);

}  // namespace rb

#define RB_CHECK(condition, what)                                     \
    do {                                                              \
        if (!(condition)) [[unlikely]]                                \
            ::rb::check_failed(#condition, what, __FILE__, __LINE__); \
    } while (false)
