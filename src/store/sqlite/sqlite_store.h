#pragma once
// The embedded store: two SQLite files in one directory, and a folder of runs of event ids.
//
// journal.db is ground state: WAL, synchronous=FULL, exclusive locking, 8 KiB pages, one row a
// commit keyed by (partition, seq), no head row. views.db is derived: ordinary WAL, written after
// the commit with its position in the same transaction, readable by anyone's SQL tools, rebuilt
// when lost. ids/ is derived too: immutable files, rebuilt from the journal when one is lost.
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/ports.h"

namespace rb::store::sqlite {

enum class Access : std::uint8_t { read_write, read_only };

// Opens or creates. Errors: the directory cannot be made, another process owns it, a newer format,
// a damaged file; each a sentence that says what to do.
Parsed<std::unique_ptr<engine::Store>> open(const std::string& directory, Access access);

}  // namespace rb::store::sqlite
