#pragma once
// What all stores ask of the file system. Thread-safe.
#include <string>

namespace rb::store::files {

// The names in the folder (files made, renamed and removed in it) are durable on return; "" is the
// working folder. False: they may not be, and errno says why.
bool sync_folder(const std::string& folder);

}  // namespace rb::store::files
