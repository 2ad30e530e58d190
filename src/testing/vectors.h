#pragma once
// Reads tables of golden/vectors (*.vec): comment lines begin with '#', the first other line names
// the columns, each following line is a row; cells are separated by " | ". For tests only: a
// missing file or column stops the process with a message, so that no vector is skipped unseen.
//
//     for (const VectorRow& row : VectorTable::load(RATEBOOK_SOURCE_DIR "/golden/vectors/tax.vec"))
//     {
//         SCOPED_TRACE(row.where());
//         EXPECT_EQ(..., row.integer("tax_minor"));
//     }
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "base/ratio.h"
#include "base/result.h"

namespace rb::testing {

struct VectorColumns {
    std::string file;  // as messages name it
    std::vector<std::string> names;
};

class VectorRow {
public:
    VectorRow(std::shared_ptr<const VectorColumns> columns, int line,
              std::vector<std::string> cells)
        : columns_(std::move(columns)), line_(line), cells_(std::move(cells)) {}

    // "tax.vec:12", and the first cell: "tax.vec:12 (L4)".
    std::string where() const;
    int line() const { return line_; }

    const std::string& text(std::string_view column) const;
    std::int64_t integer(std::string_view column) const;
    int128 wide_integer(std::string_view column) const;
    Ratio ratio(std::string_view column) const;                     // "13/28" or "5"
    std::vector<std::string> words(std::string_view column) const;  // separated by blanks
    std::vector<std::int64_t> integers(std::string_view column) const;

private:
    [[noreturn]] void fail(std::string_view what, std::string_view column) const;

    std::shared_ptr<const VectorColumns> columns_;
    int line_;
    std::vector<std::string> cells_;
};

class VectorTable {
public:
    // The table in `text`; `file` is the name that messages use.
    static Parsed<VectorTable> parse(std::string_view text, std::string file);
    // The table of a file. Stops the process when there is none, when it is malformed or empty.
    static VectorTable load(const std::string& path);

    auto begin() const { return rows_.begin(); }
    auto end() const { return rows_.end(); }
    std::size_t size() const { return rows_.size(); }

private:
    std::vector<VectorRow> rows_;
};

}  // namespace rb::testing
