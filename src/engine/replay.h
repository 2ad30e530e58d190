#pragma once
// The replay of a partition's journal onto its book, as a start makes it.
//
// It has two halves. The calling thread reads batches, checks them, takes them apart and remembers
// the ids of their events; another thread applies the rest, in the order of the journal. They share
// nothing: ids are in `Book::events`, which no other event touches, and everything else of a book
// is not asked by the first half. A short tail is applied by the calling thread itself, since a
// thread would cost more than it saves.
//
// What comes for accounts that sleep alone is put off (AccountsTable::put_off): the book is the
// same to everybody who looks at it.
#include <cstddef>
#include <cstdint>
#include <functional>

#include "engine/book.h"
#include "engine/ports.h"

namespace rb::engine {

struct ReplayOptions {
    // Of batches that the calling thread applies itself.
    std::size_t alone_bytes_max = std::size_t{2} * 1024 * 1024;
    // Ids that are remembered together: 16 bytes each until then, and again while it is done.
    std::size_t ids_at_once = 4'000'000;
};

// Applies all batches behind `book.seq`. `remembered` is called by the calling thread now and then,
// when ids were remembered: it may use `book.events` and nothing else of the book. Gives the number
// of batches; or what is broken, and then the book is of no use.
Parsed<std::uint64_t> replay(Book& book, Journal& journal, const std::function<void()>& remembered,
                             const ReplayOptions& options = {});

}  // namespace rb::engine
