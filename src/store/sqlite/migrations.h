#pragma once
// Layouts of the two files as numbered steps. The number of a file's last step is its
// `user_version`; step 1 makes an empty file. Steps are appended, never edited: a released step is
// what stands in somebody's file. docs/formats/journal-sqlite.md and views-sqlite.md describe the
// results.
#include <cstdint>
#include <span>

#include "store/sqlite/database.h"

namespace rb::store::sqlite {

struct Layout {
    std::int32_t application_id;  // written into the file's header, told by file(1)
    const char* what;             // "a journal of Ratebook"
    std::span<const char* const> steps;
};

const Layout& journal_layout();
const Layout& views_layout();

enum class Fit : std::uint8_t {
    current,
    older,    // readable after `migrate`; an empty file is older, too
    newer,    // of a newer Ratebook
    foreign,  // a database of something else
};

// How the file stands to the layout.
Parsed<Fit> fit_of(Database& database, const Layout& layout);

// Brings an older file up to the layout, each step in a transaction with its number. A sentence for
// files that are newer or foreign, and for failures; the file is then as it was, or at a whole
// step.
Parsed<void> migrate(Database& database, const Layout& layout);

}  // namespace rb::store::sqlite
