#include "app/signals.h"

#include <pthread.h>
#include <signal.h>

#include <cerrno>

namespace rb::app {

namespace {

sigset_t awaited() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

}  // namespace

void block_signals() {
    sigset_t set = awaited();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signal(SIGPIPE, SIG_IGN);
}

Asked wait_for_signal(std::chrono::milliseconds at_most) {
    using namespace std::chrono;
    const auto whole = duration_cast<seconds>(at_most);
    const timespec limit{whole.count(), nanoseconds(at_most - whole).count()};
    sigset_t set = awaited();
    const int number = ::sigtimedwait(&set, nullptr, &limit);
    if (number < 0) return Asked::nothing;
    return number == SIGHUP ? Asked::reload : Asked::stop;
}

}  // namespace rb::app
