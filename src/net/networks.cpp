#include "net/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace rb::net {

namespace {

constexpr int address_bits = 128;
constexpr int ipv4_bits = 32;

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    int bits = address_bits;  // of the form in which it was written
};

std::optional<Address> address_of(std::string_view text) {
    const std::string whole(text);
    Address address;
    if (::inet_pton(AF_INET6, whole.c_str(), address.bytes.data()) == 1) return address;
    constexpr std::size_t ipv4_at = 12;
    if (::inet_pton(AF_INET, whole.c_str(), address.bytes.data() + ipv4_at) != 1)
        return std::nullopt;
    std::fill_n(address.bytes.begin() + ipv4_at - 2, 2, std::uint8_t{0xff});
    address.bits = ipv4_bits;
    return address;
}

bool begins_alike(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                  int bits) {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
    const int rest = bits % 8;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

}  // namespace

Parsed<Networks> Networks::parse(std::string_view text) {
    Networks networks;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view item = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const std::size_t slash = item.find('/');
        const auto address = address_of(item.substr(0, slash));
        const int bits_max = address ? address->bits : 0;
        const std::int64_t bits = slash == std::string_view::npos
                                      ? bits_max
                                      : parse_int(item.substr(slash + 1)).value_or(-1);
        if (!address || bits < 0 || bits > bits_max)
            return Unparsed("'" + std::string(item) +
                            "' is no network: expected addresses or networks parted by commas, "
                            "such as 10.0.0.0/8,::1");
        Network network;
        network.bytes = address->bytes;
        network.bits = address_bits - bits_max + static_cast<int>(bits);
        networks.networks_.push_back(network);
    }
    return networks;
}

Networks Networks::loopback() { return *parse("127.0.0.0/8,::1"); }

bool Networks::contains(std::string_view text) const {
    const auto address = address_of(text);
    return address && std::ranges::any_of(networks_, [&](const Network& network) {
               return begins_alike(network.bytes, address->bytes, network.bits);
           });
}

}  // namespace rb::net
