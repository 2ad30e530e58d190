#include "testing/vectors.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace rb::testing {

namespace {

constexpr std::string_view separator = " | ";

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> split(std::string_view text, std::string_view by) {
    std::vector<std::string> parts;
    for (;;) {
        std::size_t at = text.find(by);
        parts.emplace_back(trim(text.substr(0, at)));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + by.size());
    }
}

[[noreturn]] void stop(const std::string& message) {
    std::fprintf(stderr, "vectors: %s\n", message.c_str());
    std::abort();
}

// False when the text is no integer of 128 bits.
bool read_wide(std::string_view text, int128& value) {
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) return false;
    value = 0;
    for (char c : text) {
        int digit = negative ? '0' - c : c - '0';
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, int128{10}, &value) ||
            __builtin_add_overflow(value, int128{digit}, &value))
            return false;
    }
    return true;
}

}  // namespace

std::string VectorRow::where() const {
    return columns_->file + ":" + std::to_string(line_) + " (" + cells_.front() + ")";
}

void VectorRow::fail(std::string_view what, std::string_view column) const {
    stop(where() + ": " + std::string(what) + " '" + std::string(column) + "'");
}

const std::string& VectorRow::text(std::string_view column) const {
    for (std::size_t i = 0; i < cells_.size(); ++i)
        if (columns_->names[i] == column) return cells_[i];
    fail("there is no column", column);
}

std::int64_t VectorRow::integer(std::string_view column) const {
    auto value = parse_int(text(column));
    if (!value) fail("no whole number in column", column);
    return *value;
}

int128 VectorRow::wide_integer(std::string_view column) const {
    int128 value = 0;
    if (!read_wide(text(column), value)) fail("no whole number in column", column);
    return value;
}

Ratio VectorRow::ratio(std::string_view column) const {
    const std::string& cell = text(column);
    std::size_t slash = cell.find('/');
    int128 numerator = 0, denominator = 1;
    bool good = read_wide(std::string_view(cell).substr(0, slash), numerator);
    if (slash != std::string::npos)
        good = good && read_wide(std::string_view(cell).substr(slash + 1), denominator);
    if (!good || denominator == 0) fail("no fraction in column", column);
    return Ratio::of(numerator, denominator);
}

std::vector<std::string> VectorRow::words(std::string_view column) const {
    const std::string& cell = text(column);
    return cell.empty() ? std::vector<std::string>{} : split(cell, " ");
}

std::vector<std::int64_t> VectorRow::integers(std::string_view column) const {
    std::vector<std::int64_t> values;
    for (const std::string& word : words(column)) {
        auto value = parse_int(word);
        if (!value) fail("no list of whole numbers in column", column);
        values.push_back(*value);
    }
    return values;
}

Parsed<VectorTable> VectorTable::parse(std::string_view text, std::string file) {
    VectorTable table;
    std::shared_ptr<VectorColumns> columns;
    int number = 0;
    for (const std::string& line : split(text, "\n")) {
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        std::vector<std::string> cells = split(line, separator);
        if (!columns) {
            columns = std::make_shared<VectorColumns>(VectorColumns{file, std::move(cells)});
            continue;
        }
        if (cells.size() != columns->names.size())
            return Unparsed(file + ":" + std::to_string(number) + ": expected " +
                            std::to_string(columns->names.size()) + " cells, found " +
                            std::to_string(cells.size()));
        table.rows_.emplace_back(columns, number, std::move(cells));
    }
    if (table.rows_.empty()) return Unparsed(file + ": there are no rows");
    return table;
}

VectorTable VectorTable::load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) stop("cannot open " + path);
    std::ostringstream text;
    text << file.rdbuf();
    auto table = parse(text.str(), path.substr(path.rfind('/') + 1));
    if (!table) stop(table.error());
    return std::move(*table);
}

}  // namespace rb::testing
