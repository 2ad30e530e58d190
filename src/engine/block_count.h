#pragma once
// Counts the rows of a block of usage. What a row changes lies anywhere in memory and comes near
// while the rows before it are counted.
#include <cstdint>

#include "engine/book.h"
#include "engine/usage_block.h"

namespace rb::engine {

// `first` is the number of the first row. Gives the number after the last.
std::uint64_t count_block(Book& book, UsageBlockReader& rows, std::uint64_t first, Instant received,
                          Counting how);

}  // namespace rb::engine
