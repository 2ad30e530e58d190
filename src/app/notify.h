#pragma once
// Tells the service manager how far the process is: systemd's protocol, one datagram to the socket
// that NOTIFY_SOCKET names (sd_notify(3)). Without that variable nothing happens.
#include <string>

namespace rb::app {

// Whether a service manager waits to be told.
bool is_notifying();
// "READY=1", "STOPPING=1", "STATUS=...", parted by line ends. A manager that does not listen is no
// reason not to serve: failures are dropped.
void notify(const std::string& state);
// Between this and the next "READY=1" something is read anew.
void notify_reloading();

}  // namespace rb::app
