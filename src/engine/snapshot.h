#pragma once
// A book as records, and back: so that a start replays only what came after. Taken when nothing is
// in flight (a clean stop, or the end of a long replay before serving), so all records are true at
// one position. A snapshot may always be thrown away; one that does not fit the journal is ignored.
#include <vector>

#include "engine/book.h"
#include "engine/ports.h"

namespace rb::engine {

// Writes all records of the book; the head record comes last, so that a half-written one has no
// head.
Parsed<void> write_snapshot(const Book& book, Views& views);

// The book as of the newest snapshot that the journal agrees with; an empty book when there is
// none.
Parsed<Book> read_snapshot(PartitionId partition, Store& store);

}  // namespace rb::engine
