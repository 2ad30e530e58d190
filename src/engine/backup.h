#pragma once
// A journal copied while it is served: what a backup holds. Everything else of a store follows from
// its journal.
//
// Trees are copied first, then the directory, then the catalog. So the copy is a store as a crash
// could have left it: what a tree relies on is there, and a name that was reserved for an account
// which is not there lapses. Batches that were being written when the copy began may be in it.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/ports.h"

namespace rb::engine {

struct JournalCopy {
    std::vector<std::uint64_t> heads;  // the last batch of each partition of the copy
    std::uint64_t batches = 0;         // that were copied now
    std::uint64_t bytes = 0;
};

// Brings `to`, which is empty or an earlier copy of `from`, up to where `from` is; with `until` up
// to these heads of partitions. Errors: `to` is no copy of `from`, a head lies ahead of `from` or
// behind `to`, reading or writing failed; what was copied before stays and is whole.
Parsed<JournalCopy> copy_journal(Journal& from, Journal& to,
                                 std::span<const std::uint64_t> until = {});

}  // namespace rb::engine
