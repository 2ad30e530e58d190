#include "engine/usage_block.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/check.h"

namespace rb::engine {

namespace {

// A row with strings of its own.
struct Held {
    UsageRow row;
    std::string meter;
    std::string dimensions;
    UsageRow view() const {
        UsageRow seen = row;
        seen.meter = Name(meter);
        seen.dimensions = dimensions;
        return seen;
    }
};

Uuid random_uuid(std::uint64_t n) {
    std::uint64_t words[2];
    for (std::uint64_t& word : words) {
        n += 0x9E3779B97F4A7C15ULL;
        word = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9ULL;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
    }
    return {words[0], words[1]};
}

// What a product sends: calls with a region each, of `accounts` accounts in turn.
std::vector<Held> calls(std::size_t rows, std::size_t accounts) {
    static constexpr std::string_view regions[] = {"region=eu", "region=us", "region=asia"};
    std::vector<Held> made(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        Uuid noise = random_uuid(7'000'000 + i);
        Held& held = made[i];
        held.meter = "api_calls";
        held.dimensions = regions[noise.high % 3];
        held.row.account.uuid = random_uuid(1'000'000 + i % accounts);
        held.row.aggregation = catalog::Aggregation::sum;
        held.row.quantity = static_cast<std::int64_t>(noise.low % 100);
        held.row.at.us = 1'780'000'000'000'000;
        held.row.occurred_at.us = held.row.at.us - static_cast<std::int64_t>(noise.low % 2'000'000);
        held.row.event = random_uuid(3'000'000 + i);
    }
    return made;
}

// With as many texts as make the columns worth compressing, when there are a hundred rows and more.
std::vector<Held> wordy_calls(std::size_t rows) {
    auto made = calls(rows, rows);
    for (std::size_t i = 0; i < rows; ++i)
        made[i].dimensions = "path=/v1/items\x1fuser=user_" + std::to_string(i);
    return made;
}

std::string block_of(const std::vector<Held>& rows) {
    UsageBlockWriter writer;
    for (const Held& held : rows) writer.add(held.view());
    return writer.finish();
}

void expect_rows(std::string_view block, const std::vector<Held>& rows) {
    auto reader = UsageBlockReader::open(block);
    ASSERT_TRUE(reader) << reader.error();
    ASSERT_EQ(reader->rows(), rows.size());
    UsageRow row;
    for (const Held& held : rows) {
        ASSERT_TRUE(reader->next(row));
        ASSERT_EQ(row, held.view());
    }
    EXPECT_FALSE(reader->next(row));
}

// Bytes that end where memory ends: reading one more stops the program.
class Edge {
public:
    explicit Edge(std::string_view bytes) {
        auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        std::size_t room = (bytes.size() / page + 1) * page;
        size_ = room + page;
        void* memory =
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        RB_CHECK(memory != MAP_FAILED, "there is memory");
        start_ = static_cast<char*>(memory);
        RB_CHECK(::mprotect(start_ + room, page, PROT_NONE) == 0, "a page can be closed");
        char* begin = start_ + room - bytes.size();
        if (!bytes.empty()) std::memcpy(begin, bytes.data(), bytes.size());
        view_ = {begin, bytes.size()};
    }
    Edge(const Edge&) = delete;
    Edge& operator=(const Edge&) = delete;
    ~Edge() { ::munmap(start_, size_); }
    std::string_view view() const { return view_; }

private:
    char* start_ = nullptr;
    std::size_t size_ = 0;
    std::string_view view_;
};

// Opens and, when that succeeds, reads everything, its texts included.
void read_all(std::string_view block) {
    Edge edge(block);
    auto reader = UsageBlockReader::open(edge.view());
    if (!reader) return;
    ASSERT_LE(reader->rows(), usage_block::rows_max);
    UsageRow row;
    std::size_t rows = 0;
    std::string text;
    while (reader->next(row)) {
        ++rows;
        text = row.meter;
        text = row.dimensions;
    }
    ASSERT_EQ(rows, reader->rows());
}

rc::Gen<Held> any_row() {
    return rc::gen::exec([] {
        Held held;
        auto few = [](int n) { return static_cast<std::uint64_t>(*rc::gen::inRange(0, n)); };
        held.row.account.uuid = random_uuid(few(5));
        held.meter = *rc::gen::element<std::string>("calls", "seats", "", "storage_gb");
        held.row.aggregation = static_cast<catalog::Aggregation>(few(5));
        held.row.quantity =
            *rc::gen::oneOf(rc::gen::just<std::int64_t>(1), rc::gen::arbitrary<std::int64_t>());
        held.row.member = *rc::gen::element(Uuid{}, random_uuid(100), random_uuid(101));
        held.row.at.us = *rc::gen::oneOf(rc::gen::just<std::int64_t>(1'780'000'000'000'000),
                                         rc::gen::arbitrary<std::int64_t>());
        held.row.occurred_at.us =
            *rc::gen::oneOf(rc::gen::just(held.row.at.us), rc::gen::arbitrary<std::int64_t>());
        held.row.event = few(3) == 0 ? Uuid{} : random_uuid(few(1'000'000));
        held.dimensions =
            *rc::gen::oneOf(rc::gen::just(std::string()), rc::gen::arbitrary<std::string>());
        held.row.flags = static_cast<std::uint8_t>(few(256));
        held.row.entity = few(20) == 0 ? random_uuid(200 + few(3)) : Uuid{};
        return held;
    });
}

TEST(UsageBlock, any_rows_come_back_as_they_went_in) {
    bool held = rc::check("round trip, twice with one writer", [] {
        auto rows = *rc::gen::container<std::vector<Held>>(any_row());
        UsageBlockWriter writer;
        for (int round = 0; round < 2; ++round) {
            RC_ASSERT(writer.empty());
            for (const Held& row : rows) writer.add(row.view());
            RC_ASSERT(writer.rows() == rows.size());
            std::string block = writer.finish();
            auto reader = UsageBlockReader::open(block);
            RC_ASSERT(reader.has_value());
            RC_ASSERT(reader->rows() == rows.size());
            UsageRow row;
            for (const Held& expected : rows) {
                RC_ASSERT(reader->next(row));
                RC_ASSERT(row == expected.view());
            }
            RC_ASSERT(!reader->next(row));
        }
    });
    EXPECT_TRUE(held);
}

TEST(UsageBlock, a_block_without_rows_is_a_block) {
    std::string block = UsageBlockWriter().finish();
    expect_rows(block, {});
    EXPECT_LE(block.size(), 20u);
}

TEST(UsageBlock, a_row_that_was_added_last_may_be_the_only_one_of_its_kind) {
    auto rows = calls(300, 20);
    rows.back().meter = "seats";
    rows.back().row.aggregation = catalog::Aggregation::unique;
    rows.back().row.member = random_uuid(5);
    rows.back().row.flags = 255;
    rows.back().dimensions = "";
    rows.back().row.quantity = INT64_MIN;
    rows.back().row.at.us = INT64_MAX;
    rows.back().row.occurred_at.us = INT64_MIN;
    rows.back().row.event = {};
    expect_rows(block_of(rows), rows);
}

TEST(UsageBlock, entities_make_another_form_and_rows_without_them_the_first_one) {
    auto rows = calls(20, 3);
    const std::string without = block_of(rows);
    EXPECT_EQ(without[0], 1);
    rows[9].row.entity = random_uuid(5);
    const std::string with_one = block_of(rows);
    EXPECT_EQ(with_one[0], 2);
    expect_rows(with_one, rows);
    rows[19].row.entity = random_uuid(6);
    expect_rows(block_of(rows), rows);
    // The first form has no such column, whatever a byte says.
    std::string claimed = without;
    claimed[0] = 2;
    EXPECT_FALSE(UsageBlockReader::open(claimed));
}

TEST(UsageBlock, the_same_meter_counts_twice_when_it_is_aggregated_in_two_ways) {
    auto rows = calls(2, 1);
    rows[1].row.aggregation = catalog::Aggregation::max;
    expect_rows(block_of(rows), rows);
}

TEST(UsageBlock, thousands_of_distinct_accounts_meters_and_dimensions_come_back) {
    auto rows = calls(20'000, 20'000);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].meter = "meter_" + std::to_string(i % 2'000);
        rows[i].dimensions = "user=" + std::to_string(i);
    }
    expect_rows(block_of(rows), rows);
}

TEST(UsageBlock, a_writer_that_was_used_gives_the_same_bytes_as_a_new_one) {
    auto rows = calls(1'000, 100);
    UsageBlockWriter writer;
    for (const Held& held : calls(5'000, 5'000)) writer.add(held.view());
    writer.finish();
    for (const Held& held : rows) writer.add(held.view());
    EXPECT_EQ(writer.finish(), block_of(rows));
}

TEST(UsageBlock, a_row_costs_what_the_page_on_the_format_says) {
    auto size_of = [](std::size_t rows, std::size_t accounts, const char* what) {
        std::size_t size = block_of(calls(rows, accounts)).size();
        RecordProperty(what, std::to_string(size));
        return size;
    };
    // 16 bytes are the hash of the event, and 16 more the account where each row has its own.
    EXPECT_LT(size_of(1'000, 1'000, "bytes_1000_rows_1000_accounts"), 40'500u);
    EXPECT_LT(size_of(1'000, 1, "bytes_1000_rows_1_account"), 22'500u);
    EXPECT_LT(size_of(64, 64, "bytes_64_rows_64_accounts"), 2'650u);
    EXPECT_LT(size_of(1, 1, "bytes_1_row"), 90u);
}

TEST(UsageBlock, texts_are_kept_in_less_room_than_they_take) {
    auto rows = wordy_calls(1'000);
    std::string block = block_of(rows);
    std::size_t texts = 0;
    for (const Held& held : rows) texts += held.dimensions.size();
    EXPECT_LT(block.size(), 32 * rows.size() + texts / 2);
    expect_rows(block, rows);
}

TEST(UsageBlock, a_block_that_is_cut_short_or_too_long_is_refused) {
    for (std::size_t rows : {1, 9, 200}) {
        std::string block = block_of(wordy_calls(rows));
        for (std::size_t size = 0; size < block.size(); ++size) {
            Edge edge(std::string_view(block).substr(0, size));
            EXPECT_FALSE(UsageBlockReader::open(edge.view())) << rows << " rows cut to " << size;
        }
        EXPECT_FALSE(UsageBlockReader::open(block + '\0'));
    }
}

TEST(UsageBlock, a_changed_byte_is_refused_or_reads_as_rows) {
    for (std::size_t rows : {1, 9, 200}) {
        auto held = wordy_calls(rows);
        for (std::size_t i = 0; i < held.size(); i += 3) held[i].row.member = random_uuid(i);
        std::string block = block_of(held);
        // Of a large block one bit a byte, another one each time.
        std::size_t step = rows < 100 ? 1 : 7;
        for (std::size_t i = 0; i < block.size(); ++i)
            for (std::size_t bit = i % step; bit < 9; bit += step) {
                std::string changed = block;
                changed[i] = bit == 8 ? '\xff' : static_cast<char>(changed[i] ^ (1U << bit));
                read_all(changed);
            }
    }
}

TEST(UsageBlock, random_bytes_are_no_block_that_crashes) {
    EXPECT_TRUE(rc::check("noise after a version and a count", [] {
        auto noise = *rc::gen::arbitrary<std::string>();
        read_all(noise);
        read_all(std::string("\x01\x03\x00", 3) + noise);
        std::string sized("\x01\x02", 2);
        sized += '\0';
        sized += static_cast<char>(noise.size() & 0x7F);
        read_all(sized + noise);
    }));
}

TEST(UsageBlock, a_count_beyond_the_limit_is_refused_without_taking_memory) {
    std::string rows("\x01\xff\xff\xff\xff\x7f\x00\x00", 8);
    EXPECT_FALSE(UsageBlockReader::open(rows));
    std::string columns("\x01\x01\x01\xff\xff\xff\xff\x7f\x01\x00", 10);
    EXPECT_FALSE(UsageBlockReader::open(columns));
}

// The block ends before a row that it has no room for, whatever fills it, and is whole.
void fill_and_read(const std::function<UsageRow(std::size_t)>& row_of, std::size_t at_least) {
    UsageBlockWriter writer;
    std::size_t rows = 0;
    for (UsageRow row = row_of(0); writer.has_room(row); row = row_of(++rows)) writer.add(row);
    EXPECT_EQ(writer.rows(), rows);
    EXPECT_GE(rows, at_least);
    std::string block = writer.finish();
    auto reader = UsageBlockReader::open(block);
    ASSERT_TRUE(reader.has_value());
    EXPECT_EQ(reader->rows(), rows);
    EXPECT_TRUE(writer.has_room(row_of(0)));
}

TEST(UsageBlock, is_full_of_rows_or_of_texts_before_it_breaks) {
    // Every number as wide as it can be.
    auto wide = [](std::size_t i) {
        UsageRow row;
        row.account.uuid = random_uuid(i % 1'000);
        row.meter = Name("m");
        row.quantity = i % 2 == 0 ? INT64_MAX : INT64_MIN;
        row.at.us = i % 2 == 0 ? 0 : Instant::us_max;
        row.occurred_at.us = i % 2 == 0 ? Instant::us_max : 0;
        row.flags = 255;
        return row;
    };
    fill_and_read(wide, usage_block::rows_max);
    std::string text;
    auto long_texts = [&](std::size_t i) {
        UsageRow row = wide(i);
        text = std::to_string(i) + std::string(20'000, 'x');
        row.dimensions = text;
        return row;
    };
    fill_and_read(long_texts, 3'000);
}

}  // namespace

}  // namespace rb::engine
