#pragma once
// Inside the engine: working something out that changes nothing yet, so that a broken invariant is
// an answer and no end of the process (base/check.h).
#include <expected>
#include <functional>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace rb::engine {

template <class F>
std::expected<std::invoke_result_t<F>, BrokenInvariant> attempt(F&& work) {
    CheckScope scope(CheckScope::Kind::recoverable);
    try {
        return [&]() -> std::expected<std::invoke_result_t<F>, BrokenInvariant> {
            if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
                work();
                return {};
            } else {
                return work();
            }
        }();
    } catch (BrokenInvariant& broken) {
        return std::unexpected(std::move(broken));
    }
}

}  // namespace rb::engine
