#pragma once
// Who gave a command.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/enums.h"
#include "base/id.h"

namespace rb::engine {

// By which door a command came.
enum class Door : std::uint8_t { unknown, native, platform, tenant, agency, program };
constexpr auto enum_names(Door) {
    return std::array<std::string_view, 6>{"unknown", "native", "platform",
                                           "tenant",  "agency", "program"};
}

// Who gave a command, beyond the account and the key that stand in the record itself.
struct Actor {
    Uuid person;  // the member or the operator whose key it was; nil: nobody's
    Door door = Door::unknown;
    std::string request_id;  // as the reply and the log have it

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "person", s.person);
        v(2, "door", s.door);
        v(3, "request_id", s.request_id);
    }
};

}  // namespace rb::engine
