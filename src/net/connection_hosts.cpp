// Whom a connection's requests may be for.
#include "net/connection.h"

namespace rb::net {

// A foreign name that leads here may be a page that rebinds its own name to this machine.
bool Connection::answers_for(std::string_view host) const {
    const ServerOptions& options = worker_.options();
    const bool is_guarded = worker_.is_loopback() && options.loopback_hosts_only;
    if (!is_guarded && options.hosts.empty()) return true;
    if (is_loopback_host(host) || options.hosts.contains(host)) return true;
    if (is_guarded) return false;
    // What looks after the server may ask by address; no page can give that another one.
    boost::system::error_code ec;
    const auto local = stream_.local_endpoint(ec);
    return !ec && names_address(host, local.address().to_string());
}

}  // namespace rb::net
