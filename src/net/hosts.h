#pragma once
// The names that a server answers to. A page in a browser can give its own name an address of this
// machine ("DNS rebinding"); the name in its requests tells them apart from those that are meant.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rb::net {

class Hosts {
public:
    // "billing.example.com,[::1]": names or addresses parted by commas, no port, no scheme; "" is
    // none at all.
    static Parsed<Hosts> parse(std::string_view text);
    // More of them.
    Parsed<void> add(std::string_view text);

    bool empty() const { return names_.empty(); }
    // Whether a Host header names one of them: in any case, with or without a port or a dot at its
    // end; addresses by what they mean, not by how they are written.
    bool contains(std::string_view host_header) const;
    // The first one as a client writes it, with brackets around an IPv6 address.
    std::string first() const;

private:
    std::vector<std::string> names_;  // as `plain_name` gives them
};

// Whether the header names this address: "192.0.2.1:8080" does 192.0.2.1.
bool names_address(std::string_view host_header, std::string_view address);

}  // namespace rb::net
