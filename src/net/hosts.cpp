#include "net/hosts.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>

namespace rb::net {

namespace {

constexpr std::size_t name_chars_max = 253;

// "[::1]:80" is "[::1]", "a.example:80" is "a.example".
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

// An address in its one canonical form; "" when the text is none.
std::string address_text(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    boost::system::error_code ec;
    auto address = boost::asio::ip::make_address(std::string(text), ec);
    if (ec) return {};
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

// In small letters, without the dot of the root; addresses in their canonical form.
std::string plain_name(std::string_view host) {
    if (std::string address = address_text(host); !address.empty()) return address;
    if (host.ends_with('.')) host.remove_suffix(1);
    std::string name(host);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name;
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= name_chars_max && !name.starts_with('.') &&
           std::ranges::all_of(name, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
           });
}

}  // namespace

Parsed<Hosts> Hosts::parse(std::string_view text) {
    Hosts hosts;
    if (auto ok = hosts.add(text); !ok) return Unparsed(ok.error());
    return hosts;
}

Parsed<void> Hosts::add(std::string_view text) {
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        std::string_view one = text.substr(0, comma);
        text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (one.empty()) continue;
        std::string name = plain_name(one);
        if (address_text(one).empty() && !is_name(name))
            return Unparsed("'" + std::string(one) +
                            "' is no name of a host: expected one such as billing.example.com, "
                            "without scheme, port or path");
        if (std::ranges::find(names_, name) == names_.end()) names_.push_back(std::move(name));
    }
    return {};
}

bool Hosts::contains(std::string_view host_header) const {
    const std::string name = plain_name(without_port(host_header));
    return std::ranges::find(names_, name) != names_.end();
}

std::string Hosts::first() const {
    if (names_.empty()) return {};
    const bool is_ipv6 = names_.front().find(':') != std::string::npos;
    return is_ipv6 ? "[" + names_.front() + "]" : names_.front();
}

bool names_address(std::string_view host_header, std::string_view address) {
    const std::string named = address_text(without_port(host_header));
    return !named.empty() && named == address_text(address);
}

}  // namespace rb::net
