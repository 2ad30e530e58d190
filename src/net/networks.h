#pragma once
// Whom the server believes what they say about others: the addresses of the proxies in front of it.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rb::net {

// Networks of IPv4 and IPv6. An IPv4 address is the same one when it is written as an IPv6 address
// (::ffff:10.0.0.1).
class Networks {
public:
    // "10.0.0.0/8,::1": addresses or networks, parted by commas; "" is none at all.
    static Parsed<Networks> parse(std::string_view text);
    // This machine's own interface, 127.0.0.0/8 and ::1.
    static Networks loopback();

    bool contains(std::string_view address) const;

private:
    using Bytes = std::array<std::uint8_t, 16>;
    struct Network {
        Bytes bytes{};
        int bits = 0;
    };
    std::vector<Network> networks_;
};

}  // namespace rb::net
