#pragma once
// Assertions that stay on in release builds: a wrong cent must never be booked. Use RB_CHECK for
// what the code promises itself, never for bad input.
//
// A broken invariant stops the process, unless the thread has said that nothing is lost by giving
// up what it does (Recoverable): then BrokenInvariant is thrown, and whoever said so deals with it.
#include <exception>
#include <string>

namespace rb {

[[noreturn]] void check_failed(const char* condition, const char* what, const char* file, int line);

struct BrokenInvariant : std::exception {
    std::string rule;   // what should have held, a sentence
    std::string place;  // "src/domain/ledger/apply.cpp:25"
    const char* what() const noexcept override { return rule.c_str(); }
};

// While one of these is the newest of its thread, a failed check throws (recoverable: what is being
// worked out has changed nothing yet) or stops the process (final: state is being changed).
// noexcept functions in between stop the process in any case.
class CheckScope {
public:
    enum class Kind : unsigned char { recoverable, final };
    explicit CheckScope(Kind kind);
    ~CheckScope();
    CheckScope(const CheckScope&) = delete;
    CheckScope& operator=(const CheckScope&) = delete;

private:
    const Kind before_;
};

}  // namespace rb

#define RB_CHECK(condition, what)                                     \
    do {                                                              \
        if (!(condition)) [[unlikely]]                                \
            ::rb::check_failed(#condition, what, __FILE__, __LINE__); \
    } while (false)
