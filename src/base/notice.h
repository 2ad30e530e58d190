#pragma once
// What somebody who runs the program should read, said by rooms that know of no log. It goes to
// standard error until the program gives it another place. Thread-safe.
#include <cstdint>
#include <string_view>

namespace rb {

enum class Severity : std::uint8_t { info, warning, error };

// One sentence, without the program's name and without a line end.
void notice(Severity severity, std::string_view text);

// May be called from any thread until it is replaced. nullptr: standard error.
using NoticeSink = void (*)(Severity severity, std::string_view text);
void set_notice_sink(NoticeSink sink);

}  // namespace rb
