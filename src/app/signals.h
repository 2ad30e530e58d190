#pragma once
// What asks the process to stop or to read its files anew. The signals are taken by the thread that
// waits for them, so they are blocked before the first other thread is made.
#include <chrono>

namespace rb::app {

enum class Asked : unsigned char { stop, reload, nothing };

// SIGINT, SIGTERM, SIGHUP; SIGPIPE is ignored.
void block_signals();
// Waits for one of them, or until the time is over: nothing.
Asked wait_for_signal(std::chrono::milliseconds at_most);

}  // namespace rb::app
