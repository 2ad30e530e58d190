#pragma once
// Usage as the journal keeps it: many rows in one block, column by column, because there is a
// thousand times more of it than of anything else. docs/formats/usage-block.md is the layout.
//
// A row comes back as it went in, in the order of adding; the same rows give the same bytes. A
// block has no checksum of its own: it stands in a batch, which has one.
//
// Threading: objects are of one thread at a time; different objects are independent.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/name.h"
#include "base/result.h"
#include "domain/catalog/types.h"
#include "domain/ids/types.h"

struct ZSTD_CCtx_s;

namespace rb::engine {

// One measured use that was counted. Strings belong to whoever gave the row.
struct UsageRow {
    AccountId account;
    Name meter;
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    std::int64_t quantity = 0;
    Uuid member;  // of a unique meter: keyed hash of the value; else nil
    Instant at;   // decided
    Instant occurred_at;
    Uuid event;                   // keyed 128-bit hash of tree, source and id; nil: none
    std::string_view dimensions;  // "k=v\x1fk2=v2" with sorted keys; may be empty
    std::uint8_t flags = 0;       // opaque here
    Uuid entity;                  // keyed hash of meter and entity within the account; nil: none
    bool operator==(const UsageRow&) const = default;
};

namespace usage_block {

inline constexpr std::size_t rows_max = 1'000'000;
// Of the columns before compression; ids and hashes do not count.
inline constexpr std::size_t columns_bytes_max = std::size_t{64} * 1024 * 1024;

// Hashes of the rows that have one, and which rows those are.
class HashColumn {
public:
    // Of a row by its number, which grows from call to call; nil: it has none.
    void add(std::size_t row, const Uuid& value) {
        if (value.is_nil()) return;
        if (rows_.empty() && row == values_.size()) [[likely]]
            return values_.push_back(value);
        add_behind_gap(row, value);
    }
    // `rows`: how many there are, with those that have none.
    void finish_presence(std::string& out, std::size_t rows) const;
    void finish_values(std::string& out);
    bool empty() const { return values_.empty(); }
    std::size_t bytes() const { return 16 * values_.size(); }

private:
    void add_behind_gap(std::size_t row, const Uuid& value);

    std::vector<Uuid> values_;
    std::vector<std::uint32_t> rows_;  // of the values; empty: the first ones, all of them
};

// Gives equal values the same small number, most of the time: a value that collides with too many
// others is listed once more, so that no choice of values makes this slow.
class Slots {
public:
    static constexpr std::size_t tries_max = 16;
    void clear();
    // The number for which `equals` is true, or `fresh`, which is then remembered if there is room.
    template <class Equals>
    std::uint32_t find(std::uint64_t hash, std::uint32_t fresh, const Equals& equals);

private:
    struct Slot {
        std::uint32_t generation = 0;
        std::uint32_t number = 0;
        std::uint64_t hash = 0;
    };
    void grow();

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
    std::uint32_t generation_ = 1;  // slots of another one are empty
};

// Distinct strings, each with a small tag that is part of its identity.
class Strings {
public:
    std::uint32_t number_of(std::string_view text, std::uint8_t tag);
    enum class Tags : std::uint8_t { left_out, written };
    void finish(std::string& out, Tags tags);
    std::size_t bytes() const { return text_.size() + 2 * items_.size(); }

private:
    struct Item {
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
        std::uint8_t tag = 0;
    };
    bool is(std::uint32_t number, std::string_view text, std::uint8_t tag) const;

    std::string text_;
    std::vector<Item> items_;
    std::uint32_t last_ = 0;
    Slots slots_;
};

// Distinct accounts.
class Accounts {
public:
    std::uint32_t number_of(AccountId account);
    std::size_t size() const { return items_.size(); }
    void finish(std::string& out);

private:
    std::vector<Uuid> items_;
    std::uint32_t last_ = 0;
    Slots slots_;
};

}  // namespace usage_block

// Adding does not allocate once the buffers have seen a block of that size.
class UsageBlockWriter {
public:
    UsageBlockWriter();
    ~UsageBlockWriter();
    UsageBlockWriter(UsageBlockWriter&&) noexcept;
    UsageBlockWriter& operator=(UsageBlockWriter&&) noexcept;

    // False: the block is to be finished before this row is added.
    bool has_room(const UsageRow& row) const {
        std::size_t texts = meters_.bytes() + dimensions_.bytes() + row.dimensions.size();
        return rows_.size() < usage_block::rows_max &&
               (rows_.size() + 1) * row_bytes_max + texts + text_bytes_spare <=
                   usage_block::columns_bytes_max;
    }
    // A row without room is a broken promise of the caller.
    void add(const UsageRow& row);
    std::size_t rows() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }
    // The block; the writer is empty again. A block without rows is a block.
    std::string finish();

private:
    void pack(std::string& out, std::size_t texts);
    struct Free {
        void operator()(ZSTD_CCtx_s* context) const;
    };

    // What a row takes of the columns at most, but for its texts: three numbers of what it names,
    // quantity and two times, flags, bits of presence, and the lengths and tags of texts.
    static constexpr std::size_t row_bytes_max = 3 * 3 + 3 * 10 + 2 + 1 + 2 * 4;
    static constexpr std::size_t text_bytes_spare = 4096;  // a meter's name, lengths of columns
    // A row as it is kept until the block is finished; hashes stand apart.
    struct Kept {
        std::int64_t at = 0;
        std::int64_t occurred_at = 0;
        std::int64_t quantity = 0;
        std::uint32_t account = 0;
        std::uint32_t meter = 0;
        std::uint32_t dimensions = 0;
        std::uint8_t flags = 0;
    };
    std::uint32_t number_of(Name meter, catalog::Aggregation aggregation);
    template <class ValueOf>
    void put_column(const ValueOf& value_of);
    void put_columns();

    std::vector<Kept> rows_;
    usage_block::Accounts accounts_;
    usage_block::Strings meters_;
    usage_block::Strings dimensions_;
    usage_block::HashColumn members_;
    usage_block::HashColumn events_;
    usage_block::HashColumn entities_;  // empty: the block has no such column
    // Of the row that was added last.
    Name meter_;
    catalog::Aggregation aggregation_ = catalog::Aggregation::count;
    std::string columns_;  // of the block being finished
    std::string run_;      // of one column
    std::string packed_;
    std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

// Reads a block. Opening checks all of it, so that no row can fail afterwards: a block that is
// malformed is an error, and nothing is read beyond the given bytes.
class UsageBlockReader {
public:
    // `bytes` must outlive the reader.
    static Parsed<UsageBlockReader> open(std::string_view bytes);

    std::size_t rows() const { return rows_; }
    // The next row, or false at the end. Its strings live as long as the reader and the block.
    bool next(UsageRow& row);
    // Appends the events of all rows that have one, in their order; before the first `next`.
    void put_events(std::vector<Uuid>& out) const;

private:
    // Numbers of a column: one for all, or a run of varints that has been checked.
    struct Numbers {
        const char* next = nullptr;  // null: all are `constant`
        std::uint64_t constant = 0;
        std::uint64_t take();
    };
    enum class Presence : std::uint8_t { none, all, bits };
    struct Hashes {
        Presence presence = Presence::none;
        const char* bits = nullptr;
        const char* next = nullptr;
        std::size_t count = 0;  // of those that have one
        Uuid take(std::size_t row);
    };
    struct Named {
        Name text;
        catalog::Aggregation aggregation = catalog::Aggregation::count;
    };
    class Opening;  // reads and checks the parts

    std::unique_ptr<char[]> unpacked_;
    const char* accounts_ = nullptr;
    std::vector<Named> meters_;
    std::vector<std::string_view> dimensions_;
    Numbers account_numbers_;
    Numbers meter_numbers_;
    Numbers dimension_numbers_;
    Numbers quantities_;
    Numbers ats_;
    Numbers occurred_;
    Numbers flags_;
    Hashes members_;
    Hashes events_;
    Hashes entities_;
    std::size_t rows_ = 0;
    std::size_t row_ = 0;
    std::uint64_t at_ = 0;
};

}  // namespace rb::engine
