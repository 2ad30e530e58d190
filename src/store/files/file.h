#pragma once
// The program's own files: never reached through a link that others may have laid, made for the
// owner alone. Thread-safe.
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb::store::files {

// A descriptor of the regular file at `path`; `flags` as of open(2), a file that is made gets mode
// 0600. A link at the end of the path is not followed, a pipe or a device is not opened. -1: errno
// and `why_not_opened` say why.
int open_own(const std::string& path, int flags);
// A new, empty file for writing in place of what stood there; a link is taken away, not followed.
int make_own(const std::string& path);
// What errno says after one of these, for the end of a sentence.
std::string why_not_opened();

// The file holds `content` and nothing else, mode 0600, or what it held before; durable on return.
Parsed<void> replace_own(const std::string& path, std::string_view content);

// Refused: a folder that others than the process' user and root may write, for they could exchange
// what is in it. The sentence says how to mend it.
Parsed<void> check_folder(const std::string& folder);

}  // namespace rb::store::files
