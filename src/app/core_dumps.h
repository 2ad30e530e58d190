#pragma once
// What stands in this process' memory (keys, personal data that was opened) stays there.

namespace rb::app {

// From now on the process leaves no core file, and no other process of its user may look into it.
// Processes that it starts must ask for themselves.
void forbid_core_dumps();

}  // namespace rb::app
