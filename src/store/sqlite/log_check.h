#pragma once
// Tells a log that ends in the middle of its last commit from one that is damaged before.
//
// SQLite recovers a log up to the first frame whose checksum is wrong and drops the rest. That is
// right for a commit that a power cut tore: it was never acknowledged. It is silent loss when a
// byte went bad further in front. The two differ in what follows: behind the first bad frame a torn
// log has the rest of one commit at most, because each commit is synced before the next begins.
// Frames of an earlier use of the file have other salts, and what a refused commit (disk full) left
// behind has no commit frame that is whole.
//
// What this cannot tell: a bad byte in the very last commit looks like a torn one.
#include <string>

#include "base/result.h"

namespace rb::store::sqlite {

// A sentence with the offset when the log at `path` is damaged. No log is a good log.
Parsed<void> check_log(const std::string& path);

}  // namespace rb::store::sqlite
