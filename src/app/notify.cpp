#include "app/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace rb::app {

namespace {

std::string_view socket_name() {
    const char* name = std::getenv("NOTIFY_SOCKET");
    return name == nullptr ? std::string_view() : name;
}

}  // namespace

bool is_notifying() {
    const std::string_view name = socket_name();
    return name.starts_with('/') || name.starts_with('@');
}

void notify(const std::string& state) {
    if (!is_notifying()) return;
    const std::string_view name = socket_name();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, name.data(), name.size());
    // An abstract name begins with a zero byte and ends with the address, not with one.
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    [[maybe_unused]] auto sent = ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                                          reinterpret_cast<const sockaddr*>(&address), size);
    ::close(fd);
}

void notify_reloading() {
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    const std::int64_t us = std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us));
}

}  // namespace rb::app
