#pragma once
// The embedded store: one directory with a journal, views and runs of event ids.
//
// The journal is ground state, in one of two forms. journal/ is a row of files that are written at
// their end (store/segments). journal.db is a SQLite file: WAL, synchronous=FULL, exclusive
// locking, 8 KiB pages, one row a commit keyed by (partition, seq), no head row; slower
// at small commits, but to be read with SQL tools. views.db is derived: ordinary WAL, written after
// the commit with its position in the same transaction, readable by anyone's SQL tools, rebuilt
// when lost. ids/ is derived too: immutable files, rebuilt from the journal when one is lost.
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/ports.h"

namespace rb::store::sqlite {

enum class Access : std::uint8_t { read_write, read_only };

// Of a new store; one that is there keeps its own.
enum class JournalForm : std::uint8_t { segments, sqlite };

// Opens or creates; read_only opens what is there and changes nothing on the disk. Errors: the
// directory cannot be made, another process owns it, a newer format, a damaged file; each a
// sentence that says what to do.
Parsed<std::unique_ptr<engine::Store>> open(const std::string& directory, Access access,
                                            JournalForm form_of_new = JournalForm::segments);

// An error when the directory holds no store, with what was expected there. Changes nothing.
Parsed<void> expect_store(const std::string& directory);

}  // namespace rb::store::sqlite
