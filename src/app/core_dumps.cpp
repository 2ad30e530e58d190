#include "app/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace rb::app {

void forbid_core_dumps() {
    // The first also for a system that pipes cores to a program, which no limit keeps from it.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace rb::app
