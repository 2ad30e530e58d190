#pragma once
// Asks the processor to bring memory near that will be read soon. Any pointer will do.
#include <cstddef>

namespace rb::engine {

inline void bring_near(const void* begin, std::size_t bytes) {
    constexpr std::size_t line_bytes = 64, bytes_max = 512;
    const char* at = static_cast<const char*>(begin);
    for (std::size_t i = 0; i < bytes && i < bytes_max; i += line_bytes) __builtin_prefetch(at + i);
    // GCC 12 takes a function that only prefetches for one without effect and drops its calls.
    asm volatile("");
}

}  // namespace rb::engine
